"""What a trained model takes a picture for, with a chart.

    python examples/cifar_m3.py                                                     first, a model
    python examples/classify_image.py dog.jpg --model runs/m3/m3_cifar10.mcnn

Prints the probability of every class and draws them as bars beside the picture, in dog_classes.png unless
told otherwise. They are the model's own: its last layer is a softmax, so they add up to one, and another
softmax on top of it, a common slip, would make them all nearly alike. A model knows its classes alone: a face
is a cat, a dog or a truck to it. Their names, and the scale of the pixels, are in the metrics file beside it.
Without a chart, for many pictures at once: python -m minicnn predict MODEL PICTURE ...
"""

from pathlib import Path

import common

import minicnn as mc
from minicnn.commands import pictures, predict, trained


def main(argv=None):
    parser = common.make_parser(__doc__)
    parser.add_argument("picture", metavar="PICTURE", help="a JPEG or PNG file of any size")
    parser.add_argument("--model", metavar="FILE", required=True, help="a saved model: *.mcnn")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: PICTURE_classes.png, here")
    pictures.add_pixels(parser)
    args = parser.parse_args(argv)
    chart = args.out or Path(f"{Path(args.picture).stem}_classes.png")
    if not chart.parent.is_dir():
        raise ValueError(f"--out {chart}: there is no folder {chart.parent}")

    judge = trained.load(args.model, args.pixels)
    picture = predict.load_picture(args.picture, judge)
    p = predict.class_probabilities(judge, picture)
    print(*predict.lines(judge, p), sep="\n")

    names = judge.class_names or [str(k) for k in range(len(p))]
    best, path = int(p.argmax()), Path(args.picture)
    title = f"{path.name}: {names[best]}, {100 * p[best]:.0f} %"
    mc.plots.class_scores(p, names, picture.astype("uint8"), title=title, path=chart)
    print(f"\n{judge.model.name} on {path}; chart: {chart}")


if __name__ == "__main__":
    common.start(main)
