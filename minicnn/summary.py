"""``model.summary()``: the layers as a table, drawn as Keras 3 draws it."""

WIDTHS = (31, 22, 13)


def size_text(count):
    """Bytes in the unit that fits: 1.13 MB"""
    units = ("B", "KB", "MB", "GB")
    for unit in units:
        if count < 1024 or unit == units[-1]:
            return f"{count:.2f} {unit}"
        count /= 1024
    raise AssertionError


def table(rows, headers):
    """Rows of three texts between box-drawing rules; the last column stands on the right."""
    widths = [max(w, *(len(row[k]) for row in [headers, *rows])) for k, w in enumerate(WIDTHS)]

    def rule(left, line, cross, right):
        return left + cross.join(line * (w + 2) for w in widths) + right

    def line(cells, bar):
        a, b, c = cells
        return f"{bar} {a:<{widths[0]}} {bar} {b:<{widths[1]}} {bar} {c:>{widths[2]}} {bar}"

    lines = [rule("┏", "━", "┳", "┓"), line(headers, "┃"), rule("┡", "━", "╇", "┩")]
    for number, row in enumerate(rows):
        lines += [rule("├", "─", "┼", "┤")] * (number > 0) + [line(row, "│")]
    return [*lines, rule("└", "─", "┴", "┘")]


def summary(model):
    """The whole text. A model that does not know its input yet shows ``?`` for its shapes."""
    rows = []
    for layer in model.layers:
        shape = str(layer.output_shape) if layer.built else "?"
        count = f"{layer.count_params():,}" if layer.built else "0 (unbuilt)"
        rows.append((f"{layer.name} ({type(layer).__name__})", shape, count))
    params = [array for layer in model.layers for array in layer.params.values()]
    state = [array for layer in model.layers for array in layer.state.values()]
    lines = [f'Model: "{model.name}"', *table(rows, ("Layer (type)", "Output Shape", "Param #"))]
    for title, arrays in (("Total", params + state), ("Trainable", params), ("Non-trainable", state)):
        count, size = sum(a.size for a in arrays), sum(a.nbytes for a in arrays)
        lines.append(f" {title} params: {count:,} ({size_text(size)})")
    return "\n".join(lines)
