"""The edges of what a layer or a network may be given have an answer, and it is the documented one.

Ties, NaN and infinity in max pooling, by itself and as one step with a convolution; no picture, one picture,
one pixel, one number a channel; kernels and pools as large as the padded picture; bytes; logits of 1e4 and
3e38; labels that are none; a last batch of one. Each for every layer, rung and float type that it concerns.

A line is a test, a case one of its combinations of layer, rung, float type and edge.
"""

from tests.reliability.counted import counted

KERNELS = "tests/kernels/test_{}.py"
PARTS = {  # the tests, and the cases that each has at the least
    "layers": counted("tests/layers/test_edges.py", {
        "every layer is there": 2, "no pictures give no pictures": 40, "one picture one row one pixel": 320,
        "pictures of bytes": 40, "a picture that is not finite leaves the others alone": 120,
        "convolution and pooling": 272, "a channel of a single value is beta": 30,
        "a picture that is not finite leaves the others of its share alone": 16,
        "a batch of one value a channel moves the statistics": 4,
    }),
    "networks": counted("tests/test_edges.py", {
        "huge logits have an exact loss and gradient": 48, "a last batch of one": 2,
        "a network takes pictures of bytes": 2, "pictures of one pixel": 2, "no pictures": 2,
        "labels out of range change nothing": 8,
    }),
    "pooling": counted(KERNELS.format("pooling"), {
        "max every rung is the definition": 2, "max hands back where it took from": 4,
        "average hands back in equal parts": 4, "max by hand": 2, "average by hand": 2,
        "nan wins and the first nan gets the gradient": 2, "the average of what is not finite": 2,
        "a window of one value takes its first cell": 12, "the last of 256 cells fits a byte": 2,
        "max of windows of more cells than a byte counts": 2, "max of no images": 2,
        "average of no images": 2,
    }),
    "logits": counted(KERNELS.format("softmax_crossentropy"), {
        "huge logits are exact": 8, "an impossible class that is not the target costs nothing": 2,
        "a diverged image shows and leaves the others alone": 4, "nan probabilities show": 2,
    }),
    "targets": counted("tests/test_losses.py", {
        "mean squared error of a diverged network shows in the loss": 1,
        "unfit targets are refused with the mend": 25,
    }),
    "activations": counted(KERNELS.format("activations"), {
        "far out nothing overflows": 12, "softmax of huge numbers": 2, "nan stays where it is": 7,
        "relu at 0 and at nan hands back what the fused one does": 1,
    }),
}  # fmt: skip
