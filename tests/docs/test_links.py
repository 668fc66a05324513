"""Links of the site's pages, told without building it: each leads to a file, and where the site would make a
page of that, to one of its pages. test_site.py follows them once it is built, which is slow."""

import json
import re
from pathlib import PurePosixPath

import pytest
from agreement import ROOT

from docs import conf

LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```|^    \S.*?$|`[^`\n]+`", re.M | re.S)
HEADING = re.compile(r"^#+ (.+)$", re.M)


def fits(path, patterns):
    """Does one of Sphinx's patterns mean ``path``? * stands for anything without a slash, ** for anything."""
    stars = ((r"\*\*", ".*"), (r"\*", "[^/]*"))
    for pattern in map(re.escape, patterns):
        for star, meant in stars:
            pattern = pattern.replace(star, meant)
        if re.fullmatch(pattern, path):
            return True
    return False


def is_page(path):
    """Does the site make a page of the file ``path``, seen from the root?"""
    left_out = (fits(str(each), conf.exclude_patterns) for each in [path, *PurePosixPath(path).parents[:-1]])
    return fits(path, conf.include_patterns) and not any(left_out)


def text_of(path):
    """A page's Markdown, without its examples of code."""
    text = (ROOT / path).read_text(encoding="utf-8")
    if path.endswith(".ipynb"):
        cells = json.loads(text)["cells"]
        text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return CODE.sub("", text)


def anchors(path):
    """What its headings are called in an address."""
    words = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(text_of(path)))
    return {each.strip().replace(" ", "-") for each in words}


def dead(page, text):
    """Those of the links in ``text``, as a part of ``page``, that the site cannot follow."""
    found = []
    for link in LINK.findall(text):
        if re.match(r"\w+:", link):
            continue
        path, _, anchor = link.partition("#")
        file = (ROOT / page).parent.joinpath(path).resolve() if path else ROOT / page
        target = file.relative_to(ROOT).as_posix()
        there = file.is_file() and (file.suffix not in conf.source_suffix or is_page(target))
        if not there or (anchor and file.suffix in (".md", ".ipynb") and anchor not in anchors(target)):
            found.append(link)
    return found


PAGES = [path for file in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("[be]*/*.md"),
                           *ROOT.glob("lessons/*.md"), *ROOT.glob("lessons/*/lesson.ipynb")]
         if is_page(path := file.relative_to(ROOT).as_posix())]  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_the_site_can_follow_every_link(page):
    assert dead(page, text_of(page)) == []


def test_pages_are_known():
    assert {"README.md", "lessons/AUTHORS.md", "lessons/01_pixels/lesson.ipynb"} < {*PAGES}
    for path in ("minicnn/model.py", "lessons/harness/own.py", "docs/conf.py", "docs/decisions/threads.md"):
        assert is_page(path) is (path != "docs/conf.py"), path
    for path in ("lessons/16_depth/m3.py", "tests/conftest.py", "build/site/README.md"):
        assert not is_page(path)


@pytest.mark.parametrize("link, leads", [
    ("harness/own.py", True), ("16_depth/m3.py", False), ("floors.json", True), ("no_floors.json", False),
    ("harness", False), ("README.md#the-map", True), ("README.md#no-map", False), ("https://a.b/c", True),
    ("#checkpy", True),
])  # fmt: skip
def test_dead_links_are_found(link, leads):
    assert dead("lessons/AUTHORS.md", f"[words]({link})") == [link] * (not leads)
