"""``model.summary()``: the layers as a table, drawn as Keras 3 draws it."""

import textwrap
from html import escape

WIDTHS = (31, 22, 13)  # of the three columns; longer names go on in the next line


def size_text(count):
    """Bytes in the unit that fits: 1.13 MB"""
    units = ["GB", "MB", "KB", "B"]
    while count >= 1024 and len(units) > 1:
        count /= 1024
        units.pop()
    return f"{count:.2f} {units[-1]}"


def table(rows, headers):
    """Rows of three texts between box-drawing rules; the last column stands on the right."""

    def rule(left, line, cross, right):
        return left + cross.join(line * (width + 2) for width in WIDTHS) + right

    def lines(cells, bar):
        wrapped = [textwrap.wrap(cell, width) for cell, width in zip(cells, WIDTHS)]
        for k in range(max(map(len, wrapped))):
            a, b, c = (cell[k] if k < len(cell) else "" for cell in wrapped)
            yield f"{bar} {a:<{WIDTHS[0]}} {bar} {b:<{WIDTHS[1]}} {bar} {c:>{WIDTHS[2]}} {bar}"

    text = [rule("┏", "━", "┳", "┓"), *lines(headers, "┃"), rule("┡", "━", "╇", "┩")]
    for number, row in enumerate(rows):
        text += [rule("├", "─", "┼", "┤")] * (number > 0) + [*lines(row, "│")]
    return [*text, rule("└", "─", "┴", "┘")]


def summary(model):
    """The whole text. A model that does not know its input yet shows ``?`` for its shapes."""
    rows = []
    for layer in model.layers:
        rows.append((f"{layer.name} ({type(layer).__name__})", _shape_text(layer), _count_text(layer)))
    params = [array for layer in model.layers for array in layer.params.values()]
    state = [array for layer in model.layers for array in layer.state.values()]
    lines = [f'Model: "{model.name}"', *table(rows, ("Layer (type)", "Output Shape", "Param #"))]
    for title, arrays in (("Total", params + state), ("Trainable", params), ("Non-trainable", state)):
        count, size = sum(a.size for a in arrays), sum(a.nbytes for a in arrays)
        lines.append(f" {title} params: {count:,} ({size_text(size)})")
    return "\n".join(lines)


def summary_html(model):
    """The same table as HTML, for notebooks and the report page."""
    rows = "".join(
        f'<tr><th scope="row" style="text-align: left">{escape(layer.name)} ({type(layer).__name__})</th>'
        f'<td style="white-space: nowrap">{escape(_shape_text(layer))}</td>'
        f'<td style="text-align: right">{_count_text(layer)}</td></tr>'
        for layer in model.layers
    )
    total = sum(layer.count_params() for layer in model.layers)
    caption = f"{model.name}: {total:,} parameters" if model.built else f"{model.name}, not built yet"
    return (
        f'<table class="summary"><caption>{escape(caption)}</caption><thead><tr>'
        '<th scope="col">layer (type)</th><th scope="col">output shape</th><th scope="col">parameters</th>'
        "</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def _shape_text(layer):
    return str(layer.output_shape) if layer.built else "?"


def _count_text(layer):
    return f"{layer.count_params():,}" if layer.built else "0 (unbuilt)"
