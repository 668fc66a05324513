"""``fetch``: downloads, goes on, says where it lies, and in one line why it could not."""

import functools
import http.server
import threading

import pytest

from minicnn.datasets import cifar10, download, flowers
from tests.datasets.conftest import home, small  # noqa: F401  (fixtures)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words):
        pass


@pytest.fixture
def mirror(home, monkeypatch):  # noqa: F811
    """A folder whose files are served, and its address, made the one that cifar10 and flowers know."""
    folder = home / "served"
    folder.mkdir()
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.delenv("MINICNN_OFFLINE")
    monkeypatch.setattr(download.fetch, "__defaults__", (300.0,))  # seconds: this machine may be busy
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setattr(cifar10, "MIRRORS", (f"{address}/cifar-10-python.tar.gz",))
    monkeypatch.setattr(flowers, "MIRRORS", (f"{address}/flower_photos.tgz",))
    yield folder, address
    server.shutdown()
    thread.join()
    server.server_close()


def test_downloads_and_then_finds_it(mirror, small, home, typed):  # noqa: F811
    folder, address = mirror
    small.pack(folder / "cifar-10-python.tar.gz", small.python, "PYTHON")
    status, out, error = typed("fetch", "cifar10")
    target = home / "cache" / "minicnn" / "cifar-10-python.tar.gz"
    assert (status, out) == (0, f"CIFAR-10: {target}\n")
    assert f"minicnn: downloading {address}/cifar-10-python.tar.gz" in error and "100%" in error
    small.assert_right(cifar10.load_data())
    assert typed("fetch", "cifar10") == (0, f"CIFAR-10: there already, {target}\n", "")


def test_a_slip_in_the_variable_is_said(mirror, small, typed, monkeypatch):  # noqa: F811
    small.pack(mirror[0] / "cifar-10-python.tar.gz", small.python, "PYTHON")
    monkeypatch.setenv("MINICNN_DATA", "/nonexistent")
    status, _, error = typed("fetch", "cifar10")
    assert status == 0 and error.startswith("NOTICE: MINICNN_DATA is /nonexistent: no such folder\n")


def test_a_mirror_that_has_it_not(mirror, typed):
    _, address = mirror
    status, out, error = typed("fetch", "flowers")
    assert (status, out) == (1, "")
    assert error == (
        "minicnn fetch: The flower photographs could not be had: flower_photos.tgz could not be downloaded: "
        f"{address}/flower_photos.tgz: HTTP Error 404: File not found. The same command goes on where it "
        f"stopped. Or get {address}/flower_photos.tgz, put it unopened into a folder and set MINICNN_DATA to "
        "that folder\n"
    )


def test_no_network(home, fails):  # noqa: F811
    said = fails("fetch", "cifar10")
    assert said.startswith("CIFAR-10 could not be had: nothing was downloaded, because MINICNN_OFFLINE is ")
    mend = "put it unopened into a folder and set MINICNN_DATA to that folder"
    assert said.endswith(f" {cifar10.MIRRORS[-1]}, {mend}")


def test_what_is_there_but_broken(home, fails, monkeypatch):  # noqa: F811
    monkeypatch.setenv("MINICNN_DATA", str(home))
    broken = home / "cifar-10-batches-bin" / "data_batch_1.bin"
    broken.parent.mkdir()
    broken.write_bytes(bytes(9))
    assert fails("fetch", "cifar10").startswith(f"{broken} has 9 bytes")


def test_flowers_already_there_and_more_than_one(home, typed, monkeypatch):  # noqa: F811
    monkeypatch.setenv("MINICNN_DATA", str(home))
    monkeypatch.setattr(flowers, "_PICTURES", 0)
    for name in flowers.CLASS_NAMES:
        (home / "flower_photos" / name).mkdir(parents=True)
    status, out, _ = typed("fetch", "flowers", "flowers")
    assert status == 0 and out == 2 * f"The flower photographs: there already, {home / 'flower_photos'}\n"


def test_ctrl_c(typed, monkeypatch):
    def stopped():
        raise KeyboardInterrupt

    monkeypatch.setattr(cifar10, "find", stopped)
    said = "\nStopped. What has arrived is kept: the same command goes on.\n"
    assert typed("fetch", "cifar10") == (130, "", said)
