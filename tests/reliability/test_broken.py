"""Where what a section promises is broken on purpose, its figure says so."""

import itertools
import os
import subprocess
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import numba
import numpy as np
import pytest
from hypothesis import strategies

from minicnn.datasets import download
from tests.reliability import (
    counted,
    damage,
    data,
    downloads,
    gradients,
    growth,
    installs,
    kills,
    layouts,
    malice,
    pictures,
    threads,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the full run is for Linux")
GOOD = "5" * 64  # as a checksum looks


def figures(part):
    """What a part yields when little is counted, as (what was found, whether the promise was kept)."""
    return [(figure.found, figure.kept) for figure in part(True)]


# ------------------------------------------------------------------------------- memory


@pytest.mark.parametrize("most, kept", [(100, True), (102, False)])
def test_memory_is_compared_fifty_epochs_after_the_tenth(most, kept):
    """10 bytes at first, 100 from the tenth epoch to the last but one."""
    def train(epochs, folder):
        assert epochs == growth.SETTLED + growth.EPOCHS == 60
        return [[10] * 9 + [100] * 50 + [most]] * 2

    (figure,) = growth.growth(train, "it")(quick=False)
    assert figure.kept == kept


def test_a_process_that_died_has_not_kept_its_memory():
    def train(epochs, folder):
        raise MemoryError

    assert figures(growth.growth(train, "it")) == [("the process died or took more than 60 minutes", False)]


# ------------------------------------------------------------------------------- files


def test_a_handle_is_of_a_file_in_a_folder(tmp_path):
    (tmp_path / "a").touch()
    (tmp_path / "out").symlink_to(tmp_path.parent)
    with open(tmp_path / "a") as file:
        for event, args, folder, inside in (
            ("os.chmod", (file.fileno(), 0o600, -1), tmp_path, True),
            ("os.chown", (file.fileno(), 0, 0, -1), tmp_path / "b", False),
            ("os.kill", (file.fileno(), 9), tmp_path, False),  # the number is of a process
            ("os.remove", (str(tmp_path / "a"), -1), tmp_path, True),
            ("os.remove", (bytes(tmp_path / "a"), -1), tmp_path, True),
            ("os.remove", (str(tmp_path), -1), tmp_path / "b", False),
            ("os.fork", (), tmp_path, False),
            ("os.remove", (str(tmp_path / "out"), -1), tmp_path, True),
            ("os.chmod", (str(tmp_path / "out"), 0o600, -1), tmp_path, False),
            ("os.truncate", (str(tmp_path / "a"), 0), tmp_path, True),
            ("os.rename", (str(tmp_path / "a"), str(tmp_path / "b"), -1, -1), tmp_path, True),
            ("os.rename", (str(tmp_path / "a"), "b", -1, file.fileno()), tmp_path, False),
            ("os.mkdir", (str(tmp_path / "c"), 0o777, file.fileno()), tmp_path, False),
            ("open", (str(tmp_path / "a"), "w"), tmp_path, False),  # who knows what that may be
            ("subprocess.Popen", (str(tmp_path / "a"), ["a"], None, None), tmp_path, False),
        ):
            assert damage.goes_out(event, args, folder) != inside


# ------------------------------------------------------------------------------- checksums


def printing(monkeypatch, *texts):
    """Have the processes of both sections print these in turn, the last for ever; they compile, too."""
    left = [*texts]

    def run(command, env, **options):
        if cache := env.get("MINICNN_CACHE"):
            Path(cache).mkdir(exist_ok=True)
            Path(cache, "kernel.nbi").write_bytes(bytes(32) + numba.__version__.encode())
        said = left.pop(0) if len(left) > 1 else left[0]
        status = int(said.startswith("Error"))
        return installs.subprocess.CompletedProcess(command, status, "" if status else said, said)

    monkeypatch.setattr(installs.subprocess, "run", run)


@pytest.mark.parametrize("said", ["Error: no module", "", "5" * 63])
@pytest.mark.parametrize("name", threads.PARTS)
def test_runs_that_end_alike_without_a_checksum_do_not_agree(monkeypatch, name, said):
    printing(monkeypatch, said)
    assert figures(threads.PARTS[name]) == [("0 of 2", False)]


@pytest.mark.parametrize("name, lines", [("at once", 2), ("fork", 3), ("workers", 4)])
def test_none_of_the_checksums_may_be_missing(monkeypatch, name, lines):
    printing(monkeypatch, GOOD, "\n".join([GOOD] * lines))
    assert figures(threads.PARTS[name]) == [("2 of 2", True)]
    printing(monkeypatch, GOOD, "\n".join([GOOD] * (lines - 1)))
    assert figures(threads.PARTS[name]) == [("0 of 2", False)]


@pytest.mark.parametrize("said, kept", [(GOOD, True), ("Error: the compiled cache", False), ("", False)])
def test_where_no_installation_runs_none_has_the_right_bits(monkeypatch, said, kept):
    """Nor does an error count as clear there."""
    printing(monkeypatch, said)
    assert [each for part in (installs.damaged, installs.outdated) for _, each in figures(part)] == [kept] * 3


def test_a_helper_whose_edit_only_ends_in_an_error_does_not_count_at_once(monkeypatch):
    wrong = "Error: no module"
    for runs, kept in (([GOOD, "6" * 64, "6" * 64, GOOD], True), ([GOOD, wrong, wrong, GOOD], False)):
        printing(monkeypatch, *runs)
        assert [each for _, each in figures(installs.edited)] == [kept]


# ------------------------------------------------------------------------------- kills


class Draw:
    """No chance: lives are killed while they save for the third time, batch by batch."""

    def randint(self, least, most):
        return 3

    def random(self):
        return 0.0

    def uniform(self, least, most):
        return 0.0

    def choice(self, these):
        return 1


@pytest.mark.parametrize("resumes", [True, False])
def test_a_run_that_is_begun_anew_has_not_gone_on(monkeypatch, resumes):
    """Although it ends with the same bits."""
    monkeypatch.setattr(kills, "random", SimpleNamespace(Random=lambda seed: Draw()))
    monkeypatch.setattr(kills, "QUICK", 1)  # while it saves
    if not resumes:
        monkeypatch.setattr(kills.backup.BackupAndRestore, "_restore", lambda self: None)
    bits, begun, strays = kills.kills(quick=True)
    assert bits.kept and strays.kept and begun.kept == resumes
    assert "lives, 0 of them" not in begun.found


@pytest.mark.parametrize("number", [2, 3])  # the life that is to be killed, and the last
def test_a_life_that_ends_with_an_error_has_not_gone_on(monkeypatch, capfd, number):
    """Whatever those after it end with."""
    monkeypatch.setattr(kills, "random", SimpleNamespace(Random=lambda seed: Draw()))
    monkeypatch.setattr(kills, "QUICK", 1)
    lives = itertools.count(1)

    def start(*args, start=kills.start, live=kills.live):
        monkeypatch.setattr(kills, "live", refuse if next(lives) == number else live)
        return start(*args)

    monkeypatch.setattr(kills, "start", start)
    bits, *_ = kills.kills(quick=True)
    assert bits.found.endswith("; 1 lives ended with an error") and not bits.kept
    assert "is not liked" in capfd.readouterr().out


# ------------------------------------------------------------------------------- downloads


def begin_anew(url, part, *args, receive=download._receive):
    part.unlink(missing_ok=True)
    receive(url, part, *args)


def test_a_byte_that_is_sent_twice_is_seen(monkeypatch):
    """The file is right all the same."""
    assert [kept for _, kept in figures(downloads.PARTS["kills"])] == [True]
    monkeypatch.setattr(download, "_receive", begin_anew)
    ((found, kept),) = figures(downloads.PARTS["kills"])
    assert found.startswith("0 of 2, ") and not kept


def test_processes_are_killed_all_over_the_file(monkeypatch):
    places = []
    monkeypatch.setattr(downloads, "killed_at", lambda place, *_: (places.append(place), (place, True))[1])
    (figure,) = downloads.PARTS["kills"](quick=False)
    assert figure.kept and len(places) == downloads.CUTS
    gaps = [b - a for a, b in zip([0, *places], [*places, downloads.SIZE])]
    assert min(gaps[1:]) > 0 and max(gaps) < 3 * downloads.SIZE / downloads.CUTS


def test_a_process_that_never_gets_there_was_not_killed_there(monkeypatch, capfd):
    def ask_nobody(url, *args, usual=downloads.ask):
        return usual("http://127.0.0.1:1/", *args)

    with monkeypatch.context() as patch:
        patch.setattr(downloads, "PATIENCE", 0.3)
        patch.setattr(downloads, "share", lambda *args: (downloads.PROCESSES, True))
        patch.setattr(downloads, "ask", ask_nobody)
        assert figures(downloads.PARTS["kills"]) == [("0 of 2, with 0 to 0 bytes there", False)]
    assert "Connection refused" in capfd.readouterr().out


# ------------------------------------------------------------------------------- files


def refuse(path, *args):
    raise ValueError(f"{path} is not liked")


def test_a_door_that_is_shut_for_all_has_not_refused_damage(monkeypatch):
    whole = damage.doors

    def saved_model(folder):
        path, _ = whole(folder)["saved model"]
        return {"saved model": (path, damage.open_model)}

    monkeypatch.setattr(damage, "doors", saved_model)
    monkeypatch.setattr(damage, "QUICK", 5)
    monkeypatch.setattr(damage, "bombs", lambda: {"one": b""})
    parts = damage.truncations, damage.flips, damage.compression
    assert all(kept for part in parts for _, kept in figures(part))
    monkeypatch.setattr(damage, "open_model", refuse)
    for part in (*parts, damage.forgeries):
        found, kept = figures(part)[0]
        assert "and so is the whole one" in found and not kept


@pytest.mark.parametrize(("answer", "counts", "good"), [
    (None, (0, 5, 0, 0), True),
    (UserWarning("log.csv is not as it was"), (0, 5, 0, 0), True),
    (ValueError("it.mcnn is wrong"), (5, 0, 0, 0), True),
    (ValueError("something is wrong"), (0, 0, 5, 0), False),
    (KeyError("it.mcnn"), (0, 0, 0, 5), False),
])  # fmt: skip
def test_what_a_forgery_counts_as(answer, counts, good, monkeypatch, tmp_path):
    path = tmp_path / "it.mcnn"
    whole = malice.sealed(b'{"document": {"a": [1, 2]}}\n' + bytes(8))
    path.write_bytes(whole)

    def open_it(path):
        if path.read_bytes() == whole or answer is None:
            return
        if isinstance(answer, Warning):
            warnings.warn(answer, stacklevel=2)
        else:
            raise answer

    monkeypatch.setattr(damage, "QUICK", 5)
    monkeypatch.setattr(damage, "doors", lambda folder: {"file": (path, open_it)})
    found = "{} refused, {} valid, {} refused without the file's name, {} other errors".format(*counts)
    assert figures(damage.forgeries)[0] == (found, good)


def touch(path):
    path.touch()
    return path


DEEDS = {  # what a file may cause in its folder, and whether it is all that it causes
    "writes there": (lambda folder: open(folder / "a", "w").close(), True),
    "moves something there": (lambda folder: os.replace(touch(folder / "a"), folder / "b"), True),
    "reads another": (lambda folder: open(__file__, "rb").close(), True),
    "writes beside it": (lambda folder: open(folder / ".." / "a", "w").close(), False),
    "opens another by its flags": (
        lambda folder: os.close(os.open(folder.parent / "a", os.O_WRONLY | os.O_CREAT)), False,
    ),
    "moves something out": (lambda folder: os.replace(touch(folder / "a"), folder.parent / "a"), False),
    "removes another": (lambda folder: (folder / ".." / "a").unlink(missing_ok=True), False),
    "writes through a link": (lambda folder: open(folder / "out" / "a", "w").close(), False),
    "empties another as it reads": (
        lambda folder: os.close(os.open(folder.parent / "other", os.O_RDONLY | os.O_TRUNC)), False,
    ),
    "starts a program in its folder": (lambda folder: subprocess.run([folder / "run"], check=True), False),
    "starts a program": (lambda folder: os.system("true"), False),
}  # fmt: skip


@pytest.mark.parametrize("deed", DEEDS)
def test_what_a_forgery_causes_outside_its_folder_is_seen(monkeypatch, tmp_path, deed):
    do, harmless = DEEDS[deed]
    path = tmp_path / "in" / "it.mcnn"
    path.parent.mkdir()
    (path.parent / "out").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "other").touch()
    (path.parent / "run").write_text("#!/bin/sh\n")
    (path.parent / "run").chmod(0o755)
    path.write_bytes(malice.sealed(b'{"document": {"a": [1, 2]}}\n' + bytes(8)))
    monkeypatch.setattr(damage, "QUICK", 1)
    monkeypatch.setattr(damage, "doors", lambda folder: {"file": (path, lambda path: do(path.parent))})
    _, (found, kept), _ = figures(damage.forgeries)
    assert (found == "0 audit events") == kept == harmless


def test_an_archive_that_is_good_must_be_unpacked(monkeypatch):
    monkeypatch.setattr(data.archives, "unpack", refuse)
    assert figures(data.unpacking) == [("48 of 48 archives, but not a good one", False)]


def test_a_member_that_comes_twice_or_is_too_large_must_be_refused(monkeypatch):
    usual = data.archives._read_member
    monkeypatch.setattr(data.archives, "_read_member",
                        lambda archive, member, *_: usual(archive, member, (), 10**9, "it"))  # fmt: skip
    assert figures(data.unpacking) == [("46 of 48 archives, and a good one", False)]


def test_a_label_in_a_binary_batch_is_looked_at(monkeypatch):
    assert figures(data.binary) == [("60 of 60 labels, 9 of 9 lengths", True)]
    monkeypatch.setattr(data.cifar10, "CLASS_NAMES", range(200))
    assert figures(data.binary) == [("20 of 60 labels, 9 of 9 lengths", False)]


def test_a_picture_that_is_whole_must_be_read(monkeypatch, tmp_path):
    def read(path):
        raise pictures.images.UnreadablePicture(f"{path} is not liked")

    monkeypatch.setattr(pictures.images, "read", read)
    whole = {"GIF": pictures.encoded(np.zeros((9, 9, 3), np.uint8), "GIF")}
    ((found, kept),) = figures(lambda quick: pictures.truncated(tmp_path / "it.gif", whole, quick))
    assert found.endswith("0 of 1 whole ones are read") and not kept


def megabytes(found):
    return float(found.split()[-4])


def test_a_picture_that_is_made_before_it_is_refused_is_seen(monkeypatch, tmp_path):
    """It is in Pillow's memory, which Python does not count."""
    ((found, kept),) = figures(lambda quick: pictures.absurd(tmp_path / "it"))
    assert megabytes(found) < 30 and kept
    monkeypatch.setattr(pictures, "KINDS", ("JPEG",))
    monkeypatch.setattr(pictures.images, "MOST_PIXELS", 1 << 62)
    ((found, kept),) = figures(lambda quick: pictures.absurd(tmp_path / "it"))
    assert found.startswith("5 of 5") and megabytes(found) > 200 and not kept


@pytest.mark.parametrize("part, kept", [(pictures.images.PART, True), (1 << 26, False)])
def test_pictures_that_are_converted_at_once_take_too_much(monkeypatch, tmp_path, part, kept):
    monkeypatch.setattr(pictures.images, "PART", part)
    monkeypatch.setattr(pictures, "FORMS", [("PNG", "RGB", {}), ("JPEG", "RGB", {"progressive": True})])
    found = [figure.kept for figure in pictures.large(tmp_path / "it", 3000)]
    assert found[0] == all(found) == kept


# ------------------------------------------------------------------------------- tests that are counted

TESTS = """
import pytest
from hypothesis import strategies

@pytest.mark.parametrize("k", range(3))
def test_these_sums(k):
    if k == 1:
        raise KeyError("x")

def test_others():
    pytest.skip("something is missing")

def test_of_no_interest():
    raise KeyError("y")
"""


def test_cases_that_ran_are_found_with_how_they_failed(tmp_path):
    file = tmp_path / "test_it.py"
    file.write_text(TESTS)
    profile = "from hypothesis import settings\nsettings.register_profile('quick')\n"
    (tmp_path / "conftest.py").write_text(profile)
    found = counted.cases(str(file), ("these sums", "others"), "quick")
    assert found == (1, {"it: these sums": ["", "KeyError: 'x'", ""]})


@pytest.mark.parametrize("least, ends, found", [
    ({"sums": 3}, (0, {"it: sums": [""] * 3}), [("sums", "3 of 3", "")]),
    ({"sums": 2}, (0, {"it: sums": [""] * 3}), [("sums", "3 of 3", "")]),
    ({"sums": 4}, (0, {"it: sums": [""] * 3}), [("sums", "3 of 3", "1 fewer than there were")]),
    ({"sums": 1}, (1, {"it: sums": ["", "no"]}), [("sums", "1 of 2", "no"), "1"]),
    ({"sums": 1}, (0, {"it: all sums": [""]}), [("sums", "0 of 0", "1 fewer than there were")]),  # renamed
    ({"sums": 1}, (3, {"it: sums": [""]}), [("sums", "1 of 1", ""), "3"]),  # pytest's own error
    ({"sums": 1}, (1, {"it: sums": [""], "it: more sums": ["", "no"]}),
     [("sums", "1 of 1", ""), ("pytest ends well", "status 1", "it: more sums: no")]),
    ({"sums": 1}, (4, {}), [("sums", "0 of 0", "1 fewer than there were"), "4"]),  # no such file
])  # fmt: skip
def test_a_figure_has_as_many_cases_as_before(monkeypatch, least, ends, found):
    monkeypatch.setattr(counted, "cases", lambda *args: ends)
    for figure, due in zip(counted.counted("tests/test_it.py", least)(True), found, strict=True):
        name, text, note = due if isinstance(due, tuple) else ("pytest ends well", f"status {due}", "")
        assert (figure.promise, figure.found, figure.note) == (f"it: {name}", text, note)
        assert figure.kept == (isinstance(due, tuple) and not note)


def test_a_failure_without_a_message_is_one():
    case = "<testcase classname='tests.kernels.test_it' name='test_this_and_that[1]'>{}</testcase>"
    for inside, said in (
        ("<failure message=''>x</failure>", "failure without a message"),
        ("<error/>", "error without a message"),
        ("<system-out>x</system-out>", ""), ("<failure message='1 != 2'/>", "1 != 2"),
    ):  # fmt: skip
        found = ElementTree.fromstring(case.format(inside))
        assert (counted.sentence(found), counted.failure(found)) == ("it: this and that", said)


# ------------------------------------------------------------------------------- numbers


@pytest.mark.parametrize("worst, kept", [(0.0, True), (1.0, False), (np.nan, False)])
def test_an_error_that_is_no_number_is_not_small(worst, kept):
    """Wherever it stands among the others."""
    left = [{"dx": 0.0, "dw": each} for each in (0.0, worst, 0.0)]
    some = strategies.integers()
    (figure,) = gradients.figures("it", lambda number: left.pop() if left else {}, 3, some)
    assert figure.kept == kept

    rungs = (lambda x: x + worst, np.copy), (np.copy, np.copy)
    error = layouts.difference(*rungs, [[np.ones(3)], [np.ones(3)]], np.copy)
    assert (error <= layouts.MOST) == kept
