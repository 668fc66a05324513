"""One step of gradient descent: the three update rules, in place.

    w  weights      g  their gradient      lr  learning rate      t  number of the step, from 1

    SGD       v <- momentum v - lr g                              w <- w + v
              (nesterov:                                          w <- w + momentum v - lr g)
    RMSprop   v <- rho v + (1 - rho) g^2                          w <- w - lr g / sqrt(v + eps)
              (centered:  a <- rho a + (1 - rho) g,  and v - a^2 in the place of v;
               momentum:  m <- momentum m + lr g / sqrt(v + eps),  w <- w - m)
    Adam      m <- m + (1 - beta_1) (g - m)
              v <- v + (1 - beta_2) (g^2 - v)                     w <- w - alpha m / (sqrt(v) + eps)
              alpha = lr sqrt(1 - beta_2^t) / (1 - beta_1^t)
              (AdamW:     w <- w - lr decay w  before that)

Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning";
Tieleman & Hinton 2012, lecture 6.5; Kingma & Ba 2015, "Adam", the formula before section 2.1;
Loshchilov & Hutter 2019, "Decoupled weight decay regularization", algorithm 2. Where epsilon stands
follows Keras 3: inside the root in RMSprop, outside in Adam.

All arrays are flat and of one float type. A step is bound by memory, not by arithmetic: so every
rule is one pass over its arrays, written as a loop over one slice, and a launcher that hands out
slices of BLOCK elements to the threads. Arrays of up to ALONE elements skip the launcher: there SGD gains
nothing by a second thread (65536 float32 weights take it 6 microseconds alone and 7 on two; Adam 64 and 40,
so it could share a little sooner). An array that a rule does not need is passed empty.
"""

import numpy as np

from minicnn.kernels.jit import jit
from minicnn.kernels.parallel import parallel_jit, share

BLOCK = 16384  # elements: 64 KiB of float32 per array, so that all of a block stays in a core's cache
ALONE = 4 * BLOCK  # up to here one thread does it all


@jit
def sgd_slice(w, g, v, lr, momentum, nesterov):
    """SGD on one slice of its arrays."""
    number = w.dtype.type  # the scalars come as float64: float32 weights want float32 arithmetic
    lr, momentum = number(lr), number(momentum)
    for i in range(w.size):
        if v.size == 0:
            w[i] -= g[i] * lr
        else:
            v[i] = v[i] * momentum - g[i] * lr
            w[i] += v[i] * momentum - g[i] * lr if nesterov else v[i]


@jit
def _sgd_block(block, w, g, v, lr, momentum, nesterov):
    part = slice(block * BLOCK, (block + 1) * BLOCK)
    sgd_slice(w[part], g[part], v[part], lr, momentum, nesterov)


@parallel_jit
def sgd_blocks(box, w, g, v, lr, momentum, nesterov):
    """The same, slice by slice, on all threads."""
    share(box, -(-w.size // BLOCK), _sgd_block, (w, g, v, lr, momentum, nesterov))


def sgd(w, g, v, lr, momentum, nesterov):
    """SGD. ``v`` is the velocity, or empty for steps without momentum."""
    (sgd_slice if w.size <= ALONE else sgd_blocks)(w, g, v, lr, momentum, nesterov)


@jit
def rmsprop_slice(w, g, v, m, a, lr, rho, momentum, epsilon):
    """RMSprop on one slice of its arrays."""
    number = w.dtype.type
    new = number(1 - rho)  # the share of the newest gradient, subtracted in float64
    lr, rho, momentum, epsilon = number(lr), number(rho), number(momentum), number(epsilon)
    for i in range(w.size):
        v[i] = rho * v[i] + new * (g[i] * g[i])
        variance = v[i]
        if a.size > 0:
            a[i] = rho * a[i] + new * g[i]
            variance = v[i] - a[i] * a[i]
        step = lr * g[i] / np.sqrt(variance + epsilon)
        if m.size > 0:
            m[i] = momentum * m[i] + step
            step = m[i]
        w[i] -= step


@jit
def _rmsprop_block(block, w, g, v, m, a, lr, rho, momentum, epsilon):
    part = slice(block * BLOCK, (block + 1) * BLOCK)
    rmsprop_slice(w[part], g[part], v[part], m[part], a[part], lr, rho, momentum, epsilon)


@parallel_jit
def rmsprop_blocks(box, w, g, v, m, a, lr, rho, momentum, epsilon):
    """The same, slice by slice, on all threads."""
    share(box, -(-w.size // BLOCK), _rmsprop_block, (w, g, v, m, a, lr, rho, momentum, epsilon))


def rmsprop(w, g, v, m, a, lr, rho, momentum, epsilon):
    """RMSprop. ``v`` mean square; ``m`` momentum or empty; ``a`` mean gradient, or empty: not centered."""
    (rmsprop_slice if w.size <= ALONE else rmsprop_blocks)(w, g, v, m, a, lr, rho, momentum, epsilon)


@jit
def adam_slice(w, g, m, v, lr, alpha, beta_1, beta_2, epsilon, decay):
    """Adam on one slice of its arrays."""
    number = w.dtype.type
    new_1, new_2 = number(1 - beta_1), number(1 - beta_2)
    lr, alpha, epsilon, decay = number(lr), number(alpha), number(epsilon), number(decay)
    for i in range(w.size):
        w[i] -= w[i] * decay * lr
        m[i] += (g[i] - m[i]) * new_1
        v[i] += (g[i] * g[i] - v[i]) * new_2
        w[i] -= m[i] * alpha / (np.sqrt(v[i]) + epsilon)


@jit
def _adam_block(block, w, g, m, v, lr, alpha, beta_1, beta_2, epsilon, decay):
    part = slice(block * BLOCK, (block + 1) * BLOCK)
    adam_slice(w[part], g[part], m[part], v[part], lr, alpha, beta_1, beta_2, epsilon, decay)


@parallel_jit
def adam_blocks(box, w, g, m, v, lr, alpha, beta_1, beta_2, epsilon, decay):
    """The same, slice by slice, on all threads."""
    share(box, -(-w.size // BLOCK), _adam_block, (w, g, m, v, lr, alpha, beta_1, beta_2, epsilon, decay))


def adam(w, g, m, v, lr, alpha, beta_1, beta_2, epsilon, decay):
    """Adam, and AdamW where ``decay`` is not 0. ``m`` and ``v``: running mean of g and of g^2.

    ``alpha`` is the learning rate with the bias of the two means taken out, see above.
    """
    (adam_slice if w.size <= ALONE else adam_blocks)(w, g, m, v, lr, alpha, beta_1, beta_2, epsilon, decay)
