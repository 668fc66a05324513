"""Where the milliseconds of a training step go, and of inference, and how many its matrix products must take.

    python -m benchmarks.layers                   prints the tables of docs/decisions/milliseconds.md
    python -m benchmarks.layers --write           and writes them there
    python -m benchmarks.layers --models m1,e     of these networks alone

Every layer is timed within whole steps, on its way forward and on its way back; what counts is the mean of
the quicker half of the steps, so that the parts add up to the whole. Beside that stands the arithmetic of
the matrix products a layer does, which with Winograd is less than its definition's, and how long it takes at
the pace of one large product by NumPy's BLAS on as many threads, measured between the steps. A prediction
is timed likewise.
"""

import argparse
import math
import time
from collections import defaultdict
from pathlib import Path
from statistics import mean, median
from unittest import mock

import numpy as np
from threadpoolctl import threadpool_limits

import minicnn as mc
from benchmarks import machine, marked
from benchmarks.command import names, start, threads
from benchmarks.measures import PREDICTED, PRODUCT
from benchmarks.networks import NETWORKS
from benchmarks.tables import circumstances
from benchmarks.with_minicnn import build, multiply
from minicnn.kernels import winograd, winograd_tiles
from minicnn.kernels.shapes import NO_PADDING
from minicnn.layers.conv_pool import ConvPool, together

PAGE = Path(__file__).resolve().parent.parent / "docs" / "decisions" / "milliseconds.md"
MODELS = ("m1", "m2", "m3", "first", "second", "base", "lenet5", "d", "e")
ROUNDS, TURN = 7, 0.5  # seconds of steps in a round
SMALL = 0.02  # of a prediction: less is not worth a word
STEP, OPTIMIZER, LOSS, LIMIT = "step", "optimizer", "loss", "BLAS"  # what is timed beside the layers


# ------------------------------------------------------------------------------------- the arithmetic


def product(layer, batch):
    """Multiplications and additions of a matrix product of this layer but those by 0; 0 for no product."""
    kernel = layer.params.get("kernel")
    if kernel is None:
        return 0
    if kernel.ndim == 2:
        return 2 * batch * kernel.size
    _, OH, OW, _ = layer.output_shape
    if layer.compute is not winograd:
        return 2 * batch * OH * OW * kernel.size
    geometry = winograd.geometry_for(kernel.shape, layer.strides, NO_PADDING, OH, OW)
    (TH, TW), tile, C = geometry[:2], len(geometry[8]), math.prod((*layer.strides, kernel.shape[2]))
    counting = sum(winograd_tiles.counting(i, j, C, geometry) for i, j in np.ndindex(tile, tile))
    return 2 * batch * TH * TW * counting * kernel.shape[3]


def definition(layer, batch):
    """The same by the definition."""
    kernel = layer.params.get("kernel")
    return 0 if kernel is None else 2 * batch * math.prod(layer.output_shape[1:-1]) * kernel.size


# ------------------------------------------------------------------------------------- the clock


class Timed:
    """A layer, or two as one step, under a stopwatch."""

    def __init__(self, step, clock, name):
        self.step, self.clock, self.name = step, clock, name

    def __getattr__(self, way):
        """``forward``, ``backward`` or ``backward_logits`` of the step."""
        return self.clock.watch(getattr(self.step, way), self.name, way.partition("_")[0])


class Clock:
    """Seconds of the parts of every step: ``times[name, "forward" or "backward"]``, a number a step."""

    def __init__(self):
        self.times = defaultdict(list)

    def watch(self, function, *key):
        """``function``, whose calls are timed."""

        def call(*args, **kwargs):
            began = time.perf_counter()
            result = function(*args, **kwargs)
            self.times[key].append(time.perf_counter() - began)
            return result

        return call

    def seconds(self, *key):
        """The mean of the quicker half of the steps; 0 for what no step does."""
        whole, times = self.times[STEP,], self.times.get(key)
        limit = median(whole)
        return mean(part for part, step in zip(times, whole, strict=True) if step <= limit) if times else 0


def measure(network, step_of):
    """The clock after some rounds of what ``step_of(model)`` does; ``{name: layers}`` of what was timed."""
    model, clock = build(network), Clock()
    tokens = dict(zip(model.layers, network.tokens))
    found = {}

    def watched(layers):
        steps = []
        for step in together(layers):
            parts = [step.conv, step.pool] if isinstance(step, ConvPool) else [step]
            name = f"{model.layers.index(parts[0]) + 1}. {' '.join(tokens[each] for each in parts)}"
            found[name] = parts
            steps.append(Timed(step, clock, name))
        return steps

    multiplied = clock.watch(multiply(None, PRODUCT, None), LIMIT)
    update, loss = model.optimizer.update, model.loss.value_and_gradient
    with (
        mock.patch("minicnn.model.together", watched),
        mock.patch.object(model.optimizer, "update", clock.watch(update, OPTIMIZER, "backward")),
        mock.patch.object(model.loss, "value_and_gradient", clock.watch(loss, LOSS, "forward")),
    ):
        step = clock.watch(step_of(model), STEP)
        for _ in range(3):  # the first compile and make buffers
            step()
            multiplied()
        clock.times.clear()
        for _ in range(ROUNDS):
            until = time.perf_counter() + TURN
            while time.perf_counter() < until:
                step()
            multiplied()
    return clock, found


def training_step(network):
    """What makes a model do one, given the model."""

    def of(model):
        x, y = model._checked_batch(network.pictures(network.batch), network.targets(network.batch))
        return lambda: model._train_step(x, y)

    return of


def prediction(network):
    """The same for a prediction."""
    x = network.pictures(PREDICTED)
    return lambda model: lambda: model.predict(x, batch_size=PREDICTED)


# ------------------------------------------------------------------------------------- the tables


def row(*cells):
    return f"| {' | '.join(cells)} |"


def milliseconds(seconds):
    return f"{1000 * seconds:.2f}" if seconds else ""


def pace_of(clock):
    """Multiplications and additions a second."""
    return 2 * PRODUCT**3 / median(clock.times[LIMIT,])


def table(name):
    """The parts of a network's step, in the order of the way forward."""
    network = NETWORKS[name]
    clock, found = measure(network, training_step(network))
    pace, whole = pace_of(clock), clock.seconds(STEP)
    head = f"{name}, {network.batch} pictures", "forward, ms", "backward, ms", "GFLOP", "by definition"
    yield row(*head, "at BLAS's pace, ms")
    yield row("---", *["---:"] * 5)
    timed = total = 0
    learning = False  # whether a layer before this one learns, so that it must say what its input should do
    for part, layers in found.items():
        forward, backward = clock.seconds(part, "forward"), clock.seconds(part, "backward")
        products = 3 if learning else 2
        learning = learning or any(each.params for each in layers)
        done, due = (
            products * sum(count(each, network.batch) for each in layers) for count in (product, definition)
        )
        timed, total = timed + forward + backward, total + done
        cells = [f"{done / 1e9:.3g}", f"{due / 1e9:.3g}", milliseconds(done / pace)] if done else [""] * 3
        yield row(part, milliseconds(forward), milliseconds(backward), *cells)
    loss, optimizer = clock.seconds(LOSS, "forward"), clock.seconds(OPTIMIZER, "backward")
    yield row(LOSS, milliseconds(loss), *[""] * 4)
    yield row(OPTIMIZER, "", milliseconds(optimizer), *[""] * 3)
    yield row("between them", milliseconds(whole - timed - loss - optimizer), *[""] * 4)
    share = f"{milliseconds(total / pace)}: {total / pace / whole:.0%} of the step"
    yield row(f"**the step: {milliseconds(whole)} ms**", "", "", f"{total / 1e9:.3g}", "", share)


def inference_table(names):
    """A row a network: how long its layers take to predict, and what they cannot do without."""
    head = f"inference, {PREDICTED} pictures", "ms", "layer by layer", "GFLOP", "by definition"
    yield row(*head, "at BLAS's pace, ms")
    yield row("---", "---:", "---", *["---:"] * 3)
    for name in names:
        network = NETWORKS[name]
        clock, found = measure(network, prediction(network))
        whole, pace = clock.seconds(STEP), pace_of(clock)
        times = {part: clock.seconds(part, "forward") for part in found}
        parts = {part: seconds for part, seconds in times.items() if seconds > SMALL * whole}
        parts["the rest"] = whole - sum(parts.values())
        said = ", ".join(f"{part.partition('. ')[2] or part} {milliseconds(s)}" for part, s in parts.items())
        done, due = (
            sum(count(each, PREDICTED) for layers in found.values() for each in layers)
            for count in (product, definition)
        )
        share = f"{milliseconds(done / pace)}: {done / pace / whole:.0%}"
        yield row(name, milliseconds(whole), said, f"{done / 1e9:.3g}", f"{due / 1e9:.3g}", share)


def main(argv=None):
    text = argparse.RawDescriptionHelpFormatter
    name = "python -m benchmarks.layers"
    parser = argparse.ArgumentParser(name, description=__doc__, formatter_class=text)
    models = {"type": names("model", NETWORKS), "default": MODELS, "help": "default: all but the largest"}
    parser.add_argument("--models", **models)
    parser.add_argument("--threads", type=threads, default="2", help="default: 2")
    parser.add_argument("--write", action="store_true", help=f"into {PAGE.name}")
    args = parser.parse_args(argv)
    if args.write and args.models is not MODELS:
        parser.error(f"--write replaces all tables of {PAGE.name}: leave out --models, or --write")
    mc.set_num_threads(args.threads)
    settings = {"threads": args.threads, "rounds": ROUNDS, "seconds": TURN}
    measured = circumstances(machine.circumstances(settings))  # before this makes a load of its own
    tables = []
    with threadpool_limits(args.threads, "blas"):
        for name in args.models:
            tables.append("\n".join(table(name)))
            print(tables[-1], end="\n\n", flush=True)
        tables.append("\n".join(inference_table(args.models)))
    tables.append(measured)
    print("\n\n".join(tables[-2:]))
    if args.write:
        marked.replace(PAGE, "benchmarks/layers.py", "\n\n".join(tables))


if __name__ == "__main__":
    start(main, "python -m benchmarks.layers")
