"""The sections of ``python -m tests.reliability`` run, and the page says what they found."""

import importlib
import itertools
import json
import re

import numpy as np
import pytest
from agreement import NEEDS_COMPILATION, ROOT, run_python
from hypothesis import strategies as st

from tests.reliability import __main__ as command
from tests.reliability import bounds, coverage, gradients, page, record
from tests.reliability.forks import in_a_fork
from tests.reliability.record import Figure

LONG = ("installs", "layouts", "gradients", "rungs", "keras")  # minutes; they have fast tests of their own


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in page.SECTIONS if name not in LONG])
def test_a_section_keeps_its_promises_in_little(name):
    """In a process of its own: sections fork, and limit what a process may do."""
    printed = run_python(f"import sys; from tests.reliability import __main__ as m; "
                         f"sys.exit(m.main([{name!r}, '--quick']))")  # fmt: skip
    assert printed.count(f"{name}, ") >= 1 and "BROKEN" not in printed


def test_a_test_that_fails_with_bounds_checked_is_named_with_its_reason(tmp_path, monkeypatch):
    test = tmp_path / "test_sums.py"
    test.write_text("def test_sum():\n    assert 1 + 1 == 3, 'compiled: dx'\n")
    monkeypatch.setitem(bounds.ROOMS, "kernels", (str(test),))
    (figure,) = bounds.room("kernels", quick=False)
    assert (figure.found, figure.kept) == ("0 passed, 1 failed, 0 skipped", False)
    assert "test_sums.py::test_sum - AssertionError: compiled: dx" in figure.note


@pytest.mark.parametrize("passing, kept", [(1, False), (19, True)])
def test_tests_that_are_skipped_with_bounds_checked_are_named_with_their_reason(
    tmp_path, monkeypatch, passing, kept
):
    test = tmp_path / "test_sums.py"
    test.write_text(f"""
import pytest

@pytest.mark.parametrize('k', range({passing}))
def test_sum(k):
    pass

@pytest.mark.skip(reason='no sums here')
def test_other():
    pass
""")
    monkeypatch.setitem(bounds.ROOMS, "kernels", (str(test),))
    (figure,) = bounds.room("kernels", quick=False)
    assert (figure.found, figure.kept) == (f"{passing} passed, 0 failed, 1 skipped", kept)
    assert "no sums here" in figure.note


def test_one_nan_among_the_gradients_is_found():
    kernel = itertools.cycle([0.0, np.nan, 0.0])
    (figure,) = gradients.figures("Dense", lambda shape: {"x": 0.0, "kernel": next(kernel)}, 9, st.integers())
    assert figure.found == "nan, the worst of 9" and not figure.kept


@NEEDS_COMPILATION
def test_a_kernel_that_reads_beside_its_array_is_caught():
    assert bounds.beside("1") == ["IndexError", "RuntimeError"]


FORK = "def largest(a, b):\n    if a > b:\n        return a\n    return b\n"
TEST = "from fork import largest\n\n\ndef test_largest():\n    assert largest(3, 2) == 3\n"


def test_a_branch_that_no_test_takes_is_missed(tmp_path):
    pytest.importorskip("coverage", reason="coverage is not installed: pip install coverage")
    (tmp_path / "fork.py").write_text(FORK)
    (tmp_path / "test_fork.py").write_text(TEST)
    report, ended = coverage.measured([str(tmp_path / "test_fork.py")], (), tmp_path, source="fork")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    lines, branches = coverage.shares(report, coverage.LEAST)
    assert (lines.found, lines.kept) == ("75.0% of 4", False)
    assert (branches.found, branches.kept) == ("50.0% of 2", False)
    assert branches.note.startswith("not: 1 of ") and branches.note.endswith("fork.py")


def test_no_test_of_minicnn_is_left_out():
    """Of what is measured with compilation off, and with bounds checked."""
    apart = {"benchmarks", "docs", "examples", "lessons", "reliability"}
    browser = {"test_browser.py", "test_keyboard.py", "test_widths.py"}
    tests = {file.relative_to(ROOT).as_posix() for file in (ROOT / "tests").rglob("test_*.py")
             if file.parent.name not in apart and file.name not in browser}  # fmt: skip
    rooms = [each for room in coverage.ROOMS.values() for each in room]
    assert bounds.ROOMS is coverage.ROOMS
    assert {each for each in tests if each not in rooms and each.rsplit("/", 1)[0] not in rooms} == set()


@pytest.mark.parametrize("name", page.SECTIONS)
def test_every_section_says_what_it_promises(name):
    section = importlib.import_module(f"tests.reliability.{name}")
    assert section.PARTS and section.__doc__.splitlines()[0].endswith(".")


def test_the_table_of_promises_names_every_section_and_files_that_exist():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    _, table, *_ = text[text.index("## What is promised") :].split("\n\n")
    promises = [line.strip("|").split("|") for line in table.splitlines()[2:]]
    sections = [name for *_, named in promises for name in re.findall(r"`(\w+)`", named)]
    assert {*sections} == {*page.SECTIONS}
    files = [name for _, named, _ in promises for name in re.findall(r"`([\w/.]+)`", named)]
    assert len(files) > len(page.SECTIONS)
    for name in files:
        assert (ROOT / "tests" / name).exists(), name


def test_the_page_is_up_to_date():
    assert page.PAGE.read_text(encoding="utf-8") == page.text()


def test_the_list_names_every_section(capsys):
    assert command.main([]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[:-2]] == [*page.SECTIONS]
    with pytest.raises(SystemExit):
        command.main(["kilts"])
    assert "no section is called kilts: there are gradients, " in capsys.readouterr().err


# ------------------------------------------------------------------------------- figures


def parts(calls, kept=True):
    def one(quick):
        calls.append(quick)
        yield Figure("nothing is lost", "9 of 9", True, "of nine")

    def other(quick):
        yield Figure("nothing breaks", "1 of 2", kept)

    return {"one": one, "other": other}


@pytest.fixture
def at_a_commit(monkeypatch):
    """Which measures a section of three parts."""
    monkeypatch.setattr(record, "commit", lambda: "0123456789ab")
    monkeypatch.setattr("tests.reliability.kills.PARTS", {**parts([]), "third": None})


def test_figures_are_printed_and_kept_with_their_circumstances(tmp_path, capsys, at_a_commit):
    assert not record.measure("kills", parts([], kept=False), True, tmp_path)
    printed = capsys.readouterr().out.splitlines()
    assert printed == ["kills, one: nothing is lost: 9 of 9 (of nine): kept",
                       "kills, other: nothing breaks: 1 of 2: BROKEN"]
    document = json.loads((tmp_path / "kills.json").read_text())
    one, other = document["parts"].values()
    assert (one["kept"], other["kept"], one["commit"], one["quick"]) == (True, False, "0123456789ab", True)
    assert one["machine"]["cores"] >= 1 and one["versions"]["numpy"]
    shown = page.text(tmp_path)
    assert "| nothing is lost | 9 of 9 (of nine) | kept |" in shown
    assert "| nothing breaks | 1 of 2 | **broken** |" in shown
    assert "| third | not measured yet | |" in shown and " s: commit 0123456789ab, " in shown


def test_parts_of_two_commits_are_told_apart(tmp_path, monkeypatch, at_a_commit):
    record.measure("kills", parts([]), False, tmp_path)
    file = tmp_path / "kills.json"
    file.write_text(file.read_text().replace("0123456789ab", "f" * 12, 1))
    shown = page.text(tmp_path)
    assert " s (one): commit ffffffffffff, " in shown and " s (other): commit 0123456789ab, " in shown


def test_a_part_that_ends_with_an_error_is_broken(tmp_path, capfd, at_a_commit):
    """Nor do figures of another commit stand in for those that did not come."""
    def other(quick):
        yield Figure("nothing breaks", "1 of 2", True)
        raise KeyError("x")

    assert record.measure("kills", parts([]), False, tmp_path)
    assert not record.measure("kills", parts([]) | {"other": other}, False, tmp_path)
    assert "| other is measured to its end | KeyError: 'x' | **broken** |" in page.text(tmp_path)
    assert "KeyError: 'x'" in capfd.readouterr().err


def test_what_an_exception_said_stays_in_its_cell(tmp_path, at_a_commit):
    part = {"one": lambda quick: [Figure("a | b", "1\n2", True, "int | None\n\n# no title")]}
    record.measure("kills", part, True, tmp_path)
    assert "| a \\| b | 1 2 (int \\| None # no title) | kept |\n" in page.text(tmp_path)


def test_what_this_commit_has_is_not_measured_again(tmp_path, monkeypatch, at_a_commit):
    calls = []
    for resume, due in ((True, 1), (True, 1), (False, 2)):
        assert record.measure("kills", parts(calls), False, tmp_path, resume)
        assert len(calls) == due
    monkeypatch.setattr(record, "commit", lambda: "another")
    record.measure("kills", parts(calls), False, tmp_path, resume=True)
    assert len(calls) == 3
    monkeypatch.setattr(record, "commit", lambda: "another-dirty")  # nobody knows whether it is the same dirt
    for due in (4, 5):
        record.measure("kills", parts(calls), False, tmp_path, resume=True)
        assert len(calls) == due


def test_a_broken_promise_is_measured_again(tmp_path, at_a_commit):
    assert not record.measure("kills", parts([], kept=False), False, tmp_path)
    assert record.measure("kills", parts([]), False, tmp_path, resume=True)


def test_a_fork_answers_or_does_not():
    def answer():
        return {"a": [1, 2.5]}

    def fail():
        raise RuntimeError("as it should")

    assert in_a_fork(answer) == {"a": [1, 2.5]}
    assert in_a_fork(lambda: "x" * 2**20) == "x" * 2**20  # more than a pipe holds
    assert in_a_fork(fail) is None
    assert in_a_fork(lambda: __import__("time").sleep(60), seconds=0.1) is None
