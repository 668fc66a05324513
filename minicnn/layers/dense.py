"""Dense: every output sees every input."""

from minicnn.checks import whole_number
from minicnn.kernels import dense
from minicnn.layers.affine import Affine


class Dense(Affine):
    """y = activation(x kernel + bias): (N, ..., D) -> (N, ..., units); kernel (D, units), bias (units,)."""

    arguments = ("units", *Affine.arguments)

    def __init__(self, units, activation=None, use_bias=True, kernel_initializer="glorot_uniform",
                 kernel_constraint=None, name=None, input_shape=None):
        super().__init__(activation, use_bias, kernel_initializer, kernel_constraint, name, input_shape)
        self.units = whole_number(units, "units")

    def compute_output_shape(self, input_shape):
        if len(input_shape) < 2 or input_shape[-1] is None:
            raise ValueError(f"{self} expects inputs (batch, ..., features), got {input_shape}")
        return *input_shape[:-1], self.units

    def kernel_shape(self, input_shape):
        return input_shape[-1], self.units

    def product(self, x, relu):
        y = dense.forward(_rows(x), self.params["kernel"], self.bias, relu)
        return y.reshape(*x.shape[:-1], self.units)

    def product_gradients(self, x, dy, relu_of):
        y = None if relu_of is None else _rows(relu_of)
        dx, dw, db = dense.backward(_rows(x), self.params["kernel"], _rows(dy), y, self.needs_dx)
        return dx if dx is None else dx.reshape(x.shape), dw, db


def _rows(x):
    """(N, ..., D) as (N ..., D): a Dense layer treats every place alike."""
    return x.reshape(-1, x.shape[-1])
