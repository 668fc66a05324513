"""Which picture files a folder holds, of which class, in which order: Keras's rules.

    sort the classes; in each, sort the folders and the files; shuffle all with RandomState(seed);
    the last int(f n) of the n files are the validation part
"""

import itertools
import os

import numpy as np

from minicnn.checks import check_choice
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
            raise ValueError("class_names is for labels='inferred': leave it out")
        files = list(_walk(directory, follow_links))
        numbers, class_names = (None, None) if labels is None else _given_labels(labels, files, directory)
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
    if validation_split is not None and not 0 < validation_split < 1:
        raise ValueError(f"validation_split expects a fraction between 0 and 1, got {validation_split!r}")
    if validation_split is not None and shuffle and seed is None:
        raise ValueError("validation_split needs a seed (or shuffle=False): the parts would overlap")


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
    for name in class_names or ():
        if name not in folders:
            near = nearest(name, folders)
            hint = f": did you mean {near!r}?" if near else f", only {', '.join(folders)}"
            raise ValueError(f"{directory} has no folder for the class {name!r}{hint}")
    return list(class_names) if class_names is not None else folders


def _walk(folder, follow_links):
    """The paths of the pictures in ``folder`` and the folders in it, sorted folder by folder."""
    for root, _, names in sorted(os.walk(folder, followlinks=follow_links)):
        for name in sorted(names):
            if name.lower().endswith(tuple(images.FORMATS)):
                yield os.path.join(root, name)


def _given_labels(labels, files, directory):
    numbers = np.asarray(labels)
    if numbers.shape != (len(files),) or numbers.dtype.kind not in "ui":
        got = repr(labels) if isinstance(labels, str) else f"{numbers.dtype} {numbers.shape}"
        raise ValueError(
            f"labels expects 'inferred', None or {len(files)} whole numbers, one a file in {directory}, "
            f"got {got}"
        )
    return numbers.astype(np.int32), [str(label) for label in sorted(set(numbers.tolist()))]
