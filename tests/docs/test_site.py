"""The site: it builds without a warning, its links lead somewhere, and every public name has its entry."""

import importlib
import inspect
import re
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest
from agreement import ROOT

import minicnn
from docs.__main__ import main

ENTRIES = re.findall(r"^\.\. auto(\w+):: (\S+)$", "\n".join(
    file.read_text("utf-8") for file in sorted(ROOT.glob("docs/api/*.rst"))), re.M)  # fmt: skip
TOLD = {name for _, name in ENTRIES}


def rooms():
    """The modules of minicnn that its users call by name; what an extra is missing for is left out."""
    for name in dir(minicnn):
        if not name.startswith("_") and name != "sklearn":
            value = getattr(minicnn, name)
            if inspect.ismodule(value) and (name in minicnn.__all__ or name in minicnn._ON_DEMAND):
                yield value


def public(module):
    """What a module offers: its ``__all__``, or all it defines without an underscore."""
    offered = getattr(module, "__all__", None)
    if offered is None:
        own = {name for name, value in vars(module).items()
               if getattr(value, "__module__", None) == module.__name__}  # fmt: skip
        offered = [name for name in own if not name.startswith("_")]
    return [name for name in offered if not inspect.ismodule(getattr(module, name))]


@pytest.mark.parametrize("module", [*rooms()], ids=lambda module: module.__name__)
def test_every_room_is_in_the_reference(module):
    inside = {f"{module.__name__}.{name}" for name in public(module)}
    assert module.__name__ in TOLD or inside <= TOLD


def test_every_kernel_is_on_the_path():
    files = {f"minicnn.kernels.{file.stem}" for file in (ROOT / "minicnn/kernels").glob("[!_]*.py")}
    assert files == {name for name in TOLD if name.startswith("minicnn.kernels.")}


def test_what_the_reference_names_is_there():
    for kind, name in ENTRIES:
        if not name.startswith("minicnn.sklearn"):  # which cannot be imported without its extra
            module, last = (name, "__name__") if kind == "module" else name.rsplit(".", 1)
            assert hasattr(importlib.import_module(module), last), name


def test_the_command_says_what_is_missing(monkeypatch, capsys):
    monkeypatch.setattr("docs.__main__.find_spec", lambda name: None)
    with pytest.raises(SystemExit):
        main([])
    told = capsys.readouterr().err
    assert "not installed: sphinx, furo, myst_parser, latex2mathml (pip install -e '.[docs]')" in told


# ---------------------------------------------------------------- the pages themselves


class Page(HTMLParser):
    """The addresses a page leads to, the anchors it has, and the text in it."""

    def __init__(self, file):
        super().__init__()
        self.links, self.anchors, self.loaded = [], set(), []
        self.feed(file.read_text("utf-8"))

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.anchors |= {values[key] for key in ("id", "name") if values.get(key)}
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        elif tag in ("img", "script", "link"):
            self.loaded += [values[key] for key in ("src", "href") if values.get(key)]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of a site just built, by the command that CONTRIBUTING.md tells."""
    for name in ("sphinx", "furo", "myst_parser", "latex2mathml"):
        pytest.importorskip(name, reason="the site needs the extra docs of setup.cfg")
    pytest.importorskip("sklearn", reason="the reference needs scikit-learn")
    out = tmp_path_factory.mktemp("built") / "site"
    ended = subprocess.run([sys.executable, "-m", "docs", "--out", str(out)], cwd=ROOT, capture_output=True,
                           text=True, check=False, timeout=1200)  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stderr == ""
    assert ended.stdout == f"{out / 'index.html'}: open it in a browser\n"
    return out


@pytest.fixture(scope="module")
def pages(site):
    return {file: Page(file) for file in sorted(site.rglob("*.html"))}


@pytest.mark.slow
def test_no_link_is_broken(site, pages):
    broken = []
    for file, page in pages.items():
        for link in [*page.links, *page.loaded]:
            address = urlsplit(link)
            if address.scheme or address.netloc:
                continue
            target = (file.parent / unquote(address.path)).resolve() if address.path else file
            there = target.exists()
            anchor = unquote(address.fragment)
            if there and anchor and target in pages:
                there = anchor in pages[target].anchors
            if not there:
                broken.append(f"{file.relative_to(site)}: {link}")
    assert broken == []


@pytest.mark.slow
def test_nothing_is_loaded_from_elsewhere(site, pages):
    """No font, script or picture of another server; pictures of notebooks stand in the page."""
    loaded = {urlsplit(link).scheme for page in pages.values() for link in page.loaded}
    assert loaded <= {"", "data"}
    sheets = [file.read_text("utf-8", errors="replace") for file in site.rglob("*.css")]
    assert not any(re.search(r"(@import|url\()\s*[\"']?(https?:)?//", sheet) for sheet in sheets)


@pytest.mark.slow
def test_every_public_name_has_an_entry(site, pages):
    anchors = set().union(*(page.anchors for page in pages.values()))
    names = {"minicnn.Sequential.fit", "minicnn.sklearn.CNNClassifier"}
    names |= {f"minicnn.{name}" for name in public(minicnn)}
    names |= {f"{module.__name__}.{name}" for module in rooms() for name in public(module)}
    assert sorted(names - anchors) == []


@pytest.mark.slow
def test_texts_lessons_results_and_decisions_are_pages(site, pages):
    there = {file.relative_to(site).as_posix() for file in pages}
    wanted = {file.relative_to(ROOT) for pattern in (
        "*.md", "examples/*.md", "benchmarks/*.md", "docs/**/*.md", "lessons/*.md", "lessons/*/lesson.ipynb",
    ) for file in ROOT.glob(pattern)}  # fmt: skip
    assert {file.with_suffix(".html").as_posix() for file in wanted} | {"index.html"} <= there
