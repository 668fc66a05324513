"""Convolution: F small pictures, slid over the image."""

from minicnn import lookup
from minicnn.checks import whole_number
from minicnn.kernels import conv2d, winograd
from minicnn.layers.affine import Affine
from minicnn.layers.base import check_padding, pair, window_output_size

ALGORITHMS = {"auto": None, "im2col": conv2d, "winograd": winograd}


class Conv2D(Affine):
    """(N, H, W, C) -> (N, OH, OW, filters); kernel (KH, KW, C, filters), bias (filters,).

    ``padding="same"`` gives OH = ceil(H / stride), ``"valid"`` only windows wholly inside the picture.
    ``algorithm``: "im2col" (one matrix product), "winograd" (less arithmetic; kernels larger than their
    strides and at most 5 times as large, in height and width), or "auto", the faster of the two by the rule
    in ``winograd.pays``. Results agree up to rounding; a NaN or infinity shows in the windows that see it
    with "im2col" (with few channels and filters in their neighbours, too), in whole tiles of them with
    "winograd".

    Raises ValueError where the kernel is larger than the picture, or not one that winograd takes. Sources:
    Dumoulin & Visin 2016, section 2 (sizes, padding); Lavin & Gray 2016, section 4.1 (winograd).
    """

    arguments = ("filters", "kernel_size", "strides", "padding", *Affine.arguments, "algorithm")
    rank = 4

    def __init__(self, filters, kernel_size, strides=(1, 1), padding="valid", activation=None, use_bias=True,
                 kernel_initializer="glorot_uniform", kernel_constraint=None, algorithm="auto", name=None,
                 input_shape=None):
        super().__init__(activation, use_bias, kernel_initializer, kernel_constraint, name, input_shape)
        self.filters = whole_number(filters, "filters")
        self.kernel_size = pair(kernel_size, "kernel_size")
        self.strides = pair(strides, "strides")
        self.padding = check_padding(padding)
        names = {name: name for name in ALGORITHMS}
        self.algorithm = self.chosen = lookup.find(algorithm, names, "algorithm")
        if self.algorithm == "winograd":
            winograd.check(self.kernel_size, self.strides)

    @property
    def compute(self):
        """The kernels in use. By name: a layer that kept the module itself could not be copied or pickled."""
        return ALGORITHMS[self.chosen]

    def compute_output_shape(self, input_shape):
        self.pads, OH, OW = window_output_size(self, input_shape, self.kernel_size, "kernel")
        # Strides longer than the picture give one window as well, and the kernels' planes grow with them.
        self.used_strides = tuple(map(min, self.strides, input_shape[1:3]))
        if self.algorithm == "auto":
            pays = winograd.pays(self.kernel_shape(input_shape), self.used_strides, OH, OW)
            self.chosen = "winograd" if pays else "im2col"
        return input_shape[0], OH, OW, self.filters

    def kernel_shape(self, input_shape):
        return *self.kernel_size, input_shape[3], self.filters

    def product(self, x, relu):
        return self.compute.forward(x, self.params["kernel"], self.bias, self.used_strides, self.pads, relu)

    def product_gradients(self, x, dy, relu_of):
        kernel = self.params["kernel"]
        return self.compute.backward(x, kernel, dy, self.used_strides, self.pads, relu_of, self.needs_dx)
