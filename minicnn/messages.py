"""What came, as an error's text shows it, whole if short and cut if long; and a line beside a progress bar.

A text in a file of somebody else may have millions of characters, a list in it as many numbers.
"""

import contextlib
import re
import reprlib
import sys
from itertools import islice

from tqdm import tqdm

LONGEST = 400  # characters of one value
# Control characters, ends of lines, changes of direction, halves of characters
_COMMANDS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class _Short(reprlib.Repr):
    """The standard library's, with dictionaries in their own order."""

    def __init__(self):
        super().__init__()
        self.maxlevel, self.maxstring, self.maxother, self.maxlong = 3, 150, LONGEST, 60
        self.maxlist = self.maxtuple = self.maxdict = 16

    def repr_int(self, x, level):
        if x.bit_length() > 10_000:  # Python refuses to write what has more than 4,300 digits
            return f"<a number of {x.bit_length():,} bits>"
        return super().repr_int(x, level)

    def repr_dict(self, x, level):
        if level <= 0 and x:
            return "{...}"
        pairs = islice(x.items(), self.maxdict)
        texts = [f"{self.repr1(key, level - 1)}: {self.repr1(each, level - 1)}" for key, each in pairs]
        return f"{{{', '.join(texts + ['...'] * (len(x) > self.maxdict))}}}"


_SHORT = _Short()


def say(message):
    """Print a line of its own to stderr, for which a progress bar makes room.

    It does without tqdm's lock, which settles how processes start and which a fork may find taken for ever.
    Where nobody reads, on a full disk or a closed stderr, nothing is said: no work may end for that.
    """
    with contextlib.suppress(OSError, ValueError), contextlib.ExitStack() as room:
        with contextlib.suppress(RuntimeError):  # a bar of another thread came or went meanwhile
            room.enter_context(tqdm.external_write_mode(sys.stderr, nolock=True))
        print(message, file=sys.stderr)


def shown(value):
    """``repr(value)``, of at most 400 characters; only what is shown of a text, list or dict is written."""
    return shortened(_SHORT.repr(value))


def printable(text):
    """``text`` with what a terminal would obey written out: a stranger's file may have such a name."""
    return _COMMANDS.sub(lambda found: repr(found[0])[1:-1], str(text))


def is_printable(text):
    """Whether a terminal obeys nothing in ``text``."""
    return _COMMANDS.search(text) is None


def shortened(text, most=LONGEST):
    """``text``, or its beginning and its end where it has more than ``most`` characters."""
    text = str(text)
    if len(text) <= most:
        return text
    end = most // 4
    return f"{text[: most - end - 5]} ... {text[-end:]}"
