"""The page on windows of many widths: nothing is cut off, and a sum keeps its signs."""

import pytest
import report_networks as networks
from report_browser import choose, open_page

import minicnn as mc
from minicnn import layers


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    """The browser at a number that 5 x 5 kernels made of three colours; then its window is as before."""
    mc.set_random_seed(0)
    model = mc.Sequential([
        layers.Input((12, 12, 3)), layers.Conv2D(4, 5, activation="relu"), layers.Flatten(), layers.Dense(5),
    ])  # fmt: skip
    model.compile("adam", mc.losses.SparseCategoricalCrossentropy(from_logits=True))  # long words
    x, y = networks.judged(model)
    path = tmp_path_factory.mktemp("widths") / "report.html"
    mc.report(model, None, (x / 255, y), path)
    open_page(browser, path)
    choose(browser, layer=1, at=0)
    yield browser
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.parametrize("width, lines", [(390, 2), (700, 2), (860, 2), (1000, 2), (1120, 1), (1280, 1)])
def test_a_sum_keeps_its_signs_at_every_width(width, lines, page):
    """In one line where there is room, else in two, with the signs above what they belong to."""
    window = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", window)
    sum_wider, page_wider, products = page.execute_script("""
        const wider = (e) => e.scrollWidth - e.clientWidth;
        const between = (product) => [...product.querySelectorAll(".operator")]
            .filter((sign) => sign.offsetWidth).map((sign) => sign.textContent);
        const above = (product) => [...product.querySelectorAll("caption")]
            .map((caption) => getComputedStyle(caption, "::before").content)
            .filter((sign) => sign !== "none").map((sign) => JSON.parse(sign).trim());
        const lines = (product) =>
            new Set([...product.querySelectorAll("table")].map((grid) => grid.offsetTop)).size;
        return [wider(document.querySelector("#sum .wide")), wider(document.documentElement),
            [...document.querySelectorAll("#sum .product")].map((each) =>
                [[...between(each), ...above(each)], lines(each)])];""")
    assert sum_wider <= 0 and page_wider <= 0
    assert products == 3 * [[["×", "="], lines]]
