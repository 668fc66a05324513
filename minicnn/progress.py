"""The line that tells how training goes, while it goes."""

import sys
import time

from tqdm import tqdm


class ProgressLine:
    """``verbose`` 0: silent; 1: a live line (loss, metrics, images/s, time left); 2: a line an epoch."""

    def __init__(self, verbose, epochs, data):
        if verbose not in (0, 1, 2, "auto", True, False):
            raise ValueError(f"verbose expects 0 silent, 1 live line or 2 line an epoch, got {verbose!r}")
        self.verbose = 1 if verbose == "auto" else int(verbose)
        self.epochs, self.images = epochs, data.images
        self.bar = None

    def begin(self, position):
        """An epoch starts, or goes on from ``position``."""
        self.seen, self.training, self.started = 0, 0.0, time.perf_counter()
        if self.verbose == 1:
            self.bar = tqdm(
                desc=f"Epoch {position.epoch + 1}/{self.epochs}", unit=" images", total=self.images,
                initial=position.totals.count, leave=False, dynamic_ncols=True, file=sys.stdout,
            )

    def update(self, images, totals):
        """So many more images are done."""
        self.seen += images
        self.training = time.perf_counter() - self.started
        if self.bar is not None:
            self.bar.set_postfix_str(_text(totals.means()), refresh=False)
            self.bar.update(images)  # draws the line, ten times a second at most

    def end(self, position, logs):
        """The epoch is over: print its line."""
        seconds = time.perf_counter() - self.started
        self.close()
        if self.verbose:
            rate = self.seen / max(self.training, 1e-9)  # of training: validation comes after
            head = f"Epoch {position.epoch + 1}/{self.epochs}"
            print(f"{head} - {seconds:.1f} s - {rate:,.0f} images/s - {_text(logs)}", flush=True)

    def close(self):
        """Take the live line away."""
        if self.bar is not None:
            self.bar.close()
            self.bar = None


def _text(values):
    return " - ".join(f"{name}: {value:.4f}" for name, value in values.items())
