"""Folders that cannot be read, and links between folders. Sorting and splitting: test_image_dataset.py."""

import os
import shutil

import numpy as np
import pytest

from minicnn.datasets.image_dataset import image_dataset_from_directory
from tests.pictures import draw_classes


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn")
    return draw_classes(folder, {"ant": 7, "bee": 5, "cow": 6}, np.random.default_rng(0))


@pytest.fixture
def own(drawn, tmp_path):
    """A copy of the pictures that a test may add to."""
    return shutil.copytree(drawn, tmp_path / "own")


def load(folder, **arguments):
    return image_dataset_from_directory(folder, verbose=False, **arguments)


def names(dataset):
    return ["/".join(path.split("/")[-2:]) for path in dataset.file_paths]


def test_a_folder_that_may_not_be_read_is_not_an_empty_one(drawn, monkeypatch):
    scandir = os.scandir  # patched, since the system's own administrator may read every folder

    def refuse(path):
        if str(path).endswith("bee"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    for labels in ("inferred", None):
        with pytest.raises(PermissionError, match="bee"):
            load(drawn, labels=labels)


class TestLinks:
    def test_are_followed_when_asked(self, own, drawn):
        (own / "ant" / "more").symlink_to(drawn / "bee")
        (own / "ant" / "again").symlink_to(drawn / "bee")
        assert load(own).images == 18
        found = names(load(own, follow_links=True, shuffle=False))
        assert len(found) == 28 and found[7:12] == [f"again/{i:02d}.jpg" for i in range(5)]

    def test_that_lead_back_are_not(self, own):
        (own / "ant" / "self").symlink_to(own / "ant")
        (own / "bee" / "all").symlink_to(own)
        (own / "cow" / "deep").mkdir()
        (own / "cow" / "deep" / "up").symlink_to(own / "cow")
        assert load(own, follow_links=True).images == 18
        assert load(own / ".." / own.name, follow_links=True, labels=None).images == 18

    def test_that_lead_to_each_other_end(self, own):
        for name, other in (("east", "west"), ("west", "east")):
            (own / "ant" / name).mkdir()
            (own / "ant" / name / other).symlink_to(own / "ant" / other)
            shutil.copy(own / "bee" / "00.jpg", own / "ant" / name)
        assert names(load(own, follow_links=True, shuffle=False))[7:11] == [
            "east/00.jpg", "west/00.jpg", "west/00.jpg", "east/00.jpg",
        ]  # fmt: skip
