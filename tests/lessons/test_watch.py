"""python -m lessons, which watches work.py."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from functools import partial

import pytest

from lessons.harness import commands, tasks, watch
from lessons.harness.places import ROOT

NUMBER = next(iter(tasks.folders()))
pytestmark = pytest.mark.usefixtures("own")


@pytest.fixture
def lesson():
    return tasks.find(NUMBER)


def test_a_file_that_is_gone_is_said_to_be_once(lesson, monkeypatch, capsys):
    meanwhile = iter([lesson.work.unlink, str, str, partial(lesson.work.write_text, "back"), str])
    checked = []

    def key(seconds):
        """Nothing is pressed while something happens to the file; then q."""
        happens = next(meanwhile, None) if seconds == watch.PAUSE else str
        if happens is None:
            return "q"
        happens()
        return ""

    monkeypatch.setattr(watch, "keys", lambda: contextlib.nullcontext(key))
    monkeypatch.setattr(commands, "check", lambda *_, **__: checked.append(lesson.work.read_text("utf-8")))
    assert watch.watch(lesson) == 0
    assert len(checked) == 2 and checked[1] == "back"
    said = capsys.readouterr().out
    assert said.count("is gone: save it again") == 1 and f"start {NUMBER}" in said


# A shell's background job ignores Ctrl-C and hands that on; a learner's terminal does not.
LISTENS_TO_CTRL_C = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("lessons", run_name="__main__", alter_sys=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a console, not to a process")
def test_watching_checks_each_save_and_ends_cleanly(lesson, own):
    out = own / "out.txt"
    with open(out, "wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", LISTENS_TO_CTRL_C, NUMBER],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**os.environ, "MINICNN_LESSONS": str(own), "PYTHONIOENCODING": "ascii"},
        )
        try:
            wait_for(out, "not written yet")
            lesson.work.write_text(tasks.model_work(lesson), encoding="utf-8")
            wait_for(out, "is finished")
            process.send_signal(signal.SIGINT)
            assert process.wait(120) == 130
        finally:
            process.kill()
            process.wait()
    text = out.read_text(encoding="ascii")
    assert "Traceback" not in text and "Good-bye" in text and "\x1b" not in text


def wait_for(path, words, seconds=120):
    end = time.monotonic() + seconds
    while words not in path.read_text(encoding="utf-8"):
        assert time.monotonic() < end, path.read_text(encoding="utf-8")
        time.sleep(0.1)


IMPORTS = """
import runpy, sys

class Impatient:
    def find_spec(self, name, *_):
        if name == "numba":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Impatient())
sys.argv = ["lessons", "status"]
runpy.run_module("lessons", run_name="__main__")
"""


def test_ctrl_c_while_python_still_imports():
    command = [sys.executable, "-c", IMPORTS]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
