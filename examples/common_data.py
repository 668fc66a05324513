"""The scripts' pictures: CIFAR-10 or flowers, the embedded shapes in their place, all or the first few."""

import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

import minicnn as mc
from minicnn import config

NAMES = {"cifar10": "CIFAR-10", "flowers": "flowers", "shapes": "shapes"}
TITLES = {
    "cifar10": "CIFAR-10", "flowers": "flower photographs",
    "shapes": "shapes (embedded pictures, not CIFAR-10)",
}  # fmt: skip
DRAWN_FLOWERS = "shapes (embedded pictures, not flowers)"
MOST_TRAIN, MOST_TEST = 50_000, 10_000
MOST = {"cifar10": MOST_TRAIN, "flowers": 3670}
NOTICE = (
    "NOTICE: {pictures} neither on disk nor to be had. This run uses the embedded shapes instead;\n"
    "its scores say nothing about {name}. (--data {key} tells what was tried and what to do.)\n"
    "Drawing them takes some ten seconds."
)
FEW = 10_000
TOO_FEW = (
    "So few shapes teach nothing at first: in two epochs M3 stays at chance with 2,000 or 5,000 of them\n"
    "(--subset), comes to an accuracy of 0.48 with 10,000, and of 0.73 with 20,000."
)

# ------------------------------------------------------------------------------------- in memory


@dataclass
class Data:
    """Pictures (N, 32, 32, 3) and labels (N, 1), uint8 both, and what to call them."""

    key: str  # for file names, "cifar10" or "shapes_256"
    name: str  # "cifar10" or "shapes"
    title: str  # for people
    class_names: tuple
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    drawn = None  # no folder beside the run's other files

    @property
    def sizes(self):
        """How many pictures there are."""
        return {"train": len(self.x_train), "test": len(self.x_test)}

    def samples(self, count, seed):
        """``count`` training pictures and their labels, drawn by lot."""
        chosen = _lots(len(self.x_train), count, seed)
        return self.x_train[chosen], self.y_train[chosen]


def load_data(args):
    """The data ``args`` ask for. Unasked, where CIFAR-10 is not to be had, the shapes and a notice."""
    n = args.subset
    sizes = (n or MOST_TRAIN, min(n or MOST_TEST, MOST_TEST))
    name = args.data or "cifar10"
    try:
        train, test = mc.datasets.load(name, *sizes)
    except mc.datasets.DatasetUnavailable as problem:
        _refuse_or_notice(args, problem, pictures="CIFAR-10 is", name="CIFAR-10", key="cifar10")
        name = "shapes"
        train, test = mc.datasets.load(name, *sizes)
    key, title = _key_and_title(name, TITLES[name], n)
    return Data(key, name, title, getattr(mc.datasets, name).CLASS_NAMES, *train, *test)


def _refuse_or_notice(args, problem, **words):
    """What was asked for by name is not replaced; what was not is, and that is said."""
    if args.data:
        raise SystemExit(f"{args.name}: {problem}") from problem
    print(NOTICE.format(**words), file=sys.stderr)
    if args.subset and args.subset < FEW and words["key"] == "cifar10":
        print(TOO_FEW, file=sys.stderr)
    if missing := config.missing_data_folder():
        print(missing, file=sys.stderr)


def _key_and_title(name, title, n):
    return (f"{name}_{n}", f"{title}, the first {n:,}") if n else (name, title)


def _lots(n, count, seed):
    return np.random.default_rng(seed).choice(n, min(count, n), replace=False)


# ------------------------------------------------------------------------------------- on disk


@dataclass
class Photographs:
    """Picture files of any size in a folder for each class; a script adds how it reads them."""

    key: str
    name: str  # "flowers" or "shapes"
    title: str
    class_names: tuple
    folder: Path
    train: mc.datasets.image_dataset.ImageDataset = field(default=None)
    validation: mc.datasets.image_dataset.ImageDataset = field(default=None)

    @property
    def drawn(self):
        """The folder, beside the run's other files, of pictures that were drawn for want of photographs."""
        return self.folder.name if self.name == "shapes" else None

    def take(self, train, validation, subset=None):
        """Keep the two parts; of a ``subset`` of N pictures, the first ones of each, in their proportion."""
        if subset:
            share = validation.images / (train.images + validation.images)
            for_validation = max(1, int(share * subset))
            train, validation = train.first(subset - for_validation), validation.first(for_validation)
        self.train, self.validation = train, validation

    @property
    def sizes(self):
        """How many pictures there are; "test" is the validation part, there is no other."""
        return {"train": self.train.images, "test": self.validation.images}

    def samples(self, count, seed):
        """``count`` training pictures, cut to 96 x 96, and their labels, drawn by lot."""
        chosen = _lots(self.train.images, count, seed)
        pictures = [thumbnail(self.train.file_paths[k]) for k in chosen]
        return np.stack(pictures), self.train.labels[chosen]

    def unseen(self, label):
        """The first validation picture of a class, or of any where none is of that class.

        Its class and its pixels (height, width, 3), the ones ``evaluate`` has seen.
        """
        of_class = np.flatnonzero(self.validation.labels == label)
        row = of_class[0] if len(of_class) else 0
        return self.validation.class_names[self.validation.labels[row]], self.validation.picture(row)


def find_flowers(args):
    """Where the photographs are. Unasked, where they are not to be had, drawn shapes and a notice."""
    name, folder = args.data or "flowers", None
    if name == "flowers":
        try:
            folder, title = Path(mc.datasets.flowers.folder()), TITLES["flowers"]
            class_names = mc.datasets.flowers.CLASS_NAMES
        except mc.datasets.DatasetUnavailable as problem:
            _refuse_or_notice(
                args, problem, pictures="The flower photographs are", name="flowers", key="flowers"
            )
    if folder is None:
        name, title, class_names = "shapes", DRAWN_FLOWERS, mc.datasets.shapes.CLASS_NAMES[:5]
        n = args.subset or MOST["flowers"]
        folder = _draw_files(args.out / f"pictures_{n}", n, class_names)
    key, title = _key_and_title(name, title, args.subset)
    return Photographs(key, name, title, class_names, folder)


def thumbnail(path, size=96):
    """A picture file as pixels (size, size, 3) uint8, for a sheet."""
    return np.asarray(
        mc.utils.load_img(path, target_size=(size, size), interpolation="bilinear", keep_aspect_ratio=True)
    )


def _draw_files(folder, n, class_names):
    """``n`` pictures of the first classes of the shapes as files, equally many of each, always the same."""
    (x, y), _ = mc.datasets.shapes.load_data(2 * n + 250, 0)  # half of every 250 are of the first five
    each = -(-n // len(class_names))
    of_class = [np.flatnonzero(y[:, 0] == k)[:each] for k in range(len(class_names))]
    for number, row in enumerate(np.stack(of_class, axis=1).ravel()[:n]):
        path = folder / class_names[y[row, 0]] / f"{number:04d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(x[row]).save(path)
    return folder
