"""Every Python example in the texts, run page by page from top to bottom.

Fast: with fewer pictures and epochs than it says. Slow: as it stands there. What needs a package that is not
here is skipped, and so is what has ``<!-- not run: the reason -->`` above it.
"""

import contextlib
import functools
import io
import re
import tempfile
import warnings

import numpy as np
import pytest
from documents import OPTIONAL, PAGES, blocks
from optional import installed

BLOCKS = {name: found for name, file in PAGES.items() if (found := blocks(file.read_text(encoding="utf-8")))}
EVERY = [pytest.param(name, k, id=f"{name}: {block}")
         for name, found in BLOCKS.items() for k, block in enumerate(found)]  # fmt: skip
SMALLER = {r"\bn_train=[\d_]+": "n_train=160", r"\bn_test=[\d_]+": "n_test=40", r"\bepochs=\d+": "epochs=2",
           r"\bn_iter=\d+": "n_iter=2"}  # fmt: skip


def smaller(code):
    """The same with less to compute."""
    for found, instead in SMALLER.items():
        code = re.sub(found, instead, code)
    return code


def missing(block):
    return sorted(name for name in block.needs if not installed(name))


@functools.cache
def outcomes(page, change):
    """What became of each block that could be run: what it printed, or its error; and the names they made."""
    names, found = {"__name__": "page"}, {}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for number, block in enumerate(BLOCKS[page]):
            if missing(block) or block.reason:
                continue
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed), warnings.catch_warnings():
                if block.needs & {"keras", "torch"}:
                    warnings.simplefilter("ignore")  # their own
                try:
                    exec(compile(change(block.code), f"{page}: {block}", "exec"), names)
                    found[number] = printed.getvalue()
                except Exception as error:  # told by the test of that block
                    found[number] = error
    return found, names


def passes(page, number, change):
    """One block, by itself in the report of the tests."""
    block = BLOCKS[page][number]
    if block.reason:
        pytest.skip(block.reason)
    if lacking := missing(block):
        pytest.skip(f"needs {', '.join(lacking)}")
    outcome = outcomes(page, change)[0][number]
    if isinstance(outcome, Exception):
        raise outcome
    if block.printed is not None:
        assert outcome == block.printed


@pytest.mark.parametrize(("page", "number"), EVERY)
def test_a_block(page, number):
    passes(page, number, smaller)


@pytest.mark.slow
@pytest.mark.parametrize(("page", "number"), EVERY)
def test_a_block_as_it_stands(page, number):
    passes(page, number, str)


def test_no_page_has_lost_its_examples():
    assert {name: len(found) for name, found in BLOCKS.items()}.items() >= {
        "README.md": 2, "docs/search.md": 1, "docs/report.md": 1,
    }.items()  # fmt: skip
    assert len(BLOCKS["docs/exchange.md"]) > 10


def test_what_the_readme_says():
    """The first example trains; the second has the shapes its comments tell."""
    _, names = outcomes("README.md", smaller)
    assert names["history"].epoch == [0, 1]
    assert np.isfinite(names["history"].history["val_loss"]).all()
    said = [eval(shape) for shape in re.findall(r"# (\(.*\))$", BLOCKS["README.md"][1].code, re.M)]
    assert said == [names["y"].shape, names["conv"].grads["kernel"].shape]
    assert names["dx"].shape == names["x"].shape


def test_what_the_search_finds():
    pytest.importorskip("sklearn", reason="docs/search.md needs scikit-learn")
    _, names = outcomes("docs/search.md", smaller)
    assert names["search"].best_params_.keys() == names["space"].keys()
    assert names["search"].best_estimator_.n_features_in_ == 32 * 32 * 3


def test_the_page_on_exchange_shows_all_there_is():
    """Every way in and out, and no block that needs something the tests do not know of."""
    page = BLOCKS["docs/exchange.md"]
    text = " ".join(block.code for block in page)
    for call in ("mc.safetensors.save(", "mc.safetensors.load(", "mc.torch.save(", "mc.torch.load(",
                 "mc.torch.state_dict(", "mc.torch.load_state_dict(", "mc.onnx.export(", "set_weights(",
                 "get_weights("):  # fmt: skip
        assert call in text, call
    assert sum(block.printed is not None for block in page) == 2
    assert set().union(*(block.needs for block in page)) == OPTIONAL - {"sklearn"}


def test_needs_are_found():
    pieces = ("import torch.nn\nnet = 1", "mc.onnx.export(net, 'a.onnx')", "a = 'a.onnx'", "a = 1")
    page = "\n".join(f"```python\n{piece}\n```\n" for piece in pieces)
    assert [block.needs for block in blocks(page)] == [{"torch"}, *[{"torch", "onnx"}] * 2, set()]


def test_what_is_printed_and_what_is_not_run_is_found():
    first, second = "<!-- not run: two machines -->\n```python\na = 1\n```\n", "```python\nb = 2\n```\n"
    one, two = blocks(f"{first}\n{second}\n```text\n3\n```\n")
    assert (one.reason, one.printed) == ("two machines", None)
    assert (two.reason, two.printed) == ("", "3\n")
