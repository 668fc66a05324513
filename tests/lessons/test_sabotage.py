"""A work.py that means no good, or whose author slipped badly, is refused; none of it runs in the check."""

import dataclasses
import io
import json
import os
import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from lessons.harness import commands, judge, message, places, progress, tasks, wire
from lessons.harness.runner import WorkFile
from lessons.harness.tasks import Case, Task

SABOTAGE = {
    "leaves": "import sys\nsys.exit(0)\n",
    "leaves at once": "import os\nos._exit(0)\n",
    "leaves when called": "import os\ndef NAME(*a, **k):\n    os._exit(0)\n",
    "exits when called": "import sys\ndef NAME(*a, **k):\n    sys.exit(0)\n",
    "never ends": "def NAME(*a, **k):\n    while True:\n        pass\n",
    "catches everything and never ends": (
        "def NAME(*a, **k):\n    while True:\n        try:\n            1 / 0\n"
        "        except Exception:\n            pass\n"
    ),
    "patches numpy": (
        "import numpy as np\nnp.allclose = np.array_equal = np.isclose = lambda *a, **k: True\n"
        "np.testing.assert_allclose = lambda *a, **k: None\nnp.abs = lambda a: 0 * a\n"
        "def NAME(*a, **k):\n    return a[0]\n"
    ),
    "patches the harness": (
        "from lessons.harness import compare, judge, tasks\n"
        "compare.difference = lambda *a, **k: ''\njudge.check_task = lambda *a: None\n"
        "def NAME(*a, **k):\n    return a[0]\n"
    ),
    "empties the cases": (
        "from lessons.harness import tasks\n"
        "for t in tasks.find('NUMBER').tasks:\n    t.cases.clear()\n    t.answer = lambda *a: a[0]\n"
        "def NAME(*a, **k):\n    return a[0]\n"
    ),
    "returns what equals everything": (
        "class Yes:\n    def __eq__(self, other):\n        return True\n"
        "    def __sub__(self, other):\n        return 0\n"
        "    dtype = shape = property(lambda self: Yes())\n"
        "def NAME(*a, **k):\n    return Yes()\n"
    ),
    "hands over a function": (
        "import os\nfrom pathlib import Path\n"
        "Path(__file__).with_name(f'run by {os.getpid()}').touch()\n"
        "def NAME(*a, **k):\n    return NAME\n"
    ),
    "cannot be shown": (
        "class A:\n    def __repr__(self):\n        raise ValueError\n"
        "def NAME(*a, **k):\n    return A()\n"
    ),
}

EVERYWHERE = (
    "exits when called",
    "never ends",
    "patches numpy",
    "patches the harness",
    "empties the cases",
    "returns what equals everything",
    "hands over a function",
)
THOROUGHLY = ("06", "16")  # all of them: where arrays are compared, and where a judge looks
SABOTEURS = [
    pytest.param(lesson, how, id=f"{lesson.number}-{how}")
    for lesson in (tasks.find(number) for number in tasks.folders())
    for how in SABOTAGE
    if how in EVERYWHERE or lesson.number in THOROUGHLY
]


@pytest.mark.slow  # a process, or time limits, for each
@pytest.mark.parametrize("lesson, how", SABOTEURS)
def test_sabotage_fails(lesson, how, tmp_path, monkeypatch):
    monkeypatch.setattr(judge, "LIMIT", 0.2)
    work = tmp_path / "work.py"
    text = SABOTAGE[how].replace("NUMBER", lesson.number)
    work.write_text("\n".join(text.replace("NAME", task.name) for task in lesson.tasks), encoding="utf-8")
    with WorkFile(work) as runner:
        for task in lesson.tasks:
            verdict = judge.check_task(lesson, dataclasses.replace(task, limit=0.2), runner)
            shown = message.text(verdict)
            assert not verdict.passed
            assert len(shown) <= message.LINES and "Traceback" not in "".join(shown)
    assert not marker(work, os.getpid()).exists()


def marker(work, process):
    """What a work.py that hands over a function leaves where it runs."""
    return work.with_name(f"run by {process}")


def test_nothing_of_work_runs_in_the_check(tmp_path):
    verdict, work = verdict_on(SABOTAGE["hands over a function"], tmp_path)
    assert verdict.first.problem == "y: expected an array of numbers, got the function twice"
    assert len(list(tmp_path.glob("run by *"))) == 1 and not marker(work, os.getpid()).exists()


def verdict_on(text, folder):
    """On its function ``twice``; and the file."""
    work = folder / "work.py"
    work.write_text(text.replace("NAME", "twice"), encoding="utf-8")
    task = Task("twice", twice, [Case("numbers", {"x": np.arange(1.0, n)}) for n in (3, 4)], ("y",))
    with WorkFile(work) as runner:
        return judge.check_task(SimpleNamespace(number="00"), task, runner), work


def twice(x):
    return 2 * x


def sent(line):
    """What the check reads of ``line``."""
    return wire.receive(io.BytesIO(line + b"\n"))


def test_a_line_that_work_wrote_itself_is_only_text(tmp_path):
    path = tmp_path / "work.py"
    path.write_text("1 / 0\ndef f():\n    pass\n", encoding="utf-8")
    asked = json.dumps({"value": {"function": [str(path), "f"]}}).encode()
    assert repr(sent(asked)["value"]) == "the function f"
    with pytest.raises(ZeroDivisionError):  # what came from the check itself is looked up
        wire.decode(json.loads(asked)["value"], functions=True)


@pytest.mark.parametrize("line", [
    b"", b"hello", b"[]", b'{"value": {}}', b'{"value": {"array": ["O", [1], "", false]}}',
    b'{"value": {"array": ["f8", [1000000000], "", false]}}', b"[" * 100_000,
    b'{"value": {"function": 3}}', b'{"value": {"dict": [[{"list": []}, 1]]}}',
])  # fmt: skip
def test_a_line_that_says_nothing_is_the_end(line):
    assert sent(line) is None


def test_the_check_does_not_wait_for_what_cannot_be_read(tmp_path):
    lines = "import os\nfor stream in range(3, 12):\n    try:\n        os.write(stream, b'[' * 50_000)\n"
    lines += "    except OSError:\n        pass\n\n\ndef NAME(x):\n    return x\n"
    verdict, _ = verdict_on(lines, tmp_path)
    assert "ended the whole process" in verdict.missing


def test_deleting_the_check_does_not_help(tmp_path, monkeypatch):
    folder = shutil.copytree(tasks.folders()["06"], tmp_path / "06_convolution")
    monkeypatch.setattr(places, "LESSONS", tmp_path)
    work = tmp_path / "work.py"
    work.write_text(f"import os\nos.remove({str(folder / 'check.py')!r})\n", encoding="utf-8")
    lesson = tasks.find("06")
    with WorkFile(work) as runner:
        assert not judge.check_task(lesson, lesson.tasks[0], runner).passed
    with pytest.raises(ValueError, match=r"check.py is missing: git checkout"):
        tasks.find("06")


class NoWords:
    def __repr__(self):
        raise ValueError


def holds_itself():
    a = []
    a.append(a)
    return a


@pytest.mark.parametrize("value, said", [
    (NoWords(), "type NoWords that cannot be shown (ValueError)"), ((1, NoWords()), "type tuple that cannot"),
    (holds_itself(), "an object of type list that cannot be shown (RecursionError)"),
    (10**6000, "a whole number of 19,932 bits"), (lambda: 0, "the function <lambda>"),
], ids=["no words", "one without", "itself", "long", "lambda"])  # fmt: skip
def test_what_cannot_be_handed_over_is_described(value, said):
    stream = io.BytesIO()
    wire.send(stream, {"value": value})
    assert said in repr(sent(stream.getvalue().strip())["value"])


def test_an_error_without_words_is_an_error(tmp_path):
    text = "class E(Exception):\n    def __str__(self):\n        1 / 0\n\n\ndef NAME(x):\n    raise E\n"
    verdict, _ = verdict_on(text, tmp_path)
    assert (verdict.first.problem, verdict.first.reply["frames"][-1][0]) == ("E", 7)

# ---------------------------------------------------------------- through the commands


def test_a_process_that_leaves_is_reported_and_the_rest_is_tried(own, capsys):
    lesson = tasks.find("02")  # the second function is still to be asked when the first ends the process
    commands.main(["start", "02"])
    leaves = f"import os\n{tasks.model_work(lesson)}\n\ndef linear_forward(*args):\n    os._exit(0)\n"
    lesson.work.write_text(leaves, encoding="utf-8")
    assert commands.main(["check", "02"]) == 1
    out = capsys.readouterr().out
    assert "linear_forward ended the whole process (os._exit, or a crash)" in out
    assert "02 softmax   ok" in out and "more function" not in out


FORGES = """
import hashlib, json
from pathlib import Path

mark = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]
written = {"passed": {"softmax_crossentropy": mark, "sgd_step": mark}}
Path(PROGRESS).write_text(json.dumps({"03": written}))


def sgd_step(*args):
    return args[0]
"""


def test_a_progress_that_work_wrote_itself_does_not_stand(own, capsys):
    from lessons import mine

    forged, task = tasks.find("03"), tasks.find("03").task("sgd_step")
    commands.main(["start", "03"])
    forged.work.write_text(FORGES.replace("PROGRESS", repr(str(own / ".progress.json"))), encoding="utf-8")
    assert commands.main(["check", "03"]) == 1
    assert progress.entry("03")["passed"] == {} and mine("03", "sgd_step") is task.answer
    forged.work.write_text(tasks.model_work(forged), encoding="utf-8")
    commands.main(["check", "03"])
    forged.work.write_text("def sgd_step(*args):\n    return args[0]\n", encoding="utf-8")
    commands.main(["check", "03"])
    assert progress.finished(forged)  # what was earned stays
    assert mine("03", "sgd_step") is task.answer
