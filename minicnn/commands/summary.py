"""The layers of a saved model, their shapes and their parameters.

    python -m minicnn summary runs/m3/m3_cifar10.mcnn
"""

from minicnn.commands import trained


def add_arguments(parser):
    """Which model."""
    parser.add_argument("model", metavar="MODEL", help="a saved model, *.mcnn, or the folder of a run")


def run(args):
    """The table, and what the table does not say."""
    found = trained.load(args.model, compile=False)
    model = found.model
    model.summary()
    print(f" Input: {model.input_shape}; trained for {model.step:,} steps; seed {model.seed}")
    if names := found.run.get("class_names"):
        print(f" Classes: {', '.join(names)}")
