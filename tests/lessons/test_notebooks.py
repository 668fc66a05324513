"""The notebooks show the text that stands in lesson.py, executed."""

import json
import os
import subprocess
import sys
import time

import pytest

from lessons.harness import covers, notebook, places, tasks
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
    import re

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


AND_THREADS_AS_BEFORE = """
import runpy, sys, numba
before = numba.get_num_threads()
runpy.run_path(sys.argv[1], run_name="__main__")
from minicnn import get_num_threads  # not before: the script has to find it
assert numba.get_num_threads() == get_num_threads() == before, "other threads than before"
"""


@pytest.mark.slow
@pytest.mark.whole_lesson
@each_lesson
@pytest.mark.parametrize("where", ["root", "folder"])
def test_the_script_runs_offline(lesson, where, tmp_path):
    environment = {
        **os.environ,
        "MINICNN_LESSONS": str(tmp_path),
        "http_proxy": "http://127.0.0.1:9",
        "MPLBACKEND": "Agg",
    }
    environment.pop("MINICNN_NUM_THREADS", None)
    start = time.perf_counter()
    script = lesson.folder / "lesson.py"
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", AND_THREADS_AS_BEFORE, script],
        cwd=ROOT if where == "root" else lesson.folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert len(list((tmp_path / "figures").glob("*.png"))) >= 2
    assert time.perf_counter() - start < 300
