"""Memory used again: only when nobody looks at it any more."""

import gc
import itertools
import os
import threading
import weakref

import numpy as np
import pytest

from minicnn.kernels import buffers

SHAPE = (buffers.LARGE // 4 + 3,)


def address(array):
    return array.__array_interface__["data"][0]


def blocks():
    return len(buffers._blocks())


@pytest.fixture(autouse=True)
def _nobody_elses(monkeypatch):
    """As if nobody had asked before: models that other tests keep have their blocks, too."""
    for name, empty in (("_pieces", []), ("_by_size", {}), ("_recent", set())):
        monkeypatch.setattr(buffers, name, empty)


def test_a_block_serves_again_once_nobody_refers_to_it():
    first = buffers.empty(SHAPE, np.float32)
    where = address(first)
    del first
    assert address(buffers.empty(SHAPE, np.float32)) == where


def test_a_view_keeps_its_block():
    first = buffers.empty(SHAPE, np.float32)
    where, view = address(first), first[5:9].reshape(2, 2)
    view[:] = 7
    del first
    second = buffers.empty(SHAPE, np.float32)
    second[:] = 0
    assert address(second) != where
    assert (view == 7).all()


def test_shape_type_and_alignment():
    array = buffers.empty((3, 100, 90), np.float64)
    assert array.shape == (3, 100, 90) and array.dtype == np.float64 and array.flags.c_contiguous
    assert address(array) % buffers.LINE == 0
    assert buffers.empty((0, 4), np.float32).shape == (0, 4)


def test_who_finds_another_at_it_releases_nothing():
    del_me = buffers.empty(SHAPE, np.float32)
    del del_me
    with buffers._lock:
        buffers.release()
    assert blocks() == 1
    buffers.release()
    assert blocks() == 0


def test_small_arrays_are_ordinary_ones():
    assert buffers.empty((4, 4), np.float32).base is None


def test_a_block_much_too_large_is_left_for_those_who_need_it():
    large = buffers.empty((100 * SHAPE[0],), np.float32)
    where = address(large)
    del large
    assert address(buffers.empty(SHAPE, np.float32)) != where


def test_a_gap_serves_smaller_arrays_side_by_side_and_then_a_large_one_again():
    buffers.release()
    large = buffers.empty((4 * SHAPE[0],), np.float32)
    where = address(large)
    del large
    small = [buffers.empty(SHAPE, np.float32) for _ in range(3)]
    places = sorted(address(array) for array in small)
    assert blocks() == 1 and places[0] == where
    assert all(second - first >= small[0].nbytes for first, second in itertools.pairwise(places))
    del small
    assert address(buffers.empty((4 * SHAPE[0],), np.float32)) == where


def test_pieces_never_overlap():
    """Whatever is asked for and given back, in whichever order: each array keeps what was written to it."""
    rng, kept = np.random.default_rng(0), {}
    for number in range(2000):
        array = buffers.empty((int(rng.integers(1, 30)) * SHAPE[0] // 4,), np.float32)
        array[:] = number
        kept[number] = array
        del array
        if rng.random() < 0.1:
            buffers.release(but_recent=rng.random() < 0.5)
        for gone in rng.choice(list(kept), max(0, len(kept) - 12), replace=False):
            assert (kept.pop(gone) == gone).all()
    kept.clear()
    assert sum(block.nbytes for block in buffers._blocks()) < 40 * 30 * 4 * SHAPE[0]
    buffers.release()
    assert blocks() == 0


def test_a_step_gets_the_places_of_the_step_before():
    """Forward and back want other sizes of the same bytes: both are remembered."""

    def step():
        whole = buffers.empty((4 * SHAPE[0],), np.float32)
        places = [address(whole)]
        del whole
        parts = [buffers.empty((count * SHAPE[0],), np.float32) for count in (1, 2)]
        return places + [address(part) for part in parts]

    buffers.release()
    first = step()
    remembered = list(buffers._pieces)
    assert step() == step() == first
    assert buffers._pieces == remembered and blocks() == 1


def test_who_asks_for_other_sizes_forever_is_not_remembered_forever(monkeypatch):
    buffers.release()
    monkeypatch.setattr(buffers, "MANY", 10)
    kept = [buffers.empty(SHAPE, np.float32) for _ in range(20)]
    for array in kept:
        array[:] = 7
    for more in range(100):
        buffers.empty((SHAPE[0] + 16 * more,), np.float32)[:] = more
        assert len(buffers._pieces) <= 20 + 11
    assert all((array == 7).all() for array in kept)


def test_many_arrays_in_use_make_nobody_forget(monkeypatch):
    buffers.release()
    monkeypatch.setattr(buffers, "MANY", 10)
    kept = [buffers.empty(SHAPE, np.float32) for _ in range(20)]
    where = address(buffers.empty((2 * SHAPE[0],), np.float32))
    kept.append(buffers.empty((3 * SHAPE[0],), np.float32))
    assert address(buffers.empty((2 * SHAPE[0],), np.float32)) == where


def test_release_gives_back_what_nobody_uses_and_nothing_else():
    kept, gone = buffers.empty(SHAPE, np.float32), buffers.empty(SHAPE, np.float32)
    kept[:] = 5
    del gone
    buffers.release()
    assert blocks() == 1
    assert (kept == 5).all()
    del kept
    buffers.release()
    assert blocks() == 0


@pytest.mark.parametrize("give_back", [
    buffers.release, lambda: buffers.release(but_recent=True), buffers._after_fork,
], ids=["release", "but_recent", "fork"])  # fmt: skip
def test_a_block_that_is_given_back_is_gone(give_back):
    """At once, also where several have had the same bytes: not when Python next looks for garbage."""
    buffers.release()
    buffers.empty((3 * SHAPE[0],), np.float32)
    parts = [buffers.empty(SHAPE, np.float32) for _ in range(2)]
    (block,) = map(weakref.ref, buffers._blocks())
    del parts
    buffers._recent.clear()
    gc.disable()
    try:
        give_back()
        assert block() is None
    finally:
        gc.enable()


def test_who_has_a_part_of_a_block_keeps_it_when_the_rest_is_given_back():
    buffers.release()
    buffers.empty((4 * SHAPE[0],), np.float32)
    part = buffers.empty(SHAPE, np.float32)
    part[:] = 5
    buffers.release()
    buffers.empty((4 * SHAPE[0],), np.float32)[:] = 0
    assert blocks() == 2 and (part == 5).all()


def test_the_smallest_gap_is_taken():
    buffers.release()
    arrays = [buffers.empty((count * SHAPE[0],), np.float32) for count in (5, 1, 3, 1, 4)]
    due = address(arrays[2])
    arrays[0] = arrays[2] = arrays[4] = None
    assert address(buffers.empty((2 * SHAPE[0],), np.float32)) == due


def test_a_finalizer_may_need_memory_itself():
    """The garbage collector may come by at any line of ``empty``."""

    class Needy:
        def __init__(self):
            self.itself = self

        def __del__(self):
            kept.append(buffers.empty(SHAPE, np.float32))
            kept[-1][:] = -1

    kept, before = [], gc.get_threshold()
    gc.set_threshold(1, 1, 1)
    try:
        for number in range(300):
            Needy()
            array = buffers.empty((SHAPE[0] * (1 + number % 5),), np.float32)
            array[:] = number
            assert all((each == -1).all() for each in kept) and (array == number).all()
            del kept[5:]
    finally:
        gc.set_threshold(*before)


def test_a_child_begins_with_blocks_of_its_own():
    buffers.empty(SHAPE, np.float32)
    pieces = list(buffers._pieces), dict(buffers._by_size)
    buffers._after_fork()
    assert blocks() == 0 and not buffers._by_size and pieces[0]


def test_what_was_used_since_the_last_release_may_stay():
    buffers.release()
    small, large = buffers.empty(SHAPE, np.float32), buffers.empty((100 * SHAPE[0],), np.float32)
    places = address(small), address(large)
    del small, large
    buffers.release(but_recent=True)
    assert (address(buffers.empty(SHAPE, np.float32)), blocks()) == (places[0], 2)
    buffers.release(but_recent=True)  # the large one was used before the release before
    assert blocks() == 1
    buffers.release(but_recent=True)
    assert blocks() == 0


def test_threads_never_share_a_block():
    wrong = []

    def work(number):
        for _ in range(300):
            array = buffers.empty(SHAPE, np.float32)
            array[:] = number
            os.sched_yield() if hasattr(os, "sched_yield") else None
            if not (array == number).all():
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("size, kept", [(65535, 0), (65536, 1), (65537, 1)])
def test_arrays_of_64_kib_and_more_are_kept(size, kept):
    buffers.empty((size,), np.uint8)
    assert blocks() == kept


@pytest.mark.parametrize("size, room", [(65536, 65536), (65537, 65600), (65600, 65600), (65601, 65664)])
def test_pieces_are_whole_lines_of_the_cache(size, room):
    """64 bytes; a block has room for one more, since memory may begin anywhere in a line."""
    array = buffers.empty((size,), np.uint8)
    ((begin, end, piece, block, _),) = buffers._pieces
    assert (end - begin, piece.nbytes, block.nbytes) == (room, room, room + 64)
    assert begin == address(array) and begin % 64 == 0
    assert block.ctypes.data <= begin and end <= block.ctypes.data + block.nbytes


@pytest.mark.parametrize("times, same", [(15, True), (16, True), (16 + 64 / 65536, False), (17, False)])
def test_a_gap_may_be_16_times_too_large(times, same):
    large = buffers.empty((int(times * 65536),), np.uint8)
    where = address(large)
    del large
    assert (address(buffers.empty((65536,), np.uint8)) == where) == same
    assert blocks() == 2 - same


def test_a_gap_of_the_right_size_is_filled_and_one_too_small_is_not():
    arrays = [buffers.empty((each * 65536,), np.uint8) for each in (4, 1, 3)]
    where = address(arrays[0])
    arrays[0] = None
    assert address(buffers.empty((4 * 65536 - 63,), np.uint8)) == where  # the same lines
    arrays[0] = buffers.empty((2 * 65536,), np.uint8)
    assert address(arrays[0]) == where
    full, rest = buffers.empty((2 * 65536,), np.uint8), blocks()
    assert address(full) == where + 2 * 65536 and rest == 3
    del full
    more = buffers.empty((2 * 65536 + 1,), np.uint8)
    assert blocks() == 4 and address(more) != where + 2 * 65536


def test_up_to_1000_unused_pieces_are_remembered():
    """The thousandth is still looked at; who then asks for another size makes all others be forgotten."""
    most = 1000
    large = 65536 * 15
    for number in range(most):
        buffers.empty((large - 64 * number,), np.uint8)
        assert len(buffers._pieces) == number + 1
    assert blocks() == 1
    buffers.empty((large - 64 * most,), np.uint8)
    assert len(buffers._pieces) == 1
