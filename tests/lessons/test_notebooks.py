"""The notebooks show the text that stands in lesson.py, executed."""

import json
import os
import re
import subprocess
import sys

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


CORES, MINUTES = 2, 5  # what a lesson may take, without a network
AS_ON_A_SMALL_COMPUTER = """
import os, random, runpy, sys
CORES = int(sys.argv[2])

def offline(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        raise ConnectionRefusedError(f"a lesson must run offline: {event} {args[1:]}")

sys.addaudithook(offline)  # below every library: none gets around it
if hasattr(os, "sched_setaffinity"):  # before numba and BLAS count the cores
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, random.sample(cores, min(CORES, len(cores))))
import numba
before = numba.get_num_threads()
runpy.run_path(sys.argv[1], run_name="__main__")
from minicnn import get_num_threads  # not before: the script has to find it
assert numba.get_num_threads() == get_num_threads() == before, "other threads than before"
print("processor seconds", sum(os.times()[:4]), file=sys.stderr)
"""


def run_script(path, own, cwd=ROOT):
    """(what is left of the process, the processor seconds it used): offline, on two cores.

    Processor time, because other tests run beside this one. Where a proxy is asked, there is none.
    """
    environment = {**os.environ, "MINICNN_LESSONS": str(own), "MPLBACKEND": "Agg"}
    environment |= {f"{kind}_proxy": "http://127.0.0.1:9" for kind in ("http", "https", "all")}
    for threads in ("MINICNN_NUM_THREADS", "NUMBA_NUM_THREADS"):
        environment.pop(threads, None)
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", AS_ON_A_SMALL_COMPUTER, path, str(CORES)],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=3600,  # only so that nothing hangs for ever
        check=False,
    )
    counted = re.findall(r"^processor seconds ([\d.]+)$", done.stderr, re.MULTILINE)
    return done, float(counted[0]) if counted else None


@pytest.mark.slow
@pytest.mark.whole_lesson
@each_lesson
@pytest.mark.parametrize("where", ["root", "folder"])
def test_the_script_runs_offline_on_two_cores(lesson, where, tmp_path):
    cwd = ROOT if where == "root" else lesson.folder
    done, seconds = run_script(lesson.folder / "lesson.py", tmp_path, cwd)
    assert done.returncode == 0, done.stderr[-2000:]
    assert len(list((tmp_path / "figures").glob("*.png"))) >= 2
    assert seconds < CORES * MINUTES * 60


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
    done, _ = run_script(script, tmp_path)
    assert done.returncode == 1 and "a lesson must run offline: socket." in done.stderr


def test_a_script_has_two_cores_and_its_processor_time_is_counted(tmp_path):
    script = tmp_path / "lesson.py"
    script.write_text(
        "import os, numba, time\n"
        "if hasattr(os, 'sched_getaffinity'):\n"
        "    assert len(os.sched_getaffinity(0)) <= 2 and numba.config.NUMBA_NUM_THREADS <= 2\n"
        "while time.process_time() < 2:\n"
        "    pass\n",
        encoding="utf-8",
    )
    done, seconds = run_script(script, tmp_path)
    assert done.returncode == 0, done.stderr
    assert seconds >= 1.9  # os.times() counts in hundredths
