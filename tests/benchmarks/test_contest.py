"""Taking turns: who is asked when, what is kept, and that whoever waits does not compute."""

import contextlib
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from agreement import ROOT

from benchmarks import machine, measures
from benchmarks.contest import Contest, in_turn, workers
from benchmarks.measures import COPIES, medians, quickenings, ratios
from benchmarks.networks import Network
from benchmarks.processes import Beside, Process, WorkerFailed

TINY = Network("C2k3V F 3", (5, 4, 1), batch=2)


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)  # workers are started as modules, from where the user stands


class Scripted:
    """A process whose steps take what is written here; ``log`` hears of everything asked."""

    def __init__(self, name, seconds, log, fails=()):
        self.name, self.seconds, self.log, self.fails = name, seconds, log, fails

    def ask(self, do, **question):
        self.log.append((self.name, do))
        if do in self.fails:
            raise WorkerFailed(f"{self.name}: MemoryError")
        if do == "tries":
            return {"hare": 0.75, "slow and steady": self.seconds}
        if do == "run":
            return {"seconds": [self.seconds * (1 + k % 3) for k in range(question["count"])], "preempted": 4}
        return None

    def begin(self, do, **question):
        self.log.append((self.name, "begin"))
        self.begun = do, question

    def finish(self):
        do, question = self.begun
        return self.ask(do, **question)


def hold(processes, rounds=3, seconds=1.0):
    contest = Contest(TINY, TINY.batch)
    for name, process in processes.items():
        contest.enter(name, process, "train", seconds)
    return contest.run(rounds)


def test_everybody_gets_the_same_time_in_turn():
    log = []
    record = hold({name: Scripted(name, s, log) for name, s in (("minicnn", 0.1), ("torch", 0.25))})
    assert log[:4] == [("minicnn", "tries"), ("minicnn", "build"), ("torch", "tries"), ("torch", "build")]
    assert [who for who, do in log[4:] if do == "run"] == [
        "minicnn", "torch", "torch", "minicnn", "minicnn", "torch",
    ]  # fmt: skip
    assert record["rounds"][0] == {
        "minicnn": {"steps": 10, "median": 0.2, "min": 0.1, "preempted": 4},
        "torch": {"steps": 4, "median": 0.375, "min": 0.25, "preempted": 4},
    }
    assert record["ways"] == {"minicnn": "slow and steady", "torch": "slow and steady"}
    assert record["trials"]["torch"]["hare"] == 0.75 and record["batch"] == 2 and record["errors"] == {}


def test_a_turn_is_at_least_one_step():
    record = hold({"minicnn": Scripted("minicnn", 30, [])}, rounds=1)
    assert record["rounds"][0]["minicnn"]["steps"] == 1


@pytest.mark.parametrize("what", ["tries", "build", "run"])
def test_who_cannot_drops_out_and_says_why(what):
    contest = Contest(TINY, TINY.batch)
    contest.enter("minicnn", Scripted("minicnn", 0.5, []), "train", 1.0)
    way = "hare" if what == "run" else None  # a way that is given was not tried before
    contest.enter("keras", Scripted("keras", 0.5, [], fails=[what]), "train", 1.0, way)
    record = contest.run(2)
    assert record["errors"] == {"keras": "keras: MemoryError"}
    assert all(times.keys() == {"minicnn"} for times in record["rounds"])
    assert ratios(record) == []


def test_who_ends_midway_is_left_out_of_later_rounds():
    log = []
    contest = Contest(TINY, TINY.batch)
    contest.enter("minicnn", Scripted("minicnn", 0.5, log), "train", 1.0)
    contest.enter("torch", Scripted("torch", 0.5, log, fails=["run"]), "train", 1.0)
    record = contest.run(3)
    assert [list(times) for times in record["rounds"]] == [["minicnn"]] * 3
    assert record["errors"] == {"torch": "torch: MemoryError"} and list(record["ways"]) == ["minicnn"]
    assert log.count(("torch", "run")) == 1, "it is not asked again"


def test_every_round_begins_with_another():
    assert [in_turn("abc", k) for k in range(4)] == [["a", "b", "c"], ["b", "c", "a"], ["c", "a", "b"],
                                                     ["a", "b", "c"]]  # fmt: skip
    assert in_turn([], 1) == []


def test_ratios_are_taken_within_a_round():
    """The machine becomes twice as slow in the second round: the ratio does not see it, minima would."""
    rounds = [{"minicnn": 1, "torch": 2, "keras": 4}, {"minicnn": 2, "torch": 4, "keras": 8},
              {"minicnn": 3, "torch": 9, "keras": 2}]  # fmt: skip
    record = {"rounds": [{name: {"median": t} for name, t in times.items()} for times in rounds]}
    assert ratios(record) == [0.5, 0.5, 1.5]  # the faster peer of that round, whichever it is
    assert ratios(record, ours="keras") == [2, 2, 1]
    assert medians(record, "torch") == [2, 4, 9] and medians(record, "jax") == []


def test_two_copies_compute_at_the_same_time():
    log = []
    both = Beside(Scripted("one", 0.5, log), "step", Scripted("two", 1, log))
    assert both.ask("run", name="copy", count=2) == {"seconds": [0.5, 1, 1, 2], "preempted": 8}
    assert log == [("two", "begin"), ("one", "run"), ("two", "run")]


def test_the_copy_is_waited_for_also_when_the_other_fails():
    """Its answer would be taken for that to the next question, and it would compute beside the others."""
    log = []
    both = Beside(Scripted("one", 0.5, log, fails=["run"]), "step", Scripted("two", 1, log))
    with pytest.raises(WorkerFailed, match="one: MemoryError"):
        both.ask("run", name="copy", count=2)
    assert log[-1] == ("two", "run")


def test_without_one_on_a_single_thread_there_is_none_to_be_beside(monkeypatch):
    def process(framework, count, core=0):
        worker = Scripted(f"{count} at {core}", 1, [], fails=["tries"] if (count, core) == (1, 0) else ())
        return contextlib.nullcontext(worker)

    monkeypatch.setattr(measures, "Process", process)
    monkeypatch.setattr(measures, "available_cores", lambda: [0, 1])
    ((_, record),) = measures.threads(SimpleNamespace(models=["first"], seconds=1, rounds=1))
    assert record["errors"] == {"minicnn, 1 thread": "1 at 0: MemoryError"}
    assert [*record["rounds"][0]] == ["minicnn, 2 threads"]


def test_what_is_built_already_is_not_built_again():
    log = []
    both = Beside(Scripted("one", 1, log), "step", Scripted("two", 1, log))
    assert both.ask("tries") == {"hare": 0.75, "slow and steady": 1}
    both.ask("build", name="copy")
    assert log == [("two", "tries"), ("two", "build")]


def test_copies_count_twice():
    """Two that take no longer than one alone do twice as much; two that wait for each other, as much."""
    times = {"minicnn, 1 thread": 1, "minicnn, 2 threads": 0.5, COPIES: 1}
    slow = dict.fromkeys(times, 2) | {"minicnn, 1 thread": 1}
    record = {"rounds": [{name: {"median": t} for name, t in each.items()} for each in (times, slow)]}
    assert quickenings(record, COPIES) == [2, 1] and quickenings(record, "minicnn, 2 threads") == [2, 0.5]


def test_a_worker_trains():
    with workers(["minicnn"], 1) as processes:
        process = processes["minicnn"]
        assert process.ask("count", network=TINY) == 3 * 3 * 2 + 2 + 3 * 2 * 2 * 3 + 3
        assert process.ask("ways", task="train") == ["fit"]
        process.ask("build", name="a", task="train", network=TINY, batch=2, way="fit")
        steps = process.ask("run", name="a", count=3)
        assert len(steps["seconds"]) == 3 and min(steps["seconds"]) > 0 and steps["preempted"] >= 0
        with pytest.raises(WorkerFailed, match="minicnn: KeyError: 'b'"):
            process.ask("run", name="b", count=1)
        assert process.ask("ways", task="infer") == ["predict"], "an error ends the question, not the worker"
    assert process.process.returncode is not None


def test_a_loss_that_is_no_number_is_an_error():
    endless = Network("C2k3V F 3", (5, 4, 1), batch=2, brightest=float("inf"))
    with Process("minicnn", 1) as process:
        process.ask("build", name="a", task="train", network=endless, batch=2, way="fit")
        with pytest.raises(WorkerFailed, match="the loss became nan: its steps are not worth timing"):
            process.ask("run", name="a", count=1)


def test_a_worker_that_ends_leaves_its_last_words():
    words = r"abacus ended \(1\): ModuleNotFoundError: No module named 'benchmarks.with_abacus'"
    with Process("abacus", 1) as process, pytest.raises(WorkerFailed, match=words):
        process.ask("ways", task="train")


def state(process):
    """The letter Linux has for what a process is doing: T is stopped."""
    stat = Path(f"/proc/{process.process.pid}/stat").read_text(encoding="utf-8")
    return stat.rpartition(")")[2].split()[0]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_who_waits_is_stopped():
    with Process("minicnn", 1) as process:
        process.ask("ways", task="train")
        until = time.monotonic() + 30
        while state(process) != "T":
            assert time.monotonic() < until, state(process)
        process.ask("ways", task="train")


def test_threads_need_cores():
    cores = len(machine.available_cores())
    machine.check_threads(cores)
    with pytest.raises(ValueError, match=f"{cores + 1} threads need as many cores, .* use {cores}: ask for"):
        machine.check_threads(cores + 1)


def test_description_names_nobody():
    known = machine.description()
    assert known["cores"] >= known["cores allowed"] >= 1 and known["processor"]
    assert not {"node", "host", "user", "path"} & known.keys()
    assert machine.versions()["numpy"]


def test_environment_tells_libraries_how_many_threads():
    told = machine.environment(3)
    assert {told[name] for name in machine.COUNTS} == {"3"}
