"""Every command in the texts: its file is there, its flags are accepted. Nothing is started.

Each program has its own check; a command no check knows fails, so none is left out in silence. A script's
``main`` is called and stopped as soon as its parser has understood the words.
"""

import argparse
import ast
import configparser
import importlib
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from agreement import ROOT
from documents import PAGES, commands

from lessons.harness import wire
from lessons.harness.commands import COMMANDS
from tests.reliability.page import SECTIONS

SETUP = configparser.ConfigParser()
SETUP.read(ROOT / "setup.cfg")
FOUND = {" ".join(words): words for file in PAGES.values() for words in commands(file.read_text("utf-8"))}
FIRST_WORDS = {"lessons": {*COMMANDS}, "tests.reliability": {"all", "page", *SECTIONS}, "pip": {"install"},
               "ruff": {"check"}}  # fmt: skip


class Understood(BaseException):
    """The parser has accepted the words."""


def check(words):
    """AssertionError, or the parser's SystemExit, for a command that would not work."""
    program, *rest = words
    if program in ("python", "python3", ".venv/bin/python"):
        check_python(*rest)
    elif program == "pip":
        check_module("pip", rest)
    elif program == "bash":
        assert (ROOT / rest[0]).is_file()
    elif program == "dask":
        check_dask(*rest)
    else:
        raise AssertionError(f"no check for {program!r}: write one in {__file__}")


def check_python(first, *rest):
    if first == "-m":
        check_module(rest[0], rest[1:])
    elif first == "-c":
        check_imports(rest[0])
    else:
        assert (ROOT / first).is_file(), f"there is no {first}"
        if first.startswith("examples/"):
            check_main(importlib.import_module(first.removesuffix(".py").replace("/", ".")), rest)
        else:
            check_main(wire.module_of(ROOT / first), rest)


def check_module(name, words):
    first = next((word for word in words if not word.startswith("-")), None)
    assert first is None or first in FIRST_WORDS.get(name, {first}), f"{name} does not know {first!r}"
    if name == "pip":
        check_pip(words[1:])
    elif name == "pytest":
        check_pytest(words)
    elif name in ("venv", "ruff"):
        assert name == "venv" or find_spec(name) or pytest.skip(f"{name} is not installed")
    else:
        package = find_spec(name).submodule_search_locations
        check_main(importlib.import_module(f"{name}.__main__" if package else name), words)


def check_main(module, words):
    text = Path(module.main.__code__.co_filename).read_text("utf-8")  # lessons/__main__.py only imports it
    if not re.search(r"\b(argparse|make_parser|parse_arguments)\b", text):
        assert not words, f"{module.__name__} has no flags"
        return
    try:
        module.main([*words])
    except Understood:
        return
    except SystemExit as end:
        assert not end.code, f"{module.__name__} {' '.join(words)}: not accepted"


def check_pip(words):
    words = [word for word in words if word != "-q"]
    while words:
        word = words.pop(0)
        what = words.pop(0) if word in ("-e", "-r") else word
        if word == "-r":
            assert (ROOT / what).is_file()
        elif word == "-e":
            (extras,) = re.fullmatch(r"\.(?:\[(.*)\])?", what).groups()
            assert {*(extras or "dev").split(",")} <= {*SETUP["options.extras_require"]}
        else:
            assert re.fullmatch(r"[a-z][a-z0-9-]*", what)


def check_pytest(words):
    words = [*words]
    while words:
        word = words.pop(0)
        if word == "-m":
            known = {line.split(":")[0] for line in SETUP["tool:pytest"]["markers"].split("\n")}
            assert {*re.findall(r"\w+", words.pop(0))} - {"and", "or", "not"} <= known
        elif word == "-n":
            assert words.pop(0) == "auto"
        else:
            assert (ROOT / word).exists()


def check_imports(code):
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if not hasattr(importlib.import_module(node.module), alias.name):
                    importlib.import_module(f"{node.module}.{alias.name}")


def check_dask(command, *words):
    pytest.importorskip("distributed", reason="dask's commands come with distributed")
    module = importlib.import_module(f"distributed.cli.dask_{command}")
    module.main.make_context(f"dask {command}", [*words])


@pytest.fixture
def only_parse(monkeypatch):
    """A parser that stops the program once it has understood."""
    parse = argparse.ArgumentParser.parse_args

    def parse_and_stop(self, args=None, namespace=None):
        parse(self, args, namespace)
        raise Understood

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse_and_stop)


@pytest.mark.parametrize("command", FOUND)
def test_a_command(command, only_parse):
    check(FOUND[command])


def test_the_commands_are_found():
    page = """Type `python -m lessons` or `python3`, not `lessons`.

    python examples/a.py --b 1       # what it does
    python -m lessons start 01     begin a lesson
    conv_forward returned [[1 2]]

```sh
python3 -m venv .venv && .venv/bin/python -m pip install -e '.[test]'
```
```text
python not this
```
"""
    assert commands(page) == [
        ["python3", "-m", "venv", ".venv"], [".venv/bin/python", "-m", "pip", "install", "-e", ".[test]"],
        ["python", "examples/a.py", "--b", "1"], ["python", "-m", "lessons", "start", "01"],
        ["python", "-m", "lessons"],
    ]  # fmt: skip
    assert len(FOUND) > 30


@pytest.mark.parametrize("command", [
    "python examples/cifar_m9.py", "python examples/cifar_m3.py --epoch 3", "python -m benchmarks --model m1",
    "python -m lessons begin 01", "python -m tests.reliability kill", "pip install -e .[onyx]", "make docs",
    "python -m pytest -m slower", "python -m lessons.harness.covers --all", "bash .ci/runs",
])  # fmt: skip
def test_a_wrong_command_would_be_seen(command, only_parse):
    with pytest.raises(AssertionError):
        check(command.split())
