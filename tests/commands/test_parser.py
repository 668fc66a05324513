"""What is typed wrongly is answered with what may have been meant, and exit status 2."""

import pytest

from minicnn.__main__ import COMMANDS
from minicnn.commands.parser import Parser


@pytest.mark.parametrize(("wrong", "said"), [
    (["warmpu"], "invalid choice: 'warmpu': did you mean warmup? There are info, warmup, fetch, summary,"),
    (["evalaute", "m.mcnn"], "did you mean evaluate?"),
    (["xyz"], "invalid choice: 'xyz': There are info, warmup,"),
    (["warmup", "--float16"], "unrecognized arguments: --float16: did you mean --float64?"),
    (["warmup", "--float"], "unrecognized arguments: --float: did you mean --float64?"),  # no abbreviations
    (["--info"], "unrecognized arguments: --info: did you mean info?"),
    (["predict", "m.mcnn"], "the following arguments are required: PICTURE"),
    (["predict"], "the following arguments are required: MODEL, PICTURE"),
    (["predict", "m.mcnn", "a.png", "--top", "0"], "argument --top: expects a whole number >= 1, got '0'"),
    (["predict", "m.mcnn", "a.png", "--pixels", "xyz"], "invalid choice: 'xyz': There are 0..255, 0..1"),
    (["evaluate", "m.mcnn", "--subest=3"], "unrecognized arguments: --subest=3: did you mean --subset?"),
    (["evaluate", "a.mcnn", "b.mcnn"], "python -m minicnn evaluate: error: unrecognized arguments: b.mcnn"),
    (["fetch", "cifar"], "invalid choice: 'cifar': did you mean cifar10? There are cifar10, flowers"),
    (["summary"], "the following arguments are required: MODEL"),
    (["report"], "the following arguments are required: RUN"),
    (["info", "more"], "python -m minicnn info: error: unrecognized arguments: more"),
])  # fmt: skip
def test_slips(wrong, said, typed):
    status, out, error = typed(*wrong)
    assert (status, out) == (2, "") and said in error and error.startswith("usage: python -m minicnn")


def test_dashes_alone_are_no_likeness(capsys):
    parser = Parser()
    parser.add_argument("--epochs")
    with pytest.raises(SystemExit):
        parser.parse_args(["--report"])
    assert capsys.readouterr().err.endswith("error: unrecognized arguments: --report\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name, typed):
    status, out, error = typed(name, "--help")
    assert (status, error) == (0, "") and f"\n    python -m minicnn {name}" in out


def test_the_help_of_all_has_an_example_of_each(typed):
    status, out, _ = typed("--help")
    assert status == 0
    assert all(out.count(f"\n    python -m minicnn {name} ") == 1 for name in COMMANDS)
