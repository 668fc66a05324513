"""A first step is rehearsed without a trace, and a second process compiles what it will need last."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from agreement import NEEDS_COMPILATION, ROOT

import minicnn as mc
from minicnn import layers
from minicnn.kernels import ahead, jit, threads
from tests.reliability.forks import in_a_fork

pytestmark = NEEDS_COMPILATION


def small_model(*more):
    """Something of every kind that remembers: moving averages, masks."""
    model = mc.Sequential([
        layers.Conv2D(4, 3, activation="relu", input_shape=(8, 8, 3)), layers.BatchNormalization(), *more,
        layers.MaxPooling2D(), layers.Dropout(0.5), layers.Flatten(), layers.Dense(2, activation="softmax"),
    ])  # fmt: skip
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def batch():
    return np.random.default_rng(1).normal(size=(4, 8, 8, 3)).astype(np.float32), np.array([0, 1, 1, 0])


def weights_after_a_step(*more):
    mc.set_random_seed(3)
    model = small_model(*more)
    model.train_on_batch(*batch())
    return model.get_weights()


@pytest.fixture
def noted(monkeypatch):
    """What would have been compiled elsewhere, as if nothing had been compiled yet."""
    lists = []
    monkeypatch.setattr(ahead, "is_worth_it", lambda: True)
    monkeypatch.setattr(ahead, "compile_elsewhere", lists.append)
    return lists


def names(kernels):
    return [f"{module.rpartition('.')[2]}.{name}" for module, name, _ in kernels]


def test_a_rehearsal_notes_the_kernels_and_changes_nothing(noted, monkeypatch):
    after = weights_after_a_step()
    assert names(noted[0])[0] == "conv2d_compiled._forward" and "dense._forward" in names(noted[0])
    assert names(noted[0])[-2:] == ["conv2d_compiled._backward", "conv2d_compiled._sum_groups"]
    monkeypatch.undo()
    for rehearsed, not_rehearsed in zip(after, weights_after_a_step(), strict=True):
        np.testing.assert_array_equal(rehearsed, not_rehearsed)


def test_the_types_noted_are_those_of_the_call(noted):
    weights_after_a_step()
    for module, name, types in noted[0]:
        assert types in getattr(sys.modules[module], name).kernel.overloads, name


def test_another_thread_that_trains_meanwhile_is_not_noted():
    def step():
        other = threading.Thread(target=lambda: results.append(weights_after_a_step()))
        other.start()
        other.join()

    results = []
    assert ahead.rehearse(step) == []
    for each, alone in zip(results[0], weights_after_a_step(), strict=True):
        np.testing.assert_array_equal(each, alone)


def test_only_the_first_step_is_rehearsed(noted):
    model = small_model()
    for _ in range(3):
        model.train_on_batch(*batch())
    assert len(noted) == 1


def test_what_others_wrote_is_not_called_twice(noted):
    class Counts(layers.Activation):
        calls = 0

        def forward(self, x, training=False):
            Counts.calls += 1
            return super().forward(x, training)

    weights_after_a_step(Counts("linear"))
    assert noted == [] and Counts.calls == 1


def test_neither_are_metrics_and_activations_of_others(noted):
    calls = []

    class Own(mc.metrics.Metric):
        name = "own"

        def values(self, y, predictions):
            calls.append(len(y))
            return np.zeros(len(y))

    model = small_model()
    model.compile("adam", "sparse_categorical_crossentropy", [Own()])
    model.train_on_batch(*batch())
    assert noted == [] and calls == [4]


def test_a_first_step_that_is_not_taken_leaves_no_gradients(noted):
    model, (x, y) = small_model(), batch()
    model.train_on_batch(x * np.nan, y)
    assert noted and model.gradients() == {}


def test_an_error_comes_when_it_is_no_rehearsal(noted, monkeypatch):
    def fails(*_):
        raise ZeroDivisionError("of the layer")

    monkeypatch.setattr(layers.Dropout, "backward", fails)
    with pytest.raises(ZeroDivisionError, match="of the layer"):
        weights_after_a_step()
    assert not ahead.rehearsing() and "dense._backward" in names(noted[0])


@pytest.mark.parametrize("full", [False, True])
def test_it_is_worth_it_where_nothing_has_been_compiled(tmp_path, monkeypatch, full):
    monkeypatch.setattr(jit, "prepared_folder", lambda: tmp_path)
    monkeypatch.setattr(threads, "_count", 2)
    for name in ("stand_by", "_forward")[: 1 + full]:
        (tmp_path / f"{name}.nbi").touch()
    assert ahead.is_worth_it() is not full
    monkeypatch.setattr(threads, "_count", 1)
    assert not ahead.is_worth_it()
    monkeypatch.setattr(threads, "_count", 2)
    monkeypatch.setattr(jit, "prepared_folder", lambda: None)
    assert not ahead.is_worth_it()


def test_a_cache_that_may_be_read_no_more_is_not_filled(monkeypatch):
    class Closed:
        def rglob(self, pattern):
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(jit, "prepared_folder", Closed)
    monkeypatch.setattr(threads, "_count", 2)
    assert not ahead.is_worth_it()


def test_without_a_second_process_nothing_is_lost(monkeypatch):
    def none_left(*_, **__):
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(subprocess, "Popen", none_left)
    monkeypatch.setattr(jit, "second_process", None)
    ahead.compile_elsewhere([("minicnn.kernels.dropout", "_dropout", ())])
    assert jit.second_process is None


FIRST_STEP = """
import os, sys
os.environ["NUMBA_NUM_THREADS"] = "2"  # where there is one core as well
import numpy as np
import minicnn as mc
from minicnn import layers
from minicnn.kernels import jit

mc.set_num_threads(2)
mc.set_random_seed(3)
model = mc.Sequential([layers.Flatten(input_shape=(4, 4, 1)), layers.Dense(3, activation="relu"),
                       layers.Dense(2, activation="softmax")])
model.compile("sgd", "sparse_categorical_crossentropy")
loss = model.train_on_batch(np.ones((2, 4, 4, 1), np.float32), np.array([0, 1]))
print(jit.second_process.wait() if jit.second_process else "alone", loss)
"""


@pytest.mark.parametrize("entry", ["pathlib.Path('.')", "'a:b'"])
def test_the_second_process_looks_for_modules_where_the_first_does(tmp_path, entry):
    """Whatever stands in sys.path, and whatever lies in the current folder."""
    (tmp_path / "cmath.py").write_text("raise SystemExit(3)")
    begin = f"import pathlib, sys\nsys.path[:0] = [{str(ROOT)!r}, {entry}]\n"
    answer = subprocess.run([sys.executable, "-I", "-c", begin + FIRST_STEP], cwd=tmp_path, text=True,
                            env=os.environ | {"MINICNN_CACHE": str(tmp_path / "cache")}, capture_output=True,
                            check=True)  # fmt: skip
    assert answer.stdout.split()[0] == "0"


def test_two_processes_fill_one_cache(tmp_path):
    """From an empty cache to the first step, in earnest; the next process finds all of it."""
    environment = os.environ | {"MINICNN_CACHE": str(tmp_path)}
    answers = [
        subprocess.run([sys.executable, "-c", FIRST_STEP], cwd=ROOT, env=environment, capture_output=True,
                       text=True, check=True)
        for _ in range(2)
    ]  # fmt: skip
    (first, loss), (second, same) = (answer.stdout.split() for answer in answers)
    assert (first, second, loss) == ("0", "alone", same)
    assert "compiles" in answers[0].stderr and "compiles" not in answers[1].stderr
    assert list(Path(tmp_path).rglob("*.nbi")) and not list(Path(tmp_path).rglob("*.busy"))


class Busy:
    """A second process that does not end."""

    def poll(self):
        return None


@pytest.fixture
def begun(monkeypatch, tmp_path):
    """A kernel that such a process has begun to compile, and the types."""
    monkeypatch.setattr(jit, "prepared_folder", lambda: tmp_path)
    monkeypatch.setattr(jit, "second_process", Busy())
    kernel, types = jit.jit(lambda x: x + 1), (jit.types.float64,)
    kernel.sign(types).touch()
    return kernel, types


def test_what_the_second_process_has_begun_is_waited_for(begun):
    kernel, types = begun
    compiling = threading.Thread(target=kernel.compile, args=(types,))
    compiling.start()
    time.sleep(0.3)
    assert compiling.is_alive() and not kernel.overloads
    kernel.sign(types).unlink()
    compiling.join(60)
    assert kernel(1.0) == 2.0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
def test_a_fork_which_would_not_hear_of_its_end_does_not_wait_for_it(begun):
    """Popen.poll gives None there for ever: the thread that waits, and holds its lock, stays behind."""
    assert in_a_fork(begun[0], 1.0, seconds=20) == 2.0


def test_a_second_process_that_somebody_stopped_is_not_waited_for_long(begun, monkeypatch):
    monkeypatch.setattr(jit, "PATIENCE", 0.1)
    assert begun[0](1.0) == 2.0
