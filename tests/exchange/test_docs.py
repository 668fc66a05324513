"""The page docs/exchange.md, run from top to bottom; what needs a package that is not here is skipped."""

import ast
import contextlib
import io
import os
import re
import warnings
from dataclasses import dataclass, field

import pytest
from agreement import ROOT
from optional import installed

PAGE = ROOT / "docs" / "exchange.md"
BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?", re.M | re.S)
FILE = re.compile(r"\.(npz|onnx|safetensors)$")
OPTIONAL = {"keras", "onnx", "onnxruntime", "safetensors", "torch"}
BEHIND = {"mc.safetensors": "safetensors", "mc.torch": "safetensors", "mc.onnx": "onnx"}


@dataclass
class Block:
    """A piece of code, what it should print (None: the page does not say), and what must be installed."""

    code: str
    printed: str | None
    needs: set = field(default_factory=set)


def blocks(page):
    """The page's blocks; each needs what it imports, and what those need that made its names and files."""
    made_by, found = {}, []
    for code, printed in BLOCK.findall(page):
        needs, made, used = set(), set(), set()
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.Import):
                needs |= OPTIONAL & {part for alias in node.names for part in alias.name.split(".")}
            elif isinstance(node, ast.ImportFrom):
                needs |= OPTIONAL & set(node.module.split("."))
            elif isinstance(node, ast.Attribute):
                needs |= {BEHIND[text]} if (text := ast.unparse(node)) in BEHIND else set()
            elif isinstance(node, ast.Name):
                (made if isinstance(node.ctx, ast.Store) else used).add(node.id)
            elif isinstance(node, ast.Constant) and FILE.search(str(node.value)):
                (used if node.value in made_by else made).add(node.value)  # who names a file first, writes it
        needs = needs.union(*(made_by.get(name, ()) for name in used - made))
        made_by |= dict.fromkeys(made, needs)
        found.append(Block(code, printed or None, needs))
    return found


BLOCKS = blocks(PAGE.read_text(encoding="utf-8"))


def missing(block):
    return sorted(name for name in block.needs if not installed(name))


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """What became of each block that could be run: what it printed, or the error it ended in."""
    names, found, before = {}, {}, os.getcwd()
    os.chdir(tmp_path_factory.mktemp("page"))
    try:
        for number, block in enumerate(BLOCKS):
            if missing(block):
                continue
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed), warnings.catch_warnings():
                if block.needs & {"keras", "torch"}:
                    warnings.simplefilter("ignore")  # their own
                try:
                    exec(compile(block.code, PAGE.name, "exec"), names)
                    found[number] = printed.getvalue()
                except Exception as error:  # told by the test of that block
                    found[number] = error
    finally:
        os.chdir(before)
    return found


def title(block):
    return re.sub(r"\W+", " ", block.code.splitlines()[0]).strip()


@pytest.mark.parametrize("number", range(len(BLOCKS)), ids=[title(block) for block in BLOCKS])
def test_a_block_of_the_page(number, outcomes):
    block = BLOCKS[number]
    if lacking := missing(block):
        pytest.skip(f"needs {', '.join(lacking)}")
    outcome = outcomes[number]
    if isinstance(outcome, Exception):
        raise outcome
    if block.printed is not None:
        assert outcome == block.printed


def test_the_page_shows_all_there_is():
    """Every way in and out, and no block that needs something the tests do not know of."""
    text = " ".join(block.code for block in BLOCKS)
    for call in ("mc.safetensors.save(", "mc.safetensors.load(", "mc.torch.save(", "mc.torch.load(",
                 "mc.torch.state_dict(", "mc.torch.load_state_dict(", "mc.onnx.export(", "set_weights(",
                 "get_weights("):  # fmt: skip
        assert call in text, call
    assert sum(block.printed is not None for block in BLOCKS) == 2
    assert set().union(*(block.needs for block in BLOCKS)) == OPTIONAL


def test_needs_are_found():
    pieces = ("import torch.nn\nnet = 1", "mc.onnx.export(net, 'a.onnx')", "a = 'a.onnx'", "a = 1")
    page = "\n".join(f"```python\n{piece}\n```\n" for piece in pieces)
    assert [block.needs for block in blocks(page)] == [{"torch"}, *[{"torch", "onnx"}] * 2, set()]
