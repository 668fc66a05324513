"""What a training left behind: a saved model, and the metrics file that knows what the model does not.

    runs/depth/depth_cifar10.json       the names of the classes, the recipe, the history of each part
    runs/depth/depth_cifar10_m1.mcnn    a model, of the part M1

The scripts in examples/ write both (examples/common_run.py). A model saved by itself has no such file: its
classes are numbers then, and of its pixels somebody has to say whether they were 0..255 or 0..1.
"""

import math
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

import numpy as np

from minicnn import layers, lookup, saving
from minicnn.commands import metrics_file

TRAIN_ONE = "train one first, python examples/cifar_m3.py say"
PIXELS = {"0..255": 1, "0..1": 255}  # what bytes are divided by
RECIPES = {"0..255": "0..255", "/ 255": "0..1"}  # the words of a metrics file


@dataclass
class Trained:
    """A model, and what is known of how it was trained: nothing, where there is no metrics file."""

    path: Path
    model: object
    run: dict = field(default_factory=dict)  # the metrics file
    part: dict = field(default_factory=dict)  # what of it is about this model
    pixels: str = None  # "0..255" or "0..1", where somebody has said so

    @property
    def input_shape(self):
        """(H, W, C) of the pictures it takes."""
        shape = self.model.input_shape
        if len(shape) != 4 or shape[3] not in (1, 3, 4):
            raise ValueError(f"{self.path} takes inputs {shape}, not pictures (None, H, W, 3)")
        return shape[1:]

    @property
    def color_mode(self):
        """Which pictures those are."""
        return {1: "grayscale", 3: "rgb", 4: "rgba"}[self.input_shape[2]]

    @property
    def class_names(self):
        """What its classes are called; None where nobody knows."""
        names, classes = self.run.get("class_names"), self.model.output_shape[1:]
        if len(classes) != 1:
            raise ValueError(f"{self.path} gives {self.model.output_shape}, not one score for each class")
        if names is not None and len(names) != max(2, *classes):
            raise ValueError(f"{self.path} knows {classes[0]} classes, its metrics file names {len(names)}")
        return names

    @property
    def learned_from_files(self):
        """Whether it was trained on files, resized as ``image_dataset_from_directory`` does: not averaged."""
        return "image_size" in self.part.get("recipe", {})

    def as_input(self, x):
        """Pixels 0..255 as the model was trained on them: float32, divided by 255 or not."""
        return x.astype(np.float32) / np.float32(PIXELS[self._pixels()])

    def _pixels(self):
        noted = RECIPES.get(self.part.get("recipe", {}).get("pixels"))
        if noted and self.pixels not in (None, noted):
            raise ValueError(
                f"{self.path} was trained on pixels {noted}, as the metrics file beside it says: leave out "
                f"--pixels {self.pixels}"
            )
        found = noted or self.pixels
        if found is None and _rescales_bytes(self.model):
            found = "0..255"
        if found is None:
            raise ValueError(
                f"nothing beside {self.path} says what pixels it was trained on: add --pixels 0..255 or 0..1"
            )
        return found


def _rescales_bytes(model):
    """Whether a Rescaling, before any weights, brings 0..255 to a range 1 or 2 wide: to 0..1 or -1..1, say.

    Another one may well be there for pixels 0..1: 2 x - 1.
    """
    before_weights = takewhile(lambda layer: not layer.params, model.layers)
    first = next((layer for layer in before_weights if isinstance(layer, layers.Rescaling)), None)
    return first is not None and any(
        math.isclose(255 * first.scale, width, rel_tol=0.01) for width in (1, 2)  # a scale of 1 / 256 is one
    )


def load(path, pixels=None, compile=True):
    """The one model at ``path``, a file or the folder of a run, with what is known of it.

    compile=False: without optimizer, loss and metrics, which may be somebody's own.
    """
    found = models(path)
    if len(found) > 1:
        raise ValueError(f"{path} holds several models, name one: {', '.join(each.name for each in found)}")
    return read(found[0], pixels, compile)


def read(path, pixels=None, compile=True):
    """The model in the file ``path``, with what is known of it."""
    _, run, part = _beside(path)
    try:
        return Trained(path, saving.load_model(path, compile=compile), run, part, pixels)
    except ValueError as error:
        if not isinstance(error.__cause__, lookup.UnknownName):
            raise
        hint = "has parts that are not minicnn's, which commands do not know. Ask it from Python"
        call = "minicnn.load_model(path, custom_objects={'Name': Name})"
        raise ValueError(f"{path} {hint}, {call}: {error.__cause__}") from error


def models(path):
    """The saved models at ``path``: a file, all in a folder, or those a metrics file is about."""
    path = existing(path, "model", ("", ".mcnn", ".json"), TRAIN_ONE)
    if path.is_dir():
        found = sorted(path.glob("*.mcnn"))
    elif path.suffix == ".json":
        found = sorted(each for each in path.parent.glob("*.mcnn") if _beside(each)[0] == path)
    else:
        return [path]
    if not found:
        raise ValueError(f"{path} leads to no saved model (*.mcnn): a script saves it when training is over")
    return found


def existing(path, kind, endings, mend=None):
    """``path``, or a ValueError that says which file of these ``endings`` may be meant ("": a folder)."""
    path = Path(path)
    if path.exists():
        return path
    slashes = Path(str(path).replace("\\", "/"))  # as one writes them on Windows
    if slashes.exists():
        hint = f"did you mean {slashes}?"
    elif not path.parent.is_dir():
        hint = f"there is no folder {path.parent}"
    else:
        beside = [each.name for each in path.parent.iterdir() if each.suffix.lower() in endings]
        near = lookup.nearest(path.name, beside)
        hint = f"did you mean {path.parent / near}?" if near else mend
    raise ValueError(f"there is no {kind} {path}" + (f": {hint}" if hint else ""))


def _beside(model_path):
    """The metrics file that a model belongs to, what is in it, and what of that is about this model.

    ``(None, {}, {})`` where there is none. depth_cifar10_m1.mcnn belongs to depth_cifar10.json, part M1.
    """
    found = (None, {}, {})
    beside = (path for path in model_path.parent.glob("*.json") if model_path.stem.startswith(path.stem))
    for path in sorted(beside, key=lambda path: len(path.stem)):
        run = metrics_file.read(path, due=path.stem == model_path.stem)
        parts = metrics_file.parts_of(run)
        named = {f"_{name.lower()}": part for name, part in parts.items()}
        if len(parts) == 1:
            named[""] = run
        if run and model_path.stem.removeprefix(path.stem) in named:
            found = path, run, named[model_path.stem.removeprefix(path.stem)]
    return found
