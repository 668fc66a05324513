"""What Sphinx is taught for minicnn's site: to read notebooks, source files and docstrings as they are."""

from importlib import import_module

PARTS = ("docstrings", "formulas", "menus", "notebooks", "sources")


def setup(app):
    """Called by Sphinx, which finds this package among the extensions in docs/conf.py."""
    for part in PARTS:
        import_module(f"docs.site.{part}").setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
