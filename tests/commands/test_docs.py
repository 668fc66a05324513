"""docs/commandline.md: every command is there, and what it shows can be typed."""

import re
import shlex

import pytest
from agreement import ROOT

from minicnn import __main__ as door
from minicnn import warmup

TEXT = (ROOT / "docs" / "commandline.md").read_text(encoding="utf-8")
TYPED = re.findall(r"^\$ python -m minicnn (.*)$", TEXT, re.M)


def test_every_command_is_shown():
    assert {line.split()[0] for line in TYPED} == {*door.COMMANDS, "evalute"}  # and one slip
    assert all(f"| [`{name}`](#{name}) |" in TEXT and f"\n## {name}\n" in TEXT for name in door.COMMANDS)


@pytest.mark.parametrize("line", TYPED)
def test_what_is_shown_can_be_typed(line, capsys):
    words = shlex.split(line)
    if words[0] in door.COMMANDS:
        assert door.parse_arguments(words).command == words[0]
        return
    with pytest.raises(SystemExit):
        door.parse_arguments(words)
    assert capsys.readouterr().err.splitlines()[-1] in TEXT  # the slip, and its answer as it stands there


def test_the_warm_up_names_what_it_compiles():
    assert re.findall(r"^  float32  (.*?)  +[0-9.]+ s$", TEXT, re.M) == [name for name, _ in warmup.groups()]
