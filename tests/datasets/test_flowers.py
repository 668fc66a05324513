"""The flower photographs: found, unpacked safely, downloaded; and the real ones where they are."""

import hashlib
import io
import os
import tarfile

import numpy as np
import pytest

from minicnn.datasets import DatasetUnavailable, archives, flowers, images
from tests.pictures import draw_classes

COUNTS = {name: 2 + k for k, name in enumerate(flowers.CLASS_NAMES)}  # 20 pictures


@pytest.fixture
def drawn(tmp_path_factory, monkeypatch):
    monkeypatch.setattr(flowers, "_PICTURES", sum(COUNTS.values()))
    return draw_classes(tmp_path_factory.mktemp("drawn"), COUNTS, np.random.default_rng(0))


@pytest.fixture
def members(drawn):
    """What a small flower_photos.tgz holds: {name: bytes}."""
    paths = {f"flower_photos/{path.relative_to(drawn)}": path for path in drawn.rglob("*.jpg")}
    pictures = {name: path.read_bytes() for name, path in paths.items()}
    return {"flower_photos/LICENSE.txt": b"who took which", **pictures}


@pytest.fixture
def pack(monkeypatch):
    """pack(path, members, extra headers): writes an archive and makes it known as the published one."""

    def pack(path, members, extra=()):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(path, "w:gz", compresslevel=1) as archive:
            for info in extra:
                archive.addfile(info, io.BytesIO(bytes(info.size)))
            for name, content in members.items():
                archive.addfile(header(name, size=len(content)), io.BytesIO(content))
        content = path.read_bytes()
        known = archives.Known(len(content), hashlib.sha256(content).hexdigest())
        monkeypatch.setattr(flowers, "ARCHIVE", known)

    return pack


def header(name, **attributes):
    info = tarfile.TarInfo(name)
    for key, value in attributes.items():
        setattr(info, key, value)
    return info


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "place",
    [
        "data/flower_photos",
        "cache/minicnn/flower_photos",
        ".keras/datasets/flower_photos",
        ".keras/datasets/flower_photos/flower_photos",
        ".keras/datasets/flower_photos_extracted/flower_photos",
    ],
)
def test_the_folder_wherever_it_lies(home, data, drawn, place):
    (home / place).parent.mkdir(parents=True, exist_ok=True)
    drawn.rename(home / place)
    assert flowers.folder() == home / place
    train, validation = flowers.load_data(image_size=(8, 8), verbose=False)
    assert train.images == 14 and validation.images == 6
    assert train.class_names == ["daisy", "dandelion", "roses", "sunflowers", "tulips"]
    assert next(iter(train))[0].shape == (14, 8, 8, 3)


def test_labels_as_one_wants_them_or_none(data, drawn):
    drawn.rename(data / "flower_photos")
    small = {"image_size": (8, 8), "verbose": False}
    _, y = next(iter(flowers.load_data(label_mode="categorical", **small)[1]))
    assert y.shape == (6, 5) and y.sum() == 6
    train, validation = flowers.load_data(label_mode=None, **small)
    assert train.labels is None and next(iter(validation)).shape == (6, 8, 8, 3)
    with pytest.raises(ValueError, match="both parts of all five classes, so it takes no labels and"):
        flowers.load_data(labels=None, subset="training")


@pytest.mark.parametrize(
    "place",
    [
        "data/flower_photos.tgz",
        ".keras/datasets/flower_photos_archive",
        ".keras/datasets/flower_photos.tar.gz",
    ],
)
def test_an_archive_is_unpacked_once_into_the_cache(home, data, members, pack, place):
    folders = [header(name, type=tarfile.DIRTYPE) for name in ("flower_photos", "flower_photos/roses")]
    pack(home / place, members, folders)
    cache = home / "cache" / "minicnn"
    assert flowers.folder() == cache / "flower_photos"
    assert files(cache) == ["flower_photos.lock", *sorted(members)]
    assert all((cache / name).read_bytes() == content for name, content in members.items())
    (home / place).unlink()
    assert flowers.folder() == cache / "flower_photos"


def test_a_download_ends_up_in_the_cache(home, members, pack, monkeypatch):
    pack(home / "mirror" / "a.tgz", members)
    monkeypatch.delenv("MINICNN_OFFLINE")
    monkeypatch.setattr(flowers, "MIRRORS", ((home / "mirror" / "a.tgz").as_uri(),))
    assert flowers.folder() == home / "cache" / "minicnn" / "flower_photos"


def test_what_a_killed_process_left_is_replaced(home, data, members, pack):
    pack(data / "flower_photos.tgz", members)
    part = home / "cache" / "minicnn" / "flower_photos.part"
    (part / "flower_photos").mkdir(parents=True)
    (part / "flower_photos" / "half.jpg").write_bytes(b"half")
    assert not (flowers.folder() / "half.jpg").exists()
    assert not part.exists()


def test_members_of_other_names_are_not_written(home, data, members, pack):
    strange = [
        "../outside.jpg", "/absolute.jpg", "flower_photos/../outside.jpg", "roses/a.jpg",
        "flower_photos/roses/../../outside.jpg", "flower_photos/roses/deep/a.jpg",
        "flower_photos/weeds/a.jpg", "flower_photos/roses/a.sh", "flower_photos/roses/._a.jpg",
        "flower_photos/roses/a\\b.jpg", "flower_photos/roses/a.jpg\n",
    ]  # fmt: skip
    link = header("flower_photos/link", type=tarfile.SYMTYPE, linkname="/etc")
    pack(data / "flower_photos.tgz", members, [*(header(name, size=3) for name in strange), link])
    flowers.folder()
    assert files(home / "cache" / "minicnn") == sorted(["flower_photos.lock", *members])
    assert not list(home.rglob("outside*")) and not list(home.rglob("absolute*"))


@pytest.mark.parametrize(
    "extra, message",
    [
        ({"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"}, "a.jpg is no plain file"),
        ({"type": tarfile.LNKTYPE, "linkname": "flower_photos/LICENSE.txt"}, "a.jpg is no plain file"),
        ({"size": 5000}, r"a.jpg unpacks to 5,000 bytes, expected at most 4,000"),
        ({"size": 10}, "holds 21 pictures, expected 20"),
    ],
)
def test_an_archive_that_is_not_as_it_should_be(home, data, members, pack, monkeypatch, extra, message):
    monkeypatch.setattr(flowers, "_SIZE_LIMIT", 4000)
    pack(data / "flower_photos.tgz", members, [header("flower_photos/roses/a.jpg", **extra)])
    with pytest.raises(ValueError, match=message):
        flowers.folder()
    assert not (home / "cache" / "minicnn" / "flower_photos").exists()


def test_an_archive_that_unpacks_to_too_much(home, data, members, pack, monkeypatch):
    monkeypatch.setattr(flowers, "_TOTAL_LIMIT", 10_000)
    pack(data / "flower_photos.tgz", members, [header("other", size=50_000)])
    with pytest.raises(ValueError, match="unpacks to more than 10,000 bytes"):
        flowers.folder()


def test_another_file_under_the_name_is_refused(home, data):
    (data / "flower_photos.tgz").write_bytes(b"<html>")
    with pytest.raises(ValueError, match=r"flower_photos\.tgz has 6 bytes, expected 228,813,984"):
        flowers.folder()


def test_the_published_archive():
    digits = "4c54ace7911aaffe13a365c34f650e71dd5bf1be0a58b464e5a7183e3e595d9c"
    assert (*flowers.ARCHIVE, flowers._PICTURES) == (228_813_984, digits, 3670)


def test_a_folder_without_all_classes(home, data, drawn):
    drawn.rename(data / "flower_photos")
    for path in (data / "flower_photos" / "tulips").iterdir():
        path.unlink()
    (data / "flower_photos" / "tulips").rmdir()
    with pytest.raises(ValueError, match="is not whole, it has no tulips: delete it"):
        flowers.load_data()


def test_a_folder_that_somebody_was_still_unpacking(home, data, drawn):
    drawn.rename(data / "flower_photos")
    first, *_ = sorted((data / "flower_photos" / "roses").iterdir())
    first.rename(first.with_name(f".{first.name}"))
    with pytest.raises(ValueError, match="is not whole, it has 19 of 20 pictures: delete it"):
        flowers.load_data()


def test_nowhere_names_every_place_and_the_mend(home, data):
    with pytest.raises(DatasetUnavailable) as caught:
        flowers.load_data()
    text = str(caught.value)
    for word in (data, home / "cache" / "minicnn", home / ".keras" / "datasets", "MINICNN_OFFLINE"):
        assert str(word) in text
    assert "flower_photos.tgz" in text and "set MINICNN_DATA" in text


# The real ones

KERAS = (  # first name, last name and SHA-256 of all names, of the training and the validation part
    (
        "daisy/19834392829_7d697871f6.jpg",
        "roses/3475572132_01ae28e834_n.jpg",
    ),
    (
        "dandelion/6012046444_fd80afb63a_n.jpg",
        "tulips/17078716890_68e0723389_n.jpg",
    ),
    (
        "ac36c9dce37ed0e11dd165db5afe35279bbd9afe65b5acdd591690d05f26d7cd",
        "8fd36755f62a90b686a3605e23523ce2220afbc785d7bce8d10a4ffae5b4a19f",
    ),
)


@pytest.fixture
def real(monkeypatch):
    if not os.path.isdir(os.path.join(os.environ.get("MINICNN_DATA", ""), "flower_photos")):
        pytest.skip("needs the real photographs: set MINICNN_DATA to a folder that holds flower_photos/")
    monkeypatch.setenv("MINICNN_OFFLINE", "1")


def test_real_flowers_are_split_as_keras_splits_them(real):
    """Keras 3.15.1, seed 42, 30 %: a checksum of the names, in their order, and the first and last."""
    train, validation = flowers.load_data(verbose=False)
    assert (train.images, validation.images) == (2569, 1101)
    for part, first, last, checksum in zip((train, validation), *KERAS, strict=True):
        listed = ["/".join(path.split(os.sep)[-2:]) for path in part.file_paths]
        assert (listed[0], listed[-1]) == (first, last)
        assert hashlib.sha256("\n".join(listed).encode()).hexdigest() == checksum
        assert [part.class_names[label] for label in part.labels] == [name.split("/")[0] for name in listed]


def test_real_flowers_are_photographs(real):
    train, _ = flowers.load_data(image_size=(64, 64), batch_size=16, verbose=False)
    x, y = next(iter(train.stream()))
    assert x.shape == (16, 64, 64, 3) and y.shape == (16,)
    assert 60 < x.mean() < 180 and x.min() >= 0 and x.max() <= 255
    # neighbours in a photograph are alike
    assert np.abs(np.diff(x, axis=1)).mean() < x.std() / 2
    whole = images.read(train.file_paths[0])
    assert whole.shape[2] == 3 and min(whole.shape[:2]) > 64
