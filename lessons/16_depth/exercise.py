"""Lesson 16: three famous networks, each from a list of layers.

Copied to work.py by `python -m lessons start 16`. Write in work.py; this file stays as it is.

In the lists below C6k5 is a convolution with 6 filters of 5 x 5 pixels, P2 a max pooling of 2 x 2 pixels,
P3/2 one of 3 x 3 pixels that moves by 2, F the flattening, a bare number a dense layer with so many units.
Every convolution and every dense layer ends in a relu, the last one in a softmax. Leave the initial weights
at their default, except where a docstring asks for a kernel_initializer.

    layers.Input((32, 32, 3))                                      always first: the size of a picture
    layers.Conv2D(6, 5, activation="relu")                         C6k5; padding="same" puts zeros around it
    layers.MaxPooling2D(3, strides=2)                              P3/2; MaxPooling2D() is P2
    layers.Flatten()                                               F
    layers.Dense(120, activation="relu")                           120
"""

import minicnn as mc
from minicnn import layers


def lenet5(input_shape=(32, 32, 3), classes=10):
    """The network that read the digits on cheques; LeCun, Bottou, Bengio & Haffner 1998.

        C6k5 P2 C16k5 P2 F 120 84 classes                          no padding

    Returns mc.Sequential([...]), 62,006 parameters for 32 x 32 pixels in colour and ten classes.

        (32, 32, 3) -> (28, 28, 6) -> (14, 14, 6) -> (10, 10, 16) -> (5, 5, 16) -> 400 -> 120 -> 84 -> 10
    """
    raise NotImplementedError


def alexnet_cifar(input_shape=(32, 32, 3), classes=10):
    """The network that won ImageNet in 2012, made smaller; Krizhevsky, Sutskever & Hinton 2012.

        C24k5 P3/2 C64k5 P3/2 C96k3 C96k3 C64k3 P3/2 F 256 256 classes

    All convolutions have padding="same" and kernel_initializer="he_normal", the poolings no padding. A
    quarter of the filters of the original, a sixteenth of its dense units; and a first window of 5 with
    stride 1, where the original had 11 with stride 4, for pictures seven times as wide.

    Returns mc.Sequential([...]), 450,154 parameters.

        (32, 32, 3) -> (32, 32, 24) -> (15, 15, 24) -> (15, 15, 64) -> (7, 7, 64) -> three times (7, 7, ...)
        -> (3, 3, 64) -> 576 -> 256 -> 256 -> 10
    """
    raise NotImplementedError


def vgg_cifar(input_shape=(32, 32, 3), classes=10):
    """Small windows only, many times; Simonyan & Zisserman 2014, made smaller.

        C32k3 C32k3 P2   C64k3 C64k3 P2   C128k3 C128k3 C128k3 P2   F 256 classes

    All convolutions have padding="same" and kernel_initializer="he_normal". Half of the original's filters,
    three of its five groups.

    Returns mc.Sequential([...]), 961,706 parameters. Two loops make the seven convolutions.

        (32, 32, 3) -> (16, 16, 32) -> (8, 8, 64) -> (4, 4, 128) -> 2048 -> 256 -> 10       after each P2
    """
    raise NotImplementedError
