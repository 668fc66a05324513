"""``--report`` of the scripts: a page for every part that was trained, judged by what evaluate saw."""

import re
import sys
from pathlib import Path

import pytest

from examples import cifar_depth, cifar_m1, flowers_alexnet
from examples.cifar_m1 import common
from minicnn.__main__ import main

SCRIPTS = Path(__file__).resolve().parents[2] / "examples"
TRIAL = ["--data", "shapes", "--epochs", "1", "--quiet", "--report"]


@pytest.mark.parametrize(
    "script, flags, pages",
    [
        (cifar_m1, ["--subset", "80"], {"m1_shapes_80_report.html"}),
        pytest.param(
            cifar_depth, ["--subset", "80"], {f"depth_shapes_80_m{k}_report.html" for k in (1, 2, 3)},
            marks=pytest.mark.slow,
        ),
        pytest.param(
            flowers_alexnet, ["--subset", "20", "--image-size", "67"],
            {"alexnet_plain_shapes_20_report.html"}, marks=pytest.mark.slow,
        ),
    ],
)  # fmt: skip
def test_a_page_for_every_part(script, flags, pages, tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules[common.Run.__module__], "git_commit", lambda: "1a2b3c")  # at any moment
    script.main([*TRIAL, *flags, "--out", str(tmp_path)])
    written = {path.name: path.read_text() for path in tmp_path.glob("*.html")}
    assert written.keys() == pages
    for page in written.values():
        assert len(page.encode()) < 5 * 10**6
        assert "on shapes (embedded pictures, not " in page and "test pictures named rightly" in page
        assert '<th scope="row">commit</th>' in page and "loss from epoch 1 to 1" in page

    for page in tmp_path.glob("*.html"):
        page.unlink()
    assert main(["report", str(tmp_path)]) == 0
    assert {path.name: path.read_text() for path in tmp_path.glob("*.html")} == written


def test_no_page_unasked(tmp_path):
    cifar_m1.main([*TRIAL[:-1], "--subset", "40", "--out", str(tmp_path)])
    assert list(tmp_path.glob("*.html")) == []


def test_every_script_that_records_a_part_reports_it():
    recorded = {}
    for file in SCRIPTS.glob("*_*.py"):
        text = file.read_text()
        records = re.findall(r"run\.record\((.*), test\)\n *run\.report\(\1, ", text)
        recorded[file.name] = len(records)
        assert len(records) == text.count("run.record("), file.name
    assert sum(map(bool, recorded.values())) == 12
