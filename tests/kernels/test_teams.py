"""Teams of helper threads: as many as are wanted, none more, woken and let go."""

import threading
from types import SimpleNamespace

import pytest
from agreement import NEEDS_COMPILATION, run_python
from recorded import in_python, recorded

import minicnn as mc
from minicnn.kernels import pool, threads


@NEEDS_COMPILATION
def test_a_kernel_runs_on_as_many_threads_as_were_chosen():
    for count in {1, threads._most}:
        mc.set_num_threads(count)
        with threads.team() as box:
            assert box[pool.HELPERS] == count - 1


class Helper:
    """In place of a thread; so many more can be started."""

    left = 10

    def __init__(self, target, args, daemon):
        assert target is threads._help and daemon
        self.number, self.bell, self.box = args

    def start(self):
        if Helper.left == 0:
            raise RuntimeError("can't start new thread")
        Helper.left -= 1


@pytest.fixture
def nobody_yet(monkeypatch):
    for name, value in (("_started", []), ("_box", pool.new_box(8))):
        monkeypatch.setattr(threads, name, value)
    monkeypatch.setattr(threads.threading, "Thread", Helper)
    monkeypatch.setattr(Helper, "left", 10)


def test_as_many_helpers_as_are_wanted_and_none_more(nobody_yet, monkeypatch):
    """Beside the thread that calls; those there are stay, and no bell is rung that nobody asked for."""
    there = 0
    for count in (1, 2, 4, 3, 1, 4, 6):
        monkeypatch.setattr(threads, "_count", count)
        box = threads._wake_helpers()
        there = max(there, count - 1)
        assert box is threads._box and box[pool.HELPERS] == count - 1
        assert [helper.number for helper, _ in threads._started] == [*range(1, there + 1)]
        for helper, bell in threads._started:
            assert helper.box is box and helper.bell is bell and bell.is_set() == (helper.number < count)
            bell.clear()


def test_fewer_helpers_where_the_system_grants_no_more(nobody_yet, monkeypatch):
    monkeypatch.setattr(threads, "_count", 6)
    Helper.left = 3
    assert threads._wake_helpers()[pool.HELPERS] == 3
    Helper.left = 1
    assert threads._wake_helpers()[pool.HELPERS] == 4


def test_helpers_are_rung_for_again_where_some_have_gone_to_sleep(monkeypatch):
    box = pool.new_box(3)
    monkeypatch.setattr(threads, "_here", SimpleNamespace(box=box))
    calls = recorded(monkeypatch, threads, "_wake_helpers")
    for helpers, ready, rung in ((0, 0, 0), (2, 2, 0), (2, 3, 0), (2, 1, 1), (1, 0, 2)):
        box[pool.HELPERS], box[pool.READY] = helpers, ready
        assert threads.box_in_hand() is box and len(calls) == rung
    threads._here.box = None
    assert threads.box_in_hand() is None


@pytest.mark.parametrize("count, disabled, taken", [(1, 0, False), (2, 0, True), (2, 1, False), (3, 0, True)])
def test_one_team_at_a_time_has_the_helpers_where_there_are_any(monkeypatch, count, disabled, taken):
    helped, lock = pool.new_box(2), threading.Lock()
    config = SimpleNamespace(config=SimpleNamespace(DISABLE_JIT=disabled))
    for name, value in (("_here", SimpleNamespace(box=None)), ("_helpers", lock), ("_count", count),
                        ("numba", config), ("_wake_helpers", lambda: helped)):  # fmt: skip
        monkeypatch.setattr(threads, name, value)
    for _ in range(2):  # and gives them back
        with threads.team() as box:
            assert ((box is helped), lock.locked()) == (taken, taken)
            assert box is helped or box.size == pool.new_box().size
        assert not lock.locked() and threads._here.box is None
    with lock, threads.team() as box:
        assert box is not helped
        assert lock.locked()


@pytest.mark.parametrize("opened, helpers, worked", [(0, 2, []), (1, 2, [2]), (1, 1, [])])
def test_a_helper_works_where_there_is_work_for_it(monkeypatch, opened, helpers, worked):
    """It is the second one. When it has waited in vain for long it goes, and nobody counts on it any more."""
    box, done, ready = {pool.OPEN: opened, pool.HELPERS: helpers, pool.READY: 0, pool.RUNNING: 0}, [], []

    def add(box, place, number):
        box[place] += number

    def work(box, number):
        done.append(number)
        ready.append((box[pool.READY], box[pool.RUNNING]))
        box[pool.OPEN] = 0

    for name, value in (("load", dict.get), ("add", add), ("_work", work), ("PATIENCE", 5),
                        ("_look_again", lambda box, looks: looks + 1)):  # fmt: skip
        monkeypatch.setattr(pool, name, value)
    in_python(pool.stand_by)(box, 2)
    assert done == worked and ready == [(1, 1)] * len(worked)
    assert box[pool.READY] == box[pool.RUNNING] == 0


def test_at_the_end_helpers_are_called_and_waited_for_a_while(nobody_yet, monkeypatch):
    monkeypatch.setattr(threads, "_count", 4)
    monkeypatch.setattr(threads, "_closing", False)
    joined, stood_by = [], []
    monkeypatch.setattr(Helper, "join", lambda helper, seconds: joined.append(seconds), raising=False)
    threads._wake_helpers()
    threads._dismiss()
    assert threads._closing and threads._box[pool.HELPERS] == 0
    assert all(bell.is_set() for _, bell in threads._started)
    assert len(joined) == 3 and all(0.5 < seconds < 5 for seconds in joined)

    def stand_by(box, number):
        stood_by.append((box, number, bell.is_set()))
        bell.set()
        threads._closing = len(stood_by) == 2

    bell = threads._started[0][1]
    monkeypatch.setattr(pool, "stand_by", stand_by)
    threads._help(5, bell, "box")
    assert stood_by == []  # it is over
    threads._closing = False
    threads._help(5, bell, "box")
    assert stood_by == [("box", 5, False)] * 2


@NEEDS_COMPILATION
def test_no_thread_is_started_that_is_not_wanted():
    printed = run_python("""
import threading
import minicnn as mc
from minicnn.kernels import threads
for count in (1, 3, 2, 4):
    mc.set_num_threads(count)
    with threads.team():
        print(threading.active_count())
""", NUMBA_NUM_THREADS="4", MINICNN_NUM_THREADS=None)
    assert printed.split() == ["1", "3", "3", "4"]
