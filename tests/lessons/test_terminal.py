"""Colours only where the terminal shows them."""

import ctypes
from types import SimpleNamespace

import pytest

from lessons.harness import terminal


class Console:
    """In the place of Windows' kernel32: a console that knows the codes, or an old one, or none at all."""

    def __init__(self, there=True, knows=True, mode=3):
        self.there, self.knows, self.mode = there, knows, mode

    def GetStdHandle(self, which):
        return {-11: "the output"}[which]

    def GetConsoleMode(self, console, mode):
        assert console == "the output"
        ctypes.cast(mode, ctypes.POINTER(ctypes.c_ulong))[0] = self.mode
        return self.there

    def SetConsoleMode(self, console, mode):
        if self.knows:
            self.mode = mode
        return self.knows


@pytest.mark.parametrize("console, term, takes, mode", [
    (Console(), "", True, 7),  # asked, it shows colours; what else it did stays as it was
    (Console(mode=7, knows=False), "", True, 7),  # it does already
    (Console(knows=False), "", False, 3),  # before Windows 10
    (Console(there=False), "", False, 3),
    (Console(there=False), "xterm", True, 3),  # git's terminal
])  # fmt: skip
def test_a_windows_console_is_asked(console, term, takes, mode, monkeypatch):
    monkeypatch.setenv("TERM", term) if term else monkeypatch.delenv("TERM", raising=False)
    assert terminal._ask_console(console, ctypes.c_ulong()) is takes
    assert console.mode == mode


@pytest.mark.parametrize("tty, environment, takes, coloured", [
    (True, {}, True, True),
    (True, {}, False, False),
    (False, {}, True, False),
    (True, {"NO_COLOR": "1"}, True, False),
    (True, {"TERM": "dumb"}, True, False),
])  # fmt: skip
def test_colour_is_left_out_where_it_would_be_seen_as_text(tty, environment, takes, coloured, monkeypatch):
    monkeypatch.setattr(terminal, "sys", SimpleNamespace(stdout=SimpleNamespace(isatty=lambda: tty)))
    monkeypatch.setattr(terminal, "os", SimpleNamespace(environ=environment))
    monkeypatch.setattr(terminal, "takes_codes", lambda: takes)
    assert ("\x1b" in terminal.colour("green", "ok")) is coloured
    assert "ok" in terminal.colour("green", "ok")


def test_windows_is_asked_through_its_own_library(monkeypatch):
    console = Console()
    monkeypatch.setattr(terminal, "sys", SimpleNamespace(platform="win32"))
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=console), raising=False)
    assert terminal.takes_codes.__wrapped__() is True
    assert console.mode == 7
