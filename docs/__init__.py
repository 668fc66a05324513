"""The documentation, and `python -m docs`, which makes a site of it."""
