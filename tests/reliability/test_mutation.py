"""Mutants are drawn alike every time, and what is said of those that survive is still true."""

from types import SimpleNamespace

import pytest
from agreement import ROOT

from tests.reliability import mutants, mutation

FILE = "minicnn/constraints.py"


@pytest.fixture
def some():
    pytest.importorskip("cosmic_ray", reason="mutants are made by cosmic-ray")
    return mutation.population([FILE])


def test_a_mutant_is_one_change(some):
    original = (ROOT / FILE).read_text(encoding="utf-8").splitlines()
    for mutant in mutation.sample(some, 5):
        out, in_ = mutant.change
        assert out in original or out.strip().startswith("@")
        assert out != in_ and in_ in mutant.source


def test_samples_are_nested_and_drawn_file_by_file(some):
    assert mutation.sample(some, 5) == mutation.sample(some, 9)[:5]
    more = mutation.population([FILE, "minicnn/utils.py"])
    assert [mutant for mutant in more if mutant.file == FILE] == some


@pytest.mark.parametrize("file, operator", [
    ("minicnn/optimizers.py", "core/ReplaceBinaryOperator_Pow_Mod"),  # {%super().get_config()}: not Python
    ("minicnn/kernels/slices.py", "core/RemoveDecorator"),  # @inline_jit, which does nothing here
])  # fmt: skip
def test_what_is_not_worth_trying(some, file, operator):
    assert not mutation.Mutant(file, operator, 0).wanted


def test_the_lines_of_explained_mutants_still_stand_there():
    for (file, out, in_), why in mutation.equivalents().items():
        lines = ["".join(line.split()) for line in (ROOT / file).read_text(encoding="utf-8").splitlines()]
        assert out in lines, f"{file} has no line {out}: is it explained in vain?"
        assert in_ != out and len(why) > 20


@pytest.mark.parametrize("becomes, explained", [("(-2)", True), ("(~1)", True), ("(- 0)", False)])
def test_a_negative_size_is_as_good_as_another(becomes, explained):
    mutant = SimpleNamespace(file=FILE, change=("y = x.reshape(-1)", f"y = x.reshape{becomes}"))
    assert (mutation.why_equivalent(mutant) is not None) == explained


def test_every_file_has_judges():
    for patterns, _, _, then in mutants.GROUPS.values():
        for pattern in patterns:
            files = [*(ROOT / "minicnn").glob(pattern)]
            assert files
            for file in files:
                mutant = mutation.Mutant(file.relative_to(ROOT).as_posix(), "", 0)
                for _, tests in mutants.stages(mutant, then):
                    assert tests and all((ROOT / "tests" / each).exists() for each in tests)
