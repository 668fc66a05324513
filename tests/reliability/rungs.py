"""Every rung of every ladder is the definition: in float64 to 1e-10, in float32 but for its sums' rounding.

For each operation, a thousand problems are drawn for every test of `tests/kernels` that compares its rungs or
the two directions of one. What float32 may be off by grows with the number of terms that are added: see
`agree_in_float32` in `tests/agreement.py`; for Winograd's convolution the bounds stand in its test.

A line is a test, a case one of its combinations of rung, float type and options.
"""

from tests.reliability.counted import counted

OPERATIONS = (
    *("conv2d", "winograd", "dense", "pooling", "batchnorm", "softmax_crossentropy"),
    *("dropout", "warp", "resize", "updates"),
)
COMPARE = (
    "every_rung or each_version or matrix_product or near_float64 or transpose or hands_back or adjoint "
    "or drop_the_same or bilinear_is_the_definition or sgd or rmsprop or adam"
)
PARTS = {name: counted(f"tests/kernels/test_{name}.py", only=COMPARE) for name in OPERATIONS}
