"""argparse's parser; of what it does not know it says which word may have been meant."""

import argparse
import re

from minicnn.lookup import nearest

FLAG = re.compile(r"unrecognized arguments: (-[^\s=]+)")
CHOICE = re.compile(r"(?P<what>argument (?P<of>.*): invalid choice: '(?P<word>.*)') \(choose from .*\)")


class Parser(argparse.ArgumentParser):
    """Text as it stands in ``description``, no abbreviated flags, and a suggestion after a slip."""

    def __init__(self, *args, **options):
        text = argparse.RawDescriptionHelpFormatter
        super().__init__(*args, **{"allow_abbrev": False, "formatter_class": text, **options})

    def parse_known_args(self, args=None, namespace=None):
        """As argparse's; but what is unknown is an error here, said by the command that does not know it."""
        known, unknown = super().parse_known_args(args, namespace)
        if unknown:
            getattr(known, "parser", self).error(f"unrecognized arguments: {' '.join(unknown)}")
        return known, unknown

    def error(self, message):
        """Exit with 2 and the message, after a suggestion has been added."""
        if flag := FLAG.match(message):
            if near := self._nearest(flag[1]):
                message += f": did you mean {near}? (--help lists all flags)"
        elif choice := CHOICE.fullmatch(message):
            named = {argparse.ArgumentError(action, "").argument_name: action for action in self._actions}
            known = named[choice["of"]].choices
            near = nearest(choice["word"], known)
            hint = f"did you mean {near}? " if near else ""
            message = f"{choice['what']}: {hint}There are {', '.join(known)}"
        super().error(message)

    def _nearest(self, flag):
        """The flag, or the word that stands without dashes, which ``flag`` most looks like."""
        words = [word for each in self._actions for word in each.option_strings or each.choices or ()]
        known = {word.lstrip("-"): word for word in words}  # dashes alone make any two look alike
        return known.get(nearest(flag.lstrip("-"), known))


def whole_number(least, most=None):
    """The type of a flag: a whole number from ``least`` to ``most``."""

    def parse(text):
        value = int(text) if text.isascii() and text.isdigit() else None
        if value is None or value < least or (most is not None and value > most):
            upto = "" if most is None else f" and <= {most:,}"
            raise argparse.ArgumentTypeError(f"expects a whole number >= {least:,}{upto}, got {text!r}")
        return value

    return parse
