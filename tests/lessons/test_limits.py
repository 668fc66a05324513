"""A call that does not end is stopped; one that waits its turn on a busy computer is not."""

import threading
import time
from types import SimpleNamespace

import pytest

from lessons.harness import compiling, judge, limits, payoff
from lessons.harness.child import frames, load, perform
from lessons.harness.runner import WorkFile
from lessons.harness.tasks import Case, Task


def processor(monkeypatch, seconds):
    """The clock of the processor shows what ``seconds`` gives, whatever else runs in this process."""
    monkeypatch.setattr(
        limits, "time", SimpleNamespace(perf_counter=time.perf_counter, process_time=seconds)
    )


def test_the_seconds_of_others_do_not_count(monkeypatch):
    processor(monkeypatch, lambda: 0.0)  # a process that gets no turn
    assert perform(lambda: time.sleep(0.3) or "right", {}, set(), 0.1)["value"] == "right"


def test_a_file_that_does_not_end_is_told_soon(tmp_path):
    assert limits.READING <= 20
    path = tmp_path / "work.py"
    path.write_text("x = 0\nwhile x < 3:\n    y = 1\n", encoding="utf-8")
    reply = perform(load, {"path": str(path)}, {str(path)}, 0.1)
    assert "a loop without an end" in reply["timeout"] and reply["frames"][-1][0] in (2, 3)


LOOKS_FOR_ITS_LIMIT = """
frame = sys._getframe()
while "limit" not in frame.f_locals:
    frame = frame.f_back
print(frame.f_locals["limit"])
"""


@pytest.mark.parametrize("imports, seconds", [("", limits.READING), ("import numba", compiling.SECONDS)])
def test_what_compiles_may_be_read_for_longer(imports, seconds, tmp_path, monkeypatch):
    """By both processes: the one that reads it, and the one that waits until it has."""
    work, waited = tmp_path / "work.py", []
    work.write_text(f"import sys\n{imports}\n{LOOKS_FOR_ITS_LIMIT}", encoding="utf-8")
    monkeypatch.setattr(limits, "longest", lambda limit: waited.append(limit) or 120.0)
    with WorkFile(work) as runner:
        assert runner.loaded["printed"].strip() == str(seconds)
    assert waited[0] == seconds


def test_on_a_busy_computer_a_loop_is_a_guess_as_well():
    block = limits._Block(5.0)
    block.wall, block.work = block.wall - 70, block.work - 2
    assert "has a loop no end, or is the computer busy?" in block.said()


def endless():
    while True:
        pass


def test_what_works_and_works_is_stopped(monkeypatch):
    processor(monkeypatch, time.perf_counter)
    reply = perform(endless, {}, set(), 0.1)
    loop = "a loop without an end, or where NumPy has one call?"
    assert reply["timeout"] == f"was still running after 0.1 seconds: {loop}"


def test_a_short_call_is_stopped_within_a_long_one(monkeypatch):
    processor(monkeypatch, time.perf_counter)
    with limits.at_most(1000):
        assert "timeout" in perform(endless, {}, set(), 0.1)


def test_one_thread_watches_many_calls():
    watching = set()
    for _ in range(100):
        with limits.at_most(10_000):
            watching.add(limits._WATCHER.thread)
    assert 1 <= len(watching) <= 2  # one that was there before may have ended meanwhile


def test_what_waits_is_stopped_later_and_not_called_a_loop(monkeypatch):
    processor(monkeypatch, lambda: 0.0)
    monkeypatch.setattr(limits, "longest", lambda limit: 0.3)

    def waits():
        while True:
            time.sleep(0.01)

    reply = perform(waits, {}, set(), 0.1)
    assert "of which it worked 0.0: does it wait" in reply["timeout"]
    assert "is the computer busy?" in reply["timeout"] and "loop" not in reply["timeout"]
    assert payoff.failure(reply) == [f"the payoff {reply['timeout']}"]


def test_nothing_is_raised_behind_a_call_that_came_back_just_in_time(monkeypatch):
    looking, came_back = threading.Event(), threading.Event()
    here = threading.current_thread()

    def seconds():
        if threading.current_thread() is not here:  # the one that watches, at its look
            looking.set()
            assert came_back.wait(60)
            return 99.0
        return 0.0

    processor(monkeypatch, seconds)
    monkeypatch.setattr(limits, "longest", lambda limit: 0.0)
    with limits.at_most(0.05):
        assert looking.wait(60)
    came_back.set()
    with limits._WATCHER.change:  # its look is over
        pass
    assert [k for k in range(1000) if k < 0] == []  # here it would be raised


def test_a_process_that_cannot_say_that_it_is_late_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "longest", lambda limit: 120.0 if limit > 1 else 0.2)
    monkeypatch.setattr(limits, "GRACE", 0.0)
    work = tmp_path / "work.py"
    # a search that never comes back from C
    work.write_text("import re\n\n\ndef twice(x):\n    re.match('(a|aa)+b', 'a' * 60)\n", encoding="utf-8")
    task = Task("twice", endless, [Case("", {"x": 1})], ("y",), expects=abs, limit=0.1)
    with WorkFile(work) as runner:
        verdict = judge.check_task(SimpleNamespace(number="00"), task, runner)
    assert verdict.first.about == "died"
    assert verdict.first.problem.endswith("0 seconds: does it end, or is the computer busy?")


@pytest.mark.parametrize("limit, seconds", [(0.1, 60), (5, 60), (300, 900)])
def test_a_busy_computer_is_given_time(limit, seconds):
    assert limits.longest(limit) == seconds


def test_a_limit_between_two_rounds_of_a_loop_is_a_limit_of_the_function():
    """Python knows no line there, for some loops: then it is the def's."""
    code = stand_in.__code__
    place = SimpleNamespace(tb_frame=SimpleNamespace(f_code=code), tb_lineno=None, tb_next=None)
    found = frames(SimpleNamespace(__traceback__=place), {code.co_filename})
    assert found == [[code.co_firstlineno, "stand_in", "def stand_in():"]]


def stand_in():
    """A learner's function."""
