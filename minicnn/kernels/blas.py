"""One matrix product for compiled code: ``gemm(a, b, out, add)`` is ``out = a @ b`` or ``out += a @ b``.

NumPy's ``@`` is the same BLAS routine, but inside a compiled loop it insists on contiguous arrays
and cannot add. Here blocks of larger matrices, transposed or not, go in as they stand. The routine
is the one numba itself links its ``np.dot`` to (scipy's BLAS).

BLAS is at its best with large square matrices: it first copies both into an order its inner loop likes.
A layer's matrices are long and thin, and there the copying takes as long as the arithmetic. OpenBLAS has
inner loops that do without, for products of up to 100^3 multiplications. So thin products are cut into
pieces of that size, which made them 1.1 to 1.8 times as fast.
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
        types.uintp, types.uintp, types.intp, types.uintp, types.intp,
        types.uintp, types.uintp, types.intp,
    ),
)

S, D, N, T = (ord(letter) for letter in "sdnt")
ZERO_ONE_S, ZERO_ONE_D = np.array([0, 1], np.float32), np.array([0, 1], np.float64)

SMALL = 10**6  # multiplications that OpenBLAS does without copying
DEEP, WIDE = 128, 64  # a piece's length of sums, and columns
THIN = 65536  # product of the two shorter sides: from here on the copying pays


@jit
def gemm(a, b, out, add):
    """a (M, K), b (K, J), out (M, J): in one of its two directions each must be contiguous, out by rows."""
    places = a.ctypes.data, b.ctypes.data, out.ctypes.data
    _in_pieces(a.itemsize, a.shape, b.shape[1], places, a.strides, b.strides, out.strides[0], add)


@jit
def _in_pieces(size, shape, J, places, a_steps, b_steps, step_out, add):
    """The same of bare addresses, so that it is compiled once and not for every layout of arrays."""
    (M, K), (a, b, out) = shape, places
    # The steps from one row (or column) to the next must be at least a row long even where there is only one.
    a_turned, b_turned = a_steps[1] != size, b_steps[1] != size
    step_a = max(a_steps[1] // size, M) if a_turned else max(a_steps[0] // size, K)
    step_b = max(b_steps[1] // size, K) if b_turned else max(b_steps[0] // size, J)
    step_out = max(step_out // size, J)
    m, k, j = M, K, J
    if M * K * J > SMALL and M * K * J < THIN * max(M, K, J) and not b_turned:
        k = -(-K // -(-K // DEEP))
        j = min(J, WIDE)
        m = max(1, SMALL // (k * j) // 16 * 16)
    a_down, a_right = (size, step_a * size) if a_turned else (step_a * size, size)
    b_down, b_right = (size, step_b * size) if b_turned else (step_b * size, size)
    one = ZERO_ONE_S.ctypes.data + 4 if size == 4 else ZERO_ONE_D.ctypes.data + 8
    for m0 in range(0, M, max(m, 1)):
        for j0 in range(0, J, max(j, 1)):
            for k0 in range(0, max(K, 1), max(k, 1)):  # a sum of nothing is still to be written
                # BLAS thinks in columns. A row-major matrix read by columns is its transpose, so we ask for
                # out.T = b.T @ a.T, and say "transposed" for what in truth is not.
                _xxgemm(
                    S if size == 4 else D, T if b_turned else N, T if a_turned else N,
                    min(j, J - j0), min(m, M - m0), min(k, K - k0),
                    one, np.uintp(b + k0 * b_down + j0 * b_right), max(step_b, 1),
                    np.uintp(a + m0 * a_down + k0 * a_right), max(step_a, 1),
                    one if add or k0 > 0 else one - size, np.uintp(out + (m0 * step_out + j0) * size),
                    max(step_out, 1),
                )


if numba.config.DISABLE_JIT:  # when kernels run as plain Python (to measure test coverage)

    def gemm(a, b, out, add):
        with np.errstate(all="ignore"):  # BLAS says nothing of 0 times infinity
            out[...] = out + a @ b if add else a @ b
