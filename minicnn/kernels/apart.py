"""``read`` and ``write``: numbers of arrays that lie apart, so that a loop may take many of them at a time.

A processor adds eight numbers, or sixteen, as quickly as one. A compiler makes use of it where no number that
a loop writes is read by it a few rounds later. It cannot see that two arrays are different memory, so it
compares their places before every loop, all with all; for a run of 32 numbers that takes six times as long as
the work. In a function that reads with ``read`` and writes with ``write`` it need not ask: these promise that

    what is written is nothing that is read            write(y, k, read(x, k))
    two streams of writing never meet                  write(y, k, a, 0); write(y, k + gap, b, 1)

Plain ``y[k]`` promises nothing, and may be used beside them (``write(y, k, y[k] + read(x, k))``). A promise
holds within the function that stands there, for as long as its caller runs. Whoever breaks it gets wrong
numbers and no message, so it is given in few places: slices.py, toom_cook_six.py,
toom_cook_eight.py, pooling.py, dropout.py.

In the compiler's language: every stream, and reading, is an alias scope ("noalias" and "alias.scope" in
LLVM's language reference), made anew for every function and for every place it is copied to.
"""

import numba
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

STREAMS = 8
READING = STREAMS  # the number of its scope


def _node(module, *operands):
    """A node of metadata. (llvmlite's ``add_metadata`` looks for an equal one; these contain themselves.)"""
    return ir.MDValue(module, operands, str(len(module.metadata)))


def _scope(module, *domain):
    """A node that equals no other, because it contains itself."""
    node = _node(module)
    node.operands = (node, *domain)
    return node


def _scopes(function):
    """A scope for each stream and one for reading, of this function alone."""
    if not hasattr(function, "minicnn_scopes"):
        domain = _scope(function.module)
        function.minicnn_scopes = [_scope(function.module, domain) for _ in range(STREAMS + 1)]
    return function.minicnn_scopes


def _promise(instruction, builder, mine):
    """This instruction belongs to the scope ``mine`` and meets none of the others."""
    scopes = _scopes(builder.function)
    others = scopes[:mine] + scopes[mine + 1 :]
    instruction.set_metadata("alias.scope", _node(builder.module, scopes[mine]))
    instruction.set_metadata("noalias", _node(builder.module, *others))


def _pointer(context, builder, array_type, array, index):
    return builder.gep(context.make_array(array_type)(context, builder, array).data, [index])


@intrinsic
def read(typingctx, x, index):
    """x[index], which nobody writes to meanwhile. x: flat and contiguous; index: unsigned."""

    def build(context, builder, signature, values):
        number = builder.load(_pointer(context, builder, signature.args[0], *values))
        _promise(number, builder, READING)
        return number

    return x.dtype(x, types.uintp), build


@intrinsic(prefer_literal=True)
def write(typingctx, y, index, value, stream):
    """y[index] = value. y: flat and contiguous; index: unsigned; stream: 0 .. 7, a literal."""
    mine = stream.literal_value

    def build(context, builder, signature, values):
        array, index, value, _ = values
        place = _pointer(context, builder, signature.args[0], array, index)
        _promise(builder.store(value, place), builder, mine)
        return context.get_dummy_value()

    return types.void(y, types.uintp, y.dtype, stream), build


if numba.config.DISABLE_JIT:  # when kernels run as plain Python (to measure test coverage)

    def read(x, index):
        return x[index]

    def write(y, index, value, stream):
        y[index] = value
