"""Pooling: keep one number where there were several."""

from minicnn.kernels import pooling
from minicnn.layers.base import Layer, check_padding, pair, window_output_size


class _Pooling2D(Layer):
    """(N, H, W, C) -> (N, OH, OW, C). ``strides`` are the pool's size unless given."""

    arguments = ("pool_size", "strides", "padding")
    rank = 4

    def __init__(self, pool_size=(2, 2), strides=None, padding="valid", name=None, input_shape=None):
        super().__init__(name, input_shape)
        self.pool_size = pair(pool_size, "pool_size")
        self.strides = self.pool_size if strides is None else pair(strides, "strides")
        self.padding = check_padding(padding)

    def compute_output_shape(self, input_shape):
        self.pads, OH, OW = window_output_size(self, input_shape, self.pool_size, "pool")
        return input_shape[0], OH, OW, input_shape[3]


class MaxPooling2D(_Pooling2D):
    """The largest number of every window, channel by channel: (N, H, W, C) -> (N, OH, OW, C).

    ``strides`` are the pool's size unless given; with ``padding="same"`` cells outside do not count.
    Equal numbers, be they all -inf: the first wins, and gets the gradient. A NaN is the largest.
    OH and OW are those of ``Conv2D``. Scherer, Müller & Behnke 2010, section 3.
    """

    def forward(self, x, training=False):
        x = self.check_input(x)
        y, which = pooling.max_forward(x, self.pool_size, self.strides, self.pads)
        self.cache = x.shape, which
        return y

    def backward(self, dy):
        x_shape, which, *_ = self.recall()  # and what conv_pool.py keeps
        dy = self.check_gradient(dy, which.shape)
        return pooling.max_backward(dy, which, x_shape, self.pool_size, self.strides, self.pads)


class AveragePooling2D(_Pooling2D):
    """The mean of every window, channel by channel: (N, H, W, C) -> (N, OH, OW, C).

    ``strides`` are the pool's size unless given; with ``padding="same"`` cells outside do not count.
    OH and OW are those of ``Conv2D``. Scherer, Müller & Behnke 2010, section 3.
    """

    def forward(self, x, training=False):
        x = self.check_input(x)
        y = pooling.average_forward(x, self.pool_size, self.strides, self.pads)
        self.cache = x.shape, y
        return y

    def backward(self, dy):
        x_shape, y = self.recall()
        dy = self.check_gradient(dy, y.shape)
        return pooling.average_backward(dy, x_shape, self.pool_size, self.strides, self.pads)


class GlobalAveragePooling2D(Layer):
    """The mean of every channel: (N, H, W, C) -> (N, C). Lin, Chen & Yan 2013, section 3.2."""

    rank = 4

    def compute_output_shape(self, input_shape):
        return input_shape[0], input_shape[3]

    def forward(self, x, training=False):
        x = self.check_input(x)
        y = x.mean((1, 2))
        self.cache = x.shape, y
        return y

    def backward(self, dy):
        (N, H, W, C), y = self.recall()
        dy = self.check_gradient(dy, y.shape)
        # forward was: y = x.sum((1, 2)) / (H W)
        return (dy / (H * W)).reshape(N, 1, 1, C).repeat(H, 1).repeat(W, 2)
