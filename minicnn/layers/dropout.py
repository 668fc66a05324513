"""Dropout: what a network must manage without, it learns in more than one way."""

from minicnn import random
from minicnn.kernels import dropout
from minicnn.layers.base import Layer


class Dropout(Layer):
    """While training, each number is 0 with probability ``rate``, else divided by 1 - rate. Any shape."""

    arguments = ("rate",)

    def __init__(self, rate, name=None, input_shape=None):
        super().__init__(name, input_shape)
        if not 0 <= rate < 1:
            raise ValueError(f"Dropout expects a rate from 0 up to, not including, 1, got {rate!r}")
        self.rate = rate

    def forward(self, x, training=False):
        x = self.check_input(x)
        key = None
        if training and self.rate > 0:
            key = random.key(self.seed, "dropout", self.place, self.step)
            self.step += 1
            x = dropout.dropout(x, self.rate, key)
        self.cache = (key,)
        return x

    def backward(self, dy):
        (key,) = self.recall()
        # forward was: y = x keep / (1 - rate), and the same key gives the same keep
        return dy if key is None else dropout.dropout(dy, self.rate, key)
