"""Where the milliseconds go: the arithmetic that is counted, and that all parts of a step are there."""

import pytest

from benchmarks import layers, marked
from benchmarks.networks import NETWORKS, Network
from benchmarks.with_minicnn import build


@pytest.mark.parametrize(
    "text, shape, done, due",
    [
        ("F 7", (4, 4, 3), 48 * 7, 48 * 7),
        ("C8k3S", (6, 6, 2), 36 * 9 * 2 * 8, 36 * 9 * 2 * 8),  # few channels: as one matrix product
        ("C64k3S", (8, 8, 64), 4 * 36 * 64 * 64, 64 * 9 * 64 * 64),  # 2 x 2 tiles of 4 x 4 outputs
        # A tile; strides become channels, of which half, three quarters and a quarter count at infinity.
        ("C64k5s2S", (8, 8, 64), (25 * 4 + 5 * 2 + 5 * 3 + 1) * 64 * 64, 16 * 25 * 64 * 64),
    ],
)
def test_multiplications(text, shape, done, due):
    network = Network(text, shape)
    layer = build(network).layers[-1]
    assert layers.product(layer, 5) == 2 * 5 * done
    assert layers.definition(layer, 5) == 2 * 5 * due


def test_layers_without_products_have_none():
    pool = build(NETWORKS["lenet5"]).layers[1]
    assert layers.product(pool, 5) == layers.definition(pool, 5) == 0


@pytest.fixture
def short(monkeypatch):
    """Few steps, and a small product beside them."""
    monkeypatch.setattr(layers, "ROUNDS", 2)
    monkeypatch.setattr(layers, "TURN", 0.02)
    monkeypatch.setattr(layers, "PRODUCT", 64)


def cells_of(table):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_all_parts_of_a_step(short):
    rows = cells_of(layers.table("lenet5"))
    assert [cells[0].partition(":")[0] for cells in rows[2:]] == [
        "1. C6k5V P", "3. C16k5V P", "5. F", "6. 120", "7. 84", "8. 10", "loss", "optimizer", "between them",
        "**the step",
    ]  # fmt: skip
    once = 2 * 32 * 28 * 28 * 6 * 75  # the first layer's product; another one on the way back, for its kernel
    assert float(rows[2][3]) == pytest.approx(2 * once / 1e9, rel=0.01)
    times = [float(cell) for cells in rows[2:-1] for cell in cells[1:3] if cell]
    whole = float(rows[-1][0].strip("*").partition(": ")[2].partition(" ")[0])
    assert all(time >= 0 for time in times) and sum(times) == pytest.approx(whole, abs=0.01 * len(times))


def test_all_parts_of_a_prediction(short):
    *_, (name, whole, parts, done, due, _) = cells_of(layers.inference_table(["lenet5"]))
    assert (name, done) == ("lenet5", due)  # no Winograd: as much as the definition
    seconds = dict(part.rsplit(" ", 1) for part in parts.split(", "))
    assert {"C6k5V P", "C16k5V P", "the rest"} <= set(seconds)
    assert sum(map(float, seconds.values())) == pytest.approx(float(whole), abs=0.01 * len(seconds))


def test_the_tables_say_where_and_when(short, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(layers, "PAGE", tmp_path / "page.md")
    monkeypatch.setattr(layers, "MODELS", ("lenet5",))
    text = "above\n<!-- written by benchmarks/layers.py: begin -->\nold\n<!-- end -->\nbelow\n"
    layers.PAGE.write_text(text)
    layers.main(["--write"])
    *_, last, below = layers.PAGE.read_text().split("\n\n")
    assert "2 of " in last and "minicnn at commit" in last and "numba " in last
    assert last in capsys.readouterr().out and below == "<!-- end -->\nbelow\n"


@pytest.mark.parametrize("flags, message", [
    (["--threads", "4096"], "4096 threads need as many cores, this process may use"),
    (["--threads", "0"], "expects a whole number above 0, got '0'"),
    (["--models", "m1", "--write"], "--write replaces all tables of milliseconds.md: leave out --models"),
])  # fmt: skip
def test_wrong_flags(flags, message, capsys):
    with pytest.raises(SystemExit) as ended:
        layers.main(flags)
    assert ended.value.code == 2 and message in capsys.readouterr().err


def test_the_page_holds_a_table_of_every_network():
    _, between, _ = marked.split(layers.PAGE, "benchmarks/layers.py")
    lines = between.splitlines()
    assert [line.split(",")[0] for line in lines if ", ms | backward" in line] == [
        f"| {name}" for name in layers.MODELS
    ]
    assert between.count("**the step:") == len(layers.MODELS)
    assert [line.split()[1] for line in lines[-len(layers.MODELS) :]] == [*layers.MODELS]
