"""Every gradient is the slope of its function, in 64-bit arithmetic, over hundreds of drawn shapes.

For each layer, and each loss at the end of each kind of network, shapes, options, weights and inputs are
drawn as in `tests/strategies.py`; the gradient is compared with central differences, entry by entry. The
error is |a - b| / (|a| + |b|), with norms over all entries.

Differences are blind where a function is nearly flat, and across kinks. There the gradient is compared with
the slope that a complex step gives (`tests/complex_step.py`): of activations with slopes down to 1e-7, of
losses of networks that are sure, of batch normalisation of pairs, of convolution and max pooling as one step.
"""

import sys

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from minicnn import config
from tests.agreement import ROOT
from tests.reliability.record import Figure

sys.path.insert(0, str(ROOT / "tests"))  # as pytest does

from layers import test_flat_and_kinked as blind
from layers import test_gradients
from strategies import PROBLEMS, SEEDS, shapes

SHAPES, QUICK = 200, 2
MOST = 1e-7


def drawn(count, *strategies):
    """Call a function of one tuple with ``count`` draws of ``strategies``, new ones each time."""
    return lambda function: settings(
        max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )(given(st.tuples(*strategies))(function))  # fmt: skip


def figures(what, look, count, *strategies, most=MOST):
    """The worst of ``count`` errors; ``look`` gives each as {name: error}."""
    found, usual = [], config.floatx()

    @drawn(count, *strategies)
    def one(given):
        found.append(np.max([0.0, *look(*given).values()]))  # a NaN stays one, which max() may pass over

    config.set_floatx("float64")
    try:
        one()
    finally:
        config.set_floatx(usual)
    yield Figure(f"{what}: {most:.0e} over {SHAPES} drawn shapes",
                 f"{np.max(found):.1e}, the worst of {len(found)}",
                 bool(np.max(found) <= most) and len(found) >= count)  # fmt: skip


def layers(quick):
    """Every layer there is."""
    for name in PROBLEMS:
        def look(data, training, seed, name=name):
            return test_gradients.errors_of(*data.draw(PROBLEMS[name]), training, seed)

        yield from figures(name, look, QUICK if quick else SHAPES, st.data(), st.booleans(), SEEDS)


def losses(quick):
    """Every loss, through a network that ends in each of five ways."""
    ends = list(test_gradients.ENDS)
    for name in test_gradients.LOSSES:
        def look(end, N, seed, name=name):
            return test_gradients.errors_through_a_network(name, end, N, seed)

        yield from figures(f"loss, {name}", look, QUICK if quick else SHAPES, st.sampled_from(ends),
                           st.integers(1, 4), SEEDS)  # fmt: skip


def flat(quick):
    """Where differences would see rounding alone."""
    count = QUICK if quick else SHAPES
    for place, (look, rank) in blind.PLACES.items():
        for name in blind.FAR:
            yield from figures(f"{place}, {name} nearly flat",
                               lambda seed, shape, look=look, name=name: look(name, seed, shape),
                               count, SEEDS, shapes(rank, largest=3))  # fmt: skip
    yield from figures("BatchNormalization of pairs", blind.errors_of_pairs, count,
                       st.sampled_from([1e-3, 0.1]), SEEDS, st.integers(1, 4))  # fmt: skip
    for name in blind.LOSSES:
        for of_logits in (True, False):
            yield from figures(f"loss, {name}, of {'sure logits' if of_logits else 'probabilities'}",
                               lambda seed, N, name=name, of_logits=of_logits:
                               blind.errors_of_loss(name, of_logits, seed, N),
                               count, SEEDS, st.integers(1, 4))  # fmt: skip


def kinked(quick):
    """Convolution by both algorithms, and with ReLU and max pooling as one step."""
    for algorithm in ("im2col", "winograd"):
        yield from figures(f"Conv2D, {algorithm}, alone and with MaxPooling2D as one step",
                           lambda step: blind.errors_of_step(*step),
                           QUICK if quick else SHAPES, blind.steps(algorithm))  # fmt: skip


PARTS = {"layers": layers, "losses": losses, "flat": flat, "kinked": kinked}
