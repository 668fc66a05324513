"""Every rung of every ladder is the definition: in float64 to 1e-10, in float32 but for its sums' rounding.

A ladder is one operation written several times, each way a rung: its definition, one product of matrices,
compiled, with less arithmetic. For each operation, the tests of `tests/kernels` that compare its rungs or the
two directions of one. Those that draw their problems (`@given`) draw a thousand; each version of
softmax_crossentropy, bilinear resizing, the update rules and Winograd's float32 near float64 have problems of
their own, each a case. What float32 may be off by grows with the number of terms that are added: see
`agree_in_float32` in `tests/agreement.py`. Some have bounds of their own, which stand in their tests:
Winograd's convolution; softmax_crossentropy, whose gradient of float32 logits may be off by 1e-6 of itself;
the update rules, by 3e-6; resizing, which is of float32 alone, by 1e-4 where pixels go from 0 to 255.

A line is a test, a case one of its combinations of rung, float type and options.
"""

from tests.reliability.counted import counted

RIGHT, IN_FLOAT32 = "every rung is the definition", "every rung in float32 is right up to rounding"
TRANSPOSE = "backward is the transpose of forward"
OPERATIONS = {  # tests, and the cases that each has at the least
    "conv2d": {RIGHT: 1, IN_FLOAT32: 1, TRANSPOSE: 6, "col2im is the transpose of im2col": 1},
    "winograd": {"it is the matrix product": 1, TRANSPOSE: 2, "float32 stays near float64": 8},
    "dense": {RIGHT: 1, IN_FLOAT32: 1, TRANSPOSE: 6},
    "pooling": {
        f"max {RIGHT}": 6, f"average {RIGHT}": 1,
        "max hands back where it took from": 4, "average hands back in equal parts": 4,
        "max hands back every rung in float32 right up to rounding": 1, f"average {IN_FLOAT32}": 1,
    },
    "batchnorm": {RIGHT: 1, IN_FLOAT32: 1},
    "softmax_crossentropy": {"each version gives what the definition gives": 6},
    "dropout": {"forward and backward drop the same": 1},
    "warp": {f"{RIGHT} and its adjoint": 8, IN_FLOAT32: 8},
    "resize": {"bilinear is the definition": 5},
    "updates": {"sgd": 36, "rmsprop": 48, "adam": 24},
}  # fmt: skip
PARTS = {name: counted(f"tests/kernels/test_{name}.py", least) for name, least in OPERATIONS.items()}
