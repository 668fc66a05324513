"""How good a saved model is: its loss and metrics over test pictures.

    python -m minicnn evaluate runs/m3/m3_cifar10.mcnn

judges it by the test pictures of its own run, and so repeats the scores in the metrics file. --data cifar10
or shapes: the 10,000 test pictures; flowers: the photographs that no script trains on; a folder: all pictures
in it, in one folder for each class, called as the class is.
"""

from minicnn.commands import pictures, trained
from minicnn.commands.parser import whole_number


def add_arguments(parser):
    """Which model, by which pictures."""
    parser.add_argument("model", metavar="MODEL", help="a saved model, *.mcnn, or the folder of a run")
    pictures.add_arguments(parser)
    parser.add_argument("--subset", type=whole_number(1), metavar="N", help="the first N pictures only")


def run(args):
    """A line for each score."""
    judged = trained.load(args.model, args.pixels)
    model = judged.model
    if model.loss is None:  # it was saved before it was compiled
        model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    by = pictures.find(judged, args.data, args.subset)
    scores = model.evaluate(by.x, by.y, by.batch_size, verbose=0, return_dict=True)
    the = "the first " if args.subset else ""
    print(f"{model.name} on {by.title}: {the}{by.count:,} test pictures")
    width = max(map(len, scores))
    for name, value in scores.items():
        print(f"    {name:<{width}}  {value:.4f}")
