"""Working ahead on threads: order, how far ahead, errors, forks, and that no thread stays."""

import gc
import os
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from agreement import run_python

from minicnn.datasets.prefetch import one_ahead


def workers():
    return [thread for thread in threading.enumerate() if thread.name.startswith("minicnn-ahead")]


def none_left(patience=60.0):
    """Whether all decoding threads are gone, after waiting for what they had begun."""
    end = time.monotonic() + patience
    while workers() and time.monotonic() < end:
        time.sleep(0.005)
    return not workers()


def unfilled(*batches):
    """Batches of these items, each made when it is asked for."""
    return ((np.zeros((len(items), 1)), items) for items in batches)


def copied(row, item):
    row[...] = item


def test_results_come_in_order_whatever_takes_longest():
    def fill(row, item):
        time.sleep(0.01 if item % 3 == 0 else 0)
        row[...] = 10 * item

    filled = one_ahead(unfilled([0, 1, 2], [3, 4], [5]), fill, 3)
    assert [(x[:, 0].tolist(), items) for x, items in filled] == [
        ([0, 10, 20], [0, 1, 2]), ([30, 40], [3, 4]), ([50], [5]),
    ]  # fmt: skip
    assert list(one_ahead([], fill, 2)) == []
    assert none_left()


def test_one_batch_ahead_and_no_further():
    done, second = [], threading.Event()

    def fill(row, item):
        done.append(item)
        if {2, 3} <= {*done}:
            second.set()

    stream = one_ahead(unfilled([0, 1], [2, 3], [4, 5]), fill, 2)
    assert done == []  # nothing begins before somebody asks
    next(stream)
    assert second.wait(60), "the second batch should be made while the first is used"
    assert none_left()  # also while the iterator waits half way
    assert sorted(done) == [0, 1, 2, 3]
    stream.close()


def test_two_batches_are_in_memory_and_three_when_they_are_exchanged():
    made = []

    def in_memory():
        return sum(reference() is not None for reference in made)

    def batches():
        for number in range(6):
            x = np.zeros((3, 1))
            made.append(weakref.ref(x))
            assert in_memory() <= 3
            yield x, [number] * 3
            del x

    seen = []
    for x, _ in one_ahead(batches(), copied, 2):
        assert none_left()
        assert in_memory() <= 2
        seen += x[:, 0].tolist()
    assert seen == [number for number in range(6) for _ in range(3)]


def test_threads_share_a_batch():
    meeting = threading.Barrier(2, timeout=60)  # breaks unless two are at work at once
    list(one_ahead(unfilled([0, 1]), lambda row, item: meeting.wait(), 2))


def test_an_error_surfaces_where_the_batch_is_asked_for():
    def fill(row, item):
        if item == 3:
            raise ValueError(f"item {item}")

    stream = one_ahead(unfilled([0, 1], [2, 3], [4]), fill, 2)
    assert next(stream)[1] == [0, 1]
    with pytest.raises(ValueError, match="item 3"):
        next(stream)
    assert workers() == []


def test_stopping_early_leaves_no_thread_and_begins_nothing_new(monkeypatch):
    begun, hold, shutdown = [], threading.Event(), ThreadPoolExecutor.shutdown

    def fill(row, item):
        begun.append(item)
        if item >= 100:
            hold.wait(60)

    def release(pool, wait=True, cancel_futures=False):
        """What is held goes on only once the rest is cancelled."""
        if cancel_futures:
            shutdown(pool, wait=False, cancel_futures=True)
            hold.set()
        shutdown(pool, wait=wait)

    stream = one_ahead(unfilled([0], range(100, 200)), fill, 2)
    next(stream)
    monkeypatch.setattr(ThreadPoolExecutor, "shutdown", release)
    stream.close()
    assert workers() == []
    assert len(begun) <= 3  # the first, and what two threads had begun


def test_a_dropped_iterator_leaves_no_thread():
    for _, items in one_ahead(unfilled(*[[0, 1]] * 5), copied, 2):
        assert items == [0, 1]
        break
    gc.collect()
    assert none_left()


FORKED = """
import os, signal, threading, warnings
import numpy as np
from minicnn.datasets.prefetch import one_ahead

warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12: that threads and forks do not go together
parent = os.getpid()

def fork_in_the_middle(at_work, in_child):
    wait = threading.Event()

    def fill(row, item):
        if os.getpid() == parent and item > 1 and at_work:
            wait.wait()
        row[...] = item

    stream = one_ahead(((np.zeros((2, 1)), [k, k + 1]) for k in range(0, 8, 2)), fill, 2)
    next(stream)
    child = os.fork()
    if child == 0:
        signal.alarm(200)  # ends a child that waits for threads it does not have
        os._exit(in_child(stream))
    print(os.waitpid(child, 0)[1])
    wait.set()
    assert rest(stream) == [[2, 3], [4, 5], [6, 7]]

def rest(stream):
    return [x[:, 0].tolist() for x, _ in stream]

for at_work in (True, False):
    fork_in_the_middle(at_work, lambda stream: 1 + (rest(stream) == [[2, 3], [4, 5], [6, 7]]))
    fork_in_the_middle(at_work, lambda stream: stream.close() or 3)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_process_goes_on_by_itself():
    assert run_python(FORKED).split() == [str(status << 8) for status in (2, 3, 2, 3)]
