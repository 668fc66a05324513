"""The line that tells how training goes, while it goes; in a notebook, with its curves."""

import sys
import time
from html import escape

from tqdm import tqdm

from minicnn import notebook, svg

SECONDS = 0.5  # between two pictures in a notebook: each is sent whole


def watch(verbose, epochs, data, history):
    """What shows the progress of a ``fit``: ``verbose`` 0 silent, 1 live, 2 a line an epoch."""
    if verbose not in (0, 1, 2, "auto", True, False):
        raise ValueError(f"verbose expects 0 silent, 1 live line or 2 line an epoch, got {verbose!r}")
    verbose = 1 if verbose == "auto" else int(verbose)
    if verbose == 1 and notebook.is_running():
        return LiveCurves(epochs, data, history)
    return ProgressLine(verbose, epochs, data)


class ProgressLine:
    """``verbose`` 0: silent; 1: a live line (loss, metrics, images/s, time left); 2: a line an epoch."""

    def __init__(self, verbose, epochs, data):
        self.verbose, self.epochs, self.images = verbose, epochs, data.images
        self.bar = None

    def begin(self, position):
        """An epoch starts, or goes on from ``position``."""
        self.seen, self.training, self.started = 0, 0.0, time.perf_counter()
        if self.verbose == 1:
            self.bar = tqdm(
                desc=self.head(position), unit=" images", total=self.images, initial=position.totals.count,
                leave=False, dynamic_ncols=True, file=sys.stdout,
            )  # fmt: skip

    def update(self, images, totals):
        """So many more images are done."""
        self.seen += images
        self.training = time.perf_counter() - self.started
        if self.bar is not None:
            self.bar.set_postfix_str(_text(totals.means()), refresh=False)
            self.bar.update(images)  # draws the line, ten times a second at most

    def end(self, position, logs):
        """The epoch is over: print its line."""
        line = self.line(position, logs)
        self.close()
        if self.verbose:
            print(line, flush=True)

    def close(self):
        """Take the live line away."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None

    def head(self, position):
        """Epoch 3/10"""
        return f"Epoch {position.epoch + 1}/{self.epochs}"

    def line(self, position, logs):
        """What is said of an epoch. The rate is that of training: validation comes after."""
        rate, seconds = self.seen / max(self.training, 1e-9), time.perf_counter() - self.started
        return f"{self.head(position)} - {seconds:.1f} s - {rate:,.0f} images/s - {_text(logs)}"


class LiveCurves(ProgressLine):
    """In a notebook: a bar, a line and the curves so far, always in the same place.

    Epochs that a backup brought back stand in ``history`` and are drawn as well.
    """

    def __init__(self, epochs, data, history):
        super().__init__(0, epochs, data)
        self.history, self.display = history, notebook.Display()
        self.shown = 0.0

    def begin(self, position):
        super().begin(position)
        self.position = position
        self.curves = svg.html(self.history.history, self.history.epoch)

    def update(self, images, totals):
        super().update(images, totals)
        if time.perf_counter() - self.shown >= SECONDS:
            line = self.line(self.position, totals.means())
            most = f' max="{self.images}"' if self.images else ""
            bar = f'<progress value="{self.position.totals.count}"{most} aria-label="epoch"></progress> '
            self._show(bar, line)

    def end(self, position, logs):
        line = self.line(position, logs)
        records = {name: [*self.history.history.get(name, ()), value] for name, value in logs.items()}
        self.curves = svg.html(records, [*self.history.epoch, position.epoch])
        self._show("", line)

    def _show(self, bar, line):
        self.display.show(f"<p>{bar}{escape(line)}</p>{self.curves}", line)
        self.shown = time.perf_counter()


def _text(values):
    return " - ".join(f"{name}: {value:.4f}" for name, value in values.items())
