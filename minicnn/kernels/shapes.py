"""The glossary of letters, and the sizes that follow from one another.

    N          images in the batch
    H  W       rows and columns of pixels in
    C          channels in            F          filters, that is channels out
    KH KW      kernel (or pool)       SH SW      strides
    OH OW      rows and columns out
    x  y       input, output          w  b       weights, bias      (``w`` is never the width)
    dy dx dw db   the gradient of the loss with respect to y, x, w, b
    padding    ((top, bottom), (left, right)): zeros around the picture

One layout everywhere: pictures are (N, H, W, C), convolution kernels (KH, KW, C, F).
"""

NO_PADDING = ((0, 0), (0, 0))


def output_size(size, kernel, stride, padding=(0, 0)):
    """How often a window of ``kernel`` pixels, moved by ``stride``, fits into the padded ``size``."""
    return (size + padding[0] + padding[1] - kernel) // stride + 1


def output_shape(x, w, strides, padding):
    """(N, OH, OW, F) of a convolution."""
    (N, H, W, _), (KH, KW, _, F) = x.shape, w.shape
    return N, output_size(H, KH, strides[0], padding[0]), output_size(W, KW, strides[1], padding[1]), F


def same_padding(size, kernel, stride):
    """Zeros before and after, so that the output has ceil(size / stride) pixels.

    An odd total puts the extra zero *behind*, as TensorFlow does. 32 pixels, kernel 5, stride 2
    give (1, 2): a symmetric (2, 2) has the right output shape and the wrong values.
    """
    out = -(-size // stride)
    total = max(0, (out - 1) * stride + kernel - size)
    return total // 2, total - total // 2


def padding_amounts(padding, sizes, kernels, strides):
    """``"valid"`` or ``"same"`` turned into ((top, bottom), (left, right))."""
    if padding == "valid":
        return NO_PADDING
    return tuple(same_padding(n, k, s) for n, k, s in zip(sizes, kernels, strides))
