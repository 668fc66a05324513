"""The reader's own functions do the arithmetic: each is called, and the result is minicnn's."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from lessons.harness import own, payoff, progress, tasks, wire
from lessons.harness.data import pictures
from lessons.harness.places import ROOT
from minicnn.kernels import activations, conv2d, dense, pooling
from minicnn.kernels.softmax_crossentropy import vectorised

M3 = wire.module_of(ROOT / "lessons/16_depth/m3.py")
BATCH = 6
KERNELS = ("0/kernel", "1/kernel", "5/kernel", "7/kernel")


def dropout_forward(x, u, rate, training):
    return np.where(u < rate, 0, x / x.dtype.type(1 - rate)) if training else x.copy()


def dropout_backward(dy, u, rate):
    return np.where(u < rate, 0, dy / dy.dtype.type(1 - rate))


def softmax_crossentropy(z, labels):
    losses, dz = vectorised(z, np.eye(z.shape[1])[labels])
    return losses.mean(), dz


def rmsprop_step(w, dw, v, learning_rate, rho, epsilon):
    v = (rho * v + (1 - rho) * dw * dw).astype(w.dtype)
    return (w - learning_rate * dw / np.sqrt(v + epsilon)).astype(w.dtype), v


WRITTEN = {
    "conv_compiled": conv2d.forward_matrix,
    "im2col": conv2d.im2col,
    "col2im": conv2d.col2im,
    "maxpool_forward": pooling.max_forward_definition,
    "maxpool_backward": pooling.max_backward_definition,
    "dense_forward": dense.forward_matrix,
    "dense_backward": dense.backward_matrix,
    "relu_forward": activations.relu,
    "relu_backward": activations.relu_backward,
    "dropout_forward": dropout_forward,
    "dropout_backward": dropout_backward,
    "softmax_crossentropy": softmax_crossentropy,
    "rmsprop_step": rmsprop_step,
}


@pytest.fixture
def written(monkeypatch):
    """All lessons finished."""
    find = lambda number, name: own.Counted(number, name, WRITTEN[name]) if name in WRITTEN else None  # noqa: E731
    monkeypatch.setattr(own, "written_by_the_reader", find)
    return own.parts()


@pytest.fixture
def batch(rng):
    return rng.random((BATCH, 32, 32, 3), dtype=np.float32), rng.integers(10, size=BATCH)


def trained(parts, batch, steps=3):
    network = M3.m3()
    for layer in network.layers:
        if hasattr(layer, "rate"):
            layer.rate = 0.0  # masks of other random numbers would be other masks
    model = own.model(network, parts)
    model.compile(own.optimizer(5e-4, parts), own.Loss(parts))
    losses = [model.train_on_batch(*batch) for _ in range(steps)]
    return model, losses


def test_a_step_of_ones_own_is_minicnns_step(written, batch):
    model, losses = trained(written, batch)
    other, others = trained(dict.fromkeys(written, ()), batch)
    np.testing.assert_allclose(losses, others, rtol=1e-4)
    for w, v in zip(model.get_weights(), other.get_weights()):
        np.testing.assert_allclose(w, v, atol=2e-4)


def test_each_function_is_called_and_minicnns_is_not(written, batch, monkeypatch):
    def forbidden(*args, **kwargs):
        raise AssertionError("minicnn's kernel was called")

    for module, names in (
        (conv2d, ("forward", "backward")),
        (dense, ("forward", "backward")),
        (pooling, ("max_forward", "max_backward")),
        (sys.modules["minicnn.kernels.dropout"], ("dropout",)),
        (sys.modules["minicnn.losses"], ("softmax_crossentropy",)),
        (sys.modules["minicnn.kernels.updates"], ("rmsprop",)),
    ):
        for name in names:
            monkeypatch.setattr(module, name, forbidden)
    model = own.model(M3.m3(), written)
    model.compile(own.optimizer(5e-4, written), own.Loss(written))
    model.train_on_batch(*batch)
    functions = [each for part in written.values() for each in part]
    assert len(functions) == len(WRITTEN)
    assert all(each.calls > 0 for each in functions)
    assert not any("minicnn" in line for line in own.table(written))


def test_unfinished_lessons_fall_back_on_minicnn(monkeypatch, batch, tmp_path):
    monkeypatch.setenv("MINICNN_LESSONS", str(tmp_path))
    parts = own.parts()
    assert not any(parts.values())
    _, losses = trained(parts, batch)
    assert np.isfinite(losses).all()
    assert all(line.endswith("from minicnn") for line in own.table(parts))


def test_what_is_not_taken_because_it_was_changed_is_said(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("MINICNN_LESSONS", str(tmp_path))
    work = tasks.find("11").work
    work.parent.mkdir()
    work.write_text("changed = True\n", encoding="utf-8")
    progress.update("11", passed={"rmsprop_step": "another mark", "adam_step": "another mark"})
    progress.update("07", passed={"im2col": "a mark of a file that is gone"})
    progress.update("15", passed={"confusion_matrix": progress.checksum(tasks.find("15").work)})

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(M3, "pictures", lambda *_: pictures(M3.BATCH, 10, "shapes"))
    monkeypatch.setattr(M3, "compiled", stop)
    with pytest.raises(KeyboardInterrupt):
        M3.main(["--mine"])
    now = "as it is now: python -m lessons check"
    assert capsys.readouterr().out.splitlines() == [
        f"not taken: im2col. Check the work.py of lesson 07 {now} 07",
        f"not taken: rmsprop_step. Check the work.py of lesson 11 {now} 11",
    ]


def test_what_is_slow_can_be_left_to_minicnn(written, batch, monkeypatch):
    forward, backward = written["pooling"]
    fast, clock = forward.function, [0.0]
    monkeypatch.setattr(own, "time", SimpleNamespace(perf_counter=lambda: clock[0]))

    def slow(*args):
        clock[0] += 0.5
        return fast(*args)

    forward.function = slow
    kept = own.quick(M3.m3(), written, *batch, most=0.45)
    assert kept["pooling"] == () and kept["loss"] == written["loss"]
    assert forward.calls == backward.calls == 0


def test_m3_is_the_documented_network(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    from cifar_m3 import build_model

    ours, documented = M3.m3().get_config(), build_model().get_config()
    assert ours == documented


def test_the_documented_runs_are_for_the_whole_of_cifar10():
    whole = SimpleNamespace(name="cifar10", x=range(50_000))
    assert 0.5 < M3.documented(whole, 2) < 0.6049
    assert M3.documented(whole, 2) < M3.documented(whole, 10)
    assert M3.documented(SimpleNamespace(name="cifar10", x=range(10_000)), 2) is None
    assert M3.documented(SimpleNamespace(name="shapes", x=range(50_000)), 2) is None


@pytest.mark.parametrize("dataset", ["cifar10", "shapes"])
def test_margins_are_measured_over_five_seeds(dataset):
    runs = payoff.measured("m3", dataset)
    assert runs.keys() == {"2000", "10000"}
    assert all(len(reached) == 5 for reached in runs.values())
    for n, seen in (("2000", 80), ("2000", 2_000), ("2000", 9_999), ("10000", 10_000), ("10000", 100_000)):
        assert M3.margin(dataset, seen) == max(0.02, max(runs[n]) - min(runs[n]))


@pytest.mark.parametrize("minicnns, floor", [(0.9, 0.85), (0.3, 0.25), (0.18, 0.15), (0.1, 0.15)])
def test_the_floor_is_what_minicnn_learns_from_the_same_pictures(minicnns, floor, monkeypatch):
    trained = []
    monkeypatch.setattr(M3, "by_minicnn", lambda seed, x, y, epochs: (trained.append((len(x), epochs)), {}))
    monkeypatch.setattr(M3, "accuracy", lambda *_: minicnns)
    monkeypatch.setattr(M3, "margin", lambda dataset, seen: 0.05 if seen == 300 else None)
    found, words, _ = M3.floor_of(pictures(100, 10, "shapes"), 3, 0)
    assert trained == [(100, 3)]
    assert found == pytest.approx(floor)
    few = ", too few pictures to learn from" if minicnns < 0.15 else ""
    assert words == f"floor {floor:.3f}; minicnn's functions: {minicnns:.3f}{few}"


NOISE = {  # which parts of the dense layers' gradients are noise, and whose first step that is
    "dx": "0/kernel, 0/bias, 1/kernel, 1/bias, 5/kernel, 5/bias",
    "dw": "5/kernel, 7/kernel",
    "db": "5/bias, 7/bias",
}


def noisy(right, spoiled, rng):
    """``right`` with noise of the same size in the place of one of its gradients."""

    def backward(*args):
        found = dict(zip(("dx", "dw", "db"), right(*args)))
        noise = rng.standard_normal(found[spoiled].shape, dtype=np.float32)
        found[spoiled] = noise * np.sqrt(np.mean(found[spoiled] ** 2))
        return tuple(found.values())

    return backward


@pytest.mark.parametrize("spoiled", NOISE)
def test_noise_for_a_gradient_shows_in_the_first_step(spoiled, written, batch, rng):
    backward = written["dense layers"][1]
    backward.function = noisy(backward.function, spoiled, rng)
    assert own.not_minicnns(M3.m3(), written, *batch) == NOISE[spoiled]


def test_the_first_step_of_right_functions_is_minicnns(written, batch):
    assert own.not_minicnns(M3.m3(), written, *batch) == ""
    (step,) = written["optimizer"]
    step.function = lambda w, dw, v, learning_rate, *_: (w - learning_rate * np.sign(dw), v)
    odd = own.not_minicnns(M3.m3(), written, *batch)
    assert odd == "0/kernel, 0/bias, 1/kernel, 1/bias, 5/kernel, 5/bias, 7/kernel, 7/bias"


def test_a_certificate_is_for_what_the_weights_learned(written, monkeypatch, capsys):
    monkeypatch.setattr(M3, "CONTROL", 2 * M3.BATCH)
    monkeypatch.setattr(M3, "draw", lambda *facts: None)
    monkeypatch.setattr(M3, "step_times", lambda *models: (1.0, 1.0))
    (forward, backward), seen = written["dense layers"], set()
    right = forward.function

    def forward_that_knows_the_tests(x, w, b):
        seen.add(len(x))
        return right(x, w, b)

    forward.function = forward_that_knows_the_tests
    parts = dict.fromkeys(written, ()) | {"dense layers": written["dense layers"]}
    M3.certify(parts, pictures(M3.CONTROL, M3.BATCH - 3, "shapes"), epochs=1, verbose=0)
    assert seen == {M3.BATCH}, "the 37 test pictures are one batch of their own"
    out = capsys.readouterr().out
    assert "a training step takes 1000 ms by your work, 1000 ms by minicnn" in out
    assert "about where" not in out and "the first step" not in out

    right_backward = backward.function
    backward.function = lambda *args: tuple(d * np.float32(1e-9) for d in right_backward(*args))
    _, passed = M3.certify(parts, pictures(M3.CONTROL, M3.BATCH - 3, "shapes"), epochs=1, verbose=0)
    assert not passed
    out = capsys.readouterr().out
    assert f"about where they were before: {', '.join(KERNELS)}" in out
    assert "the first step of these is not minicnn's: 0/kernel, 0/bias," in out


@pytest.mark.parametrize(
    "floor, spoiled, passes", [(0.0, None, True), (1.01, None, False), (0.0, "dx", False), (0.0, "dw", False)]
)
def test_a_certificate_needs_its_floor_and_no_noise(floor, spoiled, passes, written, monkeypatch, rng):
    monkeypatch.setattr(M3, "draw", lambda *facts: None)
    monkeypatch.setattr(M3, "step_times", lambda *models: (1.0, 1.0))
    monkeypatch.setattr(M3, "control", lambda *_: 0.1)
    monkeypatch.setattr(M3, "floor_of", lambda *_: (floor, "a floor", dict.fromkeys(KERNELS, 0.0)))
    backward = written["dense layers"][1]
    backward.function = noisy(backward.function, spoiled, rng) if spoiled else backward.function
    parts = M3.MINICNNS | {"dense layers": written["dense layers"]}
    _, passed = M3.certify(parts, pictures(M3.BATCH, 10, "shapes"), epochs=1, verbose=0)
    assert passed is passes


def test_minicnn_is_not_compared_with_itself(written, monkeypatch):
    monkeypatch.setattr(M3, "step_times", lambda models, x, y: [1.0 for _ in models])
    assert list(M3.compared(None, written, None, None)) == ["your work", "minicnn"]
    assert list(M3.compared(None, dict.fromkeys(written, ()), None, None)) == ["minicnn"]


@pytest.mark.slow
def test_the_certificate_is_drawn(written, monkeypatch, capsys):
    monkeypatch.setattr(M3, "CONTROL", 400)
    figure, _ = M3.certify(written, pictures(M3.CONTROL, 400, "shapes"), epochs=1, verbose=0)
    assert figure._repr_png_().startswith(b"\x89PNG")
    assert "your conv_compiled (08)" in capsys.readouterr().out
