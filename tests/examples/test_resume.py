"""A run that was stopped goes on, and one that is being stopped says how."""

import signal
import subprocess
import sys
import time
import unittest.mock
from pathlib import Path

import pytest
from trials import TRIAL, losses, run

import minicnn as mc
from examples import cifar_depth, cifar_m1, cifar_optimizers
from examples.cifar_m1 import common

ROOT = Path(__file__).resolve().parents[2]


class Killed(BaseException):
    """What no script catches."""


def kill_at(monkeypatch, part, epoch):
    """Let the run die when ``part`` begins ``epoch``, counted from 0."""
    callbacks = common.Run.callbacks

    class Death(mc.callbacks.Callback):
        def on_epoch_begin(self, now, logs=None):
            if now == epoch:
                raise Killed

    def with_death(self, name, **arguments):
        return [*callbacks(self, name, **arguments), *([Death()] if name == part else [])]

    monkeypatch.setattr(common.Run, "callbacks", with_death)


@pytest.mark.parametrize(
    "script, part, flags",
    [
        (cifar_m1, "M1", ()),
        (cifar_depth, "M2", ()),
        (cifar_optimizers, "SGD", ("--protocol", "chained")),
    ],
)
def test_a_stopped_run_goes_on(script, part, flags, tmp_path, monkeypatch, capsys):
    flags = ("--subset", "80", "--epochs", "2", *flags)
    whole = run(script, tmp_path / "whole", *flags)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        kill_at(patch, part, epoch=1)
        run(script, tmp_path / "stopped", *flags)
    assert not list((tmp_path / "stopped").glob("*.json"))

    trained = []
    step = mc.Sequential._train_step
    monkeypatch.setattr(mc.Sequential, "_train_step", lambda *args: trained.append(1) or step(*args))
    resumed = run(script, tmp_path / "stopped", *flags, "--resume")
    assert losses(resumed) == losses(whole)  # to the bit
    assert "NOTICE" not in capsys.readouterr().err  # that later parts have no backup is as it should be
    parts = list(whole.get("parts", {part: None}))
    epochs_left = 1 + 2 * (len(parts) - 1 - parts.index(part))
    assert len(trained) == 2 * epochs_left  # two batches of 40 each; nothing is trained twice
    records = resumed.get("parts", {part: resumed})
    assert all(len(record["seconds_per_epoch"]) == 2 for record in records.values())
    again = {name: record["resumed_after"] for name, record in records.items() if record["resumed_after"]}
    assert again == {part: [1]}


def test_without_resume_a_run_begins_anew(tmp_path):
    first = run(cifar_m1, tmp_path, "--subset", "80")
    again = run(cifar_m1, tmp_path, "--subset", "80", "--seed", "1")
    assert losses(first) != losses(again)
    longer = run(cifar_m1, tmp_path, "--subset", "80", "--seed", "1", "--epochs", "2", "--resume")
    assert losses(longer)[0][0] == losses(again)[0][0] and len(losses(longer)[0]) == 2


def test_a_forgotten_flag_loses_no_backup(tmp_path, monkeypatch, capsys):
    flags, backup = ("--subset", "80", "--epochs", "2"), tmp_path / "m1_shapes_80_m1.backup"
    run(cifar_m1, tmp_path, *flags)
    run(cifar_m1, tmp_path, *flags)
    assert capsys.readouterr().err == "", "there is nothing to go on with in a run that was not stopped"
    with monkeypatch.context() as patch, pytest.raises(Killed):
        kill_at(patch, "M1", epoch=1)
        run(cifar_m1, tmp_path, *flags)
    stopped = backup.read_bytes()
    run(cifar_m1, tmp_path, *flags)
    assert backup.with_name(f"{backup.name}.old").read_bytes() == stopped
    assert f"its backup is now {backup}.old: --resume, with its name as it was" in capsys.readouterr().err
    (tmp_path / "m1_shapes_80.json").unlink()  # as if that one had been stopped, too
    run(cifar_m1, tmp_path, *flags)
    assert f"its backup is now {backup}.old1: --resume" in capsys.readouterr().err
    assert backup.with_name(f"{backup.name}.old").read_bytes() == stopped


def test_resume_goes_on_with_no_other_run(tmp_path):
    run(cifar_m1, tmp_path, "--subset", "80")
    with pytest.raises(ValueError, match=r"backup of another run .*seed was 0 and is 1"):
        run(cifar_m1, tmp_path, "--subset", "80", "--seed", "1", "--resume")


def test_resume_does_not_go_back(tmp_path):
    """Or the scores of three epochs would stand in the record of a recipe of one."""
    run(cifar_m1, tmp_path, "--subset", "80", "--epochs", "3")
    with pytest.raises(ValueError, match="is further than epochs=1, at the end of epoch 3"):
        run(cifar_m1, tmp_path, "--subset", "80", "--resume")


def test_nothing_to_resume_is_said(tmp_path, capsys):
    run(cifar_m1, tmp_path, "--subset", "80", "--resume")
    backup = tmp_path / "m1_shapes_80_m1.backup"
    assert f"NOTICE: nothing to resume, there is no {backup}: this run begins anew" in capsys.readouterr().err


@pytest.fixture
def stop(monkeypatch):
    """Press Ctrl-C in a script's ``main``, after some backups are spoken of; its exit status."""

    def press(*backups, stopped=""):
        monkeypatch.setattr(common, "BACKUPS", backups)
        with pytest.raises(SystemExit) as end:
            common.start(unittest.mock.Mock(side_effect=KeyboardInterrupt), stopped)
        return end.value.code

    return press


def test_ctrl_c_speaks_of_a_backup_only_where_there_is_one(tmp_path, stop, capsys):
    (tmp_path / "m1.backup").touch()
    assert stop(tmp_path / "m1.backup", tmp_path / "m2.backup") == 130
    assert capsys.readouterr().err == f"\nStopped. {common.GO_ON}\n"
    assert stop(tmp_path / "m2.backup") == 130
    assert capsys.readouterr().err == "\nStopped.\n"
    assert stop(stopped="It begins anew.") == 130
    assert capsys.readouterr().err == "\nStopped. It begins anew.\n"


def test_a_system_error_is_said_without_its_number(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["examples/cifar_m1.py"])
    with pytest.raises(SystemExit, match=r"^cifar_m1\.py: .*none\.txt: No such file or directory$"):
        common.start((tmp_path / "none.txt").read_text)


def test_a_listener_who_has_gone_is_no_error():
    """``| head -3`` closes its end of the pipe."""
    code = "from examples.cifar_m1 import common; common.start(lambda: print('x' * 10**6))"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)  # fmt: skip
    process.stdout.close()
    assert process.stderr.read() == "" and process.wait() == 1
    process.stderr.close()


def test_resume_after_a_kill(tmp_path):
    flags = ["--subset", "80", "--out", str(tmp_path / "killed")]
    command = [sys.executable, "-m", "examples.cifar_m1", *TRIAL, *flags, "--epochs", "1000"]
    process = subprocess.Popen(command, cwd=ROOT)
    deadline = time.monotonic() + 120
    while not list((tmp_path / "killed").glob("m1*.backup")):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    document, _ = mc.archive.read_archive(next((tmp_path / "killed").glob("m1*.backup")))
    epochs = str(document["model"]["position"]["epoch"] + 1)
    resumed = run(cifar_m1, tmp_path / "killed", *flags, "--epochs", epochs, "--resume")
    assert losses(resumed) == losses(run(cifar_m1, tmp_path / "whole", "--subset", "80", "--epochs", epochs))
INTERRUPTIBLE = """
import runpy, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a job in the background lacks
sys.argv = ["cifar_m1.py", *sys.argv[1:]]
runpy.run_module("examples.cifar_m1", run_name="__main__")
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send to another process")
def test_ctrl_c_keeps_the_run_and_says_how_to_go_on(tmp_path):
    flags = ["--subset", "80", "--out", str(tmp_path / "stopped")]
    command = [sys.executable, "-c", INTERRUPTIBLE, *TRIAL, *flags, "--epochs", "1000000"]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 300
    try:
        while not list((tmp_path / "stopped").glob("m1*.backup")):
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=300)
    finally:
        process.kill()
    assert process.returncode == 130, errors
    assert "Traceback" not in errors and "Ctrl-C: stopping when this batch" in errors
    assert errors.endswith("Stopped. The same command with --resume goes on from the last backup.\n")

    document, _ = mc.archive.read_archive(next((tmp_path / "stopped").glob("m1*.backup")))
    at = document["model"]["position"]
    epochs = str(at["epoch"] + (at["batch"] > 0))
    resumed = run(cifar_m1, tmp_path / "stopped", *flags, "--epochs", epochs, "--resume")
    assert losses(resumed) == losses(run(cifar_m1, tmp_path / "whole", "--subset", "80", "--epochs", epochs))
    assert len(resumed["seconds_per_epoch"]) == int(epochs)
