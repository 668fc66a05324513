"""What a trained model takes a picture for.

    python examples/cifar_m3.py                                                     first, a model
    python examples/classify_image.py dog.jpg --model runs/m3/m3_cifar10.mcnn

Prints the probability of every class and draws them as bars beside the picture, in dog_classes.png unless
told otherwise. They are the model's own: its last layer is a softmax, so they add up to one, and another
softmax on top of it, a common slip, would make them all nearly alike. A model knows its classes alone: a face
is a cat, a dog or a truck to it. Their names, and the scale of the pixels, are in the metrics file beside it.
"""

import json
import sys
from pathlib import Path

import common
import numpy as np

import minicnn as mc

FORMATS = (".jpg", ".jpeg", ".png")


def read_run(model_path):
    """The metrics file that the script which saved the model wrote beside it."""
    # depth_cifar10.json belongs to depth_cifar10_m1.mcnn; the longest name that fits is the nearest
    fitting = [path for path in model_path.parent.glob("*.json") if model_path.stem.startswith(path.stem)]
    if not fitting:
        raise ValueError(
            f"there is no {model_path.with_suffix('.json').name} beside {model_path}: it holds the names of "
            "the classes, keep the files of a run together"
        )
    path = max(fitting, key=lambda path: len(path.stem))
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
        part = next(iter(run["parts"].values())) if "parts" in run else run
        return run["class_names"], part["recipe"]["pixels"]
    except (ValueError, KeyError) as problem:
        raise ValueError(f"{path} is no metrics file with class names: train the model again") from problem


def load_model(path):
    """The model in the file, or a message that says what to do."""
    if not path.exists():
        raise ValueError(f"there is no model {path}: train one first, python examples/cifar_m3.py say")
    model = mc.load_model(path)
    if len(model.input_shape) != 4 or model.input_shape[3] != 3:
        raise ValueError(f"{path} takes inputs {model.input_shape}, not pictures (None, H, W, 3)")
    return model


def load_picture(path, height, width):
    """The picture as the model wants it, (H, W, 3) uint8; larger ones are averaged down, not thinned out."""
    if not path.exists():
        raise ValueError(f"there is no picture {path}")
    if path.suffix.lower() not in FORMATS:
        raise ValueError(f"{path} should be a picture, {' or '.join(FORMATS)}")
    return np.asarray(mc.utils.load_img(path, target_size=(height, width), interpolation="bilinear"))


def main(argv=None):
    parser = common.make_parser(__doc__)
    parser.add_argument("picture", type=Path, metavar="PICTURE", help="a JPEG or PNG file of any size")
    parser.add_argument("--model", type=Path, metavar="FILE", required=True, help="a saved model: *.mcnn")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: PICTURE_classes.png, here")
    args = parser.parse_args(argv)

    model = load_model(args.model)
    class_names, scale = read_run(args.model)
    _, H, W, _ = model.input_shape
    picture = load_picture(args.picture, H, W)
    x = picture[np.newaxis].astype(np.float32)  # (1, H, W, 3), 0..255
    (p,) = model.predict(x / np.float32(255) if scale == "/ 255" else x)
    if len(p) != len(class_names):
        raise ValueError(f"{args.model} knows {len(p)} classes, the metrics file names {len(class_names)}")

    for k in np.argsort(-p, kind="stable"):
        print(f"{class_names[k]:<12}{100 * p[k]:6.2f} %")
    chart = args.out or Path(f"{args.picture.stem}_classes.png")
    best = int(p.argmax())
    title = f"{args.picture.name}: {class_names[best]}, {100 * p[best]:.0f} %"
    mc.plots.class_scores(p, class_names, picture, title=title, path=chart)
    print(f"\n{model.name} on {args.picture}; chart: {chart}")


if __name__ == "__main__":
    try:
        main()
    except (ValueError, OSError) as problem:
        sys.exit(f"classify_image.py: {problem}")
