"""The commit that figures are said to be of."""

import subprocess

import pytest

from tests.reliability import record


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
