"""The site's settings. Pages are read where they stand, so a link means the same in the repository."""

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from minicnn import config  # noqa: E402  the clone's own, whether it is installed or not

project, release, copyright = "minicnn", config.VERSION, "minicnn's authors, MIT licence"
language = "en"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.linkcode", "docs.site"]

# Pages: text, notebooks, and every source file that a text may lead to.
root_doc = "README"
source_suffix = {".md": "markdown", ".rst": "restructuredtext", ".ipynb": "notebook", ".py": "source",
                 ".js": "source"}  # fmt: skip
include_patterns = [
    "*.md", "docs/**.md", "docs/**.rst", "examples/**.md", "benchmarks/**.md", "lessons/*.md",
    "lessons/*/lesson.ipynb", "minicnn/**.py", "minicnn/reports/forward.js", "examples/*.py",
    "benchmarks/*.py", "lessons/harness/*.py",
]  # fmt: skip
exclude_patterns = [".*", "build", "dist", "runs", "**/results", "tests"]

# What stands on the left, by the page it stands under; in the page itself it would be seen in the repository.
menus = {
    "README": {
        "Use": ["docs/api/index", "docs/commandline", "docs/exchange", "docs/report", "docs/search"],
        "Learn": ["lessons/README", "docs/api/kernels"],
        "Results": ["examples/README", "benchmarks/README", "docs/reliability"],
        "How it is built": ["CONTRIBUTING", "docs/decisions/*", "lessons/AUTHORS", "CHANGELOG"],
    },
    "lessons/README": {"": ["*/lesson"]},
}

# Markdown as the repository's own pages use it.
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
html_math_renderer = "mathml"
highlight_language = "text"
smartquotes = False  # quotes stay as they are typed: most belong to code

# Docstrings are Markdown's: see docs/site/docstrings.py.
autodoc_default_options = {"no-value": True}  # of constants: the repr of an object explains nothing
autodoc_member_order = "bysource"
autodoc_inherit_docstrings = False  # a method that only repeats its class's promise has no entry of its own
autodoc_typehints = "none"
add_module_names = False
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = "minicnn"
html_static_path = ["site/static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_search_summary = False  # it would fetch pages, which browsers refuse from a disk
html_show_sphinx = False
