"""Dropout: what a network must manage without, it learns in more than one way."""

from minicnn import random
from minicnn.checks import number
from minicnn.kernels import dropout
from minicnn.layers.base import Layer


class Dropout(Layer):
    """While training, each number is 0 with probability ``rate``, else divided by 1 - rate. Any shape.

    Srivastava et al. 2014, section 4; scaled while training, so that nothing is to be done at inference.
    """

    arguments = ("rate",)

    def __init__(self, rate, name=None, input_shape=None):
        super().__init__(name, input_shape)
        self.rate = number(rate, "rate", least=0, below=1)

    def forward(self, x, training=False):
        x = self.check_input(x)
        key = None
        if training and self.rate > 0:
            key = random.key(self.seed, "dropout", self.place, self.step)
            self.step += 1
            x = dropout.dropout(x, self.rate, key)
        self.cache = key, x.shape
        return x

    def backward(self, dy):
        key, shape = self.recall()
        dy = self.check_gradient(dy, shape)
        # forward was: y = x keep / (1 - rate), and the same key gives the same keep
        return dy if key is None else dropout.dropout(dy, self.rate, key)
