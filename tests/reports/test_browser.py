"""The page in a browser: it computes what the framework computes, and shows it to eyes and keyboards."""

import json

import numpy as np
import pytest
import report_networks as networks
from report_browser import as_shown, choose, open_page, read, wait
from report_networks import CLASSES

import minicnn as mc
from minicnn import layers
from minicnn.reports.pictures import as_bytes


def test_nothing_is_loaded_and_nothing_goes_wrong(opened):
    browser, _, _, path = opened
    events = [json.loads(each["message"])["message"] for each in browser.get_log("performance")]
    asked = [each["params"] for each in events if each["method"] == "Network.requestWillBeSent"]
    asked = {each["request"]["url"] for each in asked if each["documentURL"] == path.as_uri()}
    assert {url for url in asked if not url.startswith("data:")} == {path.as_uri()}
    assert browser.get_log("browser") == []


def test_a_name_is_text_whatever_it_says(opened):
    browser, model, _, _ = opened
    assert browser.title == model.name
    assert CLASSES[1] in browser.find_element("id", "classes").text
    assert CLASSES[1] in browser.find_element("id", "pictures").text


def test_every_number_of_every_layer_is_the_frameworks(opened):
    browser, model, x, _ = opened
    for n in range(len(x)):
        choose(browser, picture=n)
        found = browser.execute_script("return outputs.map(({ data }) => Array.from(data))")
        np.testing.assert_array_equal(np.float32(found[0]), x[n].ravel())
        due = networks.outputs(model, x[n : n + 1])
        for layer, here, there in zip(model.layers, due, found[1:], strict=True):
            assert np.abs(there - here.ravel()).max() <= 1e-5 * np.abs(here).max(), layer.name


def test_it_can_listen_after_every_row_and_keeps_what_it_computed(opened):
    browser, model, _, _ = opened
    k = [type(layer).__name__ for layer in model.layers].index("Conv2D")
    rests = browser.execute_script("""
        const k = arguments[0];
        return [...outputOf(network, k, outputs[k], chosen.picture)].length""", k)
    assert rests == model.layers[k].output_shape[1]
    for n in range(6):
        choose(browser, picture=n)
    assert browser.execute_script("return [...computed.keys()]") == [2, 3, 4, 5]
    here = browser.execute_script("""
        const before = computed.get(3)[arguments[0]];
        go({ picture: 3 });
        return outputs.length === last + 1 && outputs[arguments[0]] === before;""", k + 1)
    assert here


def test_a_picture_that_is_overtaken_does_not_come_back(opened):
    browser, _, x, path = opened
    open_page(browser, path)
    browser.execute_script("""
        const look = performance.now.bind(performance);
        let hours = 0;
        performance.now = () => look() + 1e6 * hours++;  // every step takes longer than a slice
        go({ picture: 1 });
        go({ picture: 2 });""")
    wait(browser)
    found = browser.execute_script("return [outputs.length === last + 1, Array.from(outputs[0].data), last]")
    assert found[0]
    np.testing.assert_array_equal(np.float32(found[1]), x[2].ravel())
    assert browser.execute_script("return computed.get(1).length < last + 1")
    open_page(browser, path)  # with its own clock again


BILL = """
    go({ layer: arguments[0], at: arguments[1] });
    const rows = [...document.querySelectorAll("#sum .bill > tbody > tr")];
    return { value: $("value").textContent, lines: rows.map((row) => [row.className,
        row.querySelector(":scope > th").innerText, row.querySelector(":scope > td").innerText]) };"""


@pytest.mark.parametrize("channels", [1, 4])
def test_pictures_have_the_colours_they_have_among_the_mistakes(channels, opened, rng):
    browser, _, _, _ = opened
    for x in (rng.integers(0, 256, (1, 3, 4, channels)), rng.normal(size=(1, 3, 4, channels))):
        shown = browser.execute_script("""
            const canvas = document.createElement("canvas"), [shape, data] = arguments, [H, W] = shape;
            drawPicture(canvas, { shape, data: Float32Array.from(data) });
            return [...canvas.getContext("2d").getImageData(0, 0, W, H).data];
        """, x.shape[1:], x.ravel().tolist())
        shown = np.reshape(shown, (3, 4, 4))
        assert np.abs(shown[..., :3] - as_bytes(x)[0].astype(int)).max() <= 1 and (shown[..., 3] == 255).all()


def test_the_sum_shown_is_the_activation(opened):
    """In every layer, for several numbers of its output: the lines add up, and to what the framework has."""
    browser, model, x, _ = opened
    choose(browser, picture=2)
    summed = 0
    for k, (layer, y) in enumerate(zip(model.layers, networks.outputs(model, x[2:3])), 1):
        for at in {0, y.size // 2, y.size - 1}:
            shown = browser.execute_script(BILL, k, at)
            assert read(shown["value"]) == as_shown(y.ravel()[at])
            totals = [amount for kind, _, amount in shown["lines"] if kind == "total"]
            assert len(totals) == (type(layer).__name__ not in ("RandomCrop", "Doubled"))
            assert all(read(total) == as_shown(y.ravel()[at]) for total in totals)
            if type(layer).__name__ in ("Conv2D", "Dense"):
                sum_at = [name for _, name, _ in shown["lines"]].index("the sum")
                amounts = [read(text) for _, _, text in shown["lines"][: sum_at + 1] if text != "none"]
                assert sum(amounts[:-1]) == pytest.approx(amounts[-1], rel=1e-4, abs=1e-4 * len(amounts))
                summed += 1
    assert summed >= 6


@pytest.mark.parametrize("formats, bits", [(["float32"], 32), (["float32", "uint16"], 16)])
def test_it_says_how_far_weights_are_rounded(formats, bits, opened):
    """Weights of 64 bits to 32; large kernels to 16, and what stands behind them knows it."""
    browser, _, _, _ = opened
    some = [{"arrays": {"kernel": {"format": form}}, "difference": 3e-8} for form in reversed(formats)]
    words = browser.execute_script("return agreement(...arguments)", {"layers": some}, len(some) - 1)
    assert f"rounded to {bits} bits here, which changes its numbers by 3e-8 at most" in words


def test_a_number_depends_on_its_receptive_field_and_on_nothing_else(opened):
    browser, model, x, _ = opened
    known = True
    for k, layer in enumerate(model.layers):
        known = known and type(layer).__name__ not in ("RandomCrop", "Doubled")
        at = networks.outputs(model, x[:1])[k].size // 2
        field = browser.execute_script("return receptiveField(network, ...arguments)", k, at)
        assert (field is not None) == known
        if known:
            check_field(model, x[:1], k, at, field, sides=layer.name != "max_pooling2d")


def check_field(model, x, k, at, field, sides=True):
    """Around the field nothing changes number ``at`` of layer k; each of its ``sides`` does."""

    def number(picture):
        return networks.outputs(model, picture)[k].ravel()[at]

    top, left, bottom, right = (field[side] for side in ("top", "left", "bottom", "right"))
    inside = np.zeros((*x.shape[1:3], 1), bool)
    inside[top : bottom + 1, left : right + 1] = True
    noise = np.random.default_rng(3).integers(0, 256, x.shape).astype(np.float32)
    assert number(np.where(inside, x, noise)) == pytest.approx(number(x), rel=1e-5)
    whole = slice(None)
    for rows, columns in ((top, whole), (bottom, whole), (whole, left), (whole, right)):
        side = np.zeros_like(inside)
        side[rows, columns] = True
        if sides:
            changed = number(np.where(side & inside, 255 - x, x))
            assert changed != number(x), f"{model.layers[k]}: {field} is too large"


def test_what_no_window_reaches_is_in_no_receptive_field(browser, tmp_path):
    """Windows of 2 at 0, 3 and 6 leave row and column 8 of the picture out: of the mean over them, too."""
    path = tmp_path / "report.html"
    model = mc.Sequential([
        layers.Input((9, 9, 1)), layers.Conv2D(2, 2, strides=3), layers.GlobalAveragePooling2D(),
        layers.Dense(5),
    ])  # fmt: skip
    x, y = networks.judged(model)
    mc.report(model, None, (x, y), path)
    open_page(browser, path)
    for k in range(3):
        field = browser.execute_script("return receptiveField(network, ...arguments)", k, 2 - k)
        window, all_windows = (0, 3, 1, 4), (0, 0, 7, 7)
        assert field == dict(zip(("top", "left", "bottom", "right"), all_windows if k else window))
        check_field(model, x[:1], k, 2 - k, field)
    choose(browser, layer=2, at=0)
    assert browser.find_element("id", "field-words").text == "rows 0 to 7, columns 0 to 7: 8 × 8 pixels"


def test_a_layer_of_ones_own_may_be_called_as_another(browser, tmp_path):
    class Conv2D(layers.Conv2D):
        def forward(self, x, training=False):
            return -super().forward(x)

    model = mc.Sequential([layers.Input((5, 5, 1)), Conv2D(2, 3), layers.Flatten(), layers.Dense(5)])
    path = tmp_path / "report.html"
    mc.report(model, None, networks.judged(model), path)
    browser.get_log("browser")
    open_page(browser, path)
    assert browser.find_element("id", "layer-words").text == "These numbers are the framework's own."
    assert browser.find_element("id", "sum").text == "Conv2D is a layer this page has no arithmetic for."
    assert browser.find_element("id", "field-words").text.startswith("not known")
    assert browser.get_log("browser") == []


def broken_network(where, value):
    """Padding, zeros, and one weight or input that is no number: the weight meets zeros alone."""
    mc.set_random_seed(0)
    model = mc.Sequential([
        layers.Input((7, 6, 2)), layers.ReLU(),
        layers.Conv2D(3, 3, padding="same", activation="relu", algorithm="im2col"),
        layers.MaxPooling2D(2), layers.LeakyReLU(), layers.Flatten(), layers.Dense(4, "relu"),
        layers.Dense(5),
    ])  # fmt: skip
    x, y = networks.judged(model)
    x = np.where(x < 128, -x, x)
    kernels = {layer.name: layer.params["kernel"] for layer in model.layers if layer.params}
    if where == "picture":
        x[:, 3, 4, 1] = value
    elif where == "conv2d":
        x[..., 0] = 0
        kernels["conv2d"][0, 0, 0, 0] = value
    else:
        kernels["conv2d"][..., 0] = 0
        kernels["dense"][0, 0] = value
    return model, x, y


@pytest.mark.parametrize("where", ["conv2d", "dense", "picture"])
@pytest.mark.parametrize("value", [np.nan, pytest.param(np.inf, marks=pytest.mark.slow)])
def test_what_is_no_number_there_is_none_here(where, value, browser, tmp_path):
    model, x, y = broken_network(where, value)
    path = tmp_path / "report.html"
    mc.report(model, None, (x, y), path)  # without a warning
    browser.get_log("browser")
    open_page(browser, path)
    numbers = browser.execute_script("return network.numbers")
    found = browser.execute_script("return outputs.map(({ data }) => Array.from(data, String))")
    with np.errstate(invalid="ignore"):
        due = networks.outputs(model, x[numbers[:1]])
    assert not np.isfinite(due[-1]).all() and np.isfinite(due[1]).any()
    for k, (layer, here, there) in enumerate(zip(model.layers, due, found[1:], strict=True), 1):
        np.testing.assert_allclose(np.float32(there), here.ravel(), rtol=1e-4, err_msg=layer.name)
        shown = browser.execute_script(BILL, k, int(np.isfinite(here.ravel()).argmin()))
        if not np.isfinite(here).all():
            assert shown["value"] == shown["lines"][-1][2] in ("NaN", "Infinity", "-Infinity")
            assert "so 0" not in shown["lines"][-1][1]
    assert browser.get_log("browser") == []


def test_a_mistake_leads_into_the_explorer(opened):
    browser, _, _, path = opened
    open_page(browser, path)
    browser.execute_script("addEventListener('hashchange', () => { window.followed = true; })")
    browser.find_elements("css selector", "#mistakes a")[1].click()
    browser.execute_async_script("""
        const done = arguments[0], wait = () => (window.followed ? done() : setTimeout(wait, 5));
        wait();""")  # the page hears of its new address after the click, not in it
    assert browser.execute_script("return [chosen.picture, chosen.layer]") == [1, 1]
    assert browser.execute_script("return Math.abs($('inside').getBoundingClientRect().top)") < 100
    assert browser.find_element("css selector", "#pictures input:checked").get_attribute("value") == "1"


def test_row_column_and_map_can_be_typed(opened):
    browser, model, x, path = opened
    k = [type(layer).__name__ for layer in model.layers].index("Conv2D") + 1
    open_page(browser, path, f"#picture=0&layer={k}&at=0")
    for name, value in (("map", 2), ("row", 1), ("column", 99)):  # the last column, there are no 99
        browser.execute_script("""
            $(arguments[0]).value = arguments[1];
            $(arguments[0]).dispatchEvent(new Event("change"));""", f"at-{name}", value)
    y = networks.outputs(model, x[:1])[k - 1][0]
    assert read(browser.find_element("id", "value").text) == as_shown(y[1, -1, 2])


def test_following_the_largest_term_leads_to_where_it_comes_from(opened):
    browser, model, x, path = opened
    open_page(browser, path)
    k = max(k for k, layer in enumerate(model.layers, 1) if type(layer).__name__ == "Dense")
    choose(browser, layer=k, at=0)
    browser.find_element("css selector", "#sum button.source").click()
    weights = model.layers[k - 1].params["kernel"][:, 0]
    terms = networks.outputs(model, x[:1])[k - 2].ravel()[: len(weights)] * weights
    assert browser.execute_script("return [chosen.layer, chosen.at]") == [k - 1, np.abs(terms).argmax()]


def test_everything_has_a_name_for_those_who_cannot_see_it(opened):
    browser, _, _, path = opened
    open_page(browser, path)
    nameless = browser.execute_script("""
        const names = ["aria-label", "alt", "title", "aria-labelledby"];
        const named = (e) => names.some((name) => e.getAttribute(name))
            || (e.alt === "" ? e.parentElement : e).textContent.trim()
            || e.closest("label")?.textContent.trim();
        const some = [...document.querySelectorAll("img, button, a, input, [role]")];
        return some.filter((e) => !named(e)).map((e) => e.outerHTML);""")
    assert nameless == []
    silent = """return [...document.querySelectorAll("canvas")]
        .filter((e) => !e.closest("[aria-hidden], [role]")).map((e) => e.parentElement.outerHTML)"""
    assert browser.execute_script(silent) == []


@pytest.mark.parametrize("width", [400, 1280])
def test_it_fits_into_the_window(opened, width):
    browser, _, _, path = opened
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    open_page(browser, path)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


@pytest.mark.slow
def test_m3_has_room_and_its_rounded_weights_agree(browser, tmp_path):
    """The largest network of write-up A, 1.2 million weights: under 5 MB, and right to 1e-3."""
    mc.set_random_seed(0)
    model = networks.m3()
    x, y = (part[:40] for part in mc.datasets.load("shapes", 1, 40)[1])
    x = x / np.float32(255)
    path = tmp_path / "m3.html"
    mc.report(model, {"loss": [2.0]}, (x, y), path)
    assert path.stat().st_size < 5 * 10**6
    open_page(browser, path)
    numbers = browser.execute_script("return network.numbers")
    for n in (0, len(numbers) - 1):
        browser.execute_async_script("go({ picture: arguments[0] }); setTimeout(arguments[1], 500)", n)
        found = browser.execute_script("return outputs.map(({ data }) => Array.from(data))")
        for here, there in zip(networks.outputs(model, x[numbers[n]][None]), found[1:], strict=True):
            assert np.abs(there - here.ravel()).max() < 1e-3
    formats = [array["format"] for layer in carried(path) for array in layer.get("arrays", {}).values()]
    assert set(formats) == {"float32", "uint8", "uint16"}  # uint8: biases that are still zero


def carried(path):
    text = path.read_text().partition('id="network">')[2].partition("</script>")[0]
    return json.loads(text)["layers"]


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(6,), (5, 2), (4, 3, 2)])
def test_inputs_that_are_no_pictures_have_an_explorer_too(shape, browser, tmp_path):
    flat = [mc.layers.Flatten()] if len(shape) > 1 else []
    model = mc.Sequential([mc.layers.Input(shape), mc.layers.Dense(30), *flat, mc.layers.Dense(3, "softmax")])
    x = np.random.default_rng(0).normal(size=(9, *shape)).astype(np.float32)
    path = tmp_path / "report.html"
    mc.report(model, None, (x, np.arange(9) % 3), path)
    browser.get_log("browser")
    open_page(browser, path)
    numbers = browser.execute_script("return network.numbers")
    for k, y in enumerate(networks.outputs(model, x[numbers[:1]]), 1):
        for at in (0, y.size - 1):
            shown = browser.execute_script(BILL, k, at)
            assert read(shown["value"]) == as_shown(y.ravel()[at]) == read(shown["lines"][-1][2])
    choose(browser, layer=0, at=1)
    assert read(browser.find_element("id", "value").text) == as_shown(x[numbers[0]].ravel()[1])
    assert browser.get_log("browser") == []
