"""The README's tables: made from the files, with the right arithmetic."""

import json
import re
from statistics import mean, stdev

import pytest

from examples import table

DOCUMENTED = table.DOCUMENTED["A"]
KERAS = table.read_json(table.HERE / "keras_reference.json")


MADE = {"seed": 0, "threads": 2, "commit": "0123456789ab"}


def recipe(section, part=None):
    """The documented recipe as a run records it."""
    due = section["recipe"] | section["models"].get(part, {}).get("recipe", {})
    config = {name: due[name] for name in ("learning_rate", "momentum", "nesterov") if name in due}
    optimizer = {"class_name": due["optimizer"], "config": config}
    return due | {"optimizer": optimizer, "loss": {"class_name": due["loss"]}}


RECIPE = recipe(DOCUMENTED)


def metrics(best, **changes):
    run = {"dataset": "cifar10", "sizes": {"train": 50_000, "test": 10_000}, "seconds": 61.4, **MADE}
    return run | {"recipe": dict(RECIPE), "best": best, "history": {"loss": [1] * 10}} | changes


def write(folder, runs):
    folder.mkdir(parents=True)
    for seed, run in enumerate(runs):
        (folder / f"seed{seed}.json").write_text(json.dumps(run | {"seed": seed}))


def test_the_readme_is_up_to_date():
    _, between, _ = table.split_readme()
    assert between == table.generate(), "run python examples/table.py"


def test_links_of_the_readme_lead_somewhere():
    links = re.findall(r"\]\(([^)]+)\)", table.README.read_text(encoding="utf-8"))
    assert len(links) >= 6
    assert [link for link in links if not (table.HERE / link).exists()] == []


def test_no_results_yet(tmp_path):
    text, _, order = table.generate(tmp_path).partition("### The order of the pictures")
    assert order.count("| not run yet |\n") == 2 * len(table.table_more.ORDERS)
    in_a, in_b, in_c, in_d, in_e = 12 + 2 * 3, 3 * 7, 10 * 4 + 4, 5 + 1, 3 + 1
    assert text.count("not run yet") == in_a + in_b + in_c + in_d + in_e
    assert "1,159,178" in text and "0.6969" in text


def test_numbers_come_from_the_files(tmp_path):
    values = [0.60, 0.62, 0.64]
    write(tmp_path / "m1", [metrics(dict.fromkeys(table.MEASURES, value)) for value in values])
    line = next(line for line in table.generate(tmp_path).splitlines() if line.startswith("| M1,"))
    theirs = [run["best_acc"] for run in table.keras_runs(KERAS, "A M1")]
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
        {"recipe": RECIPE | {"epochs": 1}},
        {"recipe": RECIPE | {"optimizer": {"class_name": "RMSprop", "config": {"learning_rate": 1e-3}}}},
        {"recipe": RECIPE | {"loss": {"class_name": "MeanSquaredError"}}},
    ],
)
def test_other_runs_are_refused(changes, tmp_path):
    write(tmp_path / "m1", [metrics(dict.fromkeys(table.MEASURES, 0.5), **changes)])
    with pytest.raises(ValueError, match=r"seed0.json is not a run of the documented recipe"):
        table.generate(tmp_path)


def test_runs_of_no_commit_or_of_another_seed_are_refused(tmp_path):
    best = dict.fromkeys(table.MEASURES, 0.5)
    write(tmp_path / "m1", [metrics(best, commit="0123456789ab-dirty")])
    with pytest.raises(ValueError, match=r"seed0.json was made with code that is in no commit"):
        table.generate(tmp_path)
    (tmp_path / "m1" / "seed0.json").write_text(json.dumps(metrics(best, seed=3)))
    with pytest.raises(ValueError, match=r"seed0.json is a run of seed 3: rename it"):
        table.generate(tmp_path)


def test_optimizers(tmp_path):
    scores = {"RMSprop": (0.69, 0.91), "SGD": (0.32, 1.95), "Adam": (0.71, 0.87)}
    parts = {
        name: {
            "recipe": RECIPE | {"optimizer": {"class_name": name, "config": {"learning_rate": 5e-4}}},
            "best": {"val_accuracy": accuracy, "val_loss": loss}, "history": {"loss": [1] * 10},
        }
        for name, (accuracy, loss) in scores.items()
    }
    write(tmp_path / "optimizers_fresh", [metrics({}, parts=parts)])
    text = table.generate(tmp_path)
    (sgd,) = table.keras_runs(KERAS, "A M3 SGD fresh")
    theirs = f"{sgd['best_val_acc']:.4f} / {sgd['best_val_loss']:.4f} (1)"
    assert f"| SGD | 0.7180 / 0.8400 | not run yet | 0.3200 / 1.9500 (1) | {theirs} |" in text
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


class TestMore:
    """Write-ups B to E."""

    SIZES = {"dataset": "cifar10", "sizes": {"train": 50_000, "test": 10_000}, **MADE}  # noqa: RUF012

    def run(self, part, epochs, batch_size, history, test, **more):
        section = next(each for each in table.DOCUMENTED.values() if part in each["models"])
        due = recipe(section, part) | {"epochs": epochs, "batch_size": batch_size}
        more["params"] = section["models"][part].get("params")
        best = {name: min(values) for name, values in history.items()}
        times = {"seconds": 1e5, "seconds_per_epoch": [*[1.2] * (epochs - 1), 1e5]}
        record = {"recipe": due, "history": history, "best": best, "test": test, **times, **more}
        return self.SIZES | {"part": part, **record}

    def test_gap(self, tmp_path):
        history = {"accuracy": [0.5, 0.9], "loss": [1, 0.3], "val_accuracy": [0.5, 0.6], "val_loss": [1, 2]}
        test = {"accuracy": 0.59, "loss": 2.1}
        write(tmp_path / "overfitting_first", [self.run("first", 20, 128, history, test)])
        text = table.generate(tmp_path)
        theirs = table.keras_runs(KERAS, "B first")
        gap = table.spread([run["last_acc"] - run["last_val_acc"] for run in theirs])
        assert f"| training minus validation accuracy | 0.3046 | 0.3000 (1) | {gap} |" in text
        accuracy = table.spread([run["last_acc"] for run in theirs])
        assert f"| training accuracy, last epoch | 0.9280 | 0.9000 (1) | {accuracy} |" in text
        assert "The write-up contradicts itself about the second model" in text

    def test_epochs_of_each_model_are_checked(self, tmp_path):
        write(tmp_path / "overfitting_first", [self.run("first", 30, 128, {"loss": [1]}, {})])
        with pytest.raises(ValueError, match=r"the documented recipe \(epochs 30 instead of 20\): remove"):
            table.generate(tmp_path)

    def test_families(self, tmp_path):
        test = {"accuracy": 0.58, "loss": 1.7, "binary_accuracy": 0.92}
        late = [0.55] * 5 + [0.59, *[0.58] * 4]
        history = {"loss": [1] * 12, "val_loss": [1] * 12, "val_accuracy": [0.1] * 2 + late}
        write(tmp_path / "lenet5_plain", [self.run("lenet5_plain", 50, 32, history, test)] * 2)
        text = table.generate(tmp_path)
        assert "| plain | 0.5774 | 0.5800 ± 0.0000 (2) | 0.5660 ± 0.0000 (2) | 1.7158 | 1.7000" in text
        assert "| 0.9243 | 0.9200 ± 0.0000 (2) | 306 s | 60 s |" in text

    def test_vgg16_may_have_fewer_epochs(self, tmp_path):
        history = {"loss": [1] * 3, "val_loss": [1] * 3, "val_accuracy": [0.5] * 3}
        run = self.run("vgg16_plain", 3, 32, history, {"accuracy": 0.5, "loss": 1.7, "binary_accuracy": 0.9})
        flowers = {"dataset": "flowers", "sizes": {"train": 2569, "test": 1101}}
        write(tmp_path / "vgg16_plain", [run | flowers])
        text = table.generate(tmp_path)
        assert "| plain, 3 of 50 epochs | 0.5295 | 0.5000 (1) |" in text and "| 4 s (all: 60 s) |" in text

    def test_early_stopping(self, tmp_path):
        confusion = [[0] * 10 for _ in range(10)]
        for k in range(10):
            confusion[k][k] = 600
        confusion[3][3], confusion[3][5] = 300, 300  # cats taken for dogs
        history, test = {"loss": [0.8], "val_loss": [0.9]}, {"accuracy": 0.95, "loss": 1.0}
        run = self.run("early_stopping", 15, 32, history, test)
        names = [*"abc", "cat", "e", "dog", *"ghij"]
        run |= {"epoch_reached": 8, "confusion": confusion, "class_names": names}
        write(tmp_path / "early_stopping", [run])
        text = table.generate(tmp_path)
        f1 = ["1.00", "1.00", "1.00", "0.67", "1.00", "0.80", *4 * ["1.00"]]
        assert table.row("minicnn, mean", *f1) in text
        assert "here (seed 0) 300 and 0, most of all 300 (cat for dog)." in text
        assert f"| mean f1-score of the classes | 0.6700 | {(8 + 2 / 3 + 0.8) / 10:.4f} (1) | - |" in text
        assert "| epochs | 9.0 | 8.0 (1) |" in text

    def test_predictions(self, tmp_path):
        parts = {
            name: self.run("fresh", epochs, 64, history, {"loss": history["val_loss"][-1]}, epoch_reached=end)
            for name, epochs, history, end in (
                ("fresh", 10, {"loss": [0.7], "val_loss": [0.9]}, 10),
                ("on", 60, {"loss": [0.2], "val_loss": [1.6]}, 33),
            )
        }
        write(tmp_path / "predictions", [self.SIZES | {"parts": parts}])
        text = table.generate(tmp_path)
        assert "| validation loss | 1.5843 | 0.9000 (1) |" in text
        assert "was reached again at: epoch 33 (training loss 0.2000)." in text

    def test_one_step(self, tmp_path):
        found = {"params": 62_383_349, "batch_size": 32, "step": 1.5, "peak_memory": 3 << 30, "threads": 2}
        (tmp_path / "one_step.json").write_text(json.dumps({"AlexNet": found}))
        assert "| AlexNet | 62,383,349 | 32 | 1.50 | 3.00 | 2 |" in table.generate(tmp_path)
