"""What the texts promise: their links lead somewhere, their examples run."""

import re

import numpy as np
import pytest
from agreement import ROOT

TEXTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")


def blocks(path):
    """The Python examples in a text."""
    return re.findall(r"^```python\n(.*?)^```", (ROOT / path).read_text(encoding="utf-8"), re.M | re.S)


BLOCKS = blocks("README.md")


def links(text):
    """The files a text's links and pictures lead to, addresses in the web left out."""
    targets = [target.split("#")[0] for target in LINK.findall(text) if not re.match(r"\w+:", target)]
    return [target for target in targets if target]


def test_links_are_found():
    text = "[a](b/c.md#part) and ![a\npicture](d.png), [web](https://e.org/f), [mail](mailto:g@h), [here](#i)"
    assert links(text) == ["b/c.md", "d.png"]


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file(file):
    missing = [each for each in links(file.read_text(encoding="utf-8")) if not (file.parent / each).exists()]
    assert missing == []


def run(code):
    """The names that ``code`` makes."""
    names = {}
    exec(compile(code, "README.md", "exec"), names)
    return names


def replace(text, *pairs):
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def test_the_readme_has_two_examples():
    assert len(BLOCKS) == 2


def test_the_first_example_trains():
    names = run(replace(BLOCKS[0], ("20_000", "160"), ("1_000", "40"), ("epochs=3", "epochs=2")))
    assert names["x"].shape == (160, 32, 32, 3) and names["history"].epoch == [0, 1]
    assert np.isfinite(names["history"].history["val_loss"]).all()


def test_the_second_example_has_the_shapes_it_says():
    names = run(BLOCKS[1])
    said = [eval(shape) for shape in re.findall(r"# (\(.*\))$", BLOCKS[1], re.M)]
    assert said == [names["y"].shape, names["conv"].grads["kernel"].shape]
    assert names["dx"].shape == names["x"].shape


def test_the_example_of_a_search():
    pytest.importorskip("sklearn", reason="docs/search.md needs scikit-learn")
    (block,) = blocks("docs/search.md")
    smaller = ("2_000", "60"), ("500", "40"), ("epochs=5", "epochs=1"), ("n_iter=4", "n_iter=2")
    names = run(replace(block, *smaller))
    assert names["search"].best_params_.keys() == names["space"].keys()
    assert names["search"].best_estimator_.n_features_in_ == 32 * 32 * 3
