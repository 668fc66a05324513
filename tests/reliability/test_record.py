"""Figures that are kept: of which commit, and what becomes of those measured before."""

import subprocess

import pytest

from tests.reliability import __main__ as command
from tests.reliability import disks, page, record
from tests.reliability.record import Figure, NotTried


@pytest.fixture
def commit(tmp_path, monkeypatch):
    """Changes a file and commits it, in a repository of its own; gives the commit's name."""
    def git(*words):
        command = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b.example", *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit(name, text):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
        git("add", "-A")
        git("commit", "-qm", text)
        return git("rev-parse", "--short=12", "HEAD")

    git("init", "-q")
    monkeypatch.setattr(record, "ROOT", tmp_path)
    return commit


def test_what_is_measured_and_changed_is_dirty(commit, tmp_path):
    first = commit("minicnn/a.py", "one")
    assert record.commit() == first
    (tmp_path / "notes").write_text("of no meaning")
    assert record.commit() == first
    (tmp_path / "minicnn" / "a.py").write_text("two")
    assert record.commit() == f"{first}-dirty"


@pytest.mark.parametrize("name", ["minicnn/a.py", "tests/a.py", "benchmarks/a.py", "setup.cfg"])
def test_the_last_change_of_what_is_measured(commit, tmp_path, name):
    first = commit(name, "one")
    commit("docs/a.md", "two")
    commit("tests/said.toml", "three")
    assert record.last_change(tmp_path / "tests" / "said.toml") == first
    assert record.last_change(tmp_path / "tests" / "said.toml") != record.last_change()
    assert record.last_change(tmp_path / "tests" / "said.toml") != commit(name, "four")
    assert record.last_change(tmp_path / "tests" / "said.toml") == record.commit()


def kept(quick):
    yield Figure("it holds", "so it does", True)


def missing(quick):
    raise NotTried("pip install luck")
    yield


@pytest.mark.parametrize("quick, success", [(False, False), (True, True)])
def test_what_is_not_tried_leaves_the_figure_of_before(tmp_path, capsys, quick, success):
    assert record.measure("luck", {"draw": kept, "more": kept}, quick, tmp_path)
    before = record.load(tmp_path, "luck")
    assert record.measure("luck", {"draw": missing, "more": kept}, quick, tmp_path) is success
    assert record.load(tmp_path, "luck")["draw"] == before["draw"]
    said = capsys.readouterr().out
    assert "luck, draw: not tried: pip install luck\n" in said and "BROKEN" not in said


def test_what_was_never_tried_has_no_figure(tmp_path):
    assert not record.measure("luck", {"draw": missing}, False, tmp_path)
    assert record.load(tmp_path, "luck") == {}


@pytest.mark.parametrize("holds", [True, False])
def test_what_gave_a_figure_was_tried(tmp_path, capsys, holds):
    """Or what it found broken would be lost, and what was measured before would stand in its place."""
    def draw(quick):
        yield Figure("a part of it holds", "as said", holds)
        raise NotTried("pip install luck")

    assert not record.measure("luck", {"draw": draw}, True, tmp_path)
    figures = record.load(tmp_path, "luck")["draw"]["figures"]
    assert [figure["kept"] for figure in figures] == [holds, False]
    assert "draw is measured to its end: NotTried: pip install luck: BROKEN" in capsys.readouterr().out


def test_a_folder_that_cannot_be_is_noticed_before_anything_is_measured(tmp_path):
    def draw(quick):
        pytest.fail("it is measured")

    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        record.measure("luck", {"draw": draw}, False, tmp_path / "file" / "x")


@pytest.mark.parametrize("words, content", [
    (["page"], "{"), (["kills", "page"], "{}"), (["kills", "layouts"], "[]"),
])  # fmt: skip
def test_damaged_figures_are_named_before_anything_is_measured(tmp_path, monkeypatch, words, content):
    monkeypatch.setattr(record, "measure", lambda *_: pytest.fail("it is measured"))
    (tmp_path / "layouts.json").write_text(content)
    with pytest.raises(ValueError, match=r"layouts\.json is damaged, delete it or get it back from git: "):
        command.main([*words, "--out", str(tmp_path)])


def test_the_folder_of_the_figures_in_other_words_has_its_page_elsewhere(tmp_path, monkeypatch):
    """Not a second one among the figures."""
    monkeypatch.setattr(record, "RESULTS", tmp_path / "reliability")
    monkeypatch.setattr(page, "PAGE", tmp_path / "reliability.md")
    monkeypatch.chdir(tmp_path)
    record.RESULTS.mkdir()
    command.main(["page", "--out", "reliability"])
    assert page.PAGE.exists() and [*record.RESULTS.iterdir()] == []


def test_a_page_of_figures_kept_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "section", lambda name: type("Section", (), {"PARTS": {name: kept}}))
    record.measure("disks", dict.fromkeys(disks.PARTS, kept), False, tmp_path)
    before = page.PAGE.read_bytes()
    assert command.main(["kills", "page", "--quick", "--out", str(tmp_path)]) == 0
    text = (tmp_path / "reliability.md").read_text(encoding="utf-8")
    assert "| `disks` | 2 | 2 | 0 |" in text
    assert page.PAGE.read_bytes() == before


def test_no_page_is_made_of_figures_that_are_thrown_away(capsys):
    with pytest.raises(SystemExit):
        command.main(["--quick", "kills", "page"])
    assert "makes a page of none: say where with --out" in capsys.readouterr().err
