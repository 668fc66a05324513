"""What the texts promise: their links lead somewhere. Their examples and commands: tests/docs/."""

import re

import pytest
from documents import PAGES

LINK = re.compile(r"\]\(([^)\s]+)\)")


def links(text):
    """The files a text's links and pictures lead to, addresses in the web left out."""
    targets = [target.split("#")[0] for target in LINK.findall(text) if not re.match(r"\w+:", target)]
    return [target for target in targets if target]


def test_links_are_found():
    text = "[a](b/c.md#part) and ![a\npicture](d.png), [web](https://e.org/f), [mail](mailto:g@h), [here](#i)"
    assert links(text) == ["b/c.md", "d.png"]


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_to_a_file(name):
    file = PAGES[name]
    missing = [each for each in links(file.read_text(encoding="utf-8")) if not (file.parent / each).exists()]
    assert missing == []
