"""Every script, run for one short epoch on a few embedded shapes."""

import importlib
import json
import os
import signal
import subprocess
import sys
import time
import unittest.mock
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import minicnn as mc
from examples import cifar_depth, cifar_m1, cifar_m2, cifar_m3, cifar_optimizers, keras_reference, reproduce
from examples.cifar_m1 import common

ROOT = Path(__file__).resolve().parents[2]
TRIAL = ["--data", "shapes", "--subset", "256", "--epochs", "1", "--quiet"]
SINGLE = {"m1": cifar_m1, "m2": cifar_m2, "m3": cifar_m3}


def run(script, out, *flags):
    """Run a script's main in this process; its metrics."""
    script.main([*TRIAL, "--out", str(out), *flags])
    (path,) = out.glob("*.json")
    return json.loads(path.read_text())


def losses(metrics):
    return [part["history"]["loss"] for part in metrics.get("parts", {"": metrics}).values()]


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


@pytest.mark.parametrize("script, params", [(cifar_m1, 295_850), (cifar_m2, 583_626), (cifar_m3, 1_159_178)])
def test_parameter_counts(script, params):
    model = script.build_model()
    assert model.count_params() == params
    assert common.DOCUMENTED["A"]["models"][model.name]["params"] == params
    assert model.output_shape == (None, 10)


@pytest.mark.parametrize("name", SINGLE)
def test_a_model(name, tmp_path, capsys):
    metrics = run(SINGLE[name], tmp_path, "--seed", "3")
    shown = capsys.readouterr().out

    documented = common.DOCUMENTED["A"]["models"][name.upper()]
    assert (metrics["model"], metrics["params"]) == (name.upper(), documented["params"])
    assert (metrics["dataset"], metrics["seed"]) == ("shapes", 3)
    assert metrics["sizes"] == {"train": 256, "test": 256}
    assert metrics["recipe"]["optimizer"]["class_name"] == "RMSprop"
    assert metrics["recipe"]["optimizer"]["config"]["learning_rate"] == 5e-4
    assert (metrics["recipe"]["epochs"], metrics["recipe"]["batch_size"]) == (1, 40)
    assert metrics["best"] == {key: values[0] for key, values in metrics["history"].items()}
    assert metrics["test"]["loss"] == pytest.approx(metrics["best"]["val_loss"], rel=1e-6)
    assert metrics["seconds"] == metrics["seconds_per_epoch"][0] > 0
    assert metrics["threads"] == mc.get_num_threads()
    assert set(metrics["versions"]) == {"minicnn", "python", "numpy", "numba"}

    assert f"{documented['val_accuracy']:.4f}" in shown and f"{metrics['best']['val_accuracy']:.4f}" in shown
    assert "dataset shapes instead of cifar10" in shown
    assert "Epoch" not in shown and "Total params" not in shown  # --quiet

    for figure, size in (("images", (876, 161)), ("curves", (1000, 420))):
        with Image.open(tmp_path / f"{name}_shapes_256_{figure}.png") as picture:
            assert picture.size == size
            assert len(np.unique(np.asarray(picture))) > 50  # something is drawn
    loaded = mc.load_model(tmp_path / f"{name}_shapes_256.mcnn")
    (_, _), (x, y) = mc.datasets.load("shapes", 1, 256)
    rows = mc.utils.to_categorical(y, 10)
    assert loaded.evaluate(x / np.float32(255), rows, batch_size=40, verbose=0)[0] == metrics["test"]["loss"]
    assert not list(tmp_path.glob(".*"))  # nothing half-written is left


def test_summary_and_progress_unless_quiet(tmp_path, capsys):
    cifar_m1.main([*TRIAL[:-1], "--out", str(tmp_path)])
    shown = capsys.readouterr().out
    assert "Total params: 295,850 (1.13 MB)" in shown
    assert "Epoch 1/1" in shown and "images/s" in shown
    assert "shapes (embedded pictures, not CIFAR-10)" in shown


def test_depth(tmp_path, capsys):
    metrics = run(cifar_depth, tmp_path)
    params = [part["params"] for part in metrics["parts"].values()]
    assert list(metrics["parts"]) == ["M1", "M2", "M3"] and params == [295_850, 583_626, 1_159_178]
    shown = capsys.readouterr().out
    assert all(f"{known['val_loss']:.4f}" in shown for known in common.DOCUMENTED["A"]["models"].values())
    for figure in ("training", "validation"):
        with Image.open(tmp_path / f"depth_shapes_256_{figure}.png") as picture:
            assert picture.size == (1000, 444)


def test_fresh_and_chained_optimizers(tmp_path, capsys):
    chained = run(cifar_optimizers, tmp_path / "chained")
    fresh = run(cifar_optimizers, tmp_path / "fresh", "--protocol", "fresh")
    assert "chained: each goes on from the weights before" in capsys.readouterr().out
    assert (chained["protocol"], fresh["protocol"]) == ("chained", "fresh")
    names = [part["recipe"]["optimizer"]["class_name"] for part in chained["parts"].values()]
    assert names == list(chained["parts"]) == list(fresh["parts"]) == ["RMSprop", "SGD", "Adam"]
    first, second = losses(chained), losses(fresh)
    assert first[0] == second[0] and first[1] != second[1] and first[2] != second[2]
    assert abs(second[0][0] - second[1][0]) < 0.5  # fresh: SGD sees untrained weights too


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


@pytest.fixture
def no_data(tmp_path, monkeypatch):
    """No CIFAR-10 on disk, and no network."""
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_CACHE_HOME", "MINICNN_DATA", "MINICNN_CACHE"):
        monkeypatch.setenv(name, str(tmp_path / "empty"))
    monkeypatch.setenv("MINICNN_OFFLINE", "1")


@pytest.mark.usefixtures("no_data")
def test_without_data_shapes_and_a_notice(tmp_path, capsys):
    cifar_m1.main(["--subset", "80", "--epochs", "1", "--quiet", "--out", str(tmp_path / "out")])
    shown = capsys.readouterr()
    assert "NOTICE: CIFAR-10 is neither on disk nor to be had" in shown.err
    assert "So few shapes teach nothing at first" in shown.err
    assert f"MINICNN_DATA is {tmp_path / 'empty'}: no such folder" in shown.err
    assert "obtained (shapes, seed 0)" in shown.out
    assert all("_shapes_80" in path.name for path in (tmp_path / "out").iterdir())
    assert json.loads((tmp_path / "out" / "m1_shapes_80.json").read_text())["dataset"] == "shapes"


@pytest.mark.usefixtures("no_data")
def test_data_asked_for_is_not_replaced(tmp_path):
    with pytest.raises(SystemExit, match="CIFAR-10 is neither on disk nor to be had"):
        cifar_m1.main(["--data", "cifar10", "--out", str(tmp_path)])


@pytest.mark.parametrize(
    "flags, message",
    [
        (["--epoch", "3"], "did you mean --epochs?"),
        (["--batchsize=3"], "did you mean --batch-size?"),
        (["--data", "cifar"], "invalid choice: 'cifar': did you mean cifar10? There are cifar10, shapes"),
        (["--epochs", "0"], "--epochs: expects a whole number >= 1, got '0'"),
        (["--epochs", "many"], "--epochs: expects a whole number >= 1, got 'many'"),
        (["--subset", "60000"], "--subset: expects a whole number >= 8 and <= 50,000, got '60000'"),
        (["--seed", "-1"], "--seed: expects a whole number >= 0, got '-1'"),
        (["--protocol", "fresh"], "unrecognized arguments: --protocol"),
        (["--out", __file__], f"--out: expects a folder, and {__file__} is a file"),
        (["--out", f"{__file__}/m1"], f"--out: expects a folder, and {__file__} is a file"),
    ],
)
def test_wrong_flags(flags, message, capsys):
    with pytest.raises(SystemExit) as stop:
        cifar_m1.main(flags)
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


def test_without_keras_its_script_says_so(monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SystemExit):
        keras_reference.main(["M2"])
    assert "not installed: tensorflow, keras (pip install tensorflow-cpu)" in capsys.readouterr().err


def test_without_scikit_learn_the_search_says_so():
    code = (
        "import sys, runpy; sys.modules['joblib'] = None; sys.argv = ['search.py', '--help']\n"
        "runpy.run_module('examples.search', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == "A search needs scikit-learn (no joblib here): pip install -e '.[sklearn]'\n"


class TestReproduce:
    @pytest.fixture
    def calls(self, tmp_path, monkeypatch):
        """Trains in this process, into tmp_path; the runs that were begun."""
        begun = []

        def train(name, seed, script, flags, work):
            begun.append((name, seed))
            module, *own = script
            out = work / f"{name}_seed{seed}"
            small = ["--subset", "80", "--quiet", "--seed", str(seed), "--out", str(out)]
            importlib.import_module(f"examples.{module}").main([*own, *flags, *small])
            return out

        monkeypatch.setattr(reproduce, "train", train)
        monkeypatch.setattr(reproduce, "ROOT", tmp_path)
        return begun

    @pytest.mark.slow  # the other tests run every script; this one all that the tables show
    def test_everything_once(self, calls, tmp_path):
        results = tmp_path / "runs" / "trial" / "results"
        (results / "m2").mkdir(parents=True)
        (results / "m2" / "seed0.json").write_text('{"history": {"val_l')  # cut off
        reproduce.main(["--trial", "--seeds", "1"])
        names = [name for name, job in reproduce.JOBS.items() if not job.by_name_only]
        assert calls == [(name, 0) for name in names] and len(names) == 12
        assert all(reproduce.is_whole(results / name / "seed0.json") for name in names)
        pictures = {str(path.relative_to(results)) for path in results.glob("*/*.png")}
        shown = {figure for figures in reproduce.table.FIGURES.values() for figure in figures}
        assert {figure for figure in shown if figure.split("/")[0] in {*names, "depth"}} <= pictures
        assert not list((tmp_path / "runs" / "trial").glob("*_seed0"))

        calls.clear()
        reproduce.main(["--trial", "--seeds", "1"])
        assert calls == []

    def test_what_is_there_whole_is_not_trained_again(self, calls, tmp_path):
        reproduce.main(["--trial", "m1"])
        assert calls == [("m1", 0)]  # a trial is of one seed
        results = tmp_path / "runs" / "trial" / "results" / "m1"
        assert {path.name for path in results.iterdir()} == {"seed0.json", "images.png", "curves.png"}
        assert not list((tmp_path / "runs" / "trial").glob("*_seed0"))  # the next one must train
        calls.clear()
        reproduce.main(["--trial", "m1"])
        assert calls == []
        (results / "seed0.json").write_text('{"history": {"val_l')  # cut off
        reproduce.main(["--trial", "m1"])
        assert calls == [("m1", 0)] and reproduce.is_whole(results / "seed0.json")

    def test_long_runs_by_name_only(self):
        assert reproduce.JOBS["base"].by_name_only and ("base", 0) not in reproduce.runs([], 2)
        assert reproduce.runs(["base", "m1"], 2) == [("base", 0), ("m1", 0), ("m1", 1)]

    def test_a_wrong_name(self, capsys):
        with pytest.raises(SystemExit):
            reproduce.main(["m4"])
        assert "'m4' is no run: there are m1, m2," in capsys.readouterr().err

    def test_a_run_with_epochs_missing_is_not_whole(self, tmp_path):
        path = tmp_path / "seed0.json"
        metrics = {"history": {"loss": [1.0, 0.9]}, "recipe": {"epochs": 2}}
        path.write_text(json.dumps(metrics))
        assert reproduce.is_whole(path)
        metrics["history"]["loss"].pop()
        path.write_text(json.dumps(metrics))
        assert not reproduce.is_whole(path)

    def test_stopping_it_stops_the_script(self, tmp_path):
        code = (
            "import signal, sys; from pathlib import Path; from examples import reproduce\n"
            "signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))\n"
            "flags = ['--data', 'shapes', '--subset', '80', '--epochs', '100000', '--quiet']\n"
            f"reproduce.train('m1', 0, ('cifar_m1',), flags, Path({str(tmp_path)!r}))\n"
        )
        process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
        backup = tmp_path / "m1_seed0" / "m1_shapes_80_m1.backup"
        deadline = time.monotonic() + 120
        while not backup.exists():
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        process.terminate()
        assert process.wait(timeout=60) == 143
        written = backup.stat().st_mtime_ns
        time.sleep(1)
        assert backup.stat().st_mtime_ns == written  # nobody trains on

    @pytest.mark.slow
    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send to other processes")
    def test_ctrl_c_leaves_the_script_time_to_keep_its_run(self, tmp_path):
        code = (
            "import signal; from pathlib import Path; from examples import reproduce\n"
            "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
            "flags = ['--data', 'shapes', '--subset', '80', '--epochs', '1000000', '--quiet']\n"
            f"reproduce.train('m1', 0, ('cifar_m1',), flags, Path({str(tmp_path)!r}))\n"
        )
        process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE, text=True,
                                   start_new_session=True)  # fmt: skip
        backup = tmp_path / "m1_seed0" / "m1_shapes_80_m1.backup"
        deadline = time.monotonic() + 300
        try:
            while not backup.exists():
                assert process.poll() is None and time.monotonic() < deadline
                time.sleep(0.01)
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to both of them
            _, errors = process.communicate(timeout=300)
        finally:
            process.kill()
        assert process.returncode == -signal.SIGINT
        assert "Stopped. The same command with --resume goes on from the last backup." in errors
