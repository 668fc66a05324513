"""Curves over the epochs: one run's training against validation, or several runs side by side."""

from minicnn.checks import check_choice, of_numbers
from minicnn.messages import shown
from minicnn.plots import checks
from minicnn.plots.figure import TEXT, cut, dress, finish, head, legend, line_style, new_figure

HEIGHT = 420  # pixels
AXIS_LABELS = {"accuracy": "accuracy (fraction right)", "loss": "loss (mean per picture)"}


def training_curves(history, metrics=None, title=None, path=None):
    """Accuracy and loss of one run over its epochs: training solid, validation dashed.

    history  what ``fit`` returns, or a dict like {"loss": [...], "val_loss": [...], ...}
    metrics  which quantities get a panel, such as ["loss"]; without it accuracy, where the run
             measured one, and loss

    1000 x 420 pixels for two panels, 500 more for each panel after; 560 x 420 for one.
    """
    records, epochs = _records(history, "training_curves")
    metrics = _metrics(metrics, records, "training_curves")
    figure, panels = _panels(len(metrics))
    for axes, metric in zip(panels, metrics):
        _draw(axes, epochs, records[metric], "train", 0)
        if f"val_{metric}" in records:
            _draw(axes, epochs, records[f"val_{metric}"], "validation", 1)
        _dress_epochs(axes, metric, metric, epochs[0], epochs[-1])
        axes.legend(fontsize=TEXT, handlelength=3, framealpha=0.8)
    head(figure, title)
    return finish(figure, path, "training_curves")


def compare_runs(histories, metrics=None, which="val", title=None, path=None):
    """The same quantities of several runs: a panel each for accuracy and loss, a line for each run.

    histories  {"M1": history, "M2": history, ...}: what ``fit`` returned, or dicts of lists
    metrics    as in ``training_curves``
    which      ``"val"``: as measured on the validation data; ``"train"``: on the training data

    1000 pixels wide for two panels, 560 for one; 420 high plus 24 for each row of the legend.
    """
    checks.check_mapping(histories, "compare_runs", "{'M1': history, 'M2': history}")
    check_choice(which, "which", ("val", "train"), "compare_runs")
    runs = {name: _records(history, f"compare_runs (run {name!r})") for name, history in histories.items()}
    first, *others = [records for records, _ in runs.values()]
    common = [key for key in first if all(key in records for records in others)]
    metrics = _metrics(metrics, common, "compare_runs")
    prefix, words = ("val_", "validation") if which == "val" else ("", "training")

    first_epoch = min(epochs[0] for _, epochs in runs.values())
    last_epoch = max(epochs[-1] for _, epochs in runs.values())
    width = _width(len(metrics))
    names = [cut(str(name), (width - 90) // 9) for name in runs]
    legend_columns = min(len(runs), 4, width // (9 * max(map(len, names)) + 90))
    figure, panels = _panels(len(metrics), legend_rows=-(-len(runs) // legend_columns))
    for axes, metric in zip(panels, metrics):
        for i, (name, (records, epochs)) in enumerate(runs.items()):
            if prefix + metric not in records:
                raise ValueError(
                    f"compare_runs: run {name!r} has no {prefix + metric!r}, only {sorted(records)}: "
                    "fit with validation data, or pass which='train'"
                )
            _draw(axes, epochs, records[prefix + metric], name, i)
        _dress_epochs(axes, f"{words} {metric}", metric, first_epoch, last_epoch)
    legend(figure, panels[0].lines, names, ncols=legend_columns)
    head(figure, title)
    return finish(figure, path, "compare_runs")


def _records(history, caller):
    """A history's lists of numbers, all of one length, and the numbers of their epochs, counted from 1."""
    given = getattr(history, "history", history)
    checks.check_mapping(given, caller, "{'loss': [...], 'val_loss': [...]}")
    records = of_numbers(given)
    lengths = {key: len(values) for key, values in records.items()}
    count = max(lengths.values(), default=0)
    if count == 0 or len(set(lengths.values())) > 1:
        got = f"{lengths} numbers" if lengths else shown(given)
        raise ValueError(f"{caller} expects one number for each epoch and quantity, got {got}")
    epochs = getattr(history, "epoch", None)  # a run that was resumed does not start at 0
    epochs = range(count) if epochs is None or len(epochs) != count else epochs
    return records, [epoch + 1 for epoch in epochs]


def _metrics(metrics, keys, caller):
    """The quantities to draw: those asked for, checked, or accuracy (the first there is) and loss."""
    known = [key for key in keys if not key.startswith("val_")]
    if metrics is None:
        accuracies = [key for key in known if key.endswith(("accuracy", "acc"))]
        first = "accuracy" if "accuracy" in accuracies else next(iter(accuracies), None)
        metrics = [key for key in (first, "loss") if key in known]
        if not metrics:
            raise ValueError(
                f"{caller} expects a history with 'accuracy' or 'loss', got {list(keys)}: pass metrics=[...]"
            )
    metrics = [metrics] if isinstance(metrics, str) else list(metrics)
    for metric in metrics or [None]:
        check_choice(metric, "metrics", known, caller)
    return metrics


def _width(panels):
    return 560 if panels == 1 else 500 * panels


def _panels(count, legend_rows=0):
    figure = new_figure(_width(count), HEIGHT + 24 * legend_rows)
    return figure, figure.subplots(1, count, squeeze=False)[0]


def _draw(axes, epochs, values, name, i):
    # a marker at every epoch of a short run (one epoch is nothing but its marker), at some of a long one
    every = -(-len(epochs) // 15)
    axes.plot(epochs, values, label=name, markersize=4, linewidth=1.5, markevery=every, **line_style(i))


def _dress_epochs(axes, title, metric, first, last):
    from matplotlib.ticker import MaxNLocator

    dress(axes, title, "epoch", AXIS_LABELS.get(metric, metric))
    axes.set_xlim(first - 0.5, last + 0.5)
    axes.ticklabel_format(useOffset=False)  # 1.6096 is read at once, + 1.609 above 0.0006 is not
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
