"""M3, a documented network of 1,159,178 parameters, on your own work, and a certificate of it.

    python lessons/16_depth/m3.py --mine                     two epochs on the 50,000 pictures of CIFAR-10
    python lessons/16_depth/m3.py --mine --subset 10000      a fifth of them; the certificate says so
    python lessons/16_depth/m3.py --mine --quick             what is very slow is left to minicnn
    python lessons/16_depth/m3.py                            with minicnn's kernels throughout

With --mine the convolution is yours (lesson 08, or 07 where 08 is not finished), its gradients (07), pooling
(10), dense layers and relu (05), dropout (13), loss (03) and RMSprop (11). What is not finished is
minicnn's, and the certificate says that, too. First it measures a few steps and tells how long it will take.
"""

import argparse
import itertools
import json
import sys
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the repository's root

import numpy as np

import minicnn as mc
from lessons import mine
from lessons.harness import own
from lessons.harness.certificate import draw
from lessons.harness.data import pictures
from lessons.harness.networks import arrays_of, filled
from lessons.harness.payoff import CHANCE, FLOORS, measured, movements, unmoved
from lessons.harness.places import ROOT, own_folder, shown_path
from minicnn import layers

BATCH, LEARNING_RATE = 40, 5e-4  # as the network is documented
PATIENCE = 20 * 60  # seconds: for more than this one is asked first
CONTROL = 2_000  # pictures with shuffled labels
MINICNNS = dict.fromkeys((part for part, _ in own.WANTED), ())  # parts that are all minicnn's


def m3(seed=0):
    """32x32 pixels -> 16x16x32 -> 8x8x128 -> 4x4x128 -> 512 -> 10 classes; as in examples/cifar_m3.py."""
    mc.set_random_seed(seed)
    return mc.Sequential([
        layers.Input((32, 32, 3)),
        layers.Conv2D(32, 5, strides=2, padding="same", activation="relu"),
        layers.Conv2D(128, 5, strides=2, padding="same", activation="relu"),
        layers.MaxPooling2D(2, strides=2, padding="same"),
        layers.Dropout(0.25),
        layers.Flatten(),
        layers.Dense(512, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax"),
    ], name="M3")  # fmt: skip


class Losses(mc.callbacks.Callback):
    """The loss of every single batch, out of the running means that ``fit`` reports."""

    def __init__(self):
        self.values = []

    def on_train_batch_end(self, batch, logs=None):
        before = self.total if batch else 0.0
        self.total = logs["loss"] * (batch + 1)
        self.values.append(self.total - before)


def compiled(network, parts):
    """``network`` with the functions of ``parts``, ready to learn."""
    model = own.model(network, parts)
    model.compile(own.optimizer(LEARNING_RATE, parts), own.Loss(parts), ["accuracy"])
    return model


def step_times(models, x, y, rounds=5):
    """Seconds of one training step of each model: median of ``rounds``, turn about."""
    times = [[] for _ in models]
    for k in range(rounds + 1):  # the first compiles
        for model, seconds in zip(models, times):
            start = time.perf_counter()
            model.train_on_batch(x, y)
            seconds.append(time.perf_counter() - start if k else 0)
    return [median(seconds[1:]) for seconds in times]


def compared(model, parts, x, y):
    """{whose: seconds of a training step}: the reader's, where any part is, beside minicnn's."""
    models = {"your work": model} if any(parts.values()) else {}
    models["minicnn"] = compiled(m3(), MINICNNS)
    return dict(zip(models, step_times(models.values(), x, y)))


def scaled(x):
    """Pictures uint8 as the network takes them, 0 to 1."""
    return x / np.float32(255)


def classes_of(model, x):
    """What M3 with the weights of ``model`` takes each picture for, by minicnn's own code.

    The weights are what was learned. The reader's functions could also look the answers up.
    """
    return filled(m3(), model.get_weights()).predict(x, BATCH).argmax(axis=1)


def accuracy(model, x, y):
    """The fraction of pictures that ``classes_of`` gets right."""
    return float((classes_of(model, x) == y).mean())


def control(seed, parts, x, y, x_test, y_test):
    """The accuracy after an epoch with labels dealt to the wrong pictures: no better than chance."""
    model = compiled(m3(seed), parts)
    shuffled = np.random.default_rng(seed).permutation(y[:CONTROL])
    model.fit(x[:CONTROL], shuffled, batch_size=BATCH, epochs=1, verbose=0)
    return accuracy(model, x_test[:CONTROL], y_test[:CONTROL])


def by_minicnn(seed, x, y, epochs):
    """M3 trained by minicnn's functions alone, and how far that moved each kernel."""
    model = compiled(m3(seed), MINICNNS)
    before = arrays_of(model)
    model.fit(x, y, batch_size=BATCH, epochs=epochs, verbose=0)
    return model, movements(model.parameters(), before)


def documented(data, epochs):
    """The lowest of the documented runs after so many epochs, less their spread; None: not their pictures."""
    files = sorted((ROOT / "examples/results/m3").glob("seed*.json"))
    if data.name != "cifar10" or len(data.x) < 50_000 or not files:
        return None
    runs = [json.loads(file.read_text(encoding="utf-8"))["history"]["val_accuracy"] for file in files]
    reached = [run[min(epochs, len(run)) - 1] for run in runs]
    return min(reached) - (max(reached) - min(reached))


def margin(dataset, seen):
    """By how much five seeds of minicnn's M3 differ after ``seen`` pictures, or the next smaller number."""
    runs = measured("m3", dataset)
    reached = runs[max((n for n in runs if int(n) <= seen), key=int, default=min(runs, key=int))]
    return max(0.02, max(reached) - min(reached))


def calibrate(sizes=(2_000, 10_000), seeds=range(5)):
    """What ``margin`` reads in floors.json: the accuracies of M3 after one epoch of so many pictures."""
    floors = json.loads(FLOORS.read_text(encoding="utf-8"))
    for dataset, n in itertools.product(("cifar10", "shapes"), sizes):
        data = pictures(n, 2_000, dataset)
        models = (by_minicnn(seed, scaled(data.x), data.y, 1)[0] for seed in seeds)
        reached = [round(accuracy(model, scaled(data.x_test), data.y_test), 4) for model in models]
        floors.setdefault("m3", {}).setdefault(dataset, {})[str(n)] = reached
    FLOORS.write_text(json.dumps(floors, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def floor_of(data, epochs, seed):
    """(the accuracy to reach, in words what that is, how far each kernel has to move at least).

    Where the five documented runs are of other pictures, minicnn's functions learn the same ones as long.
    Otherwise they learn a few, to see how far kernels move: more pictures move them further.
    """
    known = documented(data, epochs)
    n, times = (CONTROL, 1) if known else (len(data.x), epochs)
    model, moved = by_minicnn(seed, scaled(data.x[:n]), data.y[:n], times)
    if known:
        return known, f"floor {known:.3f}", moved
    reached = accuracy(model, scaled(data.x_test), data.y_test)
    floor = max(CHANCE, reached - margin(data.name, n * times))
    few = ", too few pictures to learn from" if reached <= floor else ""
    return floor, f"floor {floor:.3f}; minicnn's functions: {reached:.3f}{few}", moved


def certify(parts, data, epochs=2, seed=0, verbose=1):
    """Train M3 on ``parts``; the figure, and whether it passed."""
    x, x_test = scaled(data.x), scaled(data.x_test)
    network, losses = m3(seed), Losses()
    model = compiled(network, parts)
    before = arrays_of(model)
    start = time.perf_counter()
    model.fit(x, data.y, batch_size=BATCH, epochs=epochs, verbose=verbose, callbacks=[losses])
    seconds = time.perf_counter() - start
    lines = own.table(parts)

    predicted = classes_of(model, x_test)
    counts = mine("15", "confusion_matrix")(data.y_test, predicted, 10)
    reached, (floor, against, usual) = float((predicted == data.y_test).mean()), floor_of(data, epochs, seed)
    weights = model.parameters()
    still = unmoved(weights, before, usual)
    added = weights["0/kernel"] - before["0/kernel"]
    shuffled = control(seed, parts, x, data.y, x_test, data.y_test)
    steps = compared(model, parts, x[:BATCH], data.y[:BATCH])
    took = ", ".join(f"{1000 * each:.0f} ms by {name}" for name, each in steps.items())

    odd = own.not_minicnns(m3(seed), parts, x[:BATCH], data.y[:BATCH])
    doubts = [f"about where they were before: {still}"] if still else []
    doubts += [f"the first step of these is not minicnn's: {odd}"] if odd else []

    passed = reached >= floor and not doubts and shuffled <= CHANCE
    facts = [
        f"{reached:.1%} of {len(predicted):,} test pictures right ({against}; chance 10 %)",
        f"{data.name}, {len(data.x):,} pictures, epochs: {epochs}, batch {BATCH}, seed {seed}",
        f"trained in {seconds:,.0f} s; a training step takes {took}",
        f"with shuffled labels, {CONTROL:,} pictures: {shuffled:.1%} (up to {CHANCE:.0%} is chance)",
    ]
    print("\n".join([*facts, *lines, *doubts]))
    return draw(data, facts, lines, losses.values, counts, added, steps, passed), passed


def main(argv=None):
    """Say what it costs, train, draw the certificate; the exit status is 0 where it passed."""
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=as_written)
    parser.add_argument("--mine", action="store_true", help="with your own functions")
    parser.add_argument("--quick", action="store_true", help="leave what is slow to minicnn")
    parser.add_argument("--subset", type=int, default=50_000, metavar="N", help="the first N pictures only")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--patient", action="store_true", help="do not ask, however long it takes")
    args = parser.parse_args(argv)
    if args.subset < CONTROL or args.epochs < 1:
        parser.error(f"--subset expects {CONTROL} pictures or more, --epochs 1 or more")

    data = pictures(args.subset, 10_000)
    parts = own.parts() if args.mine else MINICNNS
    for line in own.outdated() if args.mine else ():
        print(line)
    x, y = scaled(data.x[:BATCH]), data.y[:BATCH]
    models = [compiled(m3(), parts), compiled(m3(), MINICNNS)]
    if args.quick:
        (theirs,) = step_times(models[1:], x, y, 3)
        parts = own.quick(m3(), parts, x, y, most=3 * theirs)
        models[0] = compiled(m3(), parts)
    models[0].train_on_batch(x, y)  # compiles
    own.restart(parts)
    ours, theirs = step_times(models, x, y, 3)
    steps = args.epochs * len(data.x) // BATCH
    control_steps = CONTROL / BATCH
    known = documented(data, args.epochs)
    tested = (2 * len(data.x_test) + CONTROL) / 3 / BATCH  # by minicnn; a prediction is a third of a step
    other = (tested + (control_steps if known else steps)) * theirs  # see floor_of
    print(f"M3 on {data.label}: {steps:,} steps of {BATCH} pictures, {1000 * ours:.0f} ms each.")
    whole, by_minicnns = ((steps + control_steps) * each + other for each in (ours, theirs))
    beside = f" (minicnn's kernels: {words(by_minicnns)})" if any(parts.values()) else ""
    print(f"About {words(whole)}{beside}.")
    if whole > PATIENCE and not args.patient:
        print("That is long. One step, part by part:")
        print("\n".join(f"  {line}" for line in own.table(parts, 4)))
        left = PATIENCE - tested * theirs - control_steps * ours
        fits = int(left / (ours + theirs) * BATCH / args.epochs) // 1000 * 1000
        print("Make the slowest faster (is a @njit above its loops enough?), and check its lesson again;")
        print("or leave it to minicnn (--quick), or take fewer pictures, both of which the certificate says;")
        print(f"or wait all the same (--patient). In {words(PATIENCE)}: --subset {max(CONTROL, fits)}")
        return 1
    own.restart(parts)
    figure, passed = certify(parts, data, args.epochs, args.seed)
    path = own_folder() / "16_depth" / ("certificate.png" if args.mine else "m3.png")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(figure._repr_png_())
    print(f"{'passed' if passed else 'not passed'}: {shown_path(path)}")
    return int(not passed)


def words(seconds):
    """A time in words."""
    return f"{seconds:.0f} seconds" if seconds < 90 else f"{seconds / 60:.0f} minutes"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nStopped; no certificate was written.")
        sys.exit(130)
