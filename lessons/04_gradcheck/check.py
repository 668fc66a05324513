"""Lesson 04: the model answers, the hints and the payoff."""

from pathlib import Path

import numpy as np

from lessons.harness import wire
from lessons.harness.payoff import Curve
from lessons.harness.tasks import Lesson, Task
from minicnn import gradcheck

cases, checkers, layers, mistakes = (
    wire.module_of(Path(__file__).with_name(f"{name}.py"))
    for name in ("cases", "checkers", "layers", "mistakes")
)

# ---------------------------------------------------------------- numeric_gradient


def numeric_gradient(f, x, step=1e-5):
    """minicnn's own, whose f takes no arguments and reads x where it lies."""
    x = x.copy()
    return gradcheck.numeric_gradient(lambda: f(x), x, step)


NUMERIC_HINTS = (
    "How do you measure how steep a road is, standing at one point of it? Where do you put the two "
    "ends of your ruler?",
    "slope at i = (f(x with x[i] + step) - f(x with x[i] - step)) / (2 * step)",
    "for i in np.ndindex(x.shape): remember x[i], change it, call f, change it, call f, put it back "
    "(on a copy of x).",
)

# ---------------------------------------------------------------- relative_error

ERROR_HINTS = (
    "Two gradients differ by 0.001. Is that much? What else must you know?",
    "|a - b| / (|a| + |b|), with |a| = np.linalg.norm(a). First look for nan and infinity, then for 0 / 0.",
    "if not (np.isfinite(...).all() and ...): return np.inf      size = ...      return ... / size "
    "if size > 0 else 0.0",
)

# ---------------------------------------------------------------- gradients_agree


def gradients_agree(forward, backward, x):
    """As gradcheck.check_layer does it: a random dy, which has no reason to be blind to anything."""
    dy = np.random.default_rng(0).standard_normal(forward(x).shape)
    slopes = numeric_gradient(lambda x: float((dy * forward(x)).sum()), x)
    return gradcheck.relative_error(backward(dy, x), slopes) < 1e-6


AGREE_HINTS = (
    "The rows of a softmax always sum to 1. So what is the gradient of the sum of all its outputs? "
    "Which dy gives that sum, and what is then left to tell a right backward from one that returns zeros?",
    "dy random, of forward(x)'s shape;  f(x) = sum(dy * forward(x));  compare backward(dy, x) with "
    "numeric_gradient(f, x).",
    "return relative_error(backward(dy, x), numeric_gradient(lambda x: ..., x)) < ...",
)


def judge_checker(args, value):
    """The verdict on the learner's verdict."""
    name, why = args["backward"].__name__, layers.WHY[args["backward"]]
    if not isinstance(value, (bool, np.bool_)):
        return f"expected True or False, got {value!r}"[:90]
    if bool(value) == (not why):
        return ""
    return f"it accepted {name}, which is wrong: {why}" if why else f"it refused {name}, which is right"


# ---------------------------------------------------------------- the payoff: error against step size


def v_curve(work, steps):
    """Runs where work.py is: the error of the learner's slopes of sin(x) + exp(x) for each step."""
    x = np.linspace(-1, 1, 7)
    true = np.cos(x) + np.exp(x) / x.size
    return np.array(
        [work.relative_error(work.numeric_gradient(cases.sin_exp, x.copy(), float(h)), true) for h in steps]
    )


LESSON = Lesson(
    title="Gradcheck",
    question="How do I trust a gradient?",
    minutes=45,
    tasks=[
        Task(
            "numeric_gradient",
            numeric_gradient,
            cases.numeric_cases,
            ("slopes",),
            mistakes.NUMERIC,
            NUMERIC_HINTS,
            calls=(gradcheck.numeric_gradient,),
            tolerance=1e-7,
        ),
        Task(
            "relative_error",
            gradcheck.relative_error,
            cases.error_cases,
            ("error",),
            mistakes.ERROR,
            ERROR_HINTS,
        ),
        Task(
            "gradients_agree",
            gradients_agree,
            cases.agree_cases,
            ("verdict",),
            checkers.AGREE,
            AGREE_HINTS,
            judge=judge_checker,
        ),
    ],
    payoff=Curve("error against step size, the V-curve", v_curve, np.logspace(-13, 0, 27), seconds=5),
)
