import pytest

from minicnn import lookup, optimizers, schedules
from minicnn.schedules import CosineDecay, ExponentialDecay, PiecewiseConstantDecay

STEPS = (0, 1, 3, 4, 5, 6, 8, 10, 11, 12, 20)

# What Keras 3 gives at STEPS; it computes schedules in float32.
KERAS = [
    (PiecewiseConstantDecay([5, 10], [1.0, 0.5, 0.25]),
     [1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25]),
    (ExponentialDecay(0.5, 4, 0.25),
     [0.5, 0.35355338, 0.17677669, 0.125, 0.08838835, 0.0625, 0.03125, 0.015625, 0.01104854, 0.0078125,
      0.00048828125]),
    (ExponentialDecay(0.5, 4, 0.25, staircase=True),
     [0.5, 0.5, 0.5, 0.125, 0.125, 0.125, 0.03125, 0.03125, 0.03125, 0.0078125, 0.00048828125]),
    (CosineDecay(0.5, 8, alpha=0.25),
     [0.5, 0.4857274, 0.38425314, 0.3125, 0.24074684, 0.17991748, 0.125, 0.125, 0.125, 0.125, 0.125]),
    (CosineDecay(0.125, 8, alpha=0.25, warmup_target=0.5, warmup_steps=4),
     [0.125, 0.21875, 0.40625, 0.5, 0.4857274, 0.44508255, 0.3125, 0.17991748, 0.13927257, 0.125, 0.125]),
    (CosineDecay(0.125, 8, warmup_target=0.5),
     [0.5, 0.48096988, 0.34567085, 0.25, 0.15432912, 0.07322331, 0.0, 0.0, 0.0, 0.0, 0.0]),
]


@pytest.mark.parametrize("schedule, expected", KERAS)
def test_as_in_keras(schedule, expected):
    assert [schedule(step) for step in STEPS] == pytest.approx(expected, rel=1e-6, abs=1e-8)
    assert all(type(schedule(step)) is float for step in STEPS)


@pytest.mark.parametrize("schedule", [schedule for schedule, _ in KERAS])
def test_rebuilt_from_its_config(schedule):
    again = schedules.get(lookup.serialize(schedule))
    assert type(again) is type(schedule) and again.get_config() == schedule.get_config()
    assert [again(step) for step in STEPS] == [schedule(step) for step in STEPS]


def test_found_where_keras_users_look():
    assert optimizers.schedules.CosineDecay is CosineDecay


@pytest.mark.parametrize("make, message", [
    (lambda: PiecewiseConstantDecay([5], [1.0]), "one value more than boundaries"),
    (lambda: PiecewiseConstantDecay([5, 5], [1.0, 0.5, 0.1]), "growing boundaries"),
    (lambda: ExponentialDecay(0.1, 0, 0.9), "decay_steps > 0"),
    (lambda: CosineDecay(0.1, -3), "decay_steps > 0"),
    (lambda: schedules.get({"class_name": "CosinDecay", "config": {}}), "did you mean 'CosineDecay'"),
])
def test_mistakes_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_decay_of_one_step_is_the_shortest():
    assert schedules.ExponentialDecay(1.0, 1, 0.5)(2) == 0.25
    assert schedules.CosineDecay(1.0, 1)(1) == 0
    for schedule in (schedules.ExponentialDecay, schedules.CosineDecay):
        with pytest.raises(ValueError, match=f"{schedule.__name__} expects decay_steps > 0, got 0"):
            schedule(1.0, 0, 0.5)
