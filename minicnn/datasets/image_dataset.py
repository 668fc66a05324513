"""Pictures in folders as batches to train on: ``image_dataset_from_directory``.

    train, validation = mc.utils.image_dataset_from_directory(
        "flower_photos", image_size=(227, 227), validation_split=0.3, subset="both", seed=42)
    model.fit(train, validation_data=validation)

Which file belongs to which part, and in which order the files are listed, is Keras's choice to the
last file for the same seed. So are the pixels, to rounding, once a picture is decoded; JPEG is decoded
accurately here and fast there, which differs by a few of 255 levels, less than one on average.
"""

import copy
import math
import os
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from minicnn import random
from minicnn.batches import KeyedBatches
from minicnn.checks import check_choice, is_whole, whole_number
from minicnn.datasets import images
from minicnn.datasets.image_folder import check_split, list_pictures, part, whole_labels
from minicnn.datasets.prefetch import one_ahead
from minicnn.kernels.threads import get_num_threads


def image_dataset_from_directory(
    directory, labels="inferred", label_mode="int", class_names=None, color_mode="rgb", batch_size=32,
    image_size=(256, 256), shuffle=True, seed=None, validation_split=None, subset=None,
    interpolation="bilinear", follow_links=False, crop_to_aspect_ratio=False, verbose=True,
    on_error="raise", workers=None,
):  # fmt: skip
    """The pictures (.bmp, .gif, .jpeg, .jpg, .png) under ``directory`` as an ``ImageDataset``.

    labels            "inferred": each folder in ``directory`` is a class; None: no labels; or a whole
                      number (of 32 bits) for every file, in the order of their sorted paths
    label_mode        "int" (N,), "categorical" (N, classes) one-hot, "binary" (N, 1), None: no labels
    class_names       the folders that are the classes, in this order; all of them, sorted, unless given;
                      with "inferred" labels alone
    color_mode        "rgb", "grayscale", "rgba"
    image_size        (height, width) that every picture is resized to, by "bilinear" or "nearest"
                      ``interpolation``; distorted, unless ``crop_to_aspect_ratio`` cuts the edges instead
    shuffle, seed     files are listed in an order drawn from ``seed``; each epoch draws a new one
    validation_split  a fraction: the last files of the list are "validation", the others "training"
    subset            which of the two; "both" returns (training, validation)
    on_error          "raise" stops at the first broken picture, with its name; "skip" tries every picture
                      beforehand, warns of each broken one and leaves it out
    workers           threads that decode pictures while the model trains; as many as compute unless given

    Raises ValueError for arguments that do not fit together, and where there are no pictures; OSError where
    the directory, or a folder in it, cannot be read.
    """
    caller = "image_dataset_from_directory"
    check_choice(on_error, "on_error", ("raise", "skip"), caller)
    check_split(validation_split, subset, shuffle, seed)
    files, numbers, class_names = list_pictures(
        directory, labels if label_mode is not None else None, class_names, follow_links, shuffle, seed
    )
    classes = f" belonging to {len(class_names)} classes" if class_names else ""
    _say(verbose, f"Found {len(files)} files{classes}.")
    problems = []

    def dataset(which):
        here = part(len(files), validation_split, which)
        if which is not None:
            _say(verbose, f"Using {here.stop - here.start} files for {which}.")
        made = ImageDataset(
            files[here], numbers if numbers is None else numbers[here], class_names, label_mode, image_size,
            batch_size, color_mode, interpolation, crop_to_aspect_ratio, shuffle and which != "validation",
            seed, workers,
        )  # fmt: skip
        if on_error == "skip":
            made, found = made.readable()
            problems.extend(found)
        return made

    made = (dataset("training"), dataset("validation")) if subset == "both" else dataset(subset)
    for problem in problems:
        warnings.warn(f"skipped: {problem}", stacklevel=2)
    return made


class ImageDataset(KeyedBatches):
    """Batches ``(x, y)``, or ``x`` alone without labels, read from picture files as they are needed.

    ``x``: (N, height, width, channels) float32, 0..255. ``fit``, ``evaluate`` and ``predict`` take it:
    ``fit`` in a new order every epoch, the other two in the order of ``file_paths``, so that predictions
    stand beside ``labels``. A loop over it draws a new order each time, unless ``shuffle`` is False, as it is
    for a validation part.

    ``file_paths``: a list; ``labels``: (files,) int32 or None; ``class_names``: a list or None. The other
    arguments are ``image_dataset_from_directory``'s. While a batch is used, the next is made. Where a process
    forks within a loop, both go on with the batches that are left.
    """

    def __init__(
        self, file_paths, labels=None, class_names=None, label_mode="int", image_size=(256, 256),
        batch_size=32, color_mode="rgb", interpolation="bilinear", crop_to_aspect_ratio=False, shuffle=True,
        seed=None, workers=None,
    ):  # fmt: skip
        caller = type(self).__name__
        check_choice(label_mode, "label_mode", ("int", "categorical", "binary", None), caller)
        check_choice(color_mode, "color_mode", images.MODES, caller)
        check_choice(interpolation, "interpolation", images.RESIZERS, caller)
        for name, value in (("batch_size", batch_size), ("workers", 1 if workers is None else workers)):
            if not is_whole(value):
                raise ValueError(f"{caller} expects {name} as a whole number >= 1, got {value!r}")
        self.image_size = images.check_size(caller, "image_size", image_size)
        self.file_paths = [] if isinstance(file_paths, str) else [os.fspath(path) for path in file_paths]
        if not self.file_paths:
            raise ValueError(f"{caller} expects file_paths as a list of at least one, got {file_paths!r}")
        if isinstance(class_names, str):
            raise ValueError(f"{caller} expects class_names as a list, got {class_names!r}")
        self.class_names = None if class_names is None else list(class_names)
        self.labels = None
        if labels is not None and label_mode is not None:
            self.labels = whole_labels(labels, self.images)
            _check_labels(self.labels, self.class_names, label_mode)
        self.label_mode, self.batch_size, self.color_mode = label_mode, int(batch_size), color_mode
        self.interpolation, self.crop_to_aspect_ratio = interpolation, crop_to_aspect_ratio
        self.shuffle, self.seed, self.workers = shuffle, seed, workers
        self.loops = 0  # how often somebody looped over it: every time another order

    @property
    def images(self):
        """How many pictures there are."""
        return len(self.file_paths)

    def __len__(self):
        """How many batches there are; the last may be shorter."""
        return math.ceil(self.images / self.batch_size)

    def __iter__(self):
        key = (random.get_seed() if self.seed is None else self.seed, "images", self.loops)
        self.loops += 1
        return self.stream(key=key)

    def stream(self, start=0, key=None):
        """Batches from number ``start`` on, shuffled by a function of ``key`` (None: as they are listed).

        The order depends on nothing else: a resumed ``fit`` reads the rest of its epoch, and only that.
        """
        order = np.arange(self.images)
        if self.shuffle and key is not None:
            order = random.generator(*key).permutation(self.images)
        begins = range(start * self.batch_size, self.images, self.batch_size)
        batches = (self._unfilled(order[k : k + self.batch_size]) for k in begins)
        for x, rows in one_ahead(batches, self._fill, self._threads()):
            yield x if self.labels is None else (x, self._targets(rows))

    def describe(self):
        """What makes these the same data for a resumed run: which files, in which order, made into what."""
        names = [path.split(os.sep)[-2:] for path in self.file_paths]  # the folder may lie elsewhere by then
        labels = None if self.labels is None else self.labels.tolist()
        made = (self.image_size, self.color_mode, self.interpolation, self.crop_to_aspect_ratio)
        checksum = zlib.crc32(repr((names, labels, made, self.label_mode, self.shuffle)).encode())
        sizes = {"samples": self.images, "batch_size": self.batch_size, "steps": len(self)}
        return {**sizes, "files": f"{checksum:08x}"}

    def picture(self, row):
        """The pixels (height, width, channels) of the file with this number, as they are in a batch."""
        try:
            pixels = images.read(self.file_paths[row], self.color_mode)
        except images.UnreadablePicture as problem:
            mend = 'image_dataset_from_directory(..., on_error="skip") leaves such pictures out'
            raise images.UnreadablePicture(f"{problem} ({mend})") from problem
        return images.resize(pixels, self.image_size, self.interpolation, self.crop_to_aspect_ratio)

    def first(self, n):
        """A data set like this of the first ``n`` files, or of all where there are fewer."""
        return self._only(range(min(whole_number(n, "n"), self.images)))

    def readable(self):
        """``(data set, problems)``: the files that can be read, and what is wrong with each of the others.

        Tries every picture. Raises ValueError where none can be read.
        """

        def problem(path):
            try:
                images.read(path, self.color_mode)
            except (images.UnreadablePicture, OSError) as error:
                return str(error)

        with ThreadPoolExecutor(self._threads()) as pool:
            found = list(pool.map(problem, self.file_paths))
        good = [row for row, text in enumerate(found) if text is None]
        if not good:
            raise ValueError(f"none of the {self.images} pictures can be read; the first: {found[0]}")
        return self._only(good), [text for text in found if text is not None]

    def _only(self, rows):
        made, rows = copy.copy(self), list(rows)
        made.file_paths = [self.file_paths[row] for row in rows]
        made.labels = None if self.labels is None else self.labels[rows]
        return made

    def _threads(self):
        return self.workers or get_num_threads()

    def _unfilled(self, rows):
        channels = len(images.MODES[self.color_mode])  # Pillow's name of a mode is a letter for each
        return np.empty((len(rows), *self.image_size, channels), np.float32), rows

    def _fill(self, pixels, row):
        pixels[...] = self.picture(row)

    def _targets(self, rows):
        labels = self.labels[rows]
        if self.label_mode == "categorical":
            return np.eye(len(self.class_names), dtype=np.float32)[labels]
        return labels.astype(np.float32)[:, np.newaxis] if self.label_mode == "binary" else labels

    def __repr__(self):
        H, W = self.image_size
        pictures, batches = _counted(self.images, "picture"), _counted(len(self), "batch", "es")
        return f"<ImageDataset: {pictures}, {H} x {W}, {batches} of {self.batch_size}>"


def _counted(number, noun, plural="s"):
    return f"{number} {noun}{plural if number != 1 else ''}"


def _check_labels(labels, class_names, label_mode):
    if class_names is None:
        if label_mode != "int":
            raise ValueError(f"label_mode={label_mode!r} needs class_names, one for each class: pass them")
        return
    classes = len(class_names)
    if label_mode == "binary" and classes != 2:
        raise ValueError(f"label_mode='binary' is for two classes, here are {classes}: {class_names}")
    if label_mode != "int" and not 0 <= labels.min() <= labels.max() < classes:
        raise ValueError(
            f"label_mode={label_mode!r} expects labels from 0 to {classes - 1}, one for each class, "
            f"got {labels.min()} to {labels.max()}"
        )


def _say(verbose, text):
    if verbose:
        print(text)
