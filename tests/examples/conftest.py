"""What the examples' tests share: the compiling, and an eye on the words of figures."""

import os

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from minicnn import warmup


@pytest.fixture(scope="session", autouse=True)
def compiled(tmp_path_factory):
    """The workers share out the warm-up; all four would compile the same half minute of kernels otherwise."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    claims = tmp_path_factory.getbasetemp().parent  # one folder for all workers of a run
    for name, compile_group in reversed([*warmup.groups()]):  # the longest are towards the end
        try:
            (claims / f"compiled {name}").touch(exist_ok=False)
        except FileExistsError:
            continue
        compile_group()


@pytest.fixture
def words(monkeypatch):
    """The words of every figure that is written."""
    found, print_png = [], FigureCanvasAgg.print_png

    def keep(canvas, *args, **options):
        found.append(" ".join(text.get_text() for text in canvas.figure.findobj(Text)))
        print_png(canvas, *args, **options)

    monkeypatch.setattr(FigureCanvasAgg, "print_png", keep)
    return found
