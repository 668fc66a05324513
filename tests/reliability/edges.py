"""The edges of what a layer or a network may be given have an answer, and it is the documented one.

Ties, NaN and infinity in max pooling, by itself and as one step with a convolution; no picture, one picture,
one pixel, one number a channel; kernels and pools as large as the padded picture; bytes; logits of 1e4 and
3e38; labels that are none; a last batch of one. Each for every layer, rung and float type that it concerns.

A line is a test, a case one of its combinations of layer, rung, float type and edge.
"""

from tests.reliability.counted import counted

KERNELS = "tests/kernels/test_{}.py"
PARTS = {
    "layers": counted("tests/layers/test_edges.py"),
    "networks": counted("tests/test_edges.py"),
    "pooling": counted(KERNELS.format("pooling"), only="nan or value or finite or images or cells or hand"),
    "logits": counted(KERNELS.format("softmax_crossentropy"), only="huge or diverged or impossible or nan"),
    "targets": counted("tests/test_losses.py", only="unfit or diverged"),
    "activations": counted(KERNELS.format("activations"), only="far or huge or nan"),
}
