"""The search: its rounds, its table, its files; on this machine and on a Dask cluster that loses a worker.

Where fits run, and what happens to those who run them: test_search_workers.py.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from clusters import ROOT, Cluster, environment
from PIL import Image

import minicnn as mc

pytest.importorskip("sklearn", reason="the search needs scikit-learn: pip install scikit-learn")

from sklearn.dummy import DummyClassifier

from examples import search
from examples.search import common, common_search
from minicnn.__main__ import main

TRIAL = ["--data", "shapes", "--subset", "320", "--epochs", "1", "--candidates", "4", "--folds", "2"]
SCRIPT = [sys.executable, "-W", "error", "examples/search.py", *TRIAL]


def outcome(out):
    """What must not depend on where and how fast a search ran."""
    (path,) = out.glob("*.json")
    found = json.loads(path.read_text())
    rounds = [{**one, "seconds": None} for each in found["candidates"] for one in each["rounds"]]
    best = [found[name] for name in ("model", "params", "recipe", "history", "test")]
    return [each["params"] for each in found["candidates"]], rounds, best


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """A whole search in this process, and its folder: what other ways of running it are held to."""
    out = tmp_path_factory.mktemp("alone")
    search.main([*TRIAL, "--quiet", "--workers", "1", "--out", str(out)])
    return out


def test_a_small_one(tmp_path, capsys, monkeypatch):
    flags = ["--data", "shapes", "--subset", "40", "--epochs", "1", "--candidates", "2", "--folds", "2"]
    monkeypatch.setattr(sys.modules[common.Run.__module__], "git_commit", lambda: "1a2b3c")  # at any moment
    search.main([*flags, "--workers", "1", "--quiet", "--report", "--out", str(tmp_path)])
    page = tmp_path / "search_shapes_40_report.html"
    assert {path.name for path in tmp_path.iterdir()} == {
        "search_shapes_40.json", "search_shapes_40.mcnn", "search_shapes_40_rounds.png", page.name
    }  # fmt: skip
    shown = capsys.readouterr().out
    assert "round 1" not in shown and "By " not in shown  # --quiet
    assert "momentum  epochs  width" in shown and "Test accuracy of the best: 0." in shown
    written = page.read_bytes()
    page.unlink()
    assert main(["report", str(tmp_path)]) == 0 and page.read_bytes() == written
    assert b"loss from epoch 1 to 1" in written and b"found on shapes" in written


@pytest.mark.slow
def test_its_files(alone):
    (path,) = alone.glob("*.json")
    found = json.loads(path.read_text())
    assert len(found["candidates"]) == 4 and found["sizes"] == {"train": 320, "test": 320}
    rounds = [each["rounds"] for each in found["candidates"]]
    assert [len(each) for each in rounds] == [2, 2, 1, 1]
    assert [one["pictures"] for one in rounds[0]] == [106, 318]
    assert rounds[0][-1]["accuracy"] >= rounds[1][-1]["accuracy"]  # the best first
    assert rounds[2][-1]["accuracy"] >= rounds[3][-1]["accuracy"]
    best = found["candidates"][0]["params"]
    assert found["recipe"]["optimizer"]["class_name"].lower() == best["optimizer"]
    assert len(found["history"]["loss"]) == found["epoch_reached"] == best["epochs"]
    with Image.open(alone / "search_shapes_320_rounds.png") as picture:
        assert picture.size == (1000, 444) and len(np.unique(np.asarray(picture))) > 50
    model = mc.load_model(alone / "search_shapes_320.mcnn")
    (_, _), (x, y) = mc.datasets.load("shapes", 1, 320)
    assert (model.predict(x).argmax(axis=1) == y.ravel()).mean() == found["test"]["accuracy"]
    assert model.count_params() == found["params"]


@pytest.mark.slow
def test_what_is_printed(alone, tmp_path, capsys):
    search.main([*TRIAL, "--workers", "1", "--out", str(tmp_path)])
    shown = capsys.readouterr().out
    assert "4 candidates in 2-fold cross-validation" in shown and "By 1 process of " in shown
    assert "round 1: 4 on 106 pictures, 8 fits\n  round 2: 2 on 318 pictures, 4 fits" in shown
    assert "Test accuracy of the best: 0." in shown
    assert "--resume" not in shown  # a search cannot go on
    assert outcome(tmp_path) == outcome(alone)


@pytest.mark.slow
def test_processes_find_the_same(alone, tmp_path):
    search.main([*TRIAL, "--quiet", "--workers", "2", "--out", str(tmp_path)])
    assert outcome(tmp_path) == outcome(alone)


@pytest.mark.parametrize("candidates, folds, pictures",
                         [(27, 3, 50_000), (4, 2, 126), (9, 3, 256), (2, 2, 45)])  # fmt: skip
def test_the_plan_is_what_scikit_learn_does(candidates, folds, pictures):
    args = common.parse_arguments(
        ["--candidates", str(candidates), "--folds", str(folds)], name="search", description="", epochs=1,
        batch_size=32, add_more=search.add_flags, resume=False,
    )  # fmt: skip
    made = search.make_search(args, pictures, classes=10)
    made.estimator, made.param_distributions = Constant(), {"level": list(range(100))}
    y = np.arange(pictures) % 10
    made.fit(np.zeros((pictures, 1)), y)
    plan = search.plan(args, pictures, 10)
    assert [each["pictures"] for each in plan] == made.n_resources_
    assert [each["candidates"] for each in plan] == made.n_candidates_


class Constant(DummyClassifier):
    """Learns nothing, at no cost."""

    def __init__(self, level=0):
        super().__init__()
        self.level = level


def test_too_few_pictures(tmp_path):
    with pytest.raises(ValueError, match="3 folds need 60 pictures or more, got 40: raise --subset"):
        search.main(["--data", "shapes", "--subset", "40", "--quiet", "--out", str(tmp_path)])


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "gelu", "tanh"])
def test_the_network(activation):
    model = search.build_model(10, width=2, units=3, activation=activation, initializer="he_normal")
    model.build((None, 32, 32, 3))
    assert [layer.filters for layer in model.layers if hasattr(layer, "filters")] == [2, 4, 8]
    assert model.layers[1].get_config()["kernel_initializer"]["class_name"] == "HeNormal"
    assert model.output_shape == (None, 10)


def test_the_table():
    candidates = [
        {"params": {"optimizer": "sgd", "rate": 0.012345, "momentum": 0.9},
         "rounds": [{"pictures": 9000, "accuracy": 0.51234, "sd": 0.01}]},
        {"params": {"optimizer": "adam", "rate": 1e-4},
         "rounds": [{"pictures": 300, "accuracy": 0.3, "sd": 0}]},
    ]  # fmt: skip
    names = {"optimizer": "optimizer", "rate": "rate", "momentum": "momentum"}
    assert common_search.table(candidates, names) == (
        "          accuracy  pictures  optimizer    rate  momentum\n"
        "1  0.5123 ± 0.0100     9,000        sgd  0.0123       0.9\n"
        "2  0.3000 ± 0.0000       300       adam  0.0001         -"
    )


@pytest.mark.slow
def test_a_scheduler_that_is_not_there(tmp_path):
    pytest.importorskip("distributed", reason="a cluster needs Dask: pip install distributed")
    command = [*SCRIPT, "--quiet", "--out", str(tmp_path), "--scheduler", "tcp://127.0.0.1:9"]
    ended = run_command(command)
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith(
        "search.py: no Dask scheduler answers at tcp://127.0.0.1:9: `dask scheduler` starts"
    )


def run_command(command):
    return subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False,
                          timeout=300)  # fmt: skip


MORTAL = """
import os, signal, threading
from distributed import WorkerPlugin

class DiesInItsSecondFit(WorkerPlugin):
    begun = 0

    def transition(self, key, start, finish, **more):
        self.begun += finish == "executing" and str(key).startswith("batch_of")
        if self.begun == 2:  # not at once: the first fit's score is still on its way
            threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGKILL)).start()

async def dask_setup(worker):
    await worker.plugin_add(DiesInItsSecondFit())
"""


@pytest.fixture
def cluster(tmp_path):
    """Of two workers, the first of which is going to be killed."""
    pytest.importorskip("distributed", reason="a cluster needs Dask: pip install distributed")
    (folder := tmp_path / "cluster").mkdir()
    (folder / "mortal.py").write_text(MORTAL)
    mortal = ["--no-nanny", "--preload", str(folder / "mortal.py")]
    with Cluster(folder, [mortal, ["--no-nanny"]]) as cluster:
        yield cluster


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_half_way(cluster, alone, tmp_path):
    command = [*SCRIPT, "--out", str(tmp_path / "out"), "--scheduler", cluster.address]
    ended = run_command(command)
    assert ended.returncode == 0, ended.stderr
    assert "4 candidates in 2-fold cross-validation" in ended.stdout
    assert f"By 2 Dask workers of {cluster.address}" in ended.stdout
    mortal, other = cluster.workers
    assert mortal.wait(10) == -signal.SIGKILL and other.poll() is None
    assert outcome(tmp_path / "out") == outcome(alone)


def hear_ctrl_c():
    """In the new process: where a shell runs the tests in the background, they and it are deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send to another process")
def test_ctrl_c_ends_it_in_a_line(tmp_path):
    out, said = tmp_path / "out", tmp_path / "errors.txt"
    command = [*SCRIPT, "--workers", "2", "--out", str(out), "--candidates", "27", "--epochs", "20"]
    with open(said, "wb") as errors:  # not a pipe: a worker that is slow to end would hold it open
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=errors, text=True,
            start_new_session=True, preexec_fn=hear_ctrl_c,  # noqa: PLW1509  nothing but that runs in it
        )  # fmt: skip
    try:
        while not process.stdout.readline().startswith("By 2 processes"):
            assert process.poll() is None
        while "Done" not in said.read_text(encoding="utf-8"):  # joblib's, late in the first round
            assert process.poll() is None
            time.sleep(0.1)  # a worker that still imports has a traceback of its own to tell: docs/search.md
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers as well
        assert process.wait(120) == 130
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.stdout.close()
    told = "[Parallel(", "minicnn compiles"  # what is no error: progress, and kernels met for the first time
    lines = said.read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if line and not line.startswith(told)]
    assert lines == ["Stopped. A search cannot go on: it begins anew."]
    assert not list(out.glob("*.json"))
