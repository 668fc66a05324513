"""The innermost loop of a fast matrix product: a tile of the result that stays in registers.

    y[r, f] = start[r, f] + sum over i, j of a[r, i, j] b[i, j, f]        r < rows, f < COLUMNS

A processor multiplies and adds whole vectors of numbers, two of them in every tick of its clock. It would
wait for memory most of the time if each result were read and written for every number added. So a tile of
some rows and two vectors, small enough for the registers, is summed up to the end before it is written; a
number of ``a`` meets all columns, a vector of ``b`` all rows. That is what a BLAS does inside. It makes the
products of convolution, too, where ``a`` is a picture: from window to window, tap to tap, row to row there
are fixed steps in memory, and no matrix of windows need be written (conv2d_direct.py).

A compiler does not find this by itself, so the tile is written in its own language, LLVM's: one such vector
is "<16 x float>" there, where the processor has vectors of 64 bytes.

Source: Goto & van de Geijn 2008, "Anatomy of high-performance matrix multiplication", section 5.
"""

import functools

import numba
import numpy as np
from llvmlite import binding, ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from minicnn.kernels.jit import jit


@functools.cache
def _vector_bytes():
    """Bytes of the processor's vectors: 64 with AVX-512, 32 with AVX, otherwise 16."""
    features = binding.get_host_cpu_features()
    return 64 if features.get("avx512f") else 32 if features.get("avx") else 16


BYTES = 2 * _vector_bytes()  # of a row of the tile
ROWS = 6 if BYTES == 64 else 8  # with AVX 12 of 16 registers, with AVX-512 and on ARM 16 of 32


# ---------------------------------------------------------------- in the compiler's language


def _vector(context, kind):
    """The type of a vector of an array's numbers."""
    return ir.VectorType(context.get_data_type(kind.dtype), BYTES // 2 // (kind.dtype.bitwidth // 8))


def _number_at(context, builder, kind, array, index):
    return builder.gep(context.make_array(kind)(context, builder, array).data, [index])


def _vector_at(context, builder, kind, array, index):
    number = _number_at(context, builder, kind, array, index)
    return builder.bitcast(number, _vector(context, kind).as_pointer())


def _everywhere(builder, number, vector):
    """The vector of this number alone."""
    nothing, first = ir.Constant(vector, ir.Undefined), ir.Constant(ir.IntType(32), 0)
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), vector.count), [0] * vector.count)
    return builder.shuffle_vector(builder.insert_element(nothing, number, first), nothing, zeros)


def _write_tile(rows, context, builder, kind, values):
    """The instructions for so many rows; the sums are variables here, which LLVM keeps in registers."""
    a, at, a_steps, b, b_at, b_steps, counts, start, s_at, s_row, relu, y, y_at, y_row = values
    a_row, *a_steps = cgutils.unpack_tuple(builder, a_steps)
    b_steps, counts = cgutils.unpack_tuple(builder, b_steps), cgutils.unpack_tuple(builder, counts)
    vector, size = _vector(context, kind), kind.dtype.bitwidth // 8
    zero = ir.Constant(vector, [0.0] * vector.count)

    def along(place, *steps):
        """place + count * step + ..."""
        for count, step in steps:
            count = count if isinstance(count, ir.Value) else ir.Constant(place.type, count)
            place = builder.add(place, builder.mul(count, step))
        return place

    def vectors(array, place):
        """Where the two of a row of the tile begin."""
        second = builder.add(place, ir.Constant(place.type, vector.count))
        return [_vector_at(context, builder, kind, array, each) for each in (place, second)]

    sums = [[cgutils.alloca_once_value(builder, zero) for _ in (0, 1)] for _ in range(rows)]
    with cgutils.for_range(builder, counts[0]) as i, cgutils.for_range(builder, counts[1]) as j:
        here = [i.index, j.index]
        columns = [builder.load(each, align=size) for each in vectors(b, along(b_at, *zip(here, b_steps)))]
        for r, row in enumerate(sums):
            place = _number_at(context, builder, kind, a, along(at, *zip(here, a_steps), (r, a_row)))
            number = _everywhere(builder, builder.load(place), vector)
            for total, column in zip(row, columns):
                both = builder.fmul(number, column, flags=("contract",))  # with the addition, one instruction
                builder.store(builder.fadd(builder.load(total), both, flags=("contract",)), total)
    for r, row in enumerate(sums):
        begins, ends = vectors(start, along(s_at, (r, s_row))), vectors(y, along(y_at, (r, y_row)))
        for total, begin, end in zip(row, begins, ends):
            result = builder.fadd(builder.load(total), builder.load(begin, align=size))
            negative = builder.fcmp_ordered("<", result, zero)  # a NaN is not, and stays one
            positive = builder.select(negative, zero, result)
            builder.store(builder.select(relu, positive, result), end, align=size)


@intrinsic
def _tile(
    typingctx, rows, a, at, a_steps, b, b_at, b_steps, counts, start, s_at, s_row, relu, y, y_at, y_row
):  # fmt: skip
    """One of the tiles of 1 to ``ROWS`` rows."""

    def build(context, builder, signature, values):
        done = builder.append_basic_block("done")
        choice = builder.switch(values[0], done)
        for count in range(1, ROWS + 1):
            block = builder.append_basic_block(f"rows{count}")
            choice.add_case(ir.Constant(values[0].type, count), block)
            builder.position_at_end(block)
            _write_tile(count, context, builder, a, values[1:])
            builder.branch(done)
        builder.position_at_end(done)
        return context.get_dummy_value()

    n, two, three = types.intp, types.UniTuple(types.intp, 2), types.UniTuple(types.intp, 3)
    return types.void(n, a, n, three, a, n, two, two, a, n, n, types.boolean, a, n, n), build


# ---------------------------------------------------------------- for kernels


@jit
def multiply(rows, a, at, a_steps, b, b_at, b_steps, counts, start, s_at, s_row, relu, y, y_at, y_row):
    """The equation above, and ReLU of it, for 1 to ``ROWS`` rows and the columns of a tile.

    All arrays are flat, contiguous and of one type. a[at], b[b_at], start[s_at], y[y_at] are the first
    numbers; ``a_steps`` lead to the next r, i and j, ``b_steps`` to the next i and j; ``counts`` of i and j.
    y may be ``start`` itself.
    """
    _tile(rows, a, at, a_steps, b, b_at, b_steps, counts, start, s_at, s_row, relu, y, y_at, y_row)


if numba.config.DISABLE_JIT:  # when kernels run as plain Python (to measure test coverage)

    def multiply(rows, a, at, a_steps, b, b_at, b_steps, counts, start, s_at, s_row, relu, y, y_at, y_row):
        (a_r, a_i, a_j), (b_i, b_j), width = a_steps, b_steps, BYTES // a.itemsize
        for r in range(rows):
            total = np.zeros(width, a.dtype)
            with np.errstate(all="ignore"):  # compiled code says nothing of 0 times infinity
                for i, j in np.ndindex(*counts):
                    k = b_at + i * b_i + j * b_j
                    total += a[at + r * a_r + i * a_i + j * a_j] * b[k : k + width]
                total += start[s_at + r * s_row : s_at + r * s_row + width]
            y[y_at + r * y_row : y_at + r * y_row + width] = np.maximum(total, 0) if relu else total
