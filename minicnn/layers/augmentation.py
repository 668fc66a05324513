"""Augmentation: while training, a network sees every picture a little differently each time.

The layers here keep the class of a picture and change its pixels: mirrored, turned, nearer or further,
shifted, cut out. Each is a map (N, 2, 3) from new pixels to old ones, one for each picture of the batch,
followed by kernels/warp.py; at inference only RandomCrop does anything. Pixels may have any range.

What picture n goes through is a function of the seed, the training step, the layer's place and n, its index
in the batch: neither threads nor the order of calls change it, nor how many pictures come after it. The same
picture at another index, as in a batch of another size, is treated differently.

Names, arguments, defaults and results are Keras 3's, with four differences. RandomFlip by default draws for
either axis, as its name says, where Keras draws once and does both or nothing. RandomCrop draws a place for
every picture, Keras one for the whole batch. At inference it cuts and resizes, as Keras's text says, where
Keras 3.15 returns the picture as it came. ``fill_mode="wrap"`` blends the last pixel into the first, where
Keras on TensorFlow jumps.
"""

import numpy as np

from minicnn import random
from minicnn.checks import check_choice, number, whole_number
from minicnn.kernels import warp
from minicnn.layers.base import Layer, snake_case
from minicnn.windows import middle


class _Augmentation(Layer):
    """What they share: a seed, uniform numbers for every picture, and the way through the warp."""

    rank = 4

    def __init__(self, seed, name, input_shape):
        super().__init__(name, input_shape)
        self.given_seed = None if seed is None else whole_number(seed, "seed", least=0, most=np.inf)

    def draw(self, N):
        """(N, 2) numbers, uniform in [0, 1), for this training step; row n does not depend on N."""
        seed = self.seed if self.given_seed is None else self.given_seed
        rng = random.generator(seed, snake_case(type(self).__name__), self.place, self.step)
        self.step += 1
        return rng.random((N, 2))

    def get_config(self):
        """The constructor's arguments, in terms JSON knows."""
        return {**super().get_config(), "seed": self.given_seed}


class _RandomMap(_Augmentation):
    """A layer that is its ``maps``: (N, H, W, C) -> (N, H, W, C)."""

    def __init__(self, fill_mode, interpolation, fill_value, seed, name, input_shape):
        super().__init__(seed, name, input_shape)
        self.fill_mode = check_choice(fill_mode, "fill_mode", warp.FILL_MODES, self)
        self.interpolation = check_choice(interpolation, "interpolation", warp.INTERPOLATIONS, self)
        self.fill_value = number(fill_value, "fill_value")

    def maps(self, u, H, W):
        """One map (2, 3) for each row of uniform numbers ``u`` (N, 2): where the new pixels come from."""
        raise NotImplementedError

    def forward(self, x, training=False):
        x = self.check_input(x)
        N, H, W, _ = x.shape
        maps = None
        if training:
            maps = self.maps(self.draw(N), H, W)
            x = warp.forward(x, maps, (H, W), self.interpolation, self.fill_mode, self.fill_value)
        self.cache = maps, x.shape
        return x

    def backward(self, dy):
        maps, shape = self.recall()
        dy = self.check_gradient(dy, shape)
        return dy if maps is None else warp.backward(dy, maps, shape, self.interpolation, self.fill_mode)


class RandomFlip(_RandomMap):
    """Mirror left and right, upside down, or both, each for half of the pictures: (N, H, W, C) -> same.

    ``mode``: "horizontal" swaps left and right, "vertical" top and bottom, "horizontal_and_vertical" draws
    for both, one independent of the other.
    """

    arguments = ("mode",)
    modes = ("horizontal", "vertical", "horizontal_and_vertical")

    def __init__(self, mode="horizontal_and_vertical", seed=None, name=None, input_shape=None):
        super().__init__("nearest", "nearest", 0, seed, name, input_shape)  # pixels fall onto pixels
        self.mode = check_choice(mode, "mode", self.modes, self)

    def maps(self, u, H, W):
        chosen = "vertical" in self.mode, "horizontal" in self.mode
        signs = np.where((u < 0.5) & chosen, -1.0, 1.0)
        return warp.about_centre(signs[:, :, None] * np.eye(2), H, W)


class RandomRotation(_RandomMap):
    """Turn by a random angle: (N, H, W, C) -> (N, H, W, C).

    ``factor``: a part of a whole turn, 0.1 for angles between -36 and 36 degrees, or the lowest and the
    highest part, (-0.1, 0.2). Positive angles turn counter-clockwise. ``fill_mode``: how the picture goes
    on outside, see kernels/warp.py; ``fill_value`` is the constant of "constant".
    """

    arguments = ("factor", "fill_mode", "interpolation", "fill_value")

    def __init__(self, factor, fill_mode="reflect", interpolation="bilinear", seed=None, fill_value=0.0,
                 name=None, input_shape=None):
        super().__init__(fill_mode, interpolation, fill_value, seed, name, input_shape)
        self.factor = checked_factor(factor, "factor")

    def maps(self, u, H, W):
        angle = 2 * np.pi * between(self.factor, u[:, 0])
        cos, sin = np.cos(angle), np.sin(angle)
        # rows grow downwards, so looking clockwise from a pixel turns the picture counter-clockwise
        return warp.about_centre(np.array([[cos, sin], [-sin, cos]]).transpose(2, 0, 1), H, W)


class RandomZoom(_RandomMap):
    """Zoom out or in: (N, H, W, C) -> (N, H, W, C).

    ``height_factor``: 0.1 looks at 0.9 to 1.1 times the picture's height, (0.1, 0.2) at 1.1 to 1.2 times;
    a positive factor looks at more than the whole, so it zooms *out*. ``width_factor``: the same for the
    width; None: what was drawn for the height, which keeps the shape of things.
    """

    arguments = ("height_factor", "width_factor", "fill_mode", "interpolation", "fill_value")

    def __init__(self, height_factor, width_factor=None, fill_mode="reflect", interpolation="bilinear",
                 seed=None, fill_value=0.0, name=None, input_shape=None):
        super().__init__(fill_mode, interpolation, fill_value, seed, name, input_shape)
        self.height_factor = checked_factor(height_factor, "height_factor", above=True)
        self.width_factor = width_factor
        if width_factor is not None:
            self.width_factor = checked_factor(width_factor, "width_factor", above=True)

    def maps(self, u, H, W):
        height = 1 + between(self.height_factor, u[:, 0])
        width = height if self.width_factor is None else 1 + between(self.width_factor, u[:, 1])
        return warp.about_centre(np.stack([height, width], axis=1)[:, :, None] * np.eye(2), H, W)


class RandomTranslation(_RandomMap):
    """Shift down or up, right or left: (N, H, W, C) -> (N, H, W, C).

    ``height_factor``: a part of the height, 0.1 for at most a tenth either way, (-0.1, 0.2) for up to a tenth
    upwards or a fifth downwards. ``width_factor``: a part of the width, positive to the right.
    """

    arguments = ("height_factor", "width_factor", "fill_mode", "interpolation", "fill_value")

    def __init__(self, height_factor, width_factor, fill_mode="reflect", interpolation="bilinear",
                 seed=None, fill_value=0.0, name=None, input_shape=None):
        super().__init__(fill_mode, interpolation, fill_value, seed, name, input_shape)
        self.height_factor = checked_factor(height_factor, "height_factor")
        self.width_factor = checked_factor(width_factor, "width_factor")

    def maps(self, u, H, W):
        down, right = H * between(self.height_factor, u[:, 0]), W * between(self.width_factor, u[:, 1])
        return warp.shifts(-np.stack([down, right], axis=1))  # what moves down comes from further up


class RandomCrop(_Augmentation):
    """Cut out a part of ``height`` x ``width`` pixels: (N, H, W, C) -> (N, height, width, C).

    While training the part lies anywhere, a place drawn for every picture. At inference, and for pictures
    smaller than the part, the largest window of the part's proportions is taken from the middle and resized
    (bilinear, half-pixel centres, no antialiasing).
    """

    arguments = ("height", "width")

    def __init__(self, height, width, seed=None, name=None, input_shape=None):
        super().__init__(seed, name, input_shape)
        self.height, self.width = whole_number(height, "height"), whole_number(width, "width")

    def compute_output_shape(self, input_shape):
        return input_shape[0], self.height, self.width, input_shape[3]

    def forward(self, x, training=False):
        x = self.check_input(x)
        N, H, W, _ = x.shape
        sizes = self.height, self.width
        places = H - self.height + 1, W - self.width + 1
        if training and min(places) > 0:
            window, interpolation = np.s_[:, :, :], "nearest"  # whole pixels: nothing to blend
            maps = warp.shifts(np.floor(self.draw(N) * places))
        else:
            window, interpolation = self.middle(H, W), "bilinear"
            maps = warp.resizing(N, x[window].shape[1:3], sizes).copy()  # for a batch of one it is read-only,
            # and compiled code takes read-only arrays for another type: it would be compiled a second time
        self.cache = x.shape, window, maps, interpolation
        return warp.forward(np.ascontiguousarray(x[window]), maps, sizes, interpolation, "nearest")

    def middle(self, H, W):
        """The largest window of the part's proportions, in the middle of H x W pixels; ValueError for 0."""
        if 0 in (H, W):
            raise ValueError(f"{self} cannot cut {self.height} x {self.width} pixels out of {H} x {W}")
        top, left, h, w = middle(H, W, self.height, self.width)
        return np.s_[:, top : top + h, left : left + w]

    def backward(self, dy):
        shape, window, maps, interpolation = self.recall()
        dy = self.check_gradient(dy, (shape[0], *self.output_shape[1:]))
        dx = np.zeros(shape, dy.dtype)
        dx[window] = warp.backward(dy, maps, dx[window].shape, interpolation, "nearest")
        return dx


def between(factor, u):
    """``u``, uniform in [0, 1), stretched to -factor .. factor, or to the two numbers the factor is."""
    low, high = factor if isinstance(factor, tuple) else (-abs(factor), abs(factor))
    return low + (high - low) * u


def checked_factor(value, argument, above=False):
    """A number from -1 (or, if ``above``, just above it) to 1, or two of them, the lower one first."""
    several = isinstance(value, (tuple, list))
    try:
        both = sorted(number(each, argument, least=-1) for each in (value if several else [value]))
        if len(both) != 1 + several or both[-1] > 1 or (above and both[0] == -1):
            raise ValueError
    except ValueError:
        bounds = f"{'above' if above else 'from'} -1 up to 1"
        raise ValueError(f"{argument} expects a number {bounds}, or two of them, got {value!r}") from None
    return tuple(both) if several else both[0]
