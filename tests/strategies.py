"""Problems for kernels and layers, drawn at random and shrunk to the smallest that fails.

Hypothesis draws the sizes, strides and a seed; the numbers come from the seed, for what goes wrong in a
convolution depends on shapes, not on digits. Sizes are small and independent of one another, so that odd
cases are common: pictures and windows that are not square, strides longer than the window, one pixel,
one channel, windows as large as the padded picture.
"""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from minicnn import layers
from minicnn.kernels.shapes import output_size, padding_amounts
from minicnn.kernels.warp import FILL_MODES, INTERPOLATIONS

SEEDS = st.integers(0, 2**32 - 1)
SPACING = 0.02  # of ``distinct`` numbers: far more than the step of a gradient check


def normal(seed, *shape):
    """Normal numbers in float64."""
    return np.random.default_rng(seed).standard_normal(shape)


def distinct(seed, *shape):
    """Numbers around 0, no two nearer than SPACING, none nearer to 0 than half of it: no kink close by."""
    size = int(np.prod(shape))
    numbers = (np.arange(size) - size // 2 + 0.5) * SPACING
    return np.random.default_rng(seed).permutation(numbers).reshape(shape)


@dataclass(frozen=True)
class Window:
    """A window that slides over pictures: what convolution and pooling have in common."""

    x_shape: tuple
    size: tuple
    strides: tuple
    padding: str
    seed: int

    @property
    def zeros(self):
        return padding_amounts(self.padding, self.x_shape[1:3], self.size, self.strides)

    @property
    def out(self):
        """OH, OW"""
        each = zip(self.x_shape[1:3], self.size, self.strides, self.zeros)
        return tuple(output_size(*one) for one in each)


@st.composite
def windows(draw, largest=6, channels=3):
    """A Window over pictures of up to ``largest`` pixels a side."""
    N, H, W, C = (draw(st.integers(1, most)) for most in (3, largest, largest, channels))
    padding = draw(st.sampled_from(["valid", "same"]))
    beyond = 2 if padding == "same" else 0
    size = draw(st.integers(1, H + beyond)), draw(st.integers(1, W + beyond))
    strides = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    return Window((N, H, W, C), size, strides, padding, draw(SEEDS))


# ---- for every layer: layers of that class, each with an input its gradient can be checked at

SMOOTH = st.sampled_from([None, "tanh", "sigmoid", "gelu"])
KINKED = st.sampled_from(["relu", "leaky_relu"])


@st.composite
def shapes(draw, rank=None, least_channels=1, largest=4):
    """(N, ..., C) of 2 to 4 axes, or as many as ``rank``."""
    rank = rank or draw(st.integers(2, 4))
    *others, C = (draw(st.integers(1, largest)) for _ in range(rank))
    return (*others, max(C, least_channels))


@st.composite
def any_shape(draw, make, rank=None, least_channels=1):
    """The layer ``make`` draws, and distinct numbers."""
    return draw(make), distinct(draw(SEEDS), *draw(shapes(rank, least_channels)))


@st.composite
def convolutions(draw):
    window, filters = draw(windows(largest=5, channels=2)), draw(st.integers(1, 3))
    activation = draw(SMOOTH | KINKED | st.sampled_from(["softmax"] if filters > 1 else [None]))
    use_bias = draw(st.booleans())
    layer = layers.Conv2D(filters, window.size, window.strides, window.padding, activation, use_bias)
    terms = np.prod(window.size) * window.x_shape[3]
    return layer, normal(window.seed, *window.x_shape) / np.sqrt(terms)  # of sums around 1 tanh has a slope


@st.composite
def denses(draw):
    units = draw(st.integers(1, 4))
    activation = draw(SMOOTH | KINKED | st.sampled_from(["softmax"] if units > 1 else [None]))
    shape = draw(shapes())
    x = normal(draw(SEEDS), *shape) / np.sqrt(shape[-1])
    return layers.Dense(units, activation, draw(st.booleans())), x


@st.composite
def poolings(draw, layer):
    window = draw(windows())
    strides = draw(st.sampled_from([None, window.strides]))
    return layer(window.size, strides, window.padding), distinct(window.seed, *window.x_shape)


@st.composite
def batch_normalizations(draw):
    """Three numbers a channel or more: of one or two, the normalised ones hardly depend on them."""
    shape = draw(shapes().filter(lambda shape: np.prod(shape[:-1]) >= 3))
    center, scale = draw(st.booleans()), draw(st.booleans())
    return layers.BatchNormalization(0.9, draw(st.sampled_from([1e-3, 0.1])), center, scale), distinct(
        draw(SEEDS), *shape
    )


@st.composite
def inputs(draw):
    shape = draw(shapes())
    return layers.Input(shape[1:]), distinct(draw(SEEDS), *shape)


@st.composite
def augmentations(draw, layer, factors):
    """A layer that warps pictures with ``factors`` arguments, and distinct numbers."""
    part = st.floats(-0.9, 0.9)
    given = [draw(part | st.tuples(part, part)) for _ in range(factors)]
    how = {"fill_mode": FILL_MODES, "interpolation": INTERPOLATIONS}
    options = {name: draw(st.sampled_from(choices)) for name, choices in how.items()}
    made = layer(*given, **options, fill_value=draw(part), seed=draw(st.none() | SEEDS))
    return made, distinct(draw(SEEDS), *draw(shapes(rank=4)))


FACTORS = st.floats(0.1, 3) | st.floats(-3, -0.1)
PROBLEMS = {
    "Activation": any_shape(st.builds(layers.Activation, SMOOTH | KINKED)),
    "AveragePooling2D": poolings(layers.AveragePooling2D),
    "BatchNormalization": batch_normalizations(),
    "Conv2D": convolutions(),
    "Dense": denses(),
    "Dropout": any_shape(st.builds(layers.Dropout, st.sampled_from([0, 0.25, 0.5, 0.9]))),
    "Flatten": any_shape(st.builds(layers.Flatten)),
    "GlobalAveragePooling2D": any_shape(st.builds(layers.GlobalAveragePooling2D), rank=4),
    "Input": inputs(),
    "LeakyReLU": any_shape(st.builds(layers.LeakyReLU, st.sampled_from([0, 0.01, 0.3, 1.5]))),
    "MaxPooling2D": poolings(layers.MaxPooling2D),
    "RandomCrop": any_shape(st.builds(layers.RandomCrop, st.integers(1, 5), st.integers(1, 5)), rank=4),
    "RandomFlip": any_shape(st.builds(layers.RandomFlip, st.sampled_from(layers.RandomFlip.modes)), rank=4),
    "RandomRotation": augmentations(layers.RandomRotation, factors=1),
    "RandomTranslation": augmentations(layers.RandomTranslation, factors=2),
    "RandomZoom": augmentations(layers.RandomZoom, factors=2),
    "ReLU": any_shape(st.builds(layers.ReLU)),
    "Rescaling": any_shape(st.builds(layers.Rescaling, FACTORS, FACTORS)),
    "Softmax": any_shape(st.builds(layers.Softmax), least_channels=2),
}


def randomise(layer, seed):
    """Give a built layer weights that are not special: beside 0 and 1, wrong gradients may look right."""
    rng = np.random.default_rng(seed)
    signed = [rng.uniform(0.5, 1.5, w.shape) * rng.choice([-1, 1], w.shape) for w in layer.get_weights()]
    layer.set_weights(signed)
    if "moving_variance" in layer.state:
        np.abs(layer.state["moving_variance"], out=layer.state["moving_variance"])
