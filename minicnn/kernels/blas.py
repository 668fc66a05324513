"""One matrix product for compiled code: ``gemm(a, b, out, add)`` is ``out = a @ b`` or ``out += a @ b``.

NumPy's ``@`` is the same BLAS routine, but inside a compiled loop it insists on contiguous arrays
and cannot add. Here blocks of larger matrices, transposed or not, go in as they stand. The routine
is the one numba itself links its ``np.dot`` to (scipy's BLAS).
"""

import numba
import numpy as np
from numba import types

from minicnn.kernels.jit import jit

_xxgemm = types.ExternalFunction(
    "numba_xxgemm",
    types.intc(
        types.char, types.char, types.char,  # float type, transpose first?, transpose second?
        types.intp, types.intp, types.intp,  # rows and columns of the result, length of the sums
        types.voidptr, types.voidptr, types.intp, types.voidptr, types.intp,
        types.voidptr, types.voidptr, types.intp,
    ),
)

S, D, N, T = (ord(letter) for letter in "sdnt")


@jit
def gemm(a, b, out, add):
    """a (M, K), b (K, J), out (M, J): in one of its two directions each must be contiguous, out by rows."""
    M, K = a.shape
    J = b.shape[1]
    size = a.itemsize
    one = np.ones(1, a.dtype)
    before = np.full(1, 1 if add else 0, a.dtype)
    # BLAS thinks in columns. A row-major matrix read by columns is its transpose, so we ask for
    # out.T = b.T @ a.T, and say "transposed" for what in truth is not. The steps from one row (or
    # column) to the next must be at least a row long even where there is only one.
    a_turned = a.strides[1] != size
    b_turned = b.strides[1] != size
    step_a = max(a.strides[1] // size, M) if a_turned else max(a.strides[0] // size, K)
    step_b = max(b.strides[1] // size, K) if b_turned else max(b.strides[0] // size, J)
    step_out = max(out.strides[0] // size, J)
    _xxgemm(
        S if size == 4 else D, T if b_turned else N, T if a_turned else N, J, M, K,
        one.ctypes, b.ctypes, max(step_b, 1), a.ctypes, max(step_a, 1),
        before.ctypes, out.ctypes, max(step_out, 1),
    )


if numba.config.DISABLE_JIT:  # when kernels run as plain Python (to measure test coverage)

    def gemm(a, b, out, add):
        out[...] = out + a @ b if add else a @ b
