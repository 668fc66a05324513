"""What reads files of others raises what it says, whatever they hold; ten minutes of each: fuzz.py."""

import random
import subprocess
import warnings

import pytest

from benchmarks import machine
from tests.reliability import fuzz, readers


@pytest.fixture(scope="module")
def all_readers():
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_PER_BATCH", "_BINARY_SIZE"):  # readers() makes batches small
            patch.setattr(readers.cifar10, name, getattr(readers.cifar10, name))
        yield readers.readers()


def test_every_reader_is_fuzzed(all_readers):
    assert {*fuzz.NAMES} == {*all_readers}


@pytest.mark.parametrize("name", fuzz.NAMES)
def test_a_reader_raises_what_it_says(all_readers, name):
    if name in fuzz.NEEDS:
        pytest.importorskip(fuzz.NEEDS[name], reason=f"{name} needs the package {fuzz.NEEDS[name]}")
    reader, draw = all_readers[name], random.Random(0)
    for example in reader.examples:
        reader.read(example)
    refused = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's, of pictures that are too large: they are refused as well
        for _ in range(150):
            try:
                reader.read(readers.random_damage(draw.choice(reader.examples), draw))
            except reader.raises as error:
                readers.check_refusal(reader, error)
                refused += 1
    assert refused > 10


def test_a_refusal_is_short_and_names_its_file():
    reader = readers.Reader([], None, source="the file")
    readers.check_refusal(reader, ValueError("the file is damaged"))
    for said in ("it is damaged", "the file" + "!" * readers.MOST_SAID):
        with pytest.raises(AssertionError, match="a refusal"):
            readers.check_refusal(reader, ValueError(said))


def test_memory_that_one_input_takes_is_a_finding():
    if machine.resident("VmHWM") is None:
        pytest.skip("only Linux tells the most memory that a process has had")
    machine.forget_peak()
    fuzz.check_memory(before := machine.resident("VmHWM"))
    bytes(80_000_000).upper()  # 80 MB, and free again; zeros that are only read take no memory
    with pytest.raises(AssertionError, match="MB or more for one input"):
        fuzz.check_memory(before)


RAISED = "=== Uncaught Python exception: ===\nSyntaxError: invalid syntax\n"


@pytest.fixture
def lives(monkeypatch):
    """What atheris's processes end with, one after the other; they are not begun."""
    ends = []

    def run(command, **options):
        status, said = ends.pop(0)
        raised, summary = (said, "") if said.startswith("===") else ("", said)
        return subprocess.CompletedProcess(command, status, raised, summary)

    monkeypatch.setattr(fuzz.importlib.util, "find_spec", lambda name: True)
    monkeypatch.setattr(fuzz.subprocess, "run", run)
    monkeypatch.setattr(fuzz, "LIFE", fuzz.LEAST / 3)
    monkeypatch.setattr(fuzz, "SECONDS", fuzz.LEAST)
    return ends


def test_a_fuzzed_reader_has_several_lives_whose_inputs_count_together(lives):
    lives += [(0, f"cov: {n} ft: 9\nstat::number_of_executed_units: 4000\n") for n in (7, 8, 8)]
    (figure,) = fuzz.fuzz("archive", quick=False)
    assert figure.found == "12,000 inputs, 8 branches reached, nothing found" and figure.kept and not lives


def test_less_than_ten_minutes_keep_no_promise(lives, monkeypatch):
    lives += [(0, "stat::number_of_executed_units: 4000\n")] * 2
    monkeypatch.setattr(fuzz, "SECONDS", 120)
    (figure,) = fuzz.fuzz("archive", quick=False)
    assert figure.note == "too short: 10 minutes keep the promise" and not figure.kept
    (figure,) = fuzz.fuzz("archive", quick=True)
    assert not figure.note and figure.kept


@pytest.mark.parametrize(
    "end", [(77, RAISED + "Error: " + 9 * fuzz.SHOWN * "x"), (0, RAISED), (-9, ""), (1, "?")]
)
def test_a_finding_ends_the_fuzzing_and_begins_with_what_was_raised(lives, end):
    lives += [(0, "stat::number_of_executed_units: 4000\n"), end, (0, "")]
    (figure,) = fuzz.fuzz("archive", quick=False)
    assert figure.found.endswith("a finding") and not figure.kept and len(lives) == 1
    status, said = end
    start = "=== Uncaught Python exception: === SyntaxError: invalid syntax" if "===" in said else said
    assert figure.note.startswith(start or f"exit status {status}") and len(figure.note) <= fuzz.SHOWN
