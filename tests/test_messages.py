"""What an error shows of a value: all of a short one, and little of a long one, whatever it is."""

import io
import os
import sys

import pytest
from tqdm import tqdm

from minicnn.messages import LONGEST, printable, say, shortened, shown
from tests.agreement import run_python


@pytest.mark.parametrize("value", ["it's", 3, -2.5, None, (1, 2), [None, 2], {"b": 1, "a": [2]}, b"\0"])
def test_a_short_value_is_shown_as_python_writes_it(value):
    assert shown(value) == repr(value)


@pytest.mark.parametrize("value, begins", [
    ("x" * 10**6, "'xxx"), (b"x" * 10**6, "b'xxx"), ([0] * 10**6, "[0, 0"), ((1.5,) * 10**6, "(1.5, "),
    ({str(k): k for k in range(10**5)}, "{'0': 0, '1': 1"), ({"a": ["x" * 999] * 99}, "{'a': ['xxx"),
    ({"a": {"b": {"c": {"d": 1}}}}, "{'a': {'b': {'c': {...}}}}"),
    ([[[[[0]]]]], "[[[[...]]]]"), (10**400, "1000"), ([10**5000], "[<a number of 16,610 bits>]"),
    ({"a": -(10**5000)}, "{'a': <a number of 16,610 bits>}"),
])  # fmt: skip
def test_a_long_value_is_shown_in_part(value, begins):
    text = shown(value)
    assert text.startswith(begins) and len(text) <= LONGEST


def test_a_text_that_is_shortened_keeps_its_end():
    assert shortened("x" * 100, 100) == "x" * 100
    text = shortened("begin" + "x" * 100 + "end", 50)
    assert text.startswith("begin") and text.endswith("end") and " ... " in text and len(text) == 50


@pytest.mark.parametrize("text, safe", [
    ("Blüte 花.png", "Blüte 花.png"), ("it's", "it's"), ("می\u200cخواهم", "می\u200cخواهم"),
    ("a\x1b[2Jb\n", "a\\x1b[2Jb\\n"),
    ("\u202egnp", "\\u202egnp"),
])  # fmt: skip
def test_a_terminal_is_told_nothing_by_a_name(text, safe):
    assert printable(text) == safe


def test_a_progress_bar_makes_room_for_what_is_said(monkeypatch):
    """The bar is wiped out, and drawn again below."""
    screen = io.StringIO()
    monkeypatch.setattr(sys, "stderr", screen)
    with tqdm(total=1, file=screen):
        say("hello")
        before, after = screen.getvalue().split("hello\n")
    assert before.endswith(" \r") and "0/1" in before and "0/1" in after


def test_a_bar_that_another_thread_opens_meanwhile_stops_nothing(monkeypatch, capsys):
    class Changing:
        def __iter__(self):
            raise RuntimeError("Set changed size during iteration")

    monkeypatch.setattr(tqdm, "_instances", Changing())
    say("hello")
    assert capsys.readouterr().err == "hello\n"


def test_something_can_be_said_where_there_is_no_stderr(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    monkeypatch.setattr(sys, "stdout", None)  # as under pythonw, on Windows
    say("hello")


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("I/O on closed file")])
def test_what_nobody_reads_stops_nothing(monkeypatch, error):
    """On a full disk, or with a stderr that somebody closed."""
    class Full(io.StringIO):
        def write(self, text):
            raise error

    monkeypatch.setattr(sys, "stderr", Full())
    say("hello")


def test_what_is_said_does_not_settle_how_processes_start():
    run_python("""
import multiprocessing
from minicnn.messages import say
say("hello")
multiprocessing.set_start_method("spawn")
""")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_what_a_child_says_does_not_wait_for_a_bar_of_its_parent():
    """Another thread was drawing it at the fork: in the child its lock stays taken."""
    run_python("""
import os, signal, threading, warnings
from tqdm import tqdm
from minicnn.messages import say
warnings.simplefilter("ignore", DeprecationWarning)  # of forks while there are threads
held = threading.Event()
def draw():
    with tqdm.get_lock():
        held.set()
        threading.Event().wait()
threading.Thread(target=draw, daemon=True).start()
held.wait()
child = os.fork()
if child == 0:
    signal.alarm(20)  # the end of who waits
    say("hello")
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
os._exit(0)
""")
