"""minicnn: a convolutional network framework made to be read.

    import minicnn as mc
    model = mc.Sequential([mc.layers.Conv2D(32, 3, activation="relu", input_shape=(32, 32, 3)), ...])
"""

from minicnn import config
from minicnn.random import set_random_seed

__version__ = "0.1.0"
__all__ = ["config", "set_random_seed"]
