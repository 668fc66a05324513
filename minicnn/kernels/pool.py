"""A team of threads that meets within a microsecond: ``share(box, count, body, args)``.

Compiled code calls ``body(0, *args) .. body(count - 1, *args)``, each once, on whichever thread is free. What
the helpers need to know lies in a box of numbers: the address of the body's machine code, that of its
arguments, which call is next. They stand by, reading the first number over and over, for as long as a
training step may take between two kernels; then they go to sleep until the next step. Nobody has to be woken,
and Python's lock is not needed.

    caller                                   helper
    writes entry, arguments, count
    OPEN = 1 --------------------------->    sees it: RUNNING += 1; is OPEN still 1?
    takes calls until there are none         takes calls until there are none
    OPEN = 0, waits for RUNNING == 0  <--    RUNNING -= 1

A helper that comes too late finds OPEN at 0 and keeps away from arguments that no longer exist: of the two,
whoever looks second sees what the other has written. If the 1 it finds is the next job's already, it may
join that one: its entry and arguments were written before, and its caller waits for RUNNING, too. The box is
read and written only by the functions called load, store and add, which promise just that order
("sequentially consistent" operations).

Who waits may be waiting for somebody whose core another program has just taken, and be in its way. So every
once in a while it lets the system run whoever it likes (``sched_yield``).
"""

import ctypes
import sys

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from minicnn.kernels.jit import jit

APART = 16  # numbers: two lines of a processor's cache, which come in pairs, for each of the places below
OPEN, ENTRY, ARGS, COUNT, PARTS, RUNNING, FAILED, HELPERS, READY, GIVE_WAY, NEXT = range(0, 11 * APART, APART)
PATIENCE = 3_000_000  # looks at the box, about a millisecond, before a helper goes to sleep
LOOKS = 1 << 14  # at the box, some microseconds, before others are let through

_system = ctypes.WinDLL("kernel32") if sys.platform == "win32" else ctypes.CDLL(None)
_sched_yield = _system.SwitchToThread if sys.platform == "win32" else _system.sched_yield


def new_box(helpers=0):
    """A box for so many helpers; with none, who shares work through it does it alone."""
    box = np.zeros(NEXT + (helpers + 1) * APART, np.int64)
    box[GIVE_WAY] = ctypes.cast(_sched_yield, ctypes.c_void_p).value
    return box


def _place(context, builder, box_type, box, place):
    array = context.make_array(box_type)(context, builder, box)
    return builder.gep(array.data, [place])


@intrinsic
def load(typingctx, box, place):
    """box[place], as it is now"""

    def build(context, builder, signature, values):
        pointer = _place(context, builder, signature.args[0], *values)
        return builder.load_atomic(pointer, "seq_cst", 8, typ=ir.IntType(64))

    return types.int64(box, types.intp), build


@intrinsic
def store(typingctx, box, place, number):
    """box[place] = number, seen by all"""

    def build(context, builder, signature, values):
        box, place, number = values
        pointer = _place(context, builder, signature.args[0], box, place)
        builder.store_atomic(number, pointer, "seq_cst", 8)
        return context.get_dummy_value()

    return types.void(box, types.intp, types.int64), build


@intrinsic
def add(typingctx, box, place, number):
    """box[place] += number; returns what it was before"""

    def build(context, builder, signature, values):
        box, place, number = values
        pointer = _place(context, builder, signature.args[0], box, place)
        return builder.atomic_rmw("add", pointer, number, "seq_cst")

    return types.int64(box, types.intp, types.int64), build


@intrinsic
def _address(typingctx, args):
    """Where the arguments lie, for as long as the calling function runs."""

    def build(context, builder, signature, values):
        return builder.ptrtoint(cgutils.alloca_once_value(builder, values[0]), ir.IntType(64))

    return types.int64(args), build


@intrinsic
def _keep(typingctx, args):
    """Nothing, but of the arguments: without a use after the work, numba would let go of them before it."""
    return types.void(args), lambda context, builder, signature, values: context.get_dummy_value()


@intrinsic
def _entry(typingctx, body, args):
    """The address of code that calls body(index, *args), given index and where args lie; 0: no error."""
    called = body.get_call_type(typingctx, (types.intp, *args.types), {})

    def build(context, builder, signature, values):
        compiled = body.dispatcher.overloads[called.args]
        context.add_linking_libs([compiled.library])
        number = ir.IntType(64)
        function = ir.Function(
            builder.module, ir.FunctionType(number, [number, number]),
            cgutils.normalize_ir_text(f"entry.{compiled.fndesc.mangled_name}"),
        )
        function.linkage = "linkonce_odr"
        inside = ir.IRBuilder(function.append_basic_block())
        index, address = function.args
        pointer = inside.inttoptr(address, context.get_value_type(args).as_pointer())
        numbers = cgutils.unpack_tuple(inside, inside.load(pointer), len(args.types))
        status, _ = context.call_internal_no_propagate(inside, compiled.fndesc, called, [index, *numbers])
        inside.ret(inside.zext(status.is_error, number))
        return builder.ptrtoint(function, number)

    return types.int64(body, args), build


@intrinsic
def _call(typingctx, entry, index, address):
    def build(context, builder, signature, values):
        entry, index, address = values
        number = ir.IntType(64)
        function = builder.inttoptr(entry, ir.FunctionType(number, [number, number]).as_pointer())
        return builder.call(function, [index, address])

    return types.int64(types.int64, types.int64, types.int64), build


@intrinsic
def _call_without(typingctx, entry):
    def build(context, builder, signature, values):
        number = ir.IntType(32)
        return builder.call(builder.inttoptr(values[0], ir.FunctionType(number, []).as_pointer()), [])

    return types.int32(types.int64), build


@jit
def _look_again(box, looks):
    """One more look at the box; from time to time others are let through first."""
    looks += 1
    if looks % LOOKS == 0:
        _call_without(load(box, GIVE_WAY))
    return looks


@jit
def _work(box, mine):
    """Take calls until there are none left: first of the part that is mine, then of what others have left.

    Kernel after kernel the same thread gets the same pictures, while they are in its cache.
    """
    entry, args, count, parts = load(box, ENTRY), load(box, ARGS), load(box, COUNT), load(box, PARTS)
    for k in range(parts):
        part = (mine + k) % parts
        index, end = add(box, NEXT + part * APART, 1), (part + 1) * count // parts
        while index < end:
            if _call(entry, index, args) != 0:
                store(box, FAILED, 1)
            index = add(box, NEXT + part * APART, 1)


@jit
def _meet(box, count, entry, address):
    """entry(0, address) .. entry(count - 1, address), each once, by everyone who stands by. 0: no error."""
    store(box, ENTRY, entry)
    store(box, ARGS, address)
    store(box, COUNT, count)
    store(box, FAILED, 0)
    parts = load(box, HELPERS) + 1
    store(box, PARTS, parts)
    for part in range(parts):
        store(box, NEXT + part * APART, part * count // parts)
    store(box, OPEN, 1)
    _work(box, 0)
    store(box, OPEN, 0)
    looks = 0
    while load(box, RUNNING) > 0:
        looks = _look_again(box, looks)
    return load(box, FAILED)


# Inlined: an argument is no constant, and a body that is none cannot be cached. The caller's options count.
@numba.njit(inline="always")
def share(box, count, body, args):
    """body(0, *args) .. body(count - 1, *args), each once, by everyone who stands by."""
    failed = _meet(box, count, _entry(body, args), _address(args))
    _keep(args)
    if failed != 0:
        raise RuntimeError(
            "a block of a kernel failed, perhaps for want of memory: try a smaller batch; "
            "NUMBA_DISABLE_JIT=1 runs the kernels as Python, which says where"
        )


@jit
def stand_by(box, number):
    """What helper ``number`` (1, 2, ...) does: wait for work, do it, until it has waited in vain for long."""
    add(box, READY, 1)
    looks = 0
    while looks < PATIENCE:
        looks = _look_again(box, looks)
        if load(box, OPEN) == 0 or number > load(box, HELPERS):
            continue
        add(box, RUNNING, 1)
        if load(box, OPEN) != 0:
            _work(box, number)
            looks = 0
        add(box, RUNNING, -1)
    add(box, READY, -1)


if numba.config.DISABLE_JIT:  # when kernels run as plain Python (to measure test coverage)

    def share(box, count, body, args):
        for index in range(count):
            body(index, *args)
