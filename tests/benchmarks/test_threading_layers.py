"""What meetings cost: a row a layer of threads, and what it survives."""

import pytest

from benchmarks import threading_layers


@pytest.mark.parametrize("answers, cells", [
    ({"cost": 3.0, "fork": True, "two_threads": True}, ["3.0 (3.0 - 3.0)", "survives", "survives"]),
    ({"cost": 3.0, "fork": None, "two_threads": False}, ["3.0 (3.0 - 3.0)", "dies", "dies"]),
    (dict.fromkeys(("cost", "fork", "two_threads")), ["not here", "not here", "not here"]),
])  # fmt: skip
def test_what_is_not_installed_does_not_die(answers, cells, monkeypatch):
    monkeypatch.setattr(threading_layers.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(threading_layers, "ask", lambda layer, question, count: answers[question.__name__])
    _, _, *rows = threading_layers.table()
    assert [[cell.strip() for cell in row.strip("|").split("|")] for row in rows] == [
        [layer, *cells] for layer in threading_layers.LAYERS
    ]
