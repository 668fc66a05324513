"""How long does it take?"""

import contextlib
import time

import numba

from minicnn.kernels import threads

LEAST = 1 / 16  # seconds the processor's clock must move: that of Windows ticks 64 times a second


def seconds(function, *args, rounds=5):
    """How long a call takes, at best: whatever else the computer does only makes it longer."""
    function(*args)  # compiles, and warms the caches
    return min(_spent(time.perf_counter, function, args) for _ in range(rounds))


def processor_seconds(function, *args, rounds=5):
    """How long the processor works on a call, at best; what others do meanwhile does not count.

    A short call is repeated until the clock has moved, and the time divided: some clocks tick slowly.
    """
    function(*args)
    calls = 1
    while _spent(time.process_time, function, args, calls) < LEAST:
        calls *= 2
    return min(_spent(time.process_time, function, args, calls) for _ in range(rounds)) / calls


def _spent(clock, function, args, calls=1):
    start = clock()
    for _ in range(calls):
        function(*args)
    return clock() - start


@contextlib.contextmanager
def one_thread():
    """minicnn, numba and the matrix products of NumPy on one thread; afterwards as many as before."""
    ours, numbas = threads.get_num_threads(), numba.get_num_threads()
    threads.set_num_threads(1)
    numba.set_num_threads(1)
    try:
        with threads.single_threaded_blas():
            yield
    finally:
        threads.set_num_threads(ours)
        numba.set_num_threads(numbas)
