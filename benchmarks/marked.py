"""The part of a page that a command writes: what stands between two marks."""

END = "<!-- end -->"


def begin(writer):
    """The mark behind which ``writer``, a file of the repository, puts its text."""
    return f"<!-- written by {writer}: begin -->"


def split(page, writer):
    """The text of ``page`` before, between and after the marks.

    Raises ValueError where the marks are not there, each once.
    """
    text = page.read_text(encoding="utf-8")
    first = begin(writer)
    if text.count(first) != 1 or text.partition(first)[2].count(END) != 1:
        raise ValueError(f"{page} should hold {first} and then {END}, each once")
    before, rest = text.split(first)
    between, after = rest.split(END)
    return before, between.strip(), after


def replace(page, writer, new):
    """Put ``new`` between the marks."""
    before, _, after = split(page, writer)
    page.write_text(f"{before}{begin(writer)}\n\n{new}\n\n{END}{after}", encoding="utf-8")
