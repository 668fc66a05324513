"""Flowers: 3,670 photographs of five kinds, of many sizes (The TensorFlow Team, 2019; all CC-BY).

Looked for, in this order, in ``$MINICNN_DATA``, in minicnn's own cache folder and where Keras keeps its
copy; in each as the folder ``flower_photos`` or the archive ``flower_photos.tgz``. Otherwise the archive
is downloaded. An archive is unpacked, once, into the cache folder, after its SHA-256 was found right.

``LICENSE.txt`` in that folder names the photographer of every picture; show none without its name.
"""

import os
import re
import shutil

from minicnn import config
from minicnn.datasets import archives, download
from minicnn.datasets.image_dataset import image_dataset_from_directory

CLASS_NAMES = ("daisy", "dandelion", "roses", "sunflowers", "tulips")
MIRRORS = ("https://storage.googleapis.com/download.tensorflow.org/example_images/flower_photos.tgz",)
ARCHIVE = archives.Known(228_813_984, "4c54ace7911aaffe13a365c34f650e71dd5bf1be0a58b464e5a7183e3e595d9c")

_NAME = "flower_photos"
_PICTURES = 3670
_WANTED = re.compile(rf"{_NAME}/(LICENSE\.txt|({'|'.join(CLASS_NAMES)})/\w+\.jpg)", re.ASCII)
_FOLDERS = (_NAME, f"{_NAME}/{_NAME}", f"{_NAME}_extracted/{_NAME}")  # plain; as Keras 3 unpacks, twice
_ARCHIVES = (f"{_NAME}.tgz", f"{_NAME}.tar.gz", f"{_NAME}_archive")  # the publisher's name; Keras's
_SIZE_LIMIT, _TOTAL_LIMIT = 4_000_000, 300_000_000  # bytes of one file, and of all that is in the archive


def load_data(
    image_size=(227, 227), batch_size=32, validation_split=0.3, seed=42, label_mode="int", **options
):  # fmt: skip
    """``(train, validation)``, two ``ImageDataset``: 2,569 and 1,101 pictures with these arguments.

    ``label_mode``: "int", "categorical" or None, no labels. ``options``: more of
    ``utils.image_dataset_from_directory``'s, those that say how pictures are read and in which order. The
    parts, which are always both returned, are the ones Keras makes of the same seed. Raises
    ``DatasetUnavailable`` when the pictures are neither on disk nor to be had, ``ValueError`` when something
    on disk is broken; both say what to do.
    """
    if others := sorted(options.keys() & {"labels", "class_names", "subset"}):
        raise ValueError(
            f"flowers.load_data gives both parts of all five classes, so it takes no {' and '.join(others)}: "
            "utils.image_dataset_from_directory(flowers.folder(), ...) does"
        )
    return image_dataset_from_directory(
        folder(), class_names=list(CLASS_NAMES) if label_mode else None, label_mode=label_mode,
        image_size=image_size, batch_size=batch_size, validation_split=validation_split, subset="both",
        seed=seed, **options,
    )  # fmt: skip


def folder():
    """The path of the folder with the five folders of pictures; found, unpacked or downloaded as above.

    Raises as ``load_data`` does.
    """
    path = find() or _download()
    return _whole(path) if path.is_dir() else _unpack(path)


def find():
    """The path of the folder or the archive that is there without a download, or None."""
    for place in config.data_folders():
        for path in (config.data_in(place, name) for name in _FOLDERS):
            if (path / CLASS_NAMES[0]).is_dir():
                return path
        for path in (config.data_in(place, name) for name in _ARCHIVES):
            if path.is_file():
                return path
    return None


def _whole(path):
    missing = [name for name in CLASS_NAMES if not (path / name).is_dir()]
    if missing:
        raise ValueError(f"{path} is not whole, it has no {', '.join(missing)}: delete it and get it again")
    pictures = sum(len(list((path / name).glob("[!.]*.jpg"))) for name in CLASS_NAMES)
    if pictures < _PICTURES:
        raise ValueError(
            f"{path} is not whole, it has {pictures} of {_PICTURES} pictures: delete it and get it again. "
            "(utils.image_dataset_from_directory reads pictures of your own)"
        )
    return path


def fetch():
    """The path of the archive in the cache folder, downloaded unless it is there."""
    return download.fetch(MIRRORS, config.cache_folder() / f"{_NAME}.tgz", ARCHIVE)


def _download():
    try:
        return fetch()
    except OSError as error:  # DatasetUnavailable is one; a full or read-only disk gives others
        looked = "\n".join(f"  {place}" for place in config.data_folders())
        raise download.DatasetUnavailable(
            f"The flower photographs are neither on disk nor to be had. Looked in\n{looked}\n"
            f"for {', '.join((_NAME, *_ARCHIVES))}.\nThen: {error}\n"
            f"Mend: get {MIRRORS[0]}, put it unopened into a folder and set MINICNN_DATA to that folder."
        ) from None


def _unpack(archive):
    """The folder in the cache that holds what is in ``archive``."""
    target = config.cache_folder() / _NAME
    part = target.with_name(f"{_NAME}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    with download.only_one(target.with_name(f"{_NAME}.lock")):
        if not target.exists():  # another process may have made it while this one waited
            shutil.rmtree(part, ignore_errors=True)  # of one that was killed
            names = archives.unpack(archive, ARCHIVE, _is_wanted, part, _SIZE_LIMIT, _TOTAL_LIMIT)
            pictures = sum(name.endswith(".jpg") for name in names)
            if pictures != _PICTURES:
                raise ValueError(f"{archive} holds {pictures} pictures, expected {_PICTURES}: get it again")
            os.rename(part / _NAME, target)
            shutil.rmtree(part)
    return _whole(target)


def _is_wanted(name):
    """Whether a member of the archive is a picture of a class, or the list of photographers."""
    return _WANTED.fullmatch(name) is not None
