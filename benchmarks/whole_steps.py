"""What each decision about a training step is worth: whole steps with it and without, in turn.

    python -m benchmarks.whole_steps           prints the table of docs/decisions/whole_steps.md
    python -m benchmarks.whole_steps --write   and writes it there
    python -m benchmarks.whole_steps --models final,vgg16 --ways "one thread"

Every way has its own copy of the network in one process; they take turns of a few steps each, and what counts
is the ratio of times measured right after each other.
"""

import argparse
import contextlib
import statistics
import time
from pathlib import Path
from unittest import mock

import minicnn as mc
from benchmarks import command, marked
from benchmarks.networks import NETWORKS
from benchmarks.with_minicnn import build
from minicnn import model as models
from minicnn.kernels import winograd

PAGE = Path(__file__).resolve().parent.parent / "docs" / "decisions" / "whole_steps.md"
MODELS = ("m1", "m3", "lenet5", "first", "second", "e")
ROUNDS, TURN = 9, 0.3  # seconds
AS_IT_IS = "as it is"


@contextlib.contextmanager
def threads(count):
    usual = mc.get_num_threads()
    mc.set_num_threads(count)
    yield
    mc.set_num_threads(usual)


WAYS = {
    AS_IT_IS: contextlib.nullcontext,
    "convolution and pooling apart": lambda: mock.patch.object(models, "together", list),
    "all convolutions as matrix products": contextlib.nullcontext,
    "no tiles of 8 x 8": lambda: mock.patch.object(winograd, "WORTH", 0),
    "one thread": lambda: threads(1),
}
OTHERS = tuple(way for way in WAYS if way != AS_IT_IS)


def stepper(name, way):
    """A function that does so many steps, and returns seconds for one."""
    network = NETWORKS[name]
    with contextlib.ExitStack() as changed:
        if "matrix" in way:
            changed.enter_context(mock.patch.object(winograd, "pays", lambda *_: False))
        model = build(network)
    x, y = model._checked_batch(network.pictures(network.batch), network.targets(network.batch))

    def steps(count):
        with WAYS[way]():
            began = time.perf_counter()
            for _ in range(count):
                model._train_step(x, y)
            return (time.perf_counter() - began) / count

    steps(2)
    return steps


def table(models, others):
    """A row for every model: milliseconds as it is, then how much longer it takes without."""
    yield f"| a step of (batch) | as it is, ms | {' | '.join(others)} |"
    yield "| --- | ---: |" + " ---: |" * len(others)
    for name in models:
        steps = {way: stepper(name, way) for way in (AS_IT_IS, *others)}
        count = max(1, round(TURN / steps[AS_IT_IS](3)))
        rounds = [{way: step(count) for way, step in steps.items()} for _ in range(ROUNDS)]
        times = statistics.median(each[AS_IT_IS] for each in rounds)
        cells = []
        for way in others:
            ratios = sorted(each[way] / each[AS_IT_IS] for each in rounds)
            cells.append(f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} - {ratios[-1]:.2f})")
        yield f"| {name} ({NETWORKS[name].batch}) | {1e3 * times:.1f} | {' | '.join(cells)} |"


def main(argv=None):
    text = argparse.RawDescriptionHelpFormatter
    name = "python -m benchmarks.whole_steps"
    parser = argparse.ArgumentParser(name, description=__doc__, formatter_class=text)
    parser.add_argument("--write", action="store_true", help=f"into {PAGE.name}")
    known, ways = command.names("model", NETWORKS), command.names("way", OTHERS)
    parser.add_argument("--threads", type=command.threads, default="2", help="for all but the last column")
    parser.add_argument("--models", type=known, default=MODELS, help="default: the page's")
    parser.add_argument("--ways", type=ways, default=OTHERS, help=f"default: {','.join(OTHERS)}")
    args = parser.parse_args(argv)
    if args.write and (args.models is not MODELS or args.ways is not OTHERS):
        what = "leave out --models and --ways, or --write"
        parser.error(f"--write replaces the whole table of {PAGE.name}: {what}")
    mc.set_num_threads(args.threads)
    rows = []
    for row in table(args.models, args.ways):
        rows.append(row)
        print(row, flush=True)
    if args.write:
        marked.replace(PAGE, "benchmarks/whole_steps.py", "\n".join(rows))


if __name__ == "__main__":
    command.start(main, "python -m benchmarks.whole_steps")
