"""What a kernel asks of the functions it calls, written down instead of done: how it cuts its work.

A compiled function would not notice that a name has been replaced. So it runs as the Python it was written
in, whether compilation is on or off; what it calls and nobody replaced stays compiled.
"""


def in_python(kernel):
    """The function that ``kernel`` was compiled from; of a parallel one, with the box as first argument."""
    kernel = getattr(kernel, "kernel", kernel)
    return getattr(kernel, "py_func", kernel)


def recorded(monkeypatch, module, name, result=None):
    """A list that grows by the arguments of each call of ``module.name``, which returns ``result``."""
    calls = []

    def record(*args):
        calls.append(args)
        return result

    monkeypatch.setattr(module, name, record)
    return calls


def shares(monkeypatch, module, kernel, *args):
    """Into how many calls a parallel kernel cuts its work: of each ``share`` in it."""
    with monkeypatch.context() as patch:
        calls = recorded(patch, module, "share")
        in_python(kernel)(None, *args)
    return [count for _, count, _, _ in calls]


def evenly(spans, total):
    """Whether spans (begin, end) are 0 .. total, end to end, of lengths that differ by 1 at most."""
    begins, ends = zip(*spans)
    lengths = [end - begin for begin, end in spans]
    return (*begins, total) == (0, *ends) and min(lengths) >= 0 and max(lengths) - min(lengths) <= 1
