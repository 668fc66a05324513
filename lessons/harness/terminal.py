"""The terminal: colour where there is one, single keys where they can be had."""

import contextlib
import functools
import os
import sys


class NobodyListens(Exception):
    """Who read the output has gone: python -m lessons status | head."""


def colour(name, text):
    """``text`` in red, green or yellow, where the output is a terminal that shows colours."""
    code = {"red": 31, "green": 32, "yellow": 33, "bold": 1}[name]
    plain = not sys.stdout.isatty() or "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    return text if plain or not takes_codes() else f"\x1b[{code}m{text}\x1b[0m"


@functools.cache
def takes_codes():
    """Does the terminal read escape codes? A console of Windows does when asked to, an old one never."""
    if sys.platform != "win32":
        return True
    import ctypes

    return _ask_console(ctypes.windll.kernel32, ctypes.c_ulong())


def _ask_console(kernel32, mode):
    """Turn on what Windows calls virtual terminal processing; False where the console does not know it."""
    import ctypes

    console, codes = kernel32.GetStdHandle(-11), 4  # STD_OUTPUT_HANDLE, ENABLE_VIRTUAL_TERMINAL_PROCESSING
    if not kernel32.GetConsoleMode(console, ctypes.byref(mode)):  # no console: a window of its own, mintty
        return "TERM" in os.environ
    return bool(mode.value & codes or kernel32.SetConsoleMode(console, mode.value | codes))


def say(lines):
    """Print lines; a letter that the terminal does not know becomes a question mark, never an error."""
    for line in [lines] if isinstance(lines, str) else lines:
        encoding = sys.stdout.encoding or "utf-8"
        try:
            print(line.encode(encoding, "replace").decode(encoding), flush=True)
        except BrokenPipeError:  # a name of its own: other pipes break as well, such as the one to work.py
            raise NobodyListens from None


@contextlib.contextmanager
def keys():
    """Gives a function that waits up to ``seconds`` and returns the key pressed, or "".

    Where no key can be read (a pipe, a pipe over SSH) it only waits.
    """
    import time

    if not sys.stdin or not sys.stdin.isatty():
        yield lambda seconds: time.sleep(seconds) or ""
    elif os.name == "nt":
        yield _windows_key
    else:
        import termios
        import tty

        before = termios.tcgetattr(sys.stdin)
        try:
            tty.setcbreak(sys.stdin)  # a key at a time; Ctrl-C stays Ctrl-C
            yield _unix_key
        finally:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _unix_key(seconds):
    import select

    ready, _, _ = select.select([sys.stdin], [], [], seconds)
    return os.read(sys.stdin.fileno(), 1).decode(errors="ignore") if ready else ""


def _windows_key(seconds):
    import msvcrt
    import time

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if msvcrt.kbhit():
            return msvcrt.getwch()
        time.sleep(0.02)
    return ""
