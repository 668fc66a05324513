"""The pictures that a trained model is judged by: those of its own run, of a data set, or of a folder."""

from dataclasses import dataclass
from pathlib import Path

from minicnn import batches, datasets, losses
from minicnn.commands.trained import PIXELS, existing
from minicnn.datasets.image_dataset import image_dataset_from_directory
from minicnn.lookup import nearest
from minicnn.utils import to_categorical

TITLES = {"cifar10": "CIFAR-10", "flowers": "flower photographs", "shapes": "shapes"}
TEST_PICTURES = 10_000
LISTED = {"seed": 42}  # mixes the classes: the first files are a fair sample
VALIDATION = LISTED | {"validation_split": 0.3, "subset": "validation"}  # as in the scripts


@dataclass
class Pictures:
    """As the model takes them: arrays ``x`` and ``y``, or batches of both as ``x`` alone."""

    title: str
    class_names: list
    count: int
    x: object
    y: object = None
    batch_size: int = None


class AsInput:
    """Batches of a folder's pictures, in the order of the files, as the model takes them."""

    def __init__(self, dataset, trained):
        self.dataset, self.trained = dataset, trained

    def __iter__(self):
        for x, y in batches.in_order(self.dataset):
            yield self.trained.as_input(x), y


def add_arguments(parser):
    """Which pictures; and how bright, where nobody knows."""
    parser.add_argument("--data", metavar="DATA", help="cifar10, shapes, flowers, or a folder of class "
                        "folders (default: what the model was tested on in its run)")  # fmt: skip
    add_pixels(parser)


def add_pixels(parser):
    """What a model saved by itself cannot tell."""
    parser.add_argument("--pixels", choices=tuple(PIXELS), help="what the model was trained on, for one "
                        "without a metrics file beside it")  # fmt: skip


def find(trained, wanted=None, subset=None):
    """What to judge ``trained`` by: its run's own pictures, unless others are ``wanted``; the first ones."""
    name = wanted or trained.run.get("dataset")
    if name is None:
        raise ValueError(f"nothing beside {trained.path} says what to test it on: add --data, cifar10 say")
    most = None if wanted else trained.run["sizes"].get("test")
    count = min((n for n in (subset, most) if n is not None), default=None)
    title = TITLES.get(name, name) if wanted else trained.run.get("title", TITLES.get(name, name))
    if not wanted and "pictures" in trained.run:  # drawn for want of photographs
        return _from_folder(trained, trained.path.parent / trained.run["pictures"], title, count, VALIDATION)
    if name == "flowers":
        return _from_folder(trained, datasets.flowers.folder(), title, count, VALIDATION)
    if name in TITLES:
        return _in_memory(trained, name, title, count or TEST_PICTURES)
    if not Path(name).is_dir() and (near := nearest(name, TITLES)):
        raise ValueError(f"there is no data set or folder {name}: did you mean {near}?")
    folder = existing(name, "data set or folder", [""])
    if not any(each.is_dir() for each in folder.glob("*")):
        raise ValueError(f"{folder} holds no folders, expected one for each class, called as the class is")
    return _from_folder(trained, folder, title, count, LISTED)


def _in_memory(trained, name, title, count):
    """The first test pictures of a data set."""
    if trained.input_shape != (32, 32, 3):
        H, W, C = trained.input_shape
        raise ValueError(
            f"{trained.path} takes pictures {H} x {W} x {C}, those of {title} are 32 x 32 x 3: "
            "--data FOLDER makes pictures from files fit"
        )
    classes = list(getattr(datasets, name).CLASS_NAMES)
    names = trained.class_names or classes
    if names != classes and name != trained.run["dataset"]:  # its own may be called otherwise: plane, car
        raise ValueError(
            f"{trained.path} knows {', '.join(names)}; the classes of {title} are others: "
            f"{', '.join(classes)}"
        )
    _, (x, y) = datasets.load(name, 0, min(count, TEST_PICTURES))
    labels = to_categorical(y, len(names)) if _one_hot(trained) else y
    return Pictures(title, names, len(x), trained.as_input(x), labels, _batch_size(trained))


def _from_folder(trained, folder, title, count, options):
    """Pictures in folders that are called as the classes are; the first ``count`` of them."""
    H, W, _ = trained.input_shape
    dataset = image_dataset_from_directory(
        folder, class_names=trained.class_names, label_mode="categorical" if _one_hot(trained) else "int",
        color_mode=trained.color_mode, image_size=(H, W), batch_size=_batch_size(trained), verbose=False,
        **options,
    )  # fmt: skip
    classes = trained.model.output_shape[1]
    if len(dataset.class_names) != max(2, classes):
        found = f"{folder} has folders for {len(dataset.class_names)}"
        raise ValueError(f"{trained.path} knows {classes} classes, {found}: one folder for each class?")
    dataset = dataset if count is None else dataset.first(count)
    return Pictures(title, dataset.class_names, dataset.images, AsInput(dataset, trained))


def _one_hot(trained):
    """Whether its loss takes labels as rows, not as class numbers."""
    return not isinstance(trained.model.loss, losses.SparseCategoricalCrossentropy)


def _batch_size(trained):
    """As in its run, so that the same numbers come out to the last digit."""
    return trained.part.get("recipe", {}).get("batch_size", 32)
