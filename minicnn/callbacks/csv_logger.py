"""CSVLogger: one line of text per epoch."""

import contextlib
import csv
import os
import warnings
import zlib

from minicnn.callbacks.base import Callback
from minicnn.checks import check_choice, whole_number
from minicnn.messages import shown
from minicnn.replacing import explained


class CSVLogger(Callback):
    """Write the logs of each epoch as a line of ``filename``: epoch, then the names in their order.

    separator: between the values. append: True adds to a file that is there, False replaces it. What is added
    stands under the names in the file's first line, NA where there is nothing to say. Logs of other names,
    also those that first come later, have no place there, and a warning says so; another does where the
    file does not name epoch. The text is UTF-8. What holds NUL bytes, as pictures, archives and UTF-16 do, is
    not added to: ValueError, before the first epoch.

    A run that goes on from a backup cuts off the lines written after it, unless those before were edited.
    """

    aside = ("filename",)

    def __init__(self, filename, separator=",", append=False):
        self.filename = os.fspath(filename)
        if not isinstance(separator, str) or len(separator) != 1 or separator in '\r\n"\0':
            due = "one character, as ';', neither a quote nor the end of a line"
            raise ValueError(f"CSVLogger expects separator to be {due}, got {shown(separator)}")
        self.separator = separator
        self.append = append
        self.keys = None
        self.left_out = set()  # names that have been warned of
        self.mode = "a"
        self.kept = None

    def on_train_begin(self, logs=None):
        self.keys = None
        self.left_out = set()
        self.kept = None  # size and checksum of what a restored run goes on from, until the rest is cut off
        self.mode = "a" if self.append else "w"
        # Opened only to fail now, not after the first epoch. Nothing is emptied yet: if a backup is
        # about to be restored, the lines of the earlier epochs are still wanted.
        try:
            try:
                with open(self.filename, "x"):
                    pass
            except FileExistsError:
                with open(self.filename, "a"):
                    pass
            else:  # nobody else has made it, and the backup may yet be refused
                with contextlib.suppress(OSError):
                    os.remove(self.filename)
        except OSError as error:
            raise explained(error, self.filename) from error

    def on_epoch_begin(self, epoch, logs=None):
        self._cut()
        if self.keys is None and self.mode == "a" and b"\0" in self._content():
            due = "NUL bytes, which are no text: another name, or append=False, which replaces what is there"
            raise ValueError(f"CSVLogger cannot add to {self.filename}: it holds {due}")

    def on_epoch_end(self, epoch, logs=None):
        self._cut()
        logs = logs or {}
        size = None  # of the lines that stay where this one cannot be written
        try:
            if self.keys is None:
                self._choose_columns(logs)
            self._warn_of(logs)
            with open(self.filename, self.mode, newline="", encoding="utf-8") as file:
                size = file.tell()
                writer = csv.writer(file, delimiter=self.separator)
                if not self._ends_a_line():
                    file.write(writer.dialect.lineterminator)
                if not self._first_line():
                    writer.writerow(self.keys)
                writer.writerow([(logs | {"epoch": epoch}).get(key, "NA") for key in self.keys])
        except OSError as error:
            emptied = self.mode == "w" and size is not None
            then = "What it held is gone" if emptied else "The lines that were there are unchanged"
            if size is not None:
                with contextlib.suppress(OSError):
                    os.truncate(self.filename, size)  # a part of a line would be taken for a whole one
            raise explained(error, self.filename, then) from error
        self.mode = "a"

    def on_train_end(self, logs=None):
        self._cut()  # there may have been no epoch left to train

    def state(self):
        size, checksum = self.kept or _measure(self._content())
        return {"keys": self.keys, "mode": self.mode, "size": size, "checksum": checksum}, {}

    def load_state(self, document, arrays):
        kept = [whole_number(document[name], name, least=0, most=2**63) for name in ("size", "checksum")]
        self.kept = tuple(kept)  # no more: it may still be refused
        self.mode = check_choice(document["mode"], "mode", ("w", "a"), "CSVLogger")
        keys = document["keys"]
        if not (keys is None or isinstance(keys, list)):
            raise ValueError(f"CSVLogger expects keys to be a list of names, got {shown(keys)}")
        self.keys = keys and [str(key) for key in keys]

    def _choose_columns(self, logs):
        """Those of the file that is added to, or else the names of the logs."""
        self.keys, there = ["epoch", *sorted(logs.keys() - {"epoch"})], []
        if self.mode == "a" and os.path.exists(self.filename):
            there = self._first_line()
        if "epoch" in there:
            self.keys = there
        elif there:
            due = f"{self.filename}, whose first line does not name them with {self.separator!r} between"
            warnings.warn(f"CSVLogger adds the columns {', '.join(self.keys)} to {due}", stacklevel=3)

    def _first_line(self):
        """The fields of the first line that says anything, or []; spreadsheets begin a file with a mark."""
        with open(self.filename, newline="", encoding="utf-8-sig", errors="replace") as file:
            try:
                lines = csv.reader(file, delimiter=self.separator, skipinitialspace=True)
                return next(filter(any, lines), [])
            except csv.Error:
                return ["no line of a table"]

    def _warn_of(self, logs):
        """Once for each name that has no column."""
        if left_out := sorted(logs.keys() - set(self.keys) - self.left_out):
            self.left_out.update(left_out)
            due = f"{self.filename} has the columns {', '.join(self.keys)}"
            warnings.warn(f"CSVLogger leaves out {', '.join(left_out)}: {due}", stacklevel=3)

    def _ends_a_line(self):
        """Whether the last line is whole; what is added would be taken for more of it."""
        with open(self.filename, "rb") as file:
            if file.seek(0, os.SEEK_END) == 0:
                return True
            file.seek(-1, os.SEEK_END)
            return file.read(1) in b"\r\n"

    def _cut(self):
        """Lines written after the backup are of epochs that are now run again."""
        if self.kept and self.mode == "a" and (content := self._content()):
            if _measure(content[: self.kept[0]]) == self.kept:
                os.truncate(self.filename, self.kept[0])
            else:  # nobody can tell where those lines are now
                due = "since the backup. Nothing is cut off: some epochs may stand there twice"
                warnings.warn(f"{self.filename} was edited {due}", stacklevel=3)
                self.keys = None
        self.kept = None

    def _content(self):
        """The bytes of the file, none where there is none."""
        with contextlib.suppress(FileNotFoundError), open(self.filename, "rb") as file:
            return file.read()
        return b""


def _measure(content):
    return len(content), zlib.crc32(content)
