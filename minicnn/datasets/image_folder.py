"""Which picture files a folder holds, of which class, in which order: Keras's rules.

    sort the classes; in each, sort the folders and the files; shuffle all with RandomState(seed);
    the last int(f n) of the n files are the validation part
"""

import itertools
import os
from pathlib import Path

import numpy as np

from minicnn.checks import check_choice, is_number, whole_number
from minicnn.datasets import images
from minicnn.lookup import nearest


def list_pictures(directory, labels, class_names, follow_links, shuffle, seed):
    """``(file paths, labels (files,) int32 or None, class names or None)``, shuffled if there is a ``seed``.

    Without a seed the list stays sorted: each epoch is shuffled anyway, and a resumed run must find the
    same list. Raises ValueError where there is no picture, or labels and files do not match.
    """
    directory = os.fspath(directory)
    if isinstance(labels, str) and labels == "inferred":
        class_names = _class_folders(directory, class_names)
        found = [list(_walk(os.path.join(directory, name), follow_links)) for name in class_names]
        files = list(itertools.chain(*found))
        numbers = np.repeat(np.arange(len(found), dtype=np.int32), [len(each) for each in found])
    else:
        if class_names is not None:
            raise ValueError("class_names is for labels='inferred' and a label_mode: leave it out")
        if isinstance(labels, str):
            raise ValueError(f"labels expects 'inferred', None or whole numbers, got {labels!r}")
        files, numbers = list(_walk(directory, follow_links)), None
        if labels is not None:
            numbers = whole_labels(labels, len(files))
            class_names = [str(label) for label in sorted(set(numbers.tolist()))]
    if not files:
        endings = ", ".join(images.FORMATS)
        raise ValueError(f"{directory} holds no pictures: expected {endings} files, in class folders")
    if shuffle and seed is not None:
        order = np.arange(len(files))
        np.random.RandomState(seed).shuffle(order)  # Keras's generator: the same files in each part
        files = [files[k] for k in order]
        numbers = None if numbers is None else numbers[order]
    return files, numbers, class_names


def check_split(validation_split, subset, shuffle, seed):
    """Raise ValueError unless the arguments say which files belong to which part."""
    parts = ("training", "validation", "both", None)
    check_choice(subset, "subset", parts, "image_dataset_from_directory")
    if (validation_split is None) != (subset is None):
        raise ValueError("validation_split and subset go together: the fraction, and which part you want")
    if validation_split is not None and not (is_number(validation_split) and 0 < validation_split < 1):
        raise ValueError(f"validation_split expects a fraction between 0 and 1, got {validation_split!r}")
    if validation_split is not None and shuffle and seed is None:
        raise ValueError("validation_split needs a seed (or shuffle=False): the parts would overlap")
    if seed is not None:
        whole_number(seed, "seed", least=0, most=2**32 - 1)  # as RandomState asks


def part(n, validation_split, subset):
    """The slice of n files that is the ``subset``; all of them for None."""
    if subset is None:
        return slice(0, n)
    cut = n - int(validation_split * n)
    if cut in (0, n):
        raise ValueError(f"validation_split={validation_split} of {n} files leaves a part empty")
    return slice(0, cut) if subset == "training" else slice(cut, n)


def _class_folders(directory, class_names):
    with os.scandir(directory) as entries:
        folders = sorted(entry.name for entry in entries if entry.is_dir() and entry.name[0] != ".")
    if not folders:
        raise ValueError(f"{directory} holds no folders, expected one for each class: or pass labels=None")
    if class_names is None:
        return folders
    names = [] if isinstance(class_names, str) else list(class_names)
    if not names or any(names.count(name) > 1 for name in names):
        raise ValueError(f"class_names expects a list of folders, each of them once, got {class_names!r}")
    for name in names:
        if name not in folders:
            near = nearest(name, folders)
            hint = f": did you mean {near!r}?" if near else f", only {', '.join(folders)}"
            raise ValueError(f"{directory} has no folder for the class {name!r}{hint}")
    return names


def _walk(folder, follow_links):
    """The paths of the pictures in ``folder`` and the folders in it, sorted folder by folder."""
    for root, names in sorted(_folders(folder, follow_links)):
        for name in sorted(names):
            if name.lower().endswith(tuple(images.FORMATS)):
                yield os.path.join(root, name)


def _folders(folder, follow_links):
    """``folder`` and the folders in it, each with the names of its files."""

    def fail(error):  # or a folder that may not be read would be an empty one
        raise error

    for root, inner, names in os.walk(folder, onerror=fail, followlinks=follow_links):
        if follow_links and _leads_back(root, folder):
            inner.clear()
        else:
            yield root, names


def _leads_back(root, folder):
    """Whether ``root``, met on the way down from ``folder``, is a link to a folder around it."""
    around = list(Path(root).parents)[: len(Path(root).relative_to(folder).parts)]
    return any(Path(os.path.realpath(each)).is_relative_to(os.path.realpath(root)) for each in around)


def whole_labels(labels, count):
    """``labels`` as (count,) int32, or a ValueError."""
    numbers = np.asarray(labels)
    if numbers.shape != (count,) or numbers.dtype.kind not in "ui":
        raise ValueError(
            f"labels expects {count} whole numbers, one for each file, got {numbers.dtype} {numbers.shape}"
        )
    limits = np.iinfo(np.int32)
    if count and not limits.min <= numbers.min() <= numbers.max() <= limits.max:
        raise ValueError(f"labels expects numbers of 32 bits, got {numbers.min()} to {numbers.max()}")
    return numbers.astype(np.int32)
