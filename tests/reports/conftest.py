"""A browser, where there is one."""

import shutil

import pytest
import report_networks as networks
from report_browser import open_page

import minicnn as mc

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--window-size=1280,900",
)  # fmt: skip


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """Headless Chromium with its logs kept; a test that needs it is skipped where it is not installed."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="needs selenium, which drives a browser")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("needs Chromium and its driver: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    window = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield window
    window.quit()


MODELS = {"long": networks.long_network, "short": networks.short_network}


@pytest.fixture(scope="module", params=["long", pytest.param("short", marks=pytest.mark.slow)])
def opened(request, browser, tmp_path_factory):
    """The browser with a report in it, the model it is about, and the pictures it shows."""
    model = MODELS[request.param]()
    x, y = networks.judged(model)
    path = tmp_path_factory.mktemp("report") / "report.html"
    mc.report(model, {"loss": [2.0, 1.5], "val_loss": [2.1, 1.7]}, (x, y), path, networks.CLASSES, pictures=6)
    for log in ("browser", "performance"):
        browser.get_log(log)
    open_page(browser, path)
    return browser, model, x[browser.execute_script("return network.numbers")], path
