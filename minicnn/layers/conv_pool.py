"""Conv2D and the MaxPooling2D behind it as one step."""

from minicnn import activations
from minicnn.kernels import conv_pool, winograd
from minicnn.layers.conv2d import Conv2D
from minicnn.layers.pooling import MaxPooling2D

WITHIN = (activations.relu, activations.linear)  # what a convolution applies by itself


class ConvPool:
    """``forward`` and ``backward`` of two layers, computed together: see kernels/conv_pool.py.

    Of equal numbers the first wins and a NaN is the largest, as in MaxPooling2D; none of it reaches another
    picture. What lies between them is not kept, so the convolution cannot go back alone afterwards.
    """

    def __init__(self, conv, pool):
        self.conv, self.pool = conv, pool

    def forward(self, x, training=False):
        """(N, H, W, C) -> (N, PH, PW, filters)"""
        conv, pool = self.conv, self.pool
        x, relu = conv.check_input(x), conv.activation is activations.relu
        y, which = conv_pool.forward(
            x, conv.params["kernel"], conv.bias, conv.used_strides, conv.pads, relu,
            pool.pool_size, pool.strides, pool.pads, conv.compute is winograd,
        )
        conv.cache, pool.cache = None, ((len(x), *conv.output_shape[1:]), which, x, y)
        return y

    def backward(self, dy):
        """dx (None unless the convolution needs it), given dy (N, PH, PW, filters); fills its ``grads``."""
        conv, pool = self.conv, self.pool
        _, which, x, y = pool.recall()
        dy, relu = pool.check_gradient(dy, y.shape), conv.activation is activations.relu
        dx, dw, db = conv_pool.backward(
            x, conv.params["kernel"], y, which, dy, conv.used_strides, conv.pads, relu, conv.needs_dx,
            pool.pool_size, pool.strides, pool.pads, conv.compute is winograd,
        )
        conv.grads = {"kernel": dw, "bias": db} if conv.use_bias else {"kernel": dw}
        return dx


def together(layers):
    """The layers as steps: a convolution with ReLU, or nothing, and the max pooling behind it are one."""
    steps = []
    for layer in layers:
        last = steps[-1] if steps else None
        if type(layer) is MaxPooling2D and type(last) is Conv2D and last.activation in WITHIN:
            steps[-1] = ConvPool(last, layer)
        else:
            steps.append(layer)
    return steps
