"""How the commands of benchmarks/ end early: in a line, with the exit status of minicnn's own."""

import os
import subprocess
import sys

import pytest
from agreement import ROOT

from benchmarks import command, compile_time


@pytest.mark.parametrize("raised, status, said", [
    (KeyboardInterrupt(), 130, "\nStopped.\n"),
    (KeyboardInterrupt("Nothing yet."), 130, "\nStopped. Nothing yet.\n"),
    (ValueError("no mark"), "python -m abacus: no mark", ""),
    (OSError("no room"), "python -m abacus: no room", ""),
])  # fmt: skip
def test_in_a_line(raised, status, said, capsys):
    def main():
        raise raised

    with pytest.raises(SystemExit) as ended:
        command.start(main, "python -m abacus")
    assert ended.value.code == status and capsys.readouterr().err == said


def test_a_bug_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        command.start(lambda: 1 / 0, "python -m abacus")


def run(module, *flags, **environment):
    return subprocess.run(
        [sys.executable, "-m", module, *flags], cwd=ROOT, env=os.environ | environment,
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to a console")
@pytest.mark.parametrize("module", ["benchmarks", "benchmarks.layers"])
def test_ctrl_c_while_it_imports(module, tmp_path):
    """A real signal, in the place of a package that takes long to import."""
    press = "signal.signal(signal.SIGINT, signal.default_int_handler)\nsignal.raise_signal(signal.SIGINT)\n"
    (tmp_path / "numba.py").write_text(f"import signal\n{press}")
    ended = run(module, PYTHONPATH=os.pathsep.join([str(tmp_path), str(ROOT)]))
    assert (ended.stdout, ended.stderr) == ("", "\nStopped.\n")
    assert ended.returncode in (130, -2)  # Python ends itself by the signal; to a shell that is 130


@pytest.mark.parametrize("module", ["layers", "whole_steps", "report", "threading_layers", "compile_time"])
def test_what_was_typed_wrongly_ends_with_2(module):
    ended = run(f"benchmarks.{module}", "--abacus")
    said = f"python -m benchmarks.{module}: error: unrecognized arguments: --abacus"
    assert ended.returncode == 2 and said in ended.stderr


def test_a_process_that_cannot_measure_says_why(tmp_path):
    with pytest.raises(ChildProcessError, match=r"measures 'beads' ended \(2\): .*invalid choice: 'beads'"):
        compile_time.ask("beads", str(tmp_path))
