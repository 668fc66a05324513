"""The notebooks show the text that stands in lesson.py, executed."""

import json
import re

import pytest

from lessons.harness import budget, covers, notebook, places, tasks
from lessons.harness.places import ROOT

LESSONS = [tasks.find(number) for number in tasks.folders()]
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)


@each_lesson
def test_cells_are_those_of_the_script(lesson):
    script = notebook.cells((lesson.folder / "lesson.py").read_text(encoding="utf-8"))
    assert script == notebook.notebook_cells(lesson.folder / "lesson.ipynb"), (
        f"python -m lessons build {lesson.number}"
    )


@each_lesson
def test_the_notebook_was_executed_and_is_small(lesson):
    path = lesson.folder / "lesson.ipynb"
    document = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in document["cells"] if cell["cell_type"] == "code"]
    outputs = [output for cell in code for output in cell["outputs"]]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert not [output for output in outputs if output["output_type"] == "error"]
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 2
    assert path.stat().st_size < notebook.MOST_BYTES


@each_lesson
def test_links_lead_somewhere(lesson):
    script = notebook.cells((lesson.folder / "lesson.py").read_text(encoding="utf-8"))
    text = "\n".join(source for kind, source in script if kind == "markdown")  # in code, a[b](c) is a call
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if not link.startswith("http")]
    assert links and all((lesson.folder / link).exists() for link in links)


@each_lesson
def test_the_map_shows_one_of_its_figures(lesson):
    figure = covers.figure_of(lesson.folder / "lesson.ipynb", covers.COVERS[lesson.number])
    assert covers.small(figure).startswith(b"\x89PNG")
    assert (places.LESSONS / "covers" / f"{lesson.number}.png").exists()
    assert f"covers/{lesson.number}.png" in (places.LESSONS / "README.md").read_text(encoding="utf-8")


def test_cells_of_a_script():
    text = "preamble\n# %% [markdown]\n# # Title\n#\n# words\n\n# %%\nx = 1\n\n\n# %%\n"
    assert notebook.cells(text) == [("markdown", "# Title\n\nwords"), ("code", "x = 1"), ("code", "")]


def test_all_sixteen_take_forty_minutes_on_two_cores():
    seconds = budget.committed()
    assert {number: set(parts) for number, parts in seconds.items()} == {
        lesson.number: {"lesson.py", "payoff"} if lesson.payoff else {"lesson.py"} for lesson in LESSONS
    }
    each = [spent for parts in seconds.values() for spent in parts.values()]
    assert min(each) > 0
    assert sum(each) < budget.CORES * budget.MINUTES * 60


@pytest.mark.slow
@pytest.mark.whole_lesson
@each_lesson
@pytest.mark.parametrize("where", ["root", "folder"])
def test_the_script_runs_offline_on_two_cores(lesson, where, tmp_path):
    cwd = ROOT if where == "root" else lesson.folder
    done, seconds = budget.run_script(lesson.folder / "lesson.py", tmp_path, cwd)
    assert done.returncode == 0, done.stderr[-2000:]
    assert len(list((tmp_path / "figures").glob("*.png"))) >= 2
    assert seconds < budget.allowed(lesson.number, "lesson.py")


@pytest.mark.parametrize(
    "connects",
    [
        "socket.create_connection(('127.0.0.1', 9))",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
        "urllib.request.urlopen('https://example.org')",
        "urllib.request.build_opener(urllib.request.ProxyHandler({})).open('https://example.org')",
    ],
)
def test_a_script_that_connects_is_found(connects, tmp_path):
    script = tmp_path / "lesson.py"
    script.write_text(f"import socket, urllib.request\n{connects}\n", encoding="utf-8")
    done, _ = budget.run_script(script, tmp_path)
    assert done.returncode == 1 and "a lesson must run offline: socket." in done.stderr


def test_a_script_has_two_cores_and_its_processor_time_is_counted(tmp_path):
    script = tmp_path / "lesson.py"
    script.write_text(
        "import os, numba, time\n"
        "if hasattr(os, 'sched_getaffinity'):\n"
        "    assert len(os.sched_getaffinity(0)) <= 2 and numba.config.NUMBA_NUM_THREADS <= 2\n"
        "while time.process_time() < 1:\n"
        "    pass\n",
        encoding="utf-8",
    )
    done, seconds = budget.run_script(script, tmp_path)
    assert done.returncode == 0, done.stderr
    assert seconds >= 0.9  # os.times() counts in hundredths
