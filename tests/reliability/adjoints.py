"""What a linear layer hands back is its transpose, over hundreds of drawn shapes.

That is `<A x, y> = <x, A' y>`. Every layer that is linear, or linear for what it has chosen (ReLU, max
pooling, dropout, augmentation), and convolution and max pooling as one step. The error is the difference of
the two sides, relative to the largest they could be. `tests/kernels` asks the same of every rung.
"""

from agreement import ADJOINT
from hypothesis import strategies as st
from layers import test_adjoints
from strategies import PROBLEMS, SEEDS

from tests.reliability.gradients import QUICK, SHAPES, figures


def of(dtype):
    """The part for one float type."""
    def part(quick):
        count, most = QUICK if quick else SHAPES, ADJOINT[dtype]
        for name in test_adjoints.NAMES:
            def look(data, training, seed, name=name):
                return test_adjoints.errors_of(*data.draw(PROBLEMS[name]), training, seed, dtype)

            yield from figures(f"{name}, {dtype}", look, count, st.data(), st.booleans(), SEEDS, most=most)
        yield from figures(
            f"convolution and max pooling, {dtype}",
            lambda step, seed: test_adjoints.errors_of_step(*step, seed, dtype),
            count, test_adjoints.steps(), SEEDS, most=most,
        )  # fmt: skip

    return part


PARTS = {dtype: of(dtype) for dtype in ADJOINT}
