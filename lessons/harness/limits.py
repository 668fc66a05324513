"""A call may take so many seconds of work. The clock on the wall counts what others do on the computer, too.

So both clocks must have passed the limit, the processor's and the wall's, before a call counts as one that
does not end. (Several threads work more seconds than pass.) What waits, for input() say, works no second at
all: it is stopped as well, later.
"""

import contextlib
import ctypes
import queue
import threading
import time

READING = 20.0  # to run a work.py from top to bottom: to import numba takes 1 or 2, on a slow computer 10
GRACE = 3.0  # seconds more, until a process that cannot even say that it is late is ended


class TimeLimit(BaseException):
    """Raised inside a call that takes too long. No Exception: ``except Exception`` must not catch it."""


def longest(limit):
    """The seconds that may pass on the wall, whatever else the computer does."""
    return max(60.0, 3 * limit)


@contextlib.contextmanager
def at_most(limit):
    """The block may work for ``limit`` seconds; then TimeLimit is raised in it.

    Gives a function that says in words how long the block took.
    """
    block = _Block(limit)
    try:
        _WATCHER.add(block)
        yield block.said
    finally:
        with block.lock:
            block.over.append(True)
        _WATCHER.running.discard(block)


class _Block:
    """Who runs it, and since when."""

    def __init__(self, limit):
        self.limit, self.caller, self.lock = limit, threading.get_ident(), threading.Lock()
        self.over = []  # not empty once the block is left: append() is done or not, and never cut short
        self.wall, self.work = time.perf_counter(), time.process_time()

    def passed(self):
        """Seconds on the wall, and of work."""
        return time.perf_counter() - self.wall, time.process_time() - self.work

    def look(self):
        """Stop the block if it is late. The seconds until one has to look again."""
        passed, worked = self.passed()
        left = min(self.limit - min(passed, worked), longest(self.limit) - passed)
        if left > 0:
            return left
        with self.lock:  # nothing may be raised behind the block
            if not self.over:
                late = ctypes.c_ulong(self.caller), ctypes.py_object(TimeLimit)
                ctypes.pythonapi.PyThreadState_SetAsyncExc(*late)
        return self.limit  # again, should it be caught

    def said(self):
        """How long it took, in words."""
        passed, worked = self.passed()
        if worked >= self.limit:
            loop = "a loop without an end, or where NumPy has one call?"
            return f"was still running after {self.limit:g} seconds: {loop}"
        waits, loop = "does it wait for something (input, sleep)", ", has a loop no end" * (worked >= 1)
        return (
            f"was still running after {passed:.0f} seconds, of which it worked {worked:.1f}: {waits}{loop}, "
            "or is the computer busy?"
        )


class _Watcher:
    """One thread that watches all blocks, and ends when at a look none runs.

    A check makes hundreds of calls, and each of them takes less time than to start a thread. It is woken by a
    queue, not an Event: that is Python inside, and a Ctrl-C there may leave its lock taken for ever.
    """

    def __init__(self):
        self.running, self.change, self.thread = set(), threading.Lock(), None
        self.next_look, self.sooner = 0.0, queue.SimpleQueue()

    def add(self, block):
        """See to it that somebody looks at ``block`` when its limit is over."""
        due = block.wall + block.limit
        with self.change:
            self.running.add(block)
            if self.thread is None or not self.thread.is_alive():  # a fork leaves it behind
                self.next_look = due
                self.thread = threading.Thread(target=self._watch, daemon=True)
                self.thread.start()
            elif due < self.next_look:
                self.next_look = due
                self.sooner.put(None)

    def _watch(self):
        while True:
            with contextlib.suppress(queue.Empty):
                self.sooner.get(timeout=max(0.0, self.next_look - time.perf_counter()))
            with self.change:
                running = [block for block in list(self.running) if not block.over]
                self.running.intersection_update(running)
                if not running:
                    self.thread = None
                    break
                self.next_look = time.perf_counter() + min([block.look() for block in running])


_WATCHER = _Watcher()
