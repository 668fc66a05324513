"""The steps of lesson 11, written as formulas, are those of minicnn's optimizers."""

import numpy as np
import pytest

from lessons.harness import tasks, wire
from minicnn import optimizers

RULES = {
    "momentum_step": (optimizers.SGD(0.1, momentum=0.9), ("v",), (0.1, 0.9)),
    "rmsprop_step": (optimizers.RMSprop(0.1, rho=0.8, epsilon=1e-3), ("v",), (0.1, 0.8, 1e-3)),
    "adam_step": (optimizers.Adam(0.1, 0.8, 0.95, 1e-3), ("m", "v"), (0.1, 0.8, 0.95, 1e-3)),
}


@pytest.mark.parametrize("name", RULES)
def test_five_steps_are_those_of_the_framework(name, rng):
    optimizer, memory, settings = RULES[name]
    step = tasks.find("11").task(name).answer
    w = rng.standard_normal((3, 4))
    theirs, past = {"w": w.copy()}, [np.zeros_like(w) for _ in memory]
    for t in range(1, 6):
        dw = rng.standard_normal(w.shape)
        number = (t,) if name == "adam_step" else ()
        w, *past = step(w, dw, *past, *number, *settings)
        optimizer.update(theirs, {"w": dw})
        np.testing.assert_allclose(w, theirs["w"], rtol=1e-12)


@pytest.mark.parametrize("adam, said", [
    (750, "rmsprop and adam are 10 apart: may be chance"),
    (760, "rmsprop and adam are 0 apart: may be chance"),
    (800, "adam and rmsprop are 40 apart: may be chance"),  # two standard deviations are 62
    (900, "adam is 140 ahead: more than chance, with this seed"),
])  # fmt: skip
def test_the_payoff_names_a_winner_only_where_there_is_one(adam, said):
    who_won = wire.module_of(tasks.find("11").folder / "check.py").who_won
    sentence = who_won({"momentum": 720, "rmsprop": 760, "adam": adam}, 2_000)
    assert sentence == f"right of 2,000: momentum 720, rmsprop 760, adam {adam}. {said}"
