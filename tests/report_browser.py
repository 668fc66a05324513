"""What the tests of the report page do in a browser."""

import pytest


def open_page(browser, path, hash=""):
    browser.get("about:blank")
    browser.get(f"{path.as_uri()}{hash}")
    wait(browser)


def wait(browser):
    """Until everything is computed."""
    browser.execute_async_script("""
        const done = arguments[0], busy = () => document.querySelector("[aria-busy]");
        const wait = () => (busy() ? setTimeout(wait, 5) : done());
        wait();""")


def choose(browser, **what):
    """Show a picture, layer (1 for the first) or number, and wait for it."""
    browser.execute_script("go(arguments[0])", what)
    wait(browser)


def read(text):
    """The number in a text, as the page writes it."""
    return float(text.replace("−", "-").replace(",", ""))


def as_shown(value):
    """``value``, up to the digits that the page leaves out."""
    return pytest.approx(value, rel=6e-5, abs=6e-5)


def test_every_layer_it_knows_is_known_whole(opened):
    browser, _, _, _ = opened
    missing = browser.execute_script("""
        const asked = ["about", "forward", "sees", "sum"];
        return Object.entries(LAYERS).flatMap(([kind, row]) =>
            asked.filter((name) => typeof row[name] !== "function").map((name) => `${kind}.${name}`));""")
    assert missing == []
