"""Tables and chart from results written by hand."""

import json
import re

import numpy as np
import pytest
from PIL import Image

from benchmarks import marked, report, tables
from benchmarks.networks import NETWORKS


def times(**seconds):
    return {name.replace("_", ", "): {"steps": 5, "median": t, "min": 0.9 * t, "preempted": 0}
            for name, t in seconds.items()}  # fmt: skip


def contest(*rounds, **more):
    ways = dict.fromkeys(rounds[0], "fit")
    return {"batch": 40, "ways": ways, "trials": {}, "errors": {}, "rounds": list(rounds), **more}


@pytest.fixture
def document():
    """m1: minicnn takes 2 ms and 4 ms, PyTorch always twice that, Keras 5 and 6."""
    m1 = contest(
        times(minicnn=0.002, torch=0.004, keras=0.005), times(minicnn=0.004, torch=0.008, keras=0.006)
    )
    m2 = contest(times(minicnn=0.5, torch=0.25, keras=1.0), errors={})
    convolution = contest(times(minicnn_default=0.02, BLAS=0.1, torch=0.04), operations=3e9, product=6e9)
    alone = contest(times(**{
        "minicnn, 1 thread": 0.006, "minicnn, 2 threads": 0.004, "minicnn, two copies": 0.0075,
    }))  # fmt: skip
    size = {"way": "fit", "imported": 100 * 2**20, "building": 300 * 2**20, "step": 150 * 2**20}
    failed = {"keras": "keras: MemoryError"}
    return json.loads(json.dumps({  # so that no two parts are one object
        "machine": {"processor": "Abacus 5", "vectors": ["avx2"], "cores": 4, "cores allowed": 4,
                    "memory_gib": 16.0, "system": "Linux", "load": 0.0},
        "versions": {"numpy": "2.0", "torch": "2.13.0"}, "commit": "0123456789ab", "date": "2026-01-31",
        "settings": {"threads": 2, "rounds": 2, "seconds": 1.0},
        "train": {"m1": m1, "m2": m2}, "inference": {"m1": m1},
        "memory": {"m1": {"batch": 40, "bytes": {"minicnn": size}, "errors": failed}},
        "first_step": {"m1": {"batch": 40, "seconds": {"minicnn, cold": [21.5], "minicnn": [1.5, 2.5],
                                                       "torch": [2.25, 2.25]}, "ways": {}, "errors": {}}},
        "scaling": {"batch 8": m1}, "threads": {"m1": alone},
        "ladder": {"m1 C32k5s2S of 32 x 32 x 3": convolution},
    }))  # fmt: skip


def row(document, measure, name):
    """The cells of one line of a table, by the head of their column."""
    (table,) = [each for each in tables.all_tables(document) if each.rows and each.title == TITLES[measure]]
    (cells,) = [cells for cells in table.rows if cells[0] == name]
    return dict(zip(table.head, cells, strict=True))


TITLES = {"train": "A training step", "memory": "Memory", "first_step": "Time to the first step",
          "threads": "Threads", "ladder": "The ladder"}  # fmt: skip


def test_a_contest(document):
    assert row(document, "train", "M1") == {
        "network": "M1", "batch": "40", "minicnn": "3 ms (min 1.8)", "PyTorch": "6 ms (min 3.6)",
        "Keras": "5.5 ms (min 4.5)", "minicnn / faster peer": "0.58 (0.50 to 0.67)",
    }  # fmt: skip
    assert row(document, "train", "M2")["minicnn / faster peer"] == "2.00"


def test_threads(document):
    assert row(document, "threads", "M1") == {
        "network": "M1", "batch": "40", "1 thread": "6 ms (min 5.4)", "2 threads": "4 ms (min 3.6)",
        "1 thread / 2 threads": "1.50", "two copies": "1.60",
    }  # fmt: skip


def test_threads_without_copies(document):
    """As before there were copies, and as on a single core."""
    record = document["threads"]["m1"]
    del record["ways"]["minicnn, two copies"], record["rounds"][0]["minicnn, two copies"]
    assert [*row(document, "threads", "M1")][-1] == "1 thread / 2 threads"


def test_one_number_for_all_networks(document):
    """The ratios are 7/12 and 2."""
    cells = row(document, "train", "geometric mean")
    assert cells == dict.fromkeys(cells, "") | {
        "network": "geometric mean", "minicnn / faster peer": f"{(2 * 7 / 12) ** 0.5:.2f}"
    }  # fmt: skip
    del document["train"]["m2"]  # of one there is no mean
    assert [cells[0] for cells in tables.all_tables(document)[0].rows] == ["M1"]


def test_every_network_has_a_title_that_says_something():
    assert tables.TITLES.keys() == NETWORKS.keys()
    assert min(map(len, tables.TITLES.values())) >= 2 and len(set(tables.TITLES.values())) == len(NETWORKS)
    assert tables.title_of("batch 8") == "batch 8"


def test_memory_and_first_step(document):
    cells = row(document, "memory", "M1")
    assert (cells["minicnn"], cells["PyTorch"], cells["Keras"]) == ("50", "-", "-")
    cells = row(document, "first_step", "M1")
    assert cells["minicnn, cold"] == "21.50"
    assert (cells["minicnn"], cells["PyTorch"]) == ("2.00 (1.50 to 2.50)", "2.25 (2.25 to 2.25)")


def test_the_limit_is_the_arithmetic_at_the_pace_of_blas(document):
    """The product is 6e9 operations in 0.1 s, the convolution 3e9."""
    cells = row(document, "ladder", "m1 C32k5s2S of 32 x 32 x 3")
    assert (cells["limit"], cells["minicnn, default"], cells["PyTorch"]) == ("50 ms", "20 ms", "40 ms")
    assert cells["default / faster peer"] == "0.50" and "BLAS" not in cells


def test_text_and_markdown_say_the_circumstances(document):
    for text in (report.as_text(document), report.as_markdown(document)):
        assert "Abacus 5 (avx2), 2 of 4 cores, 16.0 GiB, Linux; numpy 2.0, torch 2.13.0; rounds: 2" in text
        assert "minicnn at commit 0123456789ab, 2026-01-31; load when it began: 0.0." in text
        assert "memory, m1, keras: keras: MemoryError" in text
        assert "took the cores away" not in text
    turns = document["train"]["m1"]["rounds"][0]
    turns["torch"]["preempted"], turns["keras"]["preempted"] = 3, 300  # in five steps of 4 and 5 ms
    assert "In 1 of 20 turns other programs took the cores away" in report.as_text(document)


def test_columns_of_the_text_are_aligned(document):
    lines = report.as_text(document).splitlines()
    start = lines.index("A training step")
    assert {len(line) for line in lines[start + 3 : start + 6]} == {len(lines[start + 3])}


def test_minicnn_alone(document):
    alone = {"minicnn": document["train"]["m1"]["rounds"][0]["minicnn"]}
    record = contest(alone)
    document = {key: document[key] for key in ("machine", "versions", "commit", "date", "settings")}
    document["train"] = {"m1": record}
    text = report.as_text(document)
    assert "PyTorch" not in text and "2 ms" in text
    assert report.draw(document, None) is None
    assert report.line("train", record) == "minicnn 2 ms"


def test_lines_for_whoever_waits(document):
    assert report.line("train", document["train"]["m1"]) == (
        "minicnn 3 ms; torch 6 ms; keras 5.5 ms; minicnn / faster peer 0.58 (0.50 to 0.67)")  # fmt: skip
    assert report.line("memory", document["memory"]["m1"]) == "minicnn 50 MiB; keras: MemoryError"
    line = report.line("first_step", document["first_step"]["m1"])
    assert line == "minicnn, cold 21.5 s; minicnn 2.0 s; torch 2.2 s"
    (record,) = document["ladder"].values()
    assert report.line("ladder", record).endswith("minicnn / faster peer 0.50")


def test_bars_are_ratios_within_rounds(document):
    bars = report.relative(document["train"]["m1"])
    assert bars == pytest.approx(
        {"minicnn": (2 / 4 + 4 / 6) / 2, "torch": (4 / 4 + 8 / 6) / 2, "keras": (5 / 4 + 6 / 6) / 2}
    )


@pytest.mark.parametrize("absent, names", [
    ((), ["minicnn", "PyTorch", "Keras"]),
    (["keras"], ["minicnn", "PyTorch"]),
    (["torch"], ["minicnn", "Keras"]),
])  # fmt: skip
def test_the_legend_names_who_was_measured(document, absent, names):
    for measure in ("train", "inference"):
        for times in (times for record in document[measure].values() for times in record["rounds"]):
            for who in absent:
                times.pop(who, None)
    figure = report.draw(document, None)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == names
    for axes in figure.axes:  # beside each other, around the line of their network
        middles = [bar.get_y() + bar.get_height() / 2 for bar in axes.patches]
        assert np.mean(middles) == pytest.approx(np.mean(axes.get_yticks()))


def test_a_chart_of_other_results_does_not_stay(document, tmp_path):
    (tmp_path / report.FILE).write_text(json.dumps(document))
    report.write(tmp_path)
    del document["train"], document["inference"]
    (tmp_path / report.FILE).write_text(json.dumps(document))
    report.write(tmp_path)
    assert not (tmp_path / report.CHART).exists()


def test_files(document, tmp_path):
    (tmp_path / report.FILE).write_text(json.dumps(document))
    report.main(["--results", str(tmp_path)])
    assert {each.name for each in tmp_path.iterdir()} == {
        report.FILE, "table.txt", "table.md", report.CHART}  # fmt: skip
    with Image.open(tmp_path / report.CHART) as chart:
        assert chart.width == 1280 and np.unique(np.asarray(chart)).size > 10
    assert "| M1 | 40 | 3 ms (min 1.8) |" in (tmp_path / "table.md").read_text()


@pytest.mark.parametrize("content, message", [
    (None, "benchmarks.json is not there: python -m benchmarks --out"),
    ('{"train"', "benchmarks.json should hold what python -m benchmarks wrote, but is no JSON"),
    ("{}", "but has no machine, versions"),
])  # fmt: skip
def test_no_results_is_said(content, message, tmp_path, capsys):
    if content is not None:
        (tmp_path / report.FILE).write_text(content)
    with pytest.raises(SystemExit) as ended:
        report.main(["--results", str(tmp_path)])
    assert ended.value.code == 2 and message in capsys.readouterr().err


def test_check_is_for_the_readme_which_shows_the_committed_results(tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        report.main(["--results", str(tmp_path), "--check"])
    assert ended.value.code == 2 and "leave out --results" in capsys.readouterr().err


def test_the_readme_is_up_to_date():
    _, between, _ = marked.split(report.README, report.WRITER)
    assert between == report.generate(), "run python -m benchmarks.report"


def test_links_of_the_readme_lead_somewhere():
    links = re.findall(r"\]\(([^)]+)\)", report.README.read_text(encoding="utf-8"))
    assert len(links) >= 2
    assert [link for link in links if not (report.HERE / link).exists()] == []


def test_the_readme_is_written_between_the_markers(document, tmp_path, monkeypatch, capsys):
    readme, results = tmp_path / "README.md", tmp_path / "results"
    readme.write_text(f"before\n{marked.begin(report.WRITER)}\nyesterday\n{marked.END}\nafter\n")
    results.mkdir()
    (results / report.FILE).write_text(json.dumps(document))
    monkeypatch.setattr(report, "README", readme)
    monkeypatch.setattr(report, "RESULTS", results)
    monkeypatch.setattr(report.generate, "__defaults__", (results,))
    flags = ["--results", str(results)]
    with pytest.raises(SystemExit, match="out of date"):
        report.main([*flags, "--check"])
    report.main(flags)
    report.main([*flags, "--check"])
    assert "up to date" in capsys.readouterr().out
    text = readme.read_text()
    assert text.startswith("before\n") and text.endswith("\nafter\n") and "yesterday" not in text
    assert "](results/chart.png)" in text and "0.58 (0.50 to 0.67)" in text
