"""What decisions are worth: a row a network, a column a decision, on the page as in the program."""

import re

import pytest

from benchmarks import marked, whole_steps


def cells_of(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_row_for_every_network(monkeypatch):
    monkeypatch.setattr(whole_steps, "ROUNDS", 2)
    monkeypatch.setattr(whole_steps, "TURN", 0.01)
    head, _, row = map(cells_of, whole_steps.table(["lenet5"], ["one thread"]))
    assert head[2:] == ["one thread"]
    name, milliseconds, ratio = row
    assert name == "lenet5 (32)" and float(milliseconds) > 0
    middle, least, most = map(float, re.fullmatch(r"(.+) \((.+) - (.+)\)", ratio).groups())
    assert 0 < least <= middle <= most


def test_the_page_holds_a_column_for_every_decision():
    _, between, _ = marked.split(whole_steps.PAGE, "benchmarks/whole_steps.py")
    head, _, *rows = between.strip().splitlines()
    assert cells_of(head)[2:] == [*whole_steps.OTHERS]
    assert [row.split()[1] for row in rows] == [*whole_steps.MODELS]


@pytest.mark.parametrize("flags, message", [
    (["--models", "m9"], "unknown model 'm9'"), (["--threads", "none"], "above 0, got 'none'"),
    (["--threads", "4096"], "4096 threads need as many cores, this process may use"),
    (["--ways", "one thread", "--write"], "--write replaces the whole table of whole_steps.md: leave out"),
])  # fmt: skip
def test_wrong_flags(flags, message, capsys):
    with pytest.raises(SystemExit) as ended:
        whole_steps.main(flags)
    assert ended.value.code == 2 and message in capsys.readouterr().err
