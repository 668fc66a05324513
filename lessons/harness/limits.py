"""A call may take so many seconds of work. The clock on the wall counts what others do on the computer, too.

So both clocks must have passed the limit, the processor's and the wall's, before a call counts as one that
does not end. (Several threads work more seconds than pass.) What waits, for input() say, works no second at
all: it is stopped as well, later.
"""

import contextlib
import ctypes
import threading
import time

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
    caller, done, lock = threading.get_ident(), threading.Event(), threading.Lock()
    over = []  # not empty once the block is left; append() is done or not, where Event.set() can be cut short
    wall, work = time.perf_counter(), time.process_time()

    def left():
        passed, worked = time.perf_counter() - wall, time.process_time() - work
        return min(limit - min(passed, worked), longest(limit) - passed)

    def watch():
        pause = limit
        while not done.wait(pause):
            pause = left()
            with lock:  # nothing may be raised behind the block
                if over:
                    return
                if pause <= 0:
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(
                        ctypes.c_ulong(caller), ctypes.py_object(TimeLimit)
                    )
                    pause = limit  # again, should it be caught

    def said():
        passed, worked = time.perf_counter() - wall, time.process_time() - work
        if worked >= limit:
            loop = "a loop without an end, or where NumPy has one call?"
            return f"was still running after {limit:g} seconds: {loop}"
        return (
            f"was still running after {passed:.0f} seconds, of which it worked {worked:.1f}: does it wait "
            "for something (input, sleep), or is the computer busy?"
        )

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield said
    finally:
        with lock:
            over.append(True)
        done.set()
