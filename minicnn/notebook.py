"""In a notebook, and only there: a display that changes in place.

Nothing is imported where Python is not run by a notebook: IPython is asked only when it is there already.
"""

import sys


def is_running():
    """Whether this is a notebook's Python. A terminal's IPython, which shows no HTML, is none."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return hasattr(shell, "kernel")


class Display:
    """A place in the output of a cell. ``show`` puts something there, in the place of what was."""

    def __init__(self):
        self.handle = None

    def show(self, html, text):
        """Show ``html``, or ``text`` where that is all that can be shown."""
        from IPython.display import display

        bundle = {"text/html": html, "text/plain": text}
        if self.handle is None:
            self.handle = display(bundle, raw=True, display_id=True)
        else:
            self.handle.update(bundle, raw=True)
