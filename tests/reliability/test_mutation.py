"""Mutants are drawn alike every time, and what is said of those that survive is still true."""

import contextlib
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
    for (file, out, in_), said in mutation.survivors().items():
        lines = ["".join(line.split()) for line in (ROOT / file).read_text(encoding="utf-8").splitlines()]
        assert out in lines, f"{file} has no line {out}: is it explained in vain?"
        assert in_ != out and len({"why", "since"} & {*said}) == 1
        if "since" in said:
            where, test = said["since"].split("::")
            assert f"def {test}(" in (ROOT / "tests" / where).read_text(encoding="utf-8")


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


# ------------------------------------------------------------------------------- judges

MUTANT = SimpleNamespace(file=FILE, operator="", occurrence=0, source="", change=("a", "b"))


def ending(status, cpu=1.0, late=False):
    return {"status": status, "cpu": cpu, "late": late, "failed": "test_it.py::test_it"}


PASSED, OUT_OF_MEMORY = ending(0), ending(-9)


@pytest.fixture
def judged(monkeypatch, tmp_path):
    """The verdict on MUTANT, of a judge whose processes end so, one after the other; none is begun."""
    def verdict(*endings):
        left = [*endings]
        (tmp_path / FILE).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / FILE).write_text("")
        monkeypatch.setattr(mutants, "ROOT", tmp_path)
        monkeypatch.setattr(mutants.Judge, "_run", lambda *args: left.pop(0))
        monkeypatch.setattr(mutants.shutil, "copytree", lambda *args: None)
        monkeypatch.setattr(mutants.shutil, "copy", lambda *args: None)
        monkeypatch.setattr(mutants, "stages", lambda mutant, then: [(False, ("test_it.py",))])
        monkeypatch.setattr(mutants.machine, "available_cores", lambda: [0])
        folder = contextlib.nullcontext(tmp_path)
        monkeypatch.setattr(mutants.tempfile, "TemporaryDirectory", lambda **options: folder)
        ((_, killer),) = mutants.verdicts([MUTANT], (), {}, lambda key, killer: None)
        assert not left
        return killer

    return verdict


@pytest.mark.parametrize("end, killer", [
    (ending(0), None), (ending(1), "test_it.py::test_it"), (ending(2), "status 2"),
    (ending(-11), "status -11"), (ending(-24), "status -24"), (ending(-9, cpu=15), "status -9"),
    (ending(-9, late=True), "status -9"),
])  # fmt: skip
def test_what_kills_a_mutant(judged, end, killer):
    assert judged(PASSED, end, PASSED) == killer


def test_what_ends_oddly_is_killed_when_it_does_so_twice(judged):
    assert judged(PASSED, ending(3), PASSED, ending(3), PASSED) == "status 3"


@pytest.mark.parametrize("endings", [
    [ending(1)],  # the unchanged code fails at once,
    [PASSED, ending(1), ending(1)],  # at the end,
    [PASSED, OUT_OF_MEMORY, OUT_OF_MEMORY],  # in between
    [PASSED, OUT_OF_MEMORY, PASSED, PASSED],  # the mutant passes when it is tried again
])  # fmt: skip
def test_a_judge_that_cannot_be_believed_kills_nothing(judged, endings):
    with pytest.raises(mutants.NoVerdict):
        judged(*endings)


def test_a_group_without_verdicts_is_broken_and_its_journal_is_thrown_away(monkeypatch, tmp_path):
    def verdicts(mutants_, then, known, note):
        note(("a", "b", 0), "a test")
        raise mutants.NoVerdict("test_it.py fail on the unchanged code")

    monkeypatch.setattr(mutants.importlib.util, "find_spec", lambda name: True)
    monkeypatch.setattr(mutants.mutation, "population", lambda files: [])
    monkeypatch.setattr(mutants.mutation, "sample", lambda all_, count: [MUTANT] * count)
    monkeypatch.setattr(mutants, "verdicts", verdicts)
    monkeypatch.setattr(mutants.record, "commit", lambda: "0123456789ab")
    monkeypatch.setattr(mutants.record, "last_change", lambda *but: "0123456789ab")
    monkeypatch.setattr(mutants.config, "cache_folder", lambda: tmp_path)
    (figure,) = mutants.group("losses", quick=False)
    assert not figure.kept and figure.note == "test_it.py fail on the unchanged code"
    assert not [*(tmp_path / "mutants").iterdir()]


def test_a_mutant_that_a_test_was_written_for_counts_as_missed(monkeypatch):
    changes = ("m", "b"), ("e", "b"), ("u", "b")
    missed, explained, unknown = (SimpleNamespace(**vars(MUTANT) | {"change": each}) for each in changes)
    said = {(FILE, "m", "b"): {"since": "test_it.py::test_it"}, (FILE, "e", "b"): {"why": "It is the same."}}
    found = [(MUTANT, "test_it.py::test_it")] * 37 + [(missed, "test_it.py::test_it"), (explained, None)]
    monkeypatch.setattr(mutants.importlib.util, "find_spec", lambda name: True)
    monkeypatch.setattr(mutants.mutation, "population", lambda files: [])
    monkeypatch.setattr(mutants.mutation, "sample", lambda all_, count: [MUTANT] * count)
    monkeypatch.setattr(mutants.mutation, "survivors", lambda: said)
    monkeypatch.setattr(mutants.record, "commit", lambda: None)
    for last, kept in ((MUTANT, True), (missed, False), (unknown, False)):
        killer = None if last is unknown else "test_it.py::test_it"
        monkeypatch.setattr(mutants, "verdicts", lambda *args: [*found, (last, killer)])  # noqa: B023 - at once
        (figure,) = mutants.group("losses", quick=False)
        assert figure.kept == kept and "and 1 are explained" in figure.found
        assert f" {1 + (last is missed)} more by tests" in figure.found


def test_fewer_mutants_than_promised_keep_no_promise(monkeypatch):
    monkeypatch.setattr(mutants.importlib.util, "find_spec", lambda name: True)
    monkeypatch.setattr(mutants.mutation, "population", lambda files: [])
    (figure,) = mutants.group("losses", quick=True)
    assert (figure.found, figure.kept) == ("only 0 of 1 mutants can be made", False)
