"""lesson.py (percent format) -> lesson.ipynb, executed, with its figures inside.

A cell begins at a line "# %%"; "# %% [markdown]" begins text, whose lines are comments. Needs the extra
`lessons` (nbformat, nbclient, ipykernel): pip install -e '.[lessons]'.
"""

import json
import re
import time

from lessons.harness import places
from lessons.harness.terminal import say

MOST_BYTES = 500_000
CELL = re.compile(r"^# %%(.*)$", re.MULTILINE)


def cells(text):
    """[("markdown" or "code", source), ...]; what stands before the first "# %%" is not a cell."""
    parts = CELL.split(text)[1:]
    found = []
    for head, body in zip(parts[::2], parts[1::2]):
        source = body.strip("\n")
        if "[markdown]" in head:
            source = "\n".join(re.sub(r"^# ?", "", line) for line in source.splitlines())
        found.append(("markdown" if "[markdown]" in head else "code", source))
    return found


def notebook_cells(path):
    """The same list, read from a notebook."""
    document = json.loads(path.read_text(encoding="utf-8"))
    return [(cell["cell_type"], "".join(cell["source"])) for cell in document["cells"]]


def build(lesson):
    """Write lesson.ipynb; 0 where it went well."""
    try:
        import nbformat
        from nbclient import NotebookClient
        from nbclient.exceptions import CellExecutionError
    except ImportError:
        say("building notebooks needs the extra `lessons`: pip install -e '.[lessons]'")
        return 2
    new = {"markdown": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell}
    text = (lesson.folder / "lesson.py").read_text(encoding="utf-8")
    made = nbformat.v4.new_notebook(cells=[new[kind](source) for kind, source in cells(text)])
    for k, cell in enumerate(made.cells):
        cell.id = f"cell-{k}"  # the same text makes the same file
    made.metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
    }
    start = time.perf_counter()
    client = NotebookClient(made, timeout=600, resources={"metadata": {"path": str(lesson.folder)}})
    try:
        with places.nobody():  # with the model answers, not those of whoever builds
            client.execute()
    except CellExecutionError as error:
        say(f"{lesson.folder.name}/lesson.py stops: {error}"[-1500:])
        return 1
    for cell in made.cells:
        cell.metadata = {}  # without the times of the run
        if cell.cell_type == "code":  # nor what was said to whoever builds, such as that kernels are compiled
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    path = lesson.folder / "lesson.ipynb"
    nbformat.write(made, path)
    size = path.stat().st_size
    say(f"{places.shown_path(path)}  {size // 1000} KB  {time.perf_counter() - start:.0f} s")
    if size > MOST_BYTES:
        say(f"  that is more than {MOST_BYTES // 1000} KB: fewer or smaller figures")
        return 1
    return 0
