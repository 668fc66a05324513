"""python -m minicnn: what it says, what it refuses, and that after the warm-up nothing is left to compile."""

import io
import sys

import numpy as np
import pytest
from agreement import ROOT, run_python

import minicnn
from minicnn import __main__ as command
from minicnn import config, warmup
from minicnn.commands import info


def test_alone_it_says_what_there_is(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("MINICNN_CACHE", str(tmp_path))
    minicnn.set_num_threads(1)
    assert command.main([]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"minicnn {minicnn.__version__}\n")
    assert "threads    1 " in said and "blas" in said.lower() and f"cache      {tmp_path} " in said
    assert "python -m minicnn warmup" in said and "python -m minicnn.kernels.ladder" in said


def test_it_is_a_command():
    assert run_python("import runpy; runpy.run_module('minicnn.kernels.ladder')") == ""
    script = "import runpy, sys; sys.argv = ['minicnn']; runpy.run_module('minicnn', run_name='__main__')"
    assert run_python(script, check=False).stdout.startswith("minicnn ")


@pytest.mark.parametrize("wrong", [["warmpu"], ["--float64"], ["warmup", "--float16"]])
def test_slips_end_with_2(wrong):
    with pytest.raises(SystemExit) as ended:
        command.main(wrong)
    assert ended.value.code == 2


def test_version(capsys):
    with pytest.raises(SystemExit) as ended:
        command.main(["--version"])
    assert ended.value.code == 0 and capsys.readouterr().out == f"minicnn {minicnn.__version__}\n"


@pytest.mark.parametrize(("raised", "status", "said"), [
    (ValueError("one\n  two"), 1, "minicnn info: one two\n"),
    (FileNotFoundError(2, "No such file", "a"), 1, "minicnn info: [Errno 2] No such file: 'a'\n"),
    (KeyboardInterrupt(), 130, "\nStopped.\n"),
])  # fmt: skip
def test_how_a_command_ends(raised, status, said, monkeypatch, capsys):
    def run(args):
        raise raised

    monkeypatch.setattr(info, "run", run)
    assert command.main(["info"]) == status
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", said)


@pytest.mark.parametrize("make", [lambda: io.TextIOWrapper(io.BytesIO(), "ascii"), io.StringIO])
def test_any_output_will_do(make, monkeypatch):
    monkeypatch.setattr(sys, "stdout", make())
    monkeypatch.setattr(info, "run", lambda args: print("caf\u00e9 \u2501"))
    assert command.main(["info"]) == 0
    sys.stdout.seek(0)
    assert sys.stdout.read() in ("caf? ?\n", "caf\u00e9 \u2501\n")


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
def test_closed_output_will_do(closed, monkeypatch, capsys):
    """``>&-``: Python has None in its place, and print(file=None) would write to the other one."""
    monkeypatch.setattr(sys, closed, None)
    monkeypatch.setattr(info, "run", lambda args: print("here"))
    assert command.main(["info"]) == 0
    with pytest.raises(SystemExit) as ended:
        command.main(["inof"])
    assert ended.value.code == 2
    shown = capsys.readouterr()
    assert ("here" in shown.out, "inof" in shown.err) == (closed == "stderr", closed == "stdout")
    assert "usage" not in shown.out


def test_a_listener_who_has_gone_is_no_traceback():
    script = """
import os, sys
from minicnn.__main__ import main
reading, writing = os.pipe()
os.close(reading)
os.dup2(writing, 1)
sys.exit(main(["info"]))
"""
    ended = run_python(script, check=False)
    assert (ended.returncode, ended.stderr) == (1, "")


@pytest.fixture
def types(monkeypatch):
    """The float types a warm-up goes through, with nothing to compile."""
    seen = []
    monkeypatch.setattr(warmup, "groups", lambda: [("nothing", lambda: seen.append(config.floatx()))])
    return seen


def test_float64_comes_on_top_and_does_not_stay(types, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("MINICNN_CACHE", str(tmp_path))
    assert command.main(["warmup", "--float64"]) == 1  # for nothing was written
    assert types == ["float32", "float64"] and config.floatx() == "float32"
    *lines, last = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [["float32", "nothing"], ["float64", "nothing"]]
    assert " s in all" in last and f"{tmp_path}" in last and "cannot be written" in last


def test_nothing_is_compiled_that_could_not_be_kept(types, monkeypatch, capsys):
    monkeypatch.setattr(warmup.jit, "prepared_folder", lambda: None)
    assert command.main(["warmup"]) == 1 and types == []
    assert "cannot be written, set MINICNN_CACHE" in capsys.readouterr().err


def test_what_was_kept_is_said(types, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("MINICNN_CACHE", str(tmp_path))
    (warmup.jit.cache_folder() / "some").mkdir(parents=True)
    (warmup.jit.cache_folder() / "some" / "kernel.nbc").touch()
    assert command.main(["warmup"]) == 0 and types == ["float32"]
    assert f"kept in {warmup.jit.cache_folder()}" in capsys.readouterr().out


def test_a_float_type_is_put_back_when_a_kernel_fails(monkeypatch):
    def fail():
        raise RuntimeError("no compiler")

    monkeypatch.setattr(warmup, "groups", lambda: [("bad", fail)])
    config.set_floatx("float64")
    with pytest.raises(RuntimeError):
        warmup.warm_up()
    assert config.floatx() == "float64"


def test_one_step_of_each_group_learns(monkeypatch):
    """The tiny networks are real ones: their weights change."""
    changed = []
    minicnn.set_random_seed(1)  # of four hidden units, all may be dead
    train = warmup.Sequential.train_on_batch

    def watched(model, x, y):
        before = model.get_weights()
        train(model, x, y)
        changed.append(any(not np.array_equal(a, b) for a, b in zip(before, model.get_weights())))

    monkeypatch.setattr(warmup.Sequential, "train_on_batch", watched)
    for hidden in (warmup.NETWORKS["pooling"], warmup.NETWORKS["dense"]):
        warmup.train_and_predict(hidden())
    assert changed == [True, True]


COLD = """
import importlib, pkgutil
from minicnn import kernels
from minicnn.kernels import ahead, threads
from minicnn.warmup import warm_up
ahead.is_worth_it = lambda: False  # what a second process compiled would be unknown here
warm_up()
never = {"stand_by"} if threads.get_num_threads() == 1 else set()  # one thread alone has no helper
for each in pkgutil.iter_modules(kernels.__path__, "minicnn.kernels."):
    for name, value in vars(importlib.import_module(each.name)).items():
        dispatcher = getattr(value, "compiled", value)
        part = getattr(dispatcher, "part", None)  # what other kernels call
        if part is not None and name not in never and not dispatcher.signatures and not part.signatures:
            print("COLD", each.name, name)
"""
TRAIN = """
import numpy as np
from numba.core import event
from benchmarks.networks import NETWORKS
from benchmarks.with_minicnn import build
import minicnn as mc

class Listener(event.Listener):
    def on_start(self, happening):
        print("COMPILED", happening.data["dispatcher"].py_func.__name__)

    def on_end(self, happening):
        pass

event.register("numba:compile", Listener())
for name in ("m3", "lenet5", "final", "base", "e"):
    network = NETWORKS[name]
    model = build(network)
    x, y = network.pictures(3), network.targets(3)
    model.fit(x, y, batch_size=2, epochs=1, verbose=0, validation_data=(x, y))  # the last batch has one
    model.predict(x)
    print(name, model.step)
augmented = mc.Sequential([
    mc.layers.RandomFlip("horizontal"), mc.layers.RandomCrop(28, 28), mc.layers.RandomZoom(0.1),
    mc.layers.Conv2D(4, 3), mc.layers.GlobalAveragePooling2D(), mc.layers.Dense(2)])
augmented.compile(mc.optimizers.AdamW(), "mse")
augmented.fit(np.zeros((3, 32, 32, 3), np.uint8), np.zeros((3, 2)), batch_size=2, verbose=0)
augmented.predict(np.zeros((1, 32, 32, 3)))
print("augmented", augmented.step)
"""


@pytest.fixture(scope="module")
def warm(tmp_path_factory):
    """An empty cache, warmed up; and what was said meanwhile."""
    folder = str(tmp_path_factory.mktemp("cache"))
    return folder, run_python(COLD, MINICNN_CACHE=folder)


@pytest.mark.slow  # compiles all kernels
def test_no_kernel_is_left_cold(warm):
    assert "COLD" not in warm[1]


@pytest.mark.slow
def test_after_the_warm_up_documented_models_compile_nothing(warm):
    said = run_python(TRAIN, folder=ROOT, MINICNN_CACHE=warm[0]).splitlines()
    assert said == [f"{name} 2" for name in ("m3", "lenet5", "final", "base", "e", "augmented")]
