"""The layers that lesson 04's gradients_agree is to judge: right ones, and some with a planted bug."""

import numpy as np

from minicnn.kernels import activations

WEIGHTS = np.array([[1.0, -2.0], [3.0, 0.5], [-1.0, 2.0]])


def dense(x):
    return x @ WEIGHTS


def right_dense(dy, x):
    return dy @ WEIGHTS.T


def softmax(x):
    return activations.softmax(x)


def right_softmax(dy, x):
    return activations.softmax_backward(dy, x, softmax(x))


def softmax_diagonal(dy, x):
    y = softmax(x)
    return dy * y * (1 - y)  # an output moves the others as well


def softmax_nothing(dy, x):
    return np.zeros_like(x)  # the rows of a softmax sum to 1, whatever x is: right for a dy of all ones


def softmax_first_row(dy, x):
    dx = right_softmax(dy, x)
    dx[1:] = 0
    return dx


def scaling(x):
    return x * np.arange(1.0, x.size + 1).reshape(x.shape)


def right_scaling(dy, x):
    return scaling(dy)


def scaling_nan(dy, x):
    dx = right_scaling(dy, x)
    dx.flat[0] = np.nan
    return dx


def tanh(x):
    return np.tanh(x)


def right_tanh(dy, x):
    return dy * (1 - np.tanh(x) ** 2)


def tanh_without_square(dy, x):
    return dy * (1 - np.tanh(x))


def tanh_twice(dy, x):
    return 2 * right_tanh(dy, x)


def tanh_thousandth(dy, x):
    return 1.001 * right_tanh(dy, x)


def tanh_a_little(dy, x):
    return 1.00001 * right_tanh(dy, x)


def tanh_one_entry(dy, x):
    dx = right_tanh(dy, x)
    dx.flat[2] *= -1
    return dx


def tanh_first_entry(dy, x):
    dx = right_tanh(dy, x)
    dx.flat[0] *= -1
    return dx


def tanh_of_y(dy, x):
    return right_tanh(np.tanh(x), x)  # right where dy happens to be y


def tanh_last_entry(dy, x):
    dx = right_tanh(dy, x)
    dx.flat[-1] *= -1
    return dx


def tanh_last_row(dy, x):
    dx = right_tanh(dy, x)
    dx[-1] *= -1
    return dx


def tanh_inner_entry(dy, x):
    dx = right_tanh(dy, x)
    dx[9, 5] *= -1
    return dx


def tanh_reversed(dy, x):
    return right_tanh(dy, x)[:, ::-1]


def flip(x):
    return x[:, ::-1].copy()


def right_flip(dy, x):
    return dy[:, ::-1].copy()


def flip_forgotten(dy, x):
    return dy.copy()


def faint(x):
    return 1e-7 * np.tanh(x)


def right_faint(dy, x):
    return 1e-7 * right_tanh(dy, x)


def faint_sign(dy, x):
    return -right_faint(dy, x)


def faint_a_little(dy, x):
    return 1.00001 * right_faint(dy, x)


def relu(x):
    return np.maximum(x, 0)


def right_relu(dy, x):
    return np.where(x > 0, dy, 0)


def absolute(x):
    return np.abs(x)


def right_absolute(dy, x):
    return dy * np.sign(x)


def absolute_positive(dy, x):
    return np.where(x > 0, dy, -np.abs(dy))  # right for a dy that is nowhere negative


def relu_everywhere(dy, x):
    return dy.copy()


LAYERS = (  # forward, backward, shape of x, what is wrong with it ("": nothing)
    (softmax, right_softmax, (2, 3), ""),
    (scaling, right_scaling, (2, 3), ""),
    (tanh, right_tanh, (2, 3), ""),
    (tanh, right_tanh, (6,), ""),
    (dense, right_dense, (2, 3), ""),  # y is (2, 2)
    (flip, right_flip, (2, 3), ""),
    (faint, right_faint, (2, 3), ""),
    (relu, right_relu, (2, 3), ""),
    (absolute, right_absolute, (2, 3), ""),  # not curved, and another slope at y than at x
    (absolute, right_absolute, (6, 7), ""),  # more than a few numbers say nothing, either
    (tanh, tanh_without_square, (2, 3), "it has dy (1 - y) for dy (1 - y^2)"),
    (tanh, tanh_twice, (2, 3), "it is 2 times too large"),
    (tanh, tanh_thousandth, (2, 3), "it is 1.001 times too large"),
    (tanh, tanh_a_little, (2, 3), "it is 1.00001 times too large"),
    (tanh, tanh_one_entry, (2, 3), "the third of its six numbers has the wrong sign"),
    (tanh, tanh_first_entry, (2, 3), "the first of its six numbers has the wrong sign"),
    (tanh, tanh_of_y, (2, 3), "it has y where dy should be"),
    (tanh, tanh_last_entry, (2, 3), "the last of its six numbers has the wrong sign"),
    (tanh, tanh_reversed, (2, 3), "each row of it is turned round"),
    (flip, flip_forgotten, (2, 3), "it leaves the rows of dy as they are, forward turns those of x round"),
    (softmax, softmax_diagonal, (2, 3), "it forgets that each output of a row moves the others"),
    (softmax, softmax_nothing, (2, 3), "it returns zeros"),
    (softmax, softmax_first_row, (2, 3), "it returns zeros, but for the first row"),
    (scaling, scaling_nan, (2, 3), "its first number is nan"),
    (faint, faint_sign, (2, 3), "it has the wrong sign, and all its numbers are small"),
    (faint, faint_a_little, (2, 3), "it is 1.00001 times too large, and all its numbers are small"),
    (relu, relu_everywhere, (2, 3), "it does not ask where x was below 0"),
    (absolute, absolute_positive, (6, 7), "where x was below 0 it takes dy without its sign"),
    (tanh, tanh_last_row, (6, 7), "its last row has the wrong sign"),
    (tanh, tanh_inner_entry, (14, 12), "one of its 168 numbers has the wrong sign"),  # a sample misses it
)
WHY = {backward: why for _, backward, _, why in LAYERS}
