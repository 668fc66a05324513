"""The parts of the page that need no JavaScript: scores, curves, tables, mistakes, filters, the recipe.

Every function returns HTML. What comes from outside, names above all, passes through ``escape``.
"""

from html import escape

import numpy as np

from minicnn import svg
from minicnn.classification import scores_per_class
from minicnn.reports.pictures import as_bytes, data_uri, filter_pictures

MOST_CLASSES = 25  # a larger table of confusions is no longer read; the commonest are listed instead
MOST_MISTAKES = 12
MOST_FILTERS = 64


def accuracy(results):
    """The figure one looks for first."""
    return _fact(f"{100 * results.accuracy:.1f} %", f"of {len(results.labels):,} test pictures named rightly")


def size(model, records):
    """The next two: parameters and, where they are known, epochs."""
    facts = [_fact(f"{model.count_params():,}", "parameters")]
    if records:
        epochs = len(next(iter(records.values())))
        facts.append(_fact(f"{epochs:,}", "epoch of training" if epochs == 1 else "epochs of training"))
    return "".join(facts)


def _fact(value, what):
    return f"<div><dd>{value}</dd><dt>{what}</dt></div>"


def learned(records, epochs):
    """The curves, and their numbers for those who want or need them."""
    if not records or not next(iter(records.values())):
        return '<p class="aside">No history was given, so there are no curves.</p>'
    numbers = [epoch + 1 for epoch in (epochs or range(len(next(iter(records.values())))))]
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in ("epoch", *records))
    rows = "".join(
        f'<tr><th scope="row">{number}</th>{"".join(f"<td>{text}</td>" for text in texts)}</tr>'
        for number, *texts in zip(numbers, *(map(svg.digits, each) for each in records.values()))
    )
    figures = "".join(f"<figure>{figure}</figure>" for figure in svg.training_curves(records, epochs))
    return (
        f'<div class="figures">{figures}</div><details><summary>The same as numbers</summary>'
        f"{_wide('numbers of every epoch')}<table>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def classes(results, names):
    """Precision, recall and f1 of every class, and which it is taken for."""
    counts = results.counts
    return f'<div class="beside">{_scores(counts, names)}{_confusions(counts, names)}</div>'


def _scores(counts, names):
    scores, support = scores_per_class(counts)
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f'<td class="bar" style="--share: {score:.3f}">{score:.2f}</td>' for score in column)
        + f"<td>{count:,}</td></tr>"
        for name, column, count in zip(names, scores.T, support)
    )
    return (
        f"{_wide('scores of each class')}<table><caption>Of what was taken for a class, how much was right "
        "(precision); of a class, how much was found (recall); and both in one number (f1).</caption>"
        '<thead><tr><td></td><th scope="col">precision</th><th scope="col">recall</th><th scope="col">f1</th>'
        f'<th scope="col">pictures</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _wide(label):
    """What holds a table that may be wider than the window: it scrolls, from the keyboard as well."""
    return f'<div class="wide" tabindex="0" role="region" aria-label="{label}">'


def _confusions(counts, names):
    if len(counts) > MOST_CLASSES:
        return _commonest(counts, names)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    head = "".join(f'<th scope="col"><span>{escape(name)}</span></th>' for name in names)
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(
            f'<td class="{"right" if i == j else "wrong"}" style="--share: {part:.3f}">{count:,}</td>'
            for j, (part, count) in enumerate(zip(share[i], counts[i]))
        )
        + "</tr>"
        for i, name in enumerate(names)
    )
    return (
        f'{_wide("confusion matrix")}<table class="confusions"><caption>What the pictures of each class '
        "(row) were taken for (column). The stronger the colour, the larger the part of the row: blue is "
        f"right, orange wrong.</caption><thead><tr><td></td>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _commonest(counts, names):
    wrong = counts * (1 - np.eye(len(counts), dtype=counts.dtype))
    order = np.argsort(-wrong, axis=None, kind="stable")[:20]
    rows = "".join(
        f"<tr><td>{escape(names[i])}</td><td>{escape(names[j])}</td><td>{wrong[i, j]:,}</td></tr>"
        for i, j in zip(*np.unravel_index(order, wrong.shape))
        if wrong[i, j]
    )
    return (
        '<table><caption>The commonest confusions.</caption><thead><tr><th scope="col">a picture of</th>'
        '<th scope="col">taken for</th><th scope="col">times</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def mistakes(results, names):
    """The pictures it was surest of and wrong about; each leads into the explorer."""
    worst = results.mistakes[:MOST_MISTAKES]
    if len(worst) == 0:
        return "<p>There are none: every picture was named rightly.</p>"
    return f'<ul class="gallery">{"".join(_mistake(results, names, k) for k in range(len(worst)))}</ul>'


def _mistake(results, names, k):
    number = results.mistakes[k]
    p, label, taken = results.probabilities[number], results.labels[number], results.predicted[number]
    words = f"test picture {number}: {names[label]}, taken for {names[taken]}"
    picture = ""
    if results.pictures.ndim == 4:
        source = data_uri(as_bytes(results.pictures[k : k + 1])[0])
        picture = f'<img src="{source}" alt="{escape(words)}" width="96" height="96">'
    return (
        f'<li><a href="#picture={k}" title="look inside">{picture}'
        f'<span class="wrong"><b>{escape(names[taken])}</b> <i>{100 * p[taken]:.1f} %</i></span>'
        f"<span><b>is {escape(names[label])}</b> <i>{100 * p[label]:.1f} %</i></span></a></li>"
    )


def filters(model):
    """What the first convolution looks for."""
    first = next((layer for layer in model.layers if np.ndim(layer.params.get("kernel")) == 4), None)
    if first is None:
        return '<p class="aside">This network has no convolution.</p>'
    kernel = first.params["kernel"]
    KH, KW, C, F = kernel.shape
    pictures = filter_pictures(kernel[..., :MOST_FILTERS])
    cells = "".join(
        f'<li><img src="{data_uri(picture)}" alt="" width="48" height="{48 * KH // KW}">{k}</li>'
        for k, picture in enumerate(pictures)
    )
    shown = f"The first {MOST_FILTERS} of {F}" if F > MOST_FILTERS else f"All {F}"
    colours = "in their colours" if C == 3 else f"the mean over {C} channels"
    return (
        f"<p>{shown} filters of {escape(first.name)}, {KH} × {KW} × {C} numbers each, {colours}. Each is "
        "stretched to its own darkest and brightest: a filter answers most to a spot that looks like it.</p>"
        f'<ul class="filters" aria-label="filters by number">{cells}</ul>'
    )


def recipe(rows):
    """Everything needed to do it again, as name and value."""
    cells = "".join(
        f'<tr><th scope="row">{escape(str(name).replace("_", " "))}</th><td>{escape(_text(value))}</td></tr>'
        for name, value in rows.items()
        if value is not None
    )
    return f'<table class="recipe"><tbody>{cells}</tbody></table>'


def _text(value):
    """A setting as one writes it: {"class_name": "SGD", "config": {...}} becomes SGD (momentum 0.9, ...)."""
    if isinstance(value, dict) and value.keys() == {"class_name", "config"}:
        config = {key: each for key, each in value["config"].items() if key != "name" and each is not None}
        return f"{value['class_name']} ({_text(config)})" if config else value["class_name"]
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(each)}" for name, each in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_text, value))
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return f"{value:g}" if isinstance(value, float) else str(value)
