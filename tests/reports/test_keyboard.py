"""The page without a mouse: everything can be reached, and the focus is never lost."""

import numpy as np
import pytest
import report_networks as networks
from report_browser import as_shown, choose, open_page, read, wait

import minicnn as mc
from minicnn import layers


@pytest.fixture
def keys():
    return pytest.importorskip("selenium.webdriver.common.keys", reason="needs selenium").Keys


def test_the_keyboard_reaches_every_number(opened, keys):
    browser, model, x, path = opened
    k = [type(layer).__name__ for layer in model.layers].index("Conv2D") + 1
    open_page(browser, path, f"#picture=1&layer={k}&at=0")
    focused = None
    for _ in range(60):
        browser.switch_to.active_element.send_keys(keys.TAB)
        focused = browser.switch_to.active_element
        if focused.get_attribute("id") == "map":
            break
    assert focused.get_attribute("id") == "map"
    focused.send_keys(keys.ARROW_DOWN, keys.ARROW_DOWN, keys.ARROW_RIGHT, keys.PAGE_DOWN)
    y = networks.outputs(model, x[1:2])[k - 1][0]
    assert read(browser.find_element("id", "value").text) == as_shown(y[2, 1, 1])
    spoken = focused.get_attribute("aria-valuetext")
    assert spoken.startswith("row 2, column 1: ")
    assert read(spoken.split(": ")[1]) == as_shown(y[2, 1, 1])
    focused.send_keys(keys.ARROW_LEFT, keys.ARROW_LEFT, keys.HOME, *[keys.ARROW_UP] * 3)
    assert "row 0, column 0" in focused.get_attribute("aria-valuetext")


def test_arrow_keys_choose_pictures_and_layers(opened, keys):
    browser, _, _, path = opened
    open_page(browser, path)
    browser.find_element("css selector", "#pictures input:checked").send_keys(keys.ARROW_RIGHT)
    browser.find_element("css selector", "#layers input:checked").send_keys(keys.ARROW_RIGHT)
    assert browser.execute_script("return [chosen.picture, chosen.layer]") == [1, 2]
    address = browser.current_url.partition("#")[2]
    open_page(browser, path, "#" + address)  # and the address leads back there
    assert browser.execute_script("return [chosen.picture, chosen.layer]") == [1, 2]


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    """A page with long sums, patches of more than five columns, and a layer of few units before the last."""
    mc.set_random_seed(0)
    model = mc.Sequential([
        layers.Input((12, 12, 1)), layers.Conv2D(8, 3, padding="same", activation="relu"),
        layers.Conv2D(4, 6), layers.Flatten(), layers.Dense(20), layers.Dense(5, "softmax"),
    ])  # fmt: skip
    x, y = networks.judged(model)
    path = tmp_path_factory.mktemp("keyboard") / "report.html"
    mc.report(model, {"loss": [2.0, 1.5]}, (x, y), path, pictures=6)
    open_page(browser, path)
    first = browser.execute_script("return network.numbers")[0]
    return model, path, networks.outputs(model, x[[first]])


def within(browser, place):
    """Whether the focus is in the element with this id."""
    return browser.execute_script("return $(arguments[0]).contains(document.activeElement)", place)


def test_every_stop_of_the_tab_key_is_seen_and_named_and_there_are_not_too_many(browser, page, keys):
    open_page(browser, page[1], "#picture=0&layer=2&at=5")
    stops = []
    browser.execute_script("document.querySelector('nav a').focus()")
    for _ in range(100):
        browser.switch_to.active_element.send_keys(keys.TAB)
        stop = browser.execute_script("""
            const e = document.activeElement, { width, height } = e.getBoundingClientRect();
            const name = e.ariaLabel || e.textContent.trim() || e.closest("label")?.textContent;
            return { tag: e.tagName, seen: width * height > 0, name };""")
        if stop["tag"] == "BODY":  # the end of the page
            break
        assert stop["seen"] and stop["name"], stop
        stops.append(stop)
    assert len(stops) < 50
    assert {"one number of the map", "show them"} <= {each["name"] for each in stops}


@pytest.mark.parametrize("layer, shown", [(5, 10), pytest.param(2, 6, marks=pytest.mark.slow)])
def test_who_asks_for_the_other_terms_is_led_to_the_first_of_them(layer, shown, browser, page, keys):
    open_page(browser, page[1], f"#picture=0&layer={layer}&at=3")
    row = """return document.activeElement.closest(".bill > tbody > tr")?.sectionRowIndex"""
    more = browser.find_element("xpath", "//div[@id='sum']//button[text()='show them']")
    browser.execute_script("arguments[0].focus()", more)
    assert browser.execute_script(row) == shown
    more.send_keys(keys.ENTER)
    assert "show them" not in browser.find_element("id", "sum").text
    assert within(browser, "sum") and browser.execute_script(row) == shown
    assert browser.switch_to.active_element.tag_name == "button"


def test_following_a_number_leads_to_where_it_is_chosen(browser, page, keys):
    """To its radio button in a layer of few units, which has no large map, else to the map."""
    open_page(browser, page[1], "#picture=0&layer=5&at=0")
    source = browser.find_element("css selector", "#sum button.source")
    source.send_keys(keys.ENTER)
    unit = browser.switch_to.active_element
    assert within(browser, "maps") and unit.is_selected()
    assert browser.execute_script("return [chosen.layer, chosen.at]") == [4, int(unit.get_attribute("value"))]
    browser.find_element("css selector", "#sum button.source").send_keys(keys.ENTER)
    assert browser.switch_to.active_element.get_attribute("id") == "map"
    choose(browser, layer=4, at=7)
    browser.find_element("css selector", "#maps input:checked").send_keys(keys.ARROW_DOWN)
    assert browser.execute_script("return chosen.at") == 8 and within(browser, "maps")


def test_the_numbers_of_a_patch_can_be_walked_and_followed(browser, page, keys):
    model, path, (maps, *_) = page
    open_page(browser, path, "#picture=0&layer=2&at=0")
    grid = browser.find_element("css selector", "#sum [role=grid]")
    assert len(grid.find_elements("css selector", "button")) == 36
    (stop,) = grid.find_elements("css selector", "button[tabindex='0']")
    stop.send_keys(keys.ARROW_DOWN, keys.ARROW_UP, keys.ARROW_UP)  # over the border there is nowhere to go
    for key in (keys.ARROW_DOWN, keys.ARROW_DOWN, keys.ARROW_RIGHT):
        browser.switch_to.active_element.send_keys(key)
    cell = browser.switch_to.active_element
    row = browser.execute_script("return arguments[0].closest('.product')", cell)
    name = row.find_element("css selector", "button[title]").text
    number = int(name.removeprefix("map "))
    told = row.find_element("class name", "told").text
    value, weight = maps[0, 2, 1, number], model.layers[1].params["kernel"][2, 1, number, 0]
    factors, product = told.split(" = ")
    assert [read(each) for each in factors.split(" × ")] == [as_shown(value), as_shown(weight)]
    assert read(product) == as_shown(value * weight) and cell.get_attribute("aria-label") == told
    cell.send_keys(keys.ENTER)
    assert browser.switch_to.active_element.get_attribute("id") == "map"
    at = int(np.ravel_multi_index((2, 1, number), maps.shape[1:]))
    assert browser.execute_script("return [chosen.layer, chosen.at]") == [1, at]
    assert browser.find_element("id", "value").text.replace("−", "-") == f"{maps[0, 2, 1, number]:.4f}"


def test_a_mistake_leads_the_keyboard_into_the_explorer(browser, page, keys):
    open_page(browser, page[1])
    browser.find_elements("css selector", "#mistakes a")[1].send_keys(keys.ENTER)
    browser.execute_async_script("""
        const done = arguments[0], there = () => $("pictures").contains(document.activeElement);
        const look = () => (there() ? done() : setTimeout(look, 5));
        look();""")
    chosen = browser.switch_to.active_element
    assert chosen.is_selected() and chosen.get_attribute("value") == "1"


def test_the_focus_stays_where_it_was_when_the_colours_turn_dark(browser, page, keys):
    open_page(browser, page[1], "#picture=0&layer=5&at=0")
    browser.execute_script("document.querySelectorAll('#sum button.source')[2].focus()")
    name = browser.switch_to.active_element.text
    try:
        features = [{"name": "prefers-color-scheme", "value": "dark"}]
        browser.execute_script("window.light = String(shades)")
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        browser.execute_async_script("""
            const done = arguments[0], turned = () => String(shades) !== window.light;
            const look = () => (turned() ? done() : setTimeout(look, 5));
            look();""")
        wait(browser)
        assert within(browser, "sum") and browser.switch_to.active_element.text == name
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
