"""The page about a finished run, made from its files: how it learned, its mistakes, the network to look into.

    python -m minicnn report runs/m3

writes runs/m3/m3_cifar10_report.html, the page that the script writes with --report, and one for each model
where there are several. A model saved by itself needs --data; the page then has no curves.
"""

from pathlib import Path

from minicnn.callbacks import History
from minicnn.commands import pictures, trained

NOT_OF_THE_RUN = ("optimizer", "loss", "metrics", "epochs", "batch_size")  # the page has them from elsewhere


def add_arguments(parser):
    """Which run."""
    parser.add_argument("path", metavar="RUN", help="the folder of a run, its metrics file, or a saved model")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: beside the model, *_report.html")
    pictures.add_arguments(parser)


def run(args):
    """A page for each model."""
    models = trained.models(args.path)
    if args.out and len(models) > 1:
        raise ValueError(f"{args.path} holds {len(models)} models, --out is one page: name one of the models")
    for path in models:
        out = args.out or path.with_name(f"{path.stem}_report.html")
        write_page(trained.read(path, args.pixels), args.data, out)
        print(f"{path.name}: {out}, to be opened in a browser", flush=True)


def write_page(told, data, out):
    """The page about one model, with what its run knows of it."""
    from minicnn.reports import report

    by = pictures.find(told, data)
    title = f"{told.model.name} on {by.title}"
    data = by.x if by.y is None else (by.x, by.y)
    report(told.model, history_of(told.part), data, out, by.class_names, title, recipe_of(told, by.title))


def history_of(part):
    """The History that ``fit`` returned."""
    history, recipe = History(), part.get("recipe", {})
    history.history = part.get("history", {})
    epochs = len(next(iter(history.history.values()), ()))
    last = part.get("epoch_reached", epochs)
    history.epoch = list(range(last - epochs, last))
    history.params = {"batch_size": recipe.get("batch_size"), "samples": part.get("samples")}
    return history


def recipe_of(told, title):
    """What neither the model nor its History knows."""
    part, run = told.part, told.run
    known = {name: value for name, value in part.get("recipe", {}).items() if name not in NOT_OF_THE_RUN}
    circumstances = {name: run[name] for name in ("versions", "threads", "commit") if name in run}
    seconds = {"seconds": round(part["seconds"])} if "seconds" in part else {}
    return {"data": title, **known, **seconds, **circumstances}
