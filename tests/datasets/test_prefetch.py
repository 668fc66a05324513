"""Working ahead on threads: order, how far ahead, errors, and that no thread stays."""

import gc
import threading
import time

import pytest

from minicnn.datasets.prefetch import one_ahead


def workers():
    return [thread for thread in threading.enumerate() if thread.name.startswith("minicnn-ahead")]


def none_left(patience=5.0):
    """Whether all decoding threads are gone, after waiting for what they had begun."""
    end = time.monotonic() + patience
    while workers() and time.monotonic() < end:
        time.sleep(0.005)
    return not workers()


def test_results_come_in_order_whatever_takes_longest():
    def work(item):
        time.sleep(0.01 if item % 3 == 0 else 0)
        return 10 * item

    assert list(one_ahead([[0, 1, 2], [3, 4], [5]], work, 3)) == [[0, 10, 20], [30, 40], [50]]
    assert list(one_ahead([], work, 2)) == []
    assert none_left()


def test_one_batch_ahead_and_no_further():
    done, first = [], threading.Event()

    def work(item):
        done.append(item)
        if item == 3:
            first.set()

    stream = one_ahead([[0, 1], [2, 3], [4, 5]], work, 2)
    assert done == []  # nothing begins before somebody asks
    next(stream)
    assert first.wait(5), "the second batch should be made while the first is used"
    assert none_left()  # also while the iterator waits half way
    assert sorted(done) == [0, 1, 2, 3]
    stream.close()


def test_threads_share_a_batch():
    meeting = threading.Barrier(2, timeout=5)  # breaks unless two are at work at once
    list(one_ahead([[0, 1]], lambda item: meeting.wait(), 2))


def test_an_error_surfaces_where_the_batch_is_asked_for():
    def work(item):
        if item == 3:
            raise ValueError(f"item {item}")
        return item

    stream = one_ahead([[0, 1], [2, 3], [4]], work, 2)
    assert next(stream) == [0, 1]
    with pytest.raises(ValueError, match="item 3"):
        next(stream)
    assert workers() == []


def test_stopping_early_leaves_no_thread_and_begins_nothing_new():
    begun, hold = [], threading.Event()

    def work(item):
        begun.append(item)
        if item >= 100:
            hold.wait(5)

    stream = one_ahead([[0], range(100, 200)], work, 2)
    next(stream)
    threading.Timer(0.05, hold.set).start()
    stream.close()
    assert workers() == []
    assert len(begun) < 10


def test_a_dropped_iterator_leaves_no_thread():
    for item in one_ahead([[0, 1]] * 5, lambda item: item, 2):
        assert item == [0, 1]
        break
    gc.collect()
    assert none_left()
