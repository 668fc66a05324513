"""What a saved model takes pictures for.

    python -m minicnn predict runs/m3/m3_cifar10.mcnn dog.jpg cat.png

Pictures of any size are made as large as those the model was trained on, upright as the camera was held, and
white where they are transparent. Large ones are averaged down, unless the model was trained on picture files,
which are not. A model knows its classes alone: a face is a cat, a dog or a truck to it.
"""

import sys
from pathlib import Path

import numpy as np

from minicnn.commands import pictures, trained
from minicnn.commands.parser import whole_number
from minicnn.datasets import images
from minicnn.messages import printable
from minicnn.probabilities import as_probabilities


def add_arguments(parser):
    """Which model, which pictures."""
    parser.add_argument("model", metavar="MODEL", help="a saved model, *.mcnn, or the folder of a run")
    parser.add_argument("picture", nargs="+", metavar="PICTURE", help="a JPEG, PNG, GIF or BMP file")
    parser.add_argument("--top", type=whole_number(1), default=3, metavar="N", help="classes (default: 3)")
    pictures.add_pixels(parser)


def run(args):
    """A block for each picture; those that cannot be read are said at the end, and make the status 1."""
    if Path(args.model).suffix.lower() in images.FORMATS:
        raise ValueError(f"{args.model} is a picture, not a model: the model comes first, then pictures")
    judge, unread = trained.load(args.model, args.pixels), []
    for path in args.picture:
        try:
            picture = load_picture(path, judge)
        except (ValueError, OSError) as problem:
            unread.append(problem)
            continue
        print(printable(path), *lines(judge, class_probabilities(judge, picture), args.top), "", sep="\n")
    for problem in unread:
        print(f"minicnn predict: {printable(problem)}", file=sys.stderr)
    return int(bool(unread))


def load_picture(path, judge):
    """The pixels of a picture (H, W, C), 0..255, as large as the model takes them, resized as in training."""
    path = trained.existing(path, "picture", images.FORMATS)
    if path.is_dir():
        raise ValueError(f"{path} is a folder, not a picture: {path / '*'} names all files in it")
    *size, _ = judge.input_shape
    try:
        return images.photograph(path, size, judge.color_mode, average=not judge.learned_from_files)
    except images.UnreadablePicture as problem:
        raise ValueError(f"{problem} ({', '.join(images.DECODERS)} can be read)") from problem


def class_probabilities(judge, picture):
    """What the model makes of pixels (H, W, C): a probability for each class."""
    return as_probabilities(judge.model.predict(judge.as_input(picture[np.newaxis])), judge.model)[0]


def lines(judge, p, top=None):
    """The likeliest classes, a line each."""
    names = judge.class_names or [f"class {k}" for k in range(len(p))]
    width = max(12, *map(len, names))
    return [f"    {names[k]:<{width}}{100 * p[k]:7.2f} %" for k in np.argsort(-p, kind="stable")[:top]]
