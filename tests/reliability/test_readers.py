"""What reads files of others raises what it says, whatever they hold; ten minutes of each: fuzz.py."""

import random
import warnings

import pytest

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
            except reader.raises:
                refused += 1
    assert refused > 10
