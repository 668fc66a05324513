"""The menu on the left, and the address the site begins at."""

import shutil


def add_menu(app, docname, content):
    """Put the menu of docs/conf.py below the text of the page it belongs to, where nobody sees it."""
    for caption, pages in app.config.menus.get(docname, {}).items():
        options = [":hidden:", f":caption: {caption}"] if caption else [":hidden:"]
        entries = [page if page.startswith("*") else f"/{page}" for page in pages]
        globs = [":glob:"] if any("*" in page for page in pages) else []
        content[0] += "\n\n" + "\n".join(["```{toctree}", *options, *globs, "", *entries, "```"]) + "\n"


def begin_at_the_readme(app, problem):
    """Servers and people look for index.html; it stands in the same folder, so its links are the same."""
    if problem is None and app.builder.format == "html":
        shutil.copyfile(app.outdir / "README.html", app.outdir / "index.html")


def setup(app):
    """``menus`` = {page: {caption: [pages]}}"""
    app.add_config_value("menus", {}, "env", dict)
    app.connect("source-read", add_menu)
    app.connect("build-finished", begin_at_the_readme)
