"""Which network, trained how? A search over optimizers, learning rates, widths and the like.

    python examples/search.py                                             CIFAR-10, 27 candidates, all cores
    python examples/search.py --subset 3000 --epochs 4 --candidates 9     a first look, minutes
    python examples/search.py --scheduler tcp://192.168.0.2:8786          on many machines: docs/search.md

Candidates are drawn by lot and judged by cross-validation: all on a few pictures, the best third on three
times as many, and so on. The winner is trained again on all training pictures, and only then judged by the
test set. The same seed gives the same winner on one core, on eight, or on a cluster.
"""

import time
from math import ceil, floor, log

import common
import common_search
import numpy as np
from common_run import Stopwatch
from scipy.stats import loguniform
from sklearn.experimental import enable_halving_search_cv  # noqa: F401  makes the next import work
from sklearn.model_selection import HalvingRandomSearchCV, StratifiedKFold

import minicnn as mc
from minicnn import layers
from minicnn.sklearn import CNNClassifier

COLUMNS = {
    "optimizer": "optimizer", "optimizer__learning_rate": "rate", "optimizer__momentum": "momentum",
    "epochs": "epochs", "network__width": "width", "network__units": "units",
    "network__activation": "activation", "network__initializer": "initializer", "network__dropout": "dropout",
}  # fmt: skip
OPTIMIZERS = ("adam", "rmsprop", "sgd")
FACTOR = 3  # of the candidates every third goes on, to three times as many pictures


def build_model(classes, width=32, units=256, activation="relu", initializer="glorot_uniform", dropout=0.2):
    """Convolutions of 1, 2 and 4 times ``width`` filters, each halving the picture; then two dense layers."""
    how = {"activation": activation, "kernel_initializer": initializer}
    model = mc.Sequential([layers.Rescaling(1 / 255)], name="found")
    for filters in (width, 2 * width, 4 * width):
        model.add(layers.Conv2D(filters, 3, padding="same", **how))
        model.add(layers.MaxPooling2D())
    model.add(layers.Flatten())
    model.add(layers.Dropout(dropout))
    model.add(layers.Dense(units, **how))
    model.add(layers.Dropout(dropout))
    model.add(layers.Dense(classes, activation="softmax"))
    return model


def space(epochs):
    """What candidates are drawn from: one of these dictionaries, then a value of all its entries."""
    shared = {
        "epochs": sorted({max(1, epochs // 4), max(1, epochs // 2), epochs}),
        "network__width": [8, 16, 32],
        "network__units": [64, 128, 256],
        "network__activation": ["relu", "leaky_relu", "gelu", "tanh"],
        "network__initializer": ["glorot_uniform", "glorot_normal", "he_uniform", "he_normal"],
        "network__dropout": [0.0, 0.2, 0.4],
    }
    momentum = {"optimizer__momentum": [0.0, 0.5, 0.9]}
    return [
        {**shared, **momentum, "optimizer": ["sgd"], "optimizer__learning_rate": loguniform(1e-3, 1e-1)},
        {**shared, **momentum, "optimizer": ["rmsprop"], "optimizer__learning_rate": loguniform(1e-4, 1e-2)},
        {**shared, "optimizer": ["adam"], "optimizer__learning_rate": loguniform(1e-4, 1e-2)},
    ]


def add_flags(parser):
    count = {"type": common.whole_number(2), "metavar": "N"}
    parser.add_argument("--candidates", **count, default=27, help="how many are drawn (default: 27)")
    parser.add_argument("--folds", **count, default=3, help="of the cross-validation (default: 3)")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--workers", type=common.whole_number(1), metavar="N",
                       help="processes (default: as many as fill this machine's cores)")
    where.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster, to use its workers instead")


def make_search(args, pictures, classes):
    """scikit-learn's search, ready to fit. Its rounds are known beforehand: see ``plan``."""
    return HalvingRandomSearchCV(
        CNNClassifier(build_model, batch_size=args.batch_size, random_state=args.seed),
        space(args.epochs), n_candidates=args.candidates, factor=FACTOR,
        min_resources=plan(args, pictures, classes)[0]["pictures"],
        cv=StratifiedKFold(args.folds, shuffle=True, random_state=args.seed), random_state=args.seed,
        refit=False, error_score="raise",
    )  # fmt: skip


def plan(args, pictures, classes):
    """The rounds: how many candidates are judged on how many pictures.

    The last round sees all pictures (up to rounding), the first as few as that leaves it, but enough for two
    of every class in every fold.
    """
    rounds = 1 + floor(log(args.candidates, FACTOR))
    least = 2 * classes * args.folds
    if pictures < least:
        raise ValueError(f"{args.folds} folds need {least} pictures or more, got {pictures}: raise --subset")
    first = max(least, pictures // FACTOR ** (rounds - 1))
    sizes = [first * FACTOR**k for k in range(rounds) if first * FACTOR**k <= pictures]
    left = [args.candidates]
    for _ in sizes:
        left.append(ceil(left[-1] / FACTOR))
    return [{"candidates": count, "pictures": size} for count, size in zip(left, sizes)]


def main(argv=None):
    args = common.parse_arguments(
        argv, name="search", description=__doc__, epochs=12, batch_size=32, add_more=add_flags, resume=False
    )
    data = common.load_data(args)
    run = common.Run(args, data, pixels="0..255", labels="class numbers", validation_data=None)
    x, y = data.x_train, data.y_train.ravel()

    began = time.perf_counter()
    search = make_search(args, len(x), len(data.class_names))
    run.say(f"{args.candidates} candidates in {args.folds}-fold cross-validation")
    for number, each in enumerate(plan(args, len(x), len(data.class_names)), 1):
        fits = each["candidates"] * args.folds
        run.say(f"  round {number}: {each['candidates']} on {each['pictures']:,} pictures, {fits} fits")
    where = common_search.fit(search, x, y, args, run.say)
    search_seconds = time.perf_counter() - began
    candidates = common_search.candidates_of(search)
    print(f"\n{common_search.table(candidates, COLUMNS)}")

    run.say("\nThe best, on all training pictures:")
    began = time.perf_counter()
    best = search.estimator.set_params(**candidates[0]["params"], verbose=run.verbose).fit(x, y)
    model, history = best.model_, best.model_.history
    seconds = (time.perf_counter() - began) / len(history.epoch)
    x_test = data.x_test.astype(np.float32)  # pixels 0..255
    test = model.evaluate(x_test, data.y_test, args.batch_size, verbose=0, return_dict=True)
    print(f"\nTest accuracy of the best: {test['accuracy']:.4f} ({data.title})")

    run.stopwatches["search"] = Stopwatch([seconds] * len(history.epoch))
    run.record("search", model, history, test)
    run.report("search", model, history, (x_test, data.y_test))
    run.write(candidates=candidates, folds=args.folds, where=where, search_seconds=round(search_seconds, 2))
    mc.plots.search(
        candidates, group="optimizer", along="optimizer__learning_rate", title=f"Search on {data.title}",
        path=run.path("_rounds.png"), groups=OPTIMIZERS,
    )  # fmt: skip
    model.save(run.path(".mcnn"))


if __name__ == "__main__":
    common.start(main, stopped="A search cannot go on: it begins anew.")
