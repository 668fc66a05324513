"""Two ways to call a learner's function: in a process of its own (work.py), or here (a notebook's).

Both have ``call(name, args) -> reply`` (see child.perform), ``lines`` (where each function begins) and
``path`` (what messages point at).
"""

import contextlib
import copy
import inspect
import queue
import subprocess
import sys
import threading

from lessons.harness import child, compiling, limits, wire
from lessons.harness.places import ROOT, shown_path

LIMIT = 5.0  # seconds of work a case may take; right answers take a hundredth of it, a few a fifth


class WorkFile:
    """work.py in a process of its own, or in another where that one died. A context manager: the process ends
    with the block."""

    def __init__(self, path):
        self.file, self.path = str(path), shown_path(path)

    def __enter__(self):
        self.loaded = self._start()
        self.lines, self.compiling = self.loaded.get("lines", {}), self.loaded.get("compiling", [])
        self.arguments = self.loaded.get("arguments", {})
        return self

    def _start(self):
        """A new process; what it says of the file."""
        self.replies, self.dead = queue.Queue(), False
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lessons.harness.child", self.file],
            cwd=ROOT,
            env=compiling.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        threading.Thread(target=self._listen, args=(self.process.stdout, self.replies), daemon=True).start()
        return self._next(compiling.reading(self.file))

    def __exit__(self, *_):
        self._end()

    def _end(self):
        self.dead = True
        self.process.kill()
        self.process.wait()
        with contextlib.suppress(OSError):  # a request that it never read is still in there
            self.process.stdin.close()

    @staticmethod
    def _listen(stream, replies):
        with stream:
            while (reply := wire.receive(stream)) is not None:
                replies.put(reply)
        replies.put(None)

    def _next(self, limit):
        longest = limits.longest(limit)
        try:
            reply = self.replies.get(timeout=longest + limits.GRACE)
        except queue.Empty:
            self._end()
            why = "does it end, or is the computer busy?"
            return {"died": f"did not come back within {longest:.0f} seconds: {why}"}
        if reply is None:
            self._end()
            return {"died": "ended the whole process (os._exit, or a crash)"}
        return reply

    def _ask(self, limit, **request):
        if self.dead:
            self.loaded = self._start()
        if "lines" not in self.loaded:  # the file could not be read
            return self.loaded
        with contextlib.suppress(OSError):  # it died meanwhile: then there is no reply
            wire.send(self.process.stdin, {**request, "limit": limit})
        return self._next(limit)

    def call(self, name, args, limit=LIMIT, threads=None, before=None):
        """The reply to ``work.name(*args)``. ``threads``, ``before``: see child.perform."""
        limit = _patience(limit, name in self.compiling, threads)
        return self._ask(limit, call=name, args=args, threads=threads, before=before)

    def call_lesson(self, function, args, limit):
        """The reply to ``function(work, **args)``, the lesson's own, which is run where work.py is."""
        file = inspect.getsourcefile(inspect.unwrap(function))
        return self._ask(limit, lesson=file, call=function.__name__, args=args)

    def race(self, contestants, args, rounds=5, limit=120, threads=None):
        """The reply to a race between functions of work.py (by name) and others (functions)."""
        return self._ask(limit, race=contestants, args=args, rounds=rounds, threads=threads)


class Functions:
    """Functions handed over by a notebook, called here, on copies of the arguments."""

    def __init__(self, functions, names=()):
        self.functions = dict(zip(names, functions)) if names else {f.__name__: f for f in functions}
        self.files = {f.__code__.co_filename for f in self.functions.values() if hasattr(f, "__code__")}
        codes = {name: getattr(f, "__code__", None) for name, f in self.functions.items()}
        self.lines = {name: code.co_firstlineno if code else 0 for name, code in codes.items()}
        self.arguments = {
            name: list(c.co_varnames[: c.co_argcount]) for name, c in codes.items() if c is not None
        }
        self.path, self.loaded = "your cell", {"lines": self.lines}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def call(self, name, args, limit=LIMIT, threads=None, before=None):
        function = self.functions[name]
        limit = _patience(limit, compiling.will_compile(function), threads)
        args, before = copy.deepcopy((args, before))
        return child.perform(function, args, self.files, limit, threads, before)


def _patience(limit, compiles, threads):
    """The seconds a call may take: each type is compiled at its first call; as plain Python (0) none."""
    return max(limit, compiling.SECONDS) if compiles and threads is None else limit
