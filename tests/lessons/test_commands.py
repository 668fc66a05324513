"""python -m lessons, as a learner types it."""

import os
import re
import subprocess
import sys

import pytest

from lessons.harness import commands, progress, race, tasks, watch
from lessons.harness.places import ROOT

NUMBER = next(iter(tasks.folders()))
pytestmark = pytest.mark.usefixtures("own")


def answered(lesson):
    return tasks.model_work(lesson)


@pytest.fixture
def lesson():
    return tasks.find(NUMBER)


def test_start_check_finish(lesson, capsys):
    assert commands.main(["check", NUMBER]) == 1
    assert "start" in capsys.readouterr().out
    assert commands.main(["start", NUMBER]) == 0
    assert lesson.work.read_bytes() == (lesson.folder / "exercise.py").read_bytes()
    assert commands.main(["check"]) == 1  # the lesson that was started is the current one
    assert "not written yet" in capsys.readouterr().out
    lesson.work.write_text(answered(lesson), encoding="utf-8")
    assert commands.main(["check"]) == 0
    assert f"Lesson {NUMBER} is finished." in capsys.readouterr().out
    assert progress.finished(lesson)


def test_without_a_number_it_is_the_lesson_one_is_in(lesson, capsys):
    commands.main(["start", NUMBER])
    lesson.work.write_text(answered(lesson), encoding="utf-8")
    commands.main(["check"])
    following = [*tasks.folders()][1]
    assert (commands.current(), commands.current(going_on=True)) == (NUMBER, following)
    lesson.work.write_text(answered(lesson) + "\n# gone back to\n", encoding="utf-8")
    commands.main(["status"])
    assert f"check work.py as it is now: python -m lessons check {NUMBER}" in capsys.readouterr().out
    assert commands.main(["check"]) == 0
    assert f"Lesson {NUMBER} is finished." in capsys.readouterr().out
    lesson.work.write_text("spoiled = True\n", encoding="utf-8")
    assert commands.main(["check"]) == 1
    assert commands.current(going_on=True) == NUMBER  # there is something to mend


def test_work_is_never_overwritten(lesson, capsys):
    commands.main(["start", NUMBER])
    lesson.work.write_text("mine = 1\n", encoding="utf-8")
    commands.main(["start", NUMBER])
    assert lesson.work.read_text(encoding="utf-8") == "mine = 1\n"
    commands.main(["reset", NUMBER])
    lesson.work.write_text("mine = 2\n", encoding="utf-8")
    commands.main(["reset", NUMBER])
    kept = sorted(lesson.work.parent.glob("work-*.py"))
    assert [path.read_text(encoding="utf-8") for path in kept] == ["mine = 1\n", "mine = 2\n"]
    assert "your old file is" in capsys.readouterr().out


def test_three_hints_then_all_of_them(lesson, capsys):
    shown = []
    for _ in range(4):
        commands.main(["hint", NUMBER])
        shown.append(capsys.readouterr().out)
    assert [len(re.findall(r"hint \d of 3", out)) for out in shown] == [1, 1, 1, 3]
    assert len(set(shown)) == 4


def test_the_hint_is_for_what_check_showed(lesson, capsys):
    first, second = (task.name for task in lesson.tasks)
    unfinished = f"{answered(lesson)}\n\ndef {second}(*args):\n    raise NotImplementedError\n"
    commands.main(["start", NUMBER])
    for text, name in ((unfinished, second), (f"{unfinished}\n\ndef {first}(*args):\n    pass\n", first)):
        lesson.work.write_text(text, encoding="utf-8")
        commands.main(["check", NUMBER])
        assert "hint 1 of 3" in capsys.readouterr().out
        commands.main(["hint", NUMBER])
        assert capsys.readouterr().out.startswith(f"{name}, hint 1 of 3")


def test_status_lists_every_lesson(capsys):
    assert commands.main(["status"]) == 0
    assert [line[:2] for line in capsys.readouterr().out.splitlines()] == list(tasks.folders())


@pytest.mark.parametrize(
    "wrong, said",
    [
        (["chek"], "did you mean 'check'"),
        (["xyz"], "there is no command 'xyz': --help lists them all"),
        (["rest"], "there is no command 'rest': --help lists them all"),  # not: did you mean 'reset'
        (["check", "99"], "there is no lesson '99'"),
        (["hint", "x"], "there is no lesson"),
        (["reset", "160"], "there is no lesson '160'"),
    ],
)
def test_slips_are_mended(wrong, said, capsys):
    assert commands.main(wrong) == 2
    assert said in capsys.readouterr().out


GOOD = '"01": {"at": 5.0, "failed": "softmax", "hints": {"softmax": 2}, "passed": {"linear_forward": "12ab"}}'


@pytest.mark.parametrize("damage", [
    '{%s, "02": {"pas', '{%s, "02": {"passed": 3}}', '{%s, "02": {"at": "later"}}',
    '{%s, "02": {"failed": 7}}', '{%s, "02": {"hints": [1]}}', '{%s, "02": {"hints": {"softmax": "x"}}}',
    '{%s, "02": 5}', "[]",
])  # fmt: skip
@pytest.mark.parametrize("command", [["status"], ["hint"], ["check"], ["start", "02"]])
def test_damaged_progress_is_kept_aside_and_said(damage, command, own, capsys):
    text = damage.replace("%s", GOOD)
    (own / ".progress.json").write_text(text, encoding="utf-8")
    assert commands.main(command) in (0, 1)
    assert capsys.readouterr().out.count("could not be read") == 1
    (aside,) = own.glob(".progress.broken-*.json")
    assert aside.read_text(encoding="utf-8") == text
    if text.endswith("}}"):  # what is sound stays
        assert progress.entry("01")["passed"] == {"linear_forward": "12ab"}


def test_a_lost_check_says_how_to_get_it_back(lesson, monkeypatch, tmp_path):
    from lessons.harness import places

    folder = tmp_path / "06_convolution"
    folder.mkdir()
    (folder / "exercise.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(places, "LESSONS", tmp_path)
    with pytest.raises(ValueError, match=r"check.py is missing: git checkout -- "):
        tasks.find("06")


def test_notebooks_get_the_same_verdict(lesson):
    from lessons import check

    task = lesson.tasks[0]

    def wrong(*args):
        return None

    wrong.__name__ = task.name
    table = check(NUMBER, wrong)
    assert not table.passed
    assert f"{NUMBER} {task.name}   x   your cell" in repr(table)
    assert table._repr_html_().startswith("<table>")


def test_a_notebook_that_calls_check_in_another_way_is_told_so(lesson):
    from lessons import check

    task = lesson.tasks[0]

    def nearly(*args):
        return None

    nearly.__name__ = f"{task.name[:-1]}_{task.name[-1]}"
    for asked, said in [
        ((NUMBER, len), "it asks for"),
        ((NUMBER, lambda x: x), "a lambda has no name, so write a def"),
        ((NUMBER, nearly), f"is {nearly.__name__} meant for {task.name}?"),
        ((NUMBER, task.name), f"expects a function, not its name: check({NUMBER!r}, {task.name})"),
        ((NUMBER, [1, 2]), f"not what it returned, of type list: check({NUMBER!r}, {task.name})"),
        ((NUMBER,), "check expects functions"),
        ((nearly,), "expects the lesson first"),
        (("99", nearly), "there is no lesson '99'"),
    ]:
        table = check(*asked)
        assert not table.passed and said in repr(table) and "<table><tr>" in table._repr_html_()


def test_mine_is_the_readers_own_only_while_it_passes(lesson):
    from lessons import mine

    task = lesson.tasks[0]
    assert mine(NUMBER, task.name) is task.answer
    commands.main(["start", NUMBER])
    lesson.work.write_text(answered(lesson), encoding="utf-8")
    commands.main(["check", NUMBER])
    assert mine(NUMBER, task.name).__code__.co_filename == str(lesson.work)
    lesson.work.write_text(answered(lesson) + "\n# changed\n", encoding="utf-8")
    assert mine(NUMBER, task.name) is task.answer


def test_another_broken_pipe_is_not_silent(monkeypatch):
    def breaks(lesson):
        raise BrokenPipeError

    monkeypatch.setitem(commands.COMMANDS, "check", breaks)
    with pytest.raises(BrokenPipeError):
        commands.main(["check", NUMBER])


@pytest.mark.skipif(os.name == "nt", reason="Windows calls a broken pipe an invalid argument")
def test_output_that_nobody_reads_is_no_error():
    listener, speaker = os.pipe()
    os.close(listener)
    with open(speaker, "w") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "lessons", "hint", NUMBER],
            cwd=ROOT,
            stdout=closed,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_start_counts_whoever_reads_what_it_says(monkeypatch):
    def gone(lines):
        raise commands.NobodyListens

    monkeypatch.setattr(commands, "say", gone)
    monkeypatch.setattr(commands.os, "dup2", lambda *_: None)
    assert commands.main(["start", "03"]) == 1
    assert commands.current() == "03"


def test_the_payoff_says_what_to_do_where_the_reader_is(lesson, capsys):
    commands.payoff(lesson)
    assert f"first let everything pass: python -m lessons check {NUMBER}" in capsys.readouterr().out
    watch.ACTIONS["p"](lesson)
    assert "first let everything pass: save work.py" in capsys.readouterr().out


def test_work_is_run_once_for_all_its_functions(lesson):
    from lessons import mine

    first, second = (task.name for task in lesson.tasks)
    commands.main(["start", NUMBER])
    for text in (answered(lesson), answered(lesson) + "\n# changed\n"):  # when it changes, once more
        lesson.work.write_text(text, encoding="utf-8")
        commands.main(["check", NUMBER])
        space = mine(NUMBER, first).__globals__
        assert space is mine(NUMBER, second).__globals__
        assert "run before" not in space
        space["run before"] = True


@pytest.mark.parametrize("ratio, shown", [(20, "20.0"), (1, "1.0"), (0.71, "0.71"), (0.00414, "0.0041")])
def test_a_race_that_is_lost_says_by_how_much(ratio, shown):
    assert race.faster(ratio) == shown


def test_a_race_never_blocks(monkeypatch, capsys):
    racing = tasks.find("06")
    monkeypatch.setattr(racing.race, "others", {})
    monkeypatch.setattr(racing.race, "args", racing.tasks[0].cases[0].args)
    monkeypatch.setattr(racing.race, "before", ("06", "conv_forward"))
    assert commands.main(["race", "06"]) == 0
    assert "nothing to race yet" in capsys.readouterr().out
    commands.main(["start", "06"])
    assert commands.main(["race", "06"]) == 0
    assert "NotImplementedError" in capsys.readouterr().out
    slow = "import time\n\n\ndef conv_forward(*args):\n    time.sleep(0.05)\n"
    racing.work.write_text(slow, encoding="utf-8")
    assert commands.main(["race", "06"]) == 0
    out = capsys.readouterr().out
    assert "your conv_forward" in out and "lesson 06, minicnn conv_forward" in out
    assert "it counts all the same" in out
