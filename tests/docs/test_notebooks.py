"""How a lesson's notebook becomes a page."""

import json

import pytest
from agreement import ROOT

pytest.importorskip("myst_parser", reason="the site needs the extra docs of setup.cfg")

from docs.site.notebooks import as_markdown


def output(kind, **more):
    return {"output_type": kind, **more}


def test_a_page_has_text_code_and_what_came_out():
    cells = [
        {"cell_type": "markdown", "source": ["# A\n", "text"]},
        {"cell_type": "code", "source": ["f()"], "outputs": [
            output("stream", text=["1\n", "2\n"]),
            output("display_data", data={"image/png": "QUJD\n", "text/plain": ["<Figure>"]}),
            output("execute_result", data={"text/plain": ["3"]}),
        ]},
        {"cell_type": "code", "source": ["print('```')"], "outputs": []},
    ]  # fmt: skip
    assert as_markdown({"cells": cells}).split("\n\n") == [
        "# A\ntext", "```python\nf()\n```", "```text\n1\n2\n```", "![Figure: A](data:image/png;base64,QUJD)",
        "```text\n3\n```", "````python\nprint('```')\n````\n",
    ]  # fmt: skip


LESSONS = sorted(ROOT.glob("lessons/*/lesson.ipynb"))


@pytest.mark.parametrize("file", LESSONS, ids=lambda file: file.parent.name)
def test_every_lesson_keeps_its_figures(file):
    notebook = json.loads(file.read_text("utf-8"))
    outputs = [one for cell in notebook["cells"] for one in cell.get("outputs", ())]
    pictures = sum("image/png" in one.get("data", ()) for one in outputs)
    assert as_markdown(notebook).count("](data:image/png;base64,") == pictures > 0
