"""Ctrl-C at a moment of our choosing: when a batch is through, and a backup can hold the whole run."""

import contextlib
import signal
import sys
import threading

NOTICE = "\nCtrl-C: stopping when this batch, or validation, is through; once more stops at once, unsaved."


class Interrupt:
    """The first Ctrl-C is noted in ``came``, the second obeyed, as long as somebody listens.

    Only in the main thread, which alone may handle signals in Python, and only where Ctrl-C does what it
    usually does: a program that has its own way with it keeps that.
    """

    def __init__(self):
        self.came = False

    def listen(self):
        """From now on note it."""
        self.came = False
        in_main = threading.current_thread() is threading.main_thread()
        if in_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._note)

    def let_go(self):
        """Let Ctrl-C do what it usually does."""
        if signal.getsignal(signal.SIGINT) == self._note:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _note(self, number, frame):
        self.came = True
        self.let_go()
        with contextlib.suppress(RuntimeError, OSError):  # it came amid another print, or nobody reads
            print(NOTICE, file=sys.stderr, flush=True)
