"""Where a lesson's figures go, and the few drawings that several lessons share."""

import io
import sys

import numpy as np

from lessons.harness.places import own_folder


def show(figure, name):
    """Display ``figure`` in a notebook; a script writes it to figures/``name``.png beside the lesson.

    ``figure``: of matplotlib, or the bytes of a PNG (see ``animation``).
    """
    png = figure if isinstance(figure, bytes) else figure._repr_png_()
    if "ipykernel" in sys.modules:
        from IPython.display import Image, display

        display(Image(png, format="png"))
        return
    folder = own_folder() / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.png").write_bytes(png)
    print(f"[figure: {(folder / name).as_posix()}.png]")


def animation(frames, seconds=0.6):
    """Figures as one animated PNG, in bytes: it moves wherever a PNG is shown, and needs no player."""
    from PIL import Image

    pages = [
        Image.open(io.BytesIO(frame._repr_png_())).convert("P", palette=Image.Palette.ADAPTIVE)
        for frame in frames
    ]
    out = io.BytesIO()
    pages[0].save(out, "PNG", save_all=True, append_images=pages[1:], duration=int(1000 * seconds), loop=0)
    return out.getvalue()


def few_colours(figure, colours=128):
    """A figure full of photos as a PNG of a third of the bytes, so that notebooks stay small."""
    return palette_png(figure._repr_png_(), colours)


def palette_png(png, colours=128, size=None):
    """A PNG again, in so few colours; made to fit into ``size`` (width, height), if there is one."""
    from PIL import Image

    picture, out = Image.open(io.BytesIO(png)).convert("RGB"), io.BytesIO()
    if size:
        picture.thumbnail(size)
    picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=colours).save(out, "PNG", optimize=True)
    return out.getvalue()


def maps(picture, results, captions, title):
    """A picture (H, W, 3) in 0..1 and what was made of it, (H, W, K), as grey pictures in a row."""
    from minicnn.plots.figure import SMALL, TITLE, new_figure

    K = results.shape[-1]
    figure = new_figure(170 * (K + 1) + 20, 220)
    figure.suptitle(title, fontsize=TITLE)
    axes = figure.subplots(1, K + 1)
    axes[0].imshow(picture)
    axes[0].set_title("the picture", fontsize=SMALL)
    for ax, k in zip(axes[1:], range(K)):
        signed = results[..., k].min() < 0
        top = (
            np.percentile(np.abs(results[..., k]), 99) or 1
        )  # zeros around a picture make the strongest edge of all
        ax.imshow(results[..., k], cmap="gray", vmin=-top if signed else 0, vmax=top)
        ax.set_title(captions[k], fontsize=SMALL)
    for ax in axes:
        ax.set_axis_off()
    return figure


def confusion(axes, counts, names, title):
    """The confusion matrix ``counts`` (K, K): numbers on blue, darker for more of a row."""
    from minicnn.plots.figure import SMALL, dress

    K = len(counts)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for i, j in np.ndindex(K, K):
        colour = "white" if share[i, j] > 0.6 else "black"
        axes.text(j, i, counts[i, j], ha="center", va="center", fontsize=6, color=colour)
    dress(axes, title, "taken for", "true class", grid=None)
    axes.set_xticks(range(K), names, rotation=45, ha="right", rotation_mode="anchor", fontsize=SMALL)
    axes.set_yticks(range(K), names, fontsize=SMALL)


def mistakes(data, probabilities, counts, rows, shown=5):
    """The confusion matrix, and beside it pictures of its most frequent confusions, the surest first.

    counts  (K, K) of the test pictures      rows  (M, 3): true class, predicted class, how often
    """
    from minicnn.plots.figure import SMALL, TITLE, new_figure

    names, predicted = data.class_names, probabilities.argmax(axis=1)
    figure = new_figure(1080, 500)
    left, right = figure.subfigures(1, 2, width_ratios=(5, 6))
    right_ones = np.trace(counts) / counts.sum()
    confusion(left.subplots(), counts, names, f"{data.label.split(' (')[0]}: {right_ones:.1%} right")

    right.suptitle("The most frequent mistakes, the surest first", fontsize=TITLE)
    grid = right.subplots(len(rows), shown, squeeze=False)
    for line, (i, j, often) in zip(grid, rows):
        (which,) = np.nonzero((data.y_test == i) & (predicted == j))
        which = which[np.argsort(-probabilities[which, j], kind="stable")]
        said = f"{names[i]} taken for {names[j]}, {often} times"
        head = line[0].text(0, 1.06, said, transform=line[0].transAxes, fontsize=SMALL, fontweight="bold")
        head.set_in_layout(False)  # it may reach over the pictures beside it
        for ax in line:
            ax.set_axis_off()
        for ax, n in zip(line, which):
            ax.imshow(data.x_test[n])
            sure = f"{probabilities[n, j]:.0%} sure"
            ax.text(0.5, -0.04, sure, transform=ax.transAxes, ha="center", va="top", fontsize=SMALL)
    return figure


def curve(x, lines, title):
    """Positive numbers against positive numbers, both on a scale of powers of ten. ``lines``: {label: y}."""
    from minicnn.plots.figure import SMALL, dress, line_style, new_figure

    figure = new_figure(620, 320)
    axes = figure.subplots()
    for k, (label, y) in enumerate(lines.items()):
        axes.loglog(x, np.maximum(y, 1e-17), label=label, markersize=4, **line_style(k))
    axes.legend(fontsize=SMALL)
    dress(axes, title, "step", "relative error")
    return figure


def speeds(found, title):
    """Level bars on a scale of powers of ten. ``found``: {name: multiplications a second}."""
    from minicnn.plots.figure import SMALL, dress, line_style, new_figure

    figure = new_figure(720, 90 + 34 * len(found))
    axes = figure.subplots()
    for k, millions in enumerate(speed / 1e6 for speed in found.values()):
        axes.barh(k, millions, color=line_style(k)["color"])
        place = {"xytext": (3, 0), "textcoords": "offset points", "va": "center"}
        axes.annotate(f"{millions:,.{0 if millions > 10 else 2}f}", (millions, k), fontsize=SMALL, **place)
    axes.set_yticks(range(len(found)), found, fontsize=SMALL)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.margins(x=0.15)
    dress(axes, title, "million multiplications a second (each line: ten times as fast)", grid="x")
    return figure


def table(axes, numbers, colours, title):
    """A small matrix: each number on its colour. ``numbers``: rows of numbers, words or None (empty)."""
    from minicnn.plots.figure import TEXT, TITLE

    rows, columns = len(numbers), len(numbers[0])
    axes.set_xlim(-0.1, columns + 0.1)
    axes.set_ylim(rows + 0.1, -0.1)
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.set_title(title, fontsize=TITLE)
    for i, j in np.ndindex(rows, columns):
        square = [j, j + 1, j + 1, j], [i, i, i + 1, i + 1]
        axes.fill(*square, facecolor=colours[i][j], edgecolor="0.5", linewidth=0.7)
        if (number := numbers[i][j]) is not None:
            said = number if isinstance(number, str) else f"{number:g}"
            axes.text(j + 0.5, i + 0.5, said, ha="center", va="center", fontsize=TEXT)
