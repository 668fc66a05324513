"""One figure of each lesson for README.md's map, out of the executed notebooks: lessons/covers/06.png.

    python -m lessons.harness.covers
"""

import base64
import json
import sys

from lessons.harness import tasks
from lessons.harness.figures import palette_png
from lessons.harness.places import LESSONS

COVERS = {
    "01": "01_standardized", "02": "02_templates", "03": "03_steps", "04": "04_v_curve",
    "05": "05_hidden", "06": "06_edges", "07": "07_copies", "08": "08_race",
    "09": "09_when_it_loses", "10": "10_routing", "11": "11_ravine", "12": "12_ten_times",
    "13": "13_mended", "14": "14_study", "15": "15_mistakes", "16": "16_certificate",
}  # fmt: skip
WIDTH, HEIGHT = 300, 170  # pixels, at most


def figure_of(notebook, name):
    """The PNG that the cell with ``show(..., name)`` made; the last one where it made several."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        pictures = [output["data"]["image/png"] for output in cell.get("outputs", ())
                    if "image/png" in output.get("data", {})]  # fmt: skip
        if pictures and f'"{name}"' in "".join(cell["source"]):
            return base64.b64decode("".join(pictures[-1]))
    raise ValueError(f"{notebook.parent.name}/lesson.ipynb has no figure {name!r}: see COVERS in covers.py")


def small(png):
    """The same picture, small, in 128 colours."""
    return palette_png(png, size=(WIDTH, HEIGHT))


def main():
    """Write all covers; 0 where it went well."""
    (LESSONS / "covers").mkdir(exist_ok=True)
    for number, folder in tasks.folders().items():
        png = small(figure_of(folder / "lesson.ipynb", COVERS[number]))
        (LESSONS / "covers" / f"{number}.png").write_bytes(png)
    return 0


if __name__ == "__main__":
    sys.exit(main())
