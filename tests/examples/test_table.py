"""The README's tables: made from the files, with the right arithmetic."""

import json
import re
from statistics import mean, stdev

import pytest

from examples import table

DOCUMENTED = table.read_json(table.HERE / "documented.json")
KERAS = table.read_json(table.HERE / "keras_reference.json")


def metrics(best, **changes):
    run = {"dataset": "cifar10", "sizes": {"train": 50_000, "test": 10_000}, "seconds": 61.4, "threads": 2}
    return run | {"recipe": {"epochs": 10, "batch_size": 40}, "best": best} | changes


def write(folder, runs):
    folder.mkdir(parents=True)
    for seed, run in enumerate(runs):
        (folder / f"seed{seed}.json").write_text(json.dumps(run))


def test_the_readme_is_up_to_date():
    _, between, _ = table.split_readme()
    assert between == table.generate(), "run python examples/table.py"


def test_links_of_the_readme_lead_somewhere():
    links = re.findall(r"\]\(([^)]+)\)", table.README.read_text(encoding="utf-8"))
    assert len(links) >= 6
    assert [link for link in links if not (table.HERE / link).exists()] == []


def test_no_results_yet(tmp_path):
    text = table.generate(tmp_path)
    assert text.count("not run yet") == 12 + 2 * 3
    assert "1,159,178" in text and "0.6969" in text


def test_numbers_come_from_the_files(tmp_path):
    values = [0.60, 0.62, 0.64]
    write(tmp_path / "m1", [metrics(dict.fromkeys(table.MEASURES, value)) for value in values])
    line = next(line for line in table.generate(tmp_path).splitlines() if line.startswith("| M1,"))
    theirs = [run["best_acc"] for run in KERAS["runs"] if run["model"] == "A M1"]
    error = (stdev(values) ** 2 / 3 + stdev(theirs) ** 2 / 3) ** 0.5
    difference = (mean(values) - mean(theirs)) / error
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells[2:] == [
        f"{DOCUMENTED['models']['M1']['accuracy']:.4f}",
        "0.6200 ± 0.0200 (3)",
        f"{mean(theirs):.4f} ± {stdev(theirs):.4f} (3)",
        f"{difference:+.1f}",
    ]


def test_what_lies_apart_is_said(tmp_path):
    best = dict.fromkeys(table.MEASURES, 0.9)
    shifted = [{name: value + k / 1000 for name, value in best.items()} for k in range(3)]
    write(tmp_path / "m3", [metrics(each) for each in shifted])
    text = table.generate(tmp_path)
    assert "Against Keras, 0 of 4 differences of means are within twice their standard error; not so:" in text
    assert "M3 best validation accuracy (+" in text
    assert "M3 best validation accuracy (0.6969, here 0.9000 to 0.9020)" in text


def test_nothing_apart():
    comparison = table.Comparison("best", 0.5, [0.4, 0.5, 0.6], [0.45, 0.5, 0.55])
    (_, text) = table.against_keras({"M1 best": comparison})
    assert text == "Against Keras, 1 of 1 differences of means are within twice their standard error."
    assert table.against_documented({"M1 best": comparison}) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"dataset": "shapes"},
        {"sizes": {"train": 256, "test": 256}},
        {"recipe": {"epochs": 1, "batch_size": 40}},
    ],
)
def test_other_runs_are_refused(changes, tmp_path):
    write(tmp_path / "m1", [metrics(dict.fromkeys(table.MEASURES, 0.5), **changes)])
    with pytest.raises(ValueError, match=r"seed0.json is not a run of the documented recipe"):
        table.generate(tmp_path)


def test_optimizers(tmp_path):
    recipe = {"epochs": 10, "batch_size": 40}
    scores = {"RMSprop": (0.69, 0.91), "SGD": (0.32, 1.95), "Adam": (0.71, 0.87)}
    parts = {
        name: {"recipe": recipe, "best": {"val_accuracy": accuracy, "val_loss": loss}}
        for name, (accuracy, loss) in scores.items()
    }
    write(tmp_path / "optimizers_fresh", [metrics({}, parts=parts)])
    text = table.generate(tmp_path)
    assert "| SGD | 0.7180 / 0.8400 | not run yet | 0.3200 / 1.9500 | 0.3154 / 1.9585 |" in text
    assert "Best last, fresh: SGD < RMSprop < Adam." in text


def test_check_says_when_out_of_date(tmp_path, monkeypatch, capsys):
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n")
    monkeypatch.setattr(table, "README", readme)
    with pytest.raises(SystemExit, match="out of date"):
        table.main(["--check"])
    table.main([])
    table.main(["--check"])
    assert "up to date" in capsys.readouterr().out
    text = readme.read_text()
    assert text.startswith("before\n") and text.endswith("\nafter\n") and "old" not in text
