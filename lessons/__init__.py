"""Sixteen lessons, each checked: `python -m lessons` in a terminal, or in a notebook

    from lessons import check
    check("06", conv_forward)

AUTHORS.md says how a lesson is made, README.md what the lessons are.
"""


def check(number, *functions):
    """The verdict on functions of lesson ``number``, as a small table; the same as in a terminal.

    ``mine`` and the payoffs do not see these functions: they read work.py.
    """
    from lessons.harness.table import check_functions

    return check_functions(number, functions)


def mine(number, name):
    """The reader's own ``name``, out of work.py of lesson ``number``, if it passed; else the model answer."""
    from lessons.harness.mine import own_function

    return own_function(number, name)


def show(figure, name):
    """A figure of a lesson: shown in a notebook, written to figures/``name``.png by a script."""
    from lessons.harness.figures import show as shown

    return shown(figure, name)
