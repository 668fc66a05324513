"""Curves as SVG, a picture made of text: for the report page and for notebooks, without matplotlib.

Lines are in the colours and dashes of minicnn/plots; everything else has the colour of the text around it, so
that a figure reads on dark paper too. It says in words what it shows, to whoever cannot see it.
"""

import math
from html import escape

from minicnn.checks import of_numbers

LINES = {  # colours as in plots/figure.py, drawn the same way
    "training": ("train", "#0072B2", "none"),
    "validation": ("validation", "#D55E00", "6 4"),
}
WIDTH, HEIGHT = 440, 270  # of a figure, in its own units
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 54, 34  # around the plot; more on the left where ticks have long names
LEGEND = 34  # its line, below the title: names of metrics are long
LETTER = 7  # width, at most
LARGE = 1e300  # what is not below is not drawn: there, differences are infinite


def training_curves(records, epochs=None):
    """One figure for every quantity of a History's ``records``, {"loss": [...], "val_loss": [...]}: a list.

    Only of what is a number in every epoch. ``epochs``: counted from 0, where they are not 0, 1, 2, ...
    """
    records = of_numbers(records)
    names = [name for name in records if not name.startswith("val_")]
    names.sort(key=lambda name: (not name.endswith("accuracy"), name != "loss"))  # what one looks for first
    count = max(map(len, records.values()), default=0)
    numbers = [epoch + 1 for epoch in (epochs or range(count))]
    return [_figure(name, _lines(records, name), numbers) for name in names]


def html(records, epochs=None):
    """All figures side by side; "" where there is nothing to draw yet."""
    figures = "".join(training_curves(records, epochs))
    return f'<div style="display: flex; flex-wrap: wrap; gap: 24px">{figures}</div>' if figures else ""


def digits(value):
    """A number to read: four digits of it, however small it is."""
    return f"{value:.4g}"


def _lines(records, name):
    known = {"training": records[name], "validation": records.get(f"val_{name}")}
    return {title: list(values) for title, values in known.items() if values is not None}


def _figure(name, lines, epochs):
    drawn = [value for values in lines.values() for value in values if abs(value) < LARGE]
    ticks = nice_ticks(min(drawn, default=0), max(drawn, default=1))
    low, high = ticks[0], ticks[-1]
    left = max(LEFT, 8 + LETTER * max(len(f"{tick:g}") for tick in ticks))

    def across(epoch):
        span = max(epochs[-1] - epochs[0], 1)
        share = (epoch - epochs[0]) / span if len(epochs) > 1 else 0.5
        return left + 8 + share * (WIDTH - left - RIGHT - 16)

    def up(value):
        return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    title = escape(name.replace("_", " "))
    parts = [f'<text x="0" y="14" font-weight="600">{title}</text>', *_legend(lines)]
    for tick in ticks:
        parts.append(
            f'<path d="M{left} {up(tick):.1f}H{WIDTH - RIGHT}" stroke="currentColor" stroke-opacity=".18"/>'
            f'<text x="{left - 8}" y="{up(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>'
        )
    for epoch in _whole_ticks(epochs):
        parts.append(f'<text x="{across(epoch):.1f}" y="{HEIGHT - 16}" text-anchor="middle">{epoch}</text>')
    parts.append(f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 2}" text-anchor="end">epoch</text>')
    for title, values in lines.items():
        points = [(across(e), up(v)) for e, v in zip(epochs, values) if abs(v) < LARGE]
        parts.append(_line(title, points, markers=len(points) <= 15))
    return (
        f'<svg class="curves" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" role="img" fill="currentColor" '
        f'font-size="12" font-family="system-ui, sans-serif" style="max-width: 100%; height: auto" '
        f'aria-label="{escape(_in_words(name, lines, epochs))}">{"".join(parts)}</svg>'
    )


def _line(title, points, markers):
    kind, colour, dashes = LINES[title]
    path = "".join(f"{'L' if k else 'M'}{x:.1f} {y:.1f}" for k, (x, y) in enumerate(points))
    line = (
        f'<path class="{kind}" d="{path}" fill="none" stroke="{colour}" stroke-width="2" '
        f'stroke-dasharray="{dashes}"/>'
    )
    dots = (f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points)
    return line + ("".join(dots) if markers else "")


def _legend(lines):
    x = WIDTH - RIGHT
    for title, values in reversed(lines.items()):
        kind, colour, dashes = LINES[title]
        text = f"{title} {digits(values[-1])}" if values else title
        x -= LETTER * len(text)
        yield f'<text x="{x}" y="{LEGEND}">{text}</text>'
        yield (f'<path class="{kind}" d="M{x - 26} {LEGEND - 4}h20" stroke="{colour}" stroke-width="2" '
               f'stroke-dasharray="{dashes}"/>')  # fmt: skip
        x -= 40


def _in_words(name, lines, epochs):
    ends = " and ".join(
        f"{title} from {digits(values[0])} to {digits(values[-1])}"
        for title, values in lines.items() if values
    )
    return f"{name.replace('_', ' ')} from epoch {epochs[0]} to {epochs[-1]}: {ends}" if epochs else name


def nice_ticks(low, high, most=5):
    """Round numbers from ``low`` or just below to ``high`` or just above, ``most`` + 1 of them or fewer."""
    if not high - low > max(1e-6 * max(abs(low), abs(high)), 1 / LARGE):  # flat, or bent by rounding
        least, most_there_is = (0, 1) if low >= 0 and high <= 1 else (-math.inf, math.inf)  # an accuracy, say
        low, high = max(low - abs(low) / 2 - 0.01, least), min(high + abs(high) / 2 + 0.01, most_there_is)
    rough = (high - low) / most
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * each for each in (1, 2, 2.5, 5, 10) if size * each >= rough)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(k * step, 12) for k in range(first, last + 1)]


def _whole_ticks(epochs, most=8):
    """Some of the ``epochs``, evenly; the first among them."""
    return epochs[:: max(1, math.ceil(len(epochs) / most))]
