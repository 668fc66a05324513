"""Is the gradient right? Compare it with what it claims to be: the slope of the function.

    slope along v  =  (f(x + h v) - f(x - h v)) / 2h  +  something that shrinks with h^2

For one number out of each array at a time this says *where* a gradient is wrong; along a random
direction it checks all of them at once. Both are done in float64: with float32 the difference of two
nearly equal numbers has no digits left to compare. The gradient coming from above is random, never all
ones: sums of a softmax or a batch normalisation do not change whatever their inputs do, so all ones
would accept any gradient there.

Source: Baydin et al. 2018, "Automatic differentiation in machine learning: a survey", section 2.1.
"""

import numpy as np

from minicnn import config

STEP = 1e-5  # for numbers around 1: truncation h^2 = 1e-10, rounding 1e-16 / h = 1e-11


def relative_error(a, b):
    """|a - b| / (|a| + |b|), norms over all entries: 0 for equal, 1 for unrelated. Two zeros are equal.

    Infinity where either holds NaN or infinity: unlike a NaN, that is never less than what one would accept.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return np.inf
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return float(np.linalg.norm(a - b) / size) if size > 0 else 0.0


def numeric_gradient(f, x, step=STEP):
    """The gradient, in x's shape, of the scalar ``f()`` by every entry of ``x``: f reads x, x is put back."""
    gradient = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        before = x[index]
        x[index] = before + step
        above = f()
        x[index] = before - step
        below = f()
        x[index] = before
        gradient[index] = (above - below) / (2 * step)
    return gradient


def check_function(f, arrays, gradients, step=STEP):
    """Relative errors by name: ``gradients[name]`` against the slopes of ``f()`` along ``arrays[name]``.

    ``arrays``: dict of float64 arrays that ``f`` reads, without arguments, to give one number. ValueError for
    another float type, or a gradient of another shape.
    """
    for name, array in arrays.items():
        if array.dtype != np.float64:
            raise ValueError(f"gradients are checked in float64, {name!r} is {array.dtype}: see set_floatx")
        if np.shape(gradients[name]) != array.shape:
            got = np.shape(gradients[name])
            raise ValueError(f"the gradient of {name!r} has shape {got}, expected {array.shape}")
    return {name: relative_error(gradients[name], numeric_gradient(f, a, step)) for name, a in arrays.items()}


def check_layer(layer, x, training=True, step=STEP, rng=None):
    """Relative errors of ``backward`` for the input (``"x"``) and every parameter, by name.

    ``x``: (N, ...). A layer not yet built is built in float64, one built in float32 is refused. Keep inputs
    away from kinks (ReLU at 0, equal numbers in a pool) by more than ``step``: there is no slope there.
    A right gradient has errors around 1e-10, a wrong one anything up to 1.
    """
    rng = np.random.default_rng(0) if rng is None else rng
    x = np.array(x, np.float64)
    if not layer.built:
        usual = config.floatx()
        config.set_floatx("float64")
        try:
            layer.build((None, *x.shape[1:]))
        finally:
            config.set_floatx(usual)
    if layer.dtype != np.float64:
        raise ValueError(f"gradients are checked in float64, {layer} is {layer.dtype}: see set_floatx")
    first_step = layer.step

    def forward():
        layer.step = first_step  # the same dropout every time
        state = {name: array.copy() for name, array in layer.state.items()}
        y = layer.forward(x, training)
        layer.state.update(state)
        return y

    y = forward()
    dy = rng.standard_normal(y.shape)
    arrays = {"x": x, **layer.params}
    gradients = {"x": layer.backward(dy)}
    gradients |= {name: layer.grads[name].copy() for name in layer.params}
    return check_function(lambda: float(np.sum(forward() * dy)), arrays, gradients, step)
