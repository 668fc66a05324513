"""Downloads against a server on this machine that cuts, lies, ignores and stalls."""

import contextlib
import hashlib
import http.server
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from minicnn.datasets import DatasetUnavailable, archives, download

CONTENT = np.random.default_rng(0).bytes(600_000)
KNOWN = archives.Known(len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
ROOT = Path(__file__).resolve().parents[2]


class Mirror:
    """One server. ``cuts``: after how many bytes to break off, one entry per request, then never."""

    def __init__(self, content=CONTENT, cuts=(), ranges=True, pause=0.0, status=None, length=True, moved=0):
        self.content, self.cuts, self.ranges, self.pause = content, list(cuts), ranges, pause
        self.status, self.length, self.moved = status, length, moved
        self.asked = []  # the Range header of every request, or None
        self.sent = 0

    def answer(self, handler):
        wanted = handler.headers.get("Range")
        self.asked.append(wanted)
        if self.status:
            return handler.send_error(self.status)
        start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1]) if wanted and self.ranges else 0
        handler.send_response(206 if wanted and self.ranges else 200)
        if wanted and self.ranges:
            size = len(self.content)
            handler.send_header("Content-Range", f"bytes {start + self.moved}-{size - 1}/{size}")
        if self.length:
            handler.send_header("Content-Length", str(len(self.content) - start))
        handler.end_headers()
        body = self.content[start:]
        body = body[: self.cuts.pop(0)] if self.cuts else body
        for at in range(0, len(body), 50_000):
            handler.wfile.write(body[at : at + 50_000])
            self.sent += len(body[at : at + 50_000])
            time.sleep(self.pause)


@pytest.fixture
def serve(monkeypatch):
    """``serve(mirror)`` starts it and returns its address."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.delenv("MINICNN_OFFLINE", raising=False)
    with contextlib.ExitStack() as stack:

        def start(mirror):
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    with contextlib.suppress(ConnectionError):  # the client may hang up, as it should
                        mirror.answer(self)

                def log_message(self, *args):
                    pass

            server = stack.enter_context(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler))
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_port}/file"

        yield start


@pytest.fixture
def target(tmp_path):
    return tmp_path / "cache" / "file.tar.gz"


def assert_whole(target):
    """The verified file is there and nothing half-finished beside it."""
    assert target.read_bytes() == CONTENT
    assert sorted(path.name for path in target.parent.iterdir()) == ["file.tar.gz", "file.tar.gz.lock"]


def test_plain_download_shows_its_progress(serve, target, capsys):
    mirror = Mirror()
    assert download.fetch([serve(mirror)], target, KNOWN) == target
    assert_whole(target)
    assert mirror.asked == [None]
    assert "100%" in capsys.readouterr().err


def test_a_file_already_there_is_not_asked_for(serve, target):
    mirror = Mirror()
    target.parent.mkdir()
    target.write_bytes(CONTENT)
    download.fetch([serve(mirror)], target, KNOWN)
    assert mirror.asked == []


@pytest.mark.parametrize("cut", [1, 299_999, len(CONTENT) - 1])
def test_a_cut_connection_goes_on_where_it_was_cut(serve, target, cut):
    mirror = Mirror(cuts=[cut])
    download.fetch([serve(mirror)], target, KNOWN)
    assert_whole(target)
    assert mirror.asked == [None, f"bytes={cut}-"]
    assert mirror.sent == len(CONTENT)


def test_a_cut_without_announced_length_is_noticed_too(serve, target):
    mirror = Mirror(cuts=[100_000], length=False)
    download.fetch([serve(mirror)], target, KNOWN)
    assert_whole(target)
    assert mirror.asked == [None, "bytes=100000-"]


def test_a_mirror_that_keeps_cutting_is_left_for_the_next_which_goes_on(serve, target):
    bad, good = Mirror(cuts=[1000] * 50), Mirror()
    download.fetch([serve(bad), serve(good)], target, KNOWN)
    assert_whole(target)
    assert 1 < len(bad.asked) < 10
    assert good.asked == [f"bytes={1000 * len(bad.asked)}-"]


def test_a_later_call_goes_on_where_an_earlier_one_failed(serve, target):
    with pytest.raises(DatasetUnavailable, match=r"cut after 400,000 of 600,000 bytes"):
        download.fetch([serve(Mirror(cuts=[400_000, 0]))], target, KNOWN)
    assert not target.exists()
    good = Mirror()
    download.fetch([serve(good)], target, KNOWN)
    assert_whole(target)
    assert good.asked == ["bytes=400000-"]


def test_a_server_without_ranges_starts_over(serve, target):
    mirror = Mirror(cuts=[250_000], ranges=False)
    download.fetch([serve(mirror)], target, KNOWN)
    assert_whole(target)
    assert mirror.asked == [None, "bytes=250000-"]


def test_a_server_without_ranges_starts_over_also_near_the_end(serve, target):
    """What is there and the first piece of the new answer together are longer than the file."""
    mirror = Mirror(cuts=[len(CONTENT) - 10], ranges=False)
    download.fetch([serve(mirror)], target, KNOWN)
    assert_whole(target)
    assert mirror.asked == [None, f"bytes={len(CONTENT) - 10}-"]


@pytest.mark.parametrize("length", ["²", "9" * 5000, "-1", "", "0"])
def test_a_length_that_is_none(serve, target, length):
    """Python's int() raises for each of them, or for none."""
    class Odd(Mirror):
        def answer(self, handler):
            handler.send_response(200)
            handler.send_header("Content-Length", length)
            handler.end_headers()

    download.fetch([serve(Odd()), serve(Mirror())], target, KNOWN)
    assert_whole(target)


@pytest.mark.parametrize(
    "bad",
    [
        Mirror(content=bytes(len(CONTENT))),  # the right length, other bytes
        Mirror(content=b"<html>Not here any more</html>"),
        Mirror(content=CONTENT + b"more"),
        Mirror(content=CONTENT + b"more", length=False),
        Mirror(status=404),
        Mirror(status=503),
    ],
    ids=["bytes", "page", "longer", "longer-unannounced", "404", "503"],
)
def test_a_wrong_mirror_is_left_for_the_next(serve, target, bad):
    download.fetch([serve(bad), serve(Mirror())], target, KNOWN)
    assert_whole(target)


def test_wrong_bytes_begun_elsewhere_do_not_spoil_a_good_mirror(serve, target):
    """A part of wrong bytes makes the sum wrong; the good mirror is then asked for the whole file."""
    bad, good = Mirror(content=bytes(len(CONTENT)), cuts=[100_000, 0]), Mirror()
    download.fetch([serve(bad), serve(good)], target, KNOWN)
    assert_whole(target)
    assert good.asked == ["bytes=100000-", None]


def test_a_part_longer_than_the_file_is_thrown_away(serve, target):
    target.parent.mkdir()
    target.with_name("file.tar.gz.part").write_bytes(CONTENT + b"more")
    download.fetch([serve(Mirror())], target, KNOWN)
    assert_whole(target)


def test_a_range_that_starts_elsewhere_is_refused(serve, target):
    moved = Mirror(cuts=[1000], moved=7)
    download.fetch([serve(moved), serve(Mirror())], target, KNOWN)
    assert_whole(target)
    assert len(moved.asked) == 2


def test_no_mirror_left_lists_each_with_its_reason_and_leaves_no_file(serve, target):
    urls = [serve(Mirror(status=404)), serve(Mirror(content=bytes(len(CONTENT)))), "http://127.0.0.1:9/file"]
    with pytest.raises(DatasetUnavailable) as caught:
        download.fetch(urls, target, KNOWN)
    text = str(caught.value)
    assert all(url in text for url in urls)
    assert "404" in text and "wrong bytes" in text and "refused" in text
    assert not target.exists()


def test_a_server_that_never_answers_is_given_up_in_time(serve, target):
    class Silent(Mirror):
        def answer(self, handler):
            time.sleep(1.0)

    start = time.monotonic()
    with pytest.raises(DatasetUnavailable, match=r"no answer|timed out"):
        download.fetch([serve(Silent())], target, KNOWN, timeout=0.2)
    assert time.monotonic() - start < 0.8


def test_a_server_that_stops_sending_is_given_up_in_time_and_resumed_elsewhere(serve, target):
    class Stalling(Mirror):
        def answer(self, handler):
            super().answer(handler)
            time.sleep(1.0)

    good = Mirror()
    download.fetch([serve(Stalling(cuts=[100_000, 0])), serve(good)], target, KNOWN, timeout=0.2)
    assert_whole(target)
    assert good.asked == ["bytes=100000-"]


def test_offline_asks_nobody(serve, target, monkeypatch):
    mirror = Mirror()
    url = serve(mirror)
    monkeypatch.setenv("MINICNN_OFFLINE", "1")
    with pytest.raises(DatasetUnavailable, match="MINICNN_OFFLINE"):
        download.fetch([url], target, KNOWN)
    assert mirror.asked == [] and not target.parent.exists()


def test_a_disk_that_cannot_be_written_is_named(serve, tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="cache"):
        download.fetch([serve(Mirror())], tmp_path / "cache" / "file", KNOWN)


def test_threads_share_one_download(serve, target):
    mirror = Mirror(pause=0.01)
    url = serve(mirror)
    threads = [threading.Thread(target=download.fetch, args=([url], target, KNOWN)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert_whole(target)
    assert mirror.sent == len(CONTENT)


def start_process(url, target):
    script = "import sys; from minicnn.datasets import archives, download;" + (
        f"download.fetch([sys.argv[1]], sys.argv[2], archives.Known{tuple(KNOWN)!r})"
    )
    command = [sys.executable, "-c", script, url, str(target)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)


def test_processes_share_one_download(serve, target):
    mirror = Mirror(pause=0.05)
    url = serve(mirror)
    processes = [start_process(url, target) for _ in range(3)]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()
    assert_whole(target)
    assert mirror.sent == len(CONTENT)


def test_a_killed_process_leaves_a_part_to_go_on_from(serve, target):
    mirror = Mirror(pause=0.2)
    process = start_process(serve(mirror), target)
    part = target.with_name("file.tar.gz.part")
    while not (part.exists() and part.stat().st_size):
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.communicate()
    assert not target.exists()
    good = Mirror()
    download.fetch([serve(good)], target, KNOWN)
    assert_whole(target)
    assert good.asked[0].startswith("bytes=") and good.asked != ["bytes=0-"]


@pytest.mark.skipif(sys.platform == "win32", reason="waits without a word there")
def test_who_waits_says_so_whatever_the_other_does(tmp_path, monkeypatch):
    """It may download, or unpack."""
    said, waiting, entered = [], threading.Event(), threading.Event()

    def note(text):
        said.append(text)
        waiting.set()

    def wait():
        with download.only_one(tmp_path / "flower_photos.lock"):
            entered.set()

    monkeypatch.setattr(download, "say", note)
    with download.only_one(tmp_path / "flower_photos.lock"):
        other = threading.Thread(target=wait)
        other.start()
        assert waiting.wait(60) and not entered.is_set()
    other.join(60)
    assert entered.is_set()
    assert said == ["minicnn: waiting for another process, which is getting flower_photos"]
