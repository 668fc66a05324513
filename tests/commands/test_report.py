"""``report``: from a run's files, the page that the script itself wrote, to the byte.

Of more scripts, large ones among them: tests/examples/test_report_flag.py.
"""

import pytest

import minicnn as mc
from examples import cifar_overfitting, cifar_predictions

TRIAL = ["--data", "shapes", "--subset", "80", "--epochs", "1", "--quiet", "--report"]


def test_the_page_that_the_script_wrote(m1, typed):
    page = m1 / "m1_shapes_80_report.html"
    before = page.read_bytes()
    page.unlink()
    status, out, error = typed("report", m1)
    assert (status, error) == (0, "") and page.read_bytes() == before
    assert out == f"m1_shapes_80.mcnn: {page}, to be opened in a browser\n"


@pytest.mark.parametrize("name", ["m1_shapes_80.json", "m1_shapes_80.mcnn"])
def test_named_by_its_files(name, m1, typed, tmp_path):
    out = tmp_path / "page.html"
    assert typed("report", m1 / name, "--out", out)[0] == 0
    assert out.read_bytes() == (m1 / "m1_shapes_80_report.html").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(
    "script, flags, pages",
    [
        (cifar_overfitting, ("--model", "first"), {"first"}),  # a part to validate, pixels 0..255
        (cifar_predictions, ("--at-most", "2"), {"fresh", "on"}),  # class numbers; a part that goes on
    ],
)
def test_a_page_for_every_part(script, flags, pages, tmp_path, typed):
    script.main([*TRIAL, *flags, "--out", str(tmp_path)])
    before = {path: path.read_bytes() for path in tmp_path.glob("*.html")}
    assert {path.stem.split("_")[-2] for path in before} == pages
    for path in before:
        path.unlink()
    assert typed("report", tmp_path)[0] == 0
    assert {path: path.read_bytes() for path in tmp_path.glob("*.html")} == before


def test_a_model_by_itself_has_a_page_without_curves(alone, folder, typed, tmp_path):
    assert typed("report", alone, "--data", folder, "--pixels", "0..1")[0] == 0
    page = (tmp_path / "alone_report.html").read_text()
    assert "No history was given" in page and f"M1 on {folder}" in page and "hourglass" in page


def test_what_makes_no_page(m1, alone, fails, typed, tmp_path):
    said = f"nothing beside {alone} says what to test it on: add --data, cifar10 say"
    assert fails("report", alone) == said
    page = tmp_path / "page.txt"
    assert fails("report", m1, "--out", page).startswith("report writes a web page, got out=")
    (m1 / "other.mcnn").write_bytes((m1 / "m1_shapes_80.mcnn").read_bytes())
    said = f"{m1} holds 2 models, --out is one page: name one of the models"
    assert fails("report", m1, "--out", tmp_path / "page.html") == said
    assert not (tmp_path / "page.html").exists()


def test_a_run_that_is_not_finished(m1, fails):
    (m1 / "m1_shapes_80.mcnn").unlink()
    said = f"{m1} leads to no saved model (*.mcnn): a script saves it when training is over"
    assert fails("report", m1) == said


def test_the_page_needs_a_classifier(save, folder, fails):
    layers = mc.layers.Rescaling(1 / 255, input_shape=(32, 32, 3)), mc.layers.Conv2D(2, 3)
    _, path = save("maps.mcnn", *layers, compile=False)
    said = f"{path} gives (None, 30, 30, 2), not one score for each class"
    assert fails("report", path, "--data", folder) == said
