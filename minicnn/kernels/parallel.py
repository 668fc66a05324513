"""A kernel on all threads: ``@parallel_jit`` compiles what ends in ``share(box, count, body, args)``.

    @jit
    def _image(n, x, y): ...                     # one of many calls, on any thread

    @parallel_jit
    def _images(box, x, y):
        share(box, x.shape[0], _image, (x, y))   # _image(0, x, y), _image(1, x, y), ...

    _images(x, y)                                # the box is put in: see pool.py, threads.py
"""

import functools

from minicnn.kernels import ahead, threads
from minicnn.kernels.jit import jit
from minicnn.kernels.pool import share

__all__ = ["parallel_jit", "share"]


def parallel_jit(function):
    """Compile ``function``, and call it with a box that ``mc.get_num_threads()`` threads stand by."""
    compiled = jit(function)

    @functools.wraps(function)
    def launch(*args):
        box = threads.box_in_hand()
        if ahead.rehearsing():
            return ahead.note(compiled, box, *args)
        if box is not None:
            return compiled(box, *args)
        with threads.team() as box:
            return compiled(box, *args)

    launch.kernel = compiled
    return launch
