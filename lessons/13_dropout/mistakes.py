"""Lesson 13: the classic mistakes, all of them edited lines of the model answers in check.py."""

from lessons.harness.tasks import Wrong

KEPT, LARGER, INFERENCE = "u >= rate", "x / (1 - rate)", "return x.copy()"


def of_both(x):
    """Mistakes that are made on both ways: with ``x``, or with dy."""
    where, share = f"np.where(u >= rate, {x} / (1 - rate), 0)", f"{x} / (1 - rate)"
    return [
        *(
            Wrong("rate is taken for the share that is kept: it is the share that is dropped. Keep where "
                  "u >= rate, and divide by 1 - rate.", [(where, f"np.where({kept}, {x} / rate, 0)")])
            for kept in ("u < rate", "u <= rate", "u >= 1 - rate")
        ),
        *(
            Wrong("u is compared with 1 - rate, and what is above it is kept: as many as should be dropped. "
                  "Keep where u >= rate.", [(KEPT, f"u {above} 1 - rate")])
            for above in (">", ">=")
        ),
        Wrong("one mask for all pictures, the first row of u: every number has its own u.",
              [(KEPT, "u[0] >= rate")]),
        Wrong("one number of u decides for all channels: every number has its own u.",
              [(KEPT, "u[..., :1] >= rate")]),
        Wrong(f"{x} is compared with rate: whether a number is dropped is for u to say.",
              [(KEPT, f"{x} >= rate")]),
        Wrong("what is dropped is left out: it stays there as a 0, so the shape is the same.",
              [(where, f"({x}[u >= rate] / (1 - rate))")]),
        *(
            Wrong("what stands behind the point is lost where numbers are made whole: keep "
                  f"{x}.dtype all the way.",
                  [(share, whole)])
            for whole in (f"{x}.astype(int) / (1 - rate)", f"({share}).astype(int)")
        ),
        Wrong("divided by the share that happens to be kept, (u >= rate).mean(): divide by 1 - rate.",
              [(where, f"({x} * (u >= rate) / (u >= rate).mean())")]),
        *(
            Wrong(f"rate is taken away from the numbers, as {x} / 1 - rate does: {x} / (1 - rate).",
                  [(where, less)])
            for less in (f"np.where(u >= rate, {x} / 1 - rate, 0)", f"({x} * (u >= rate) / 1 - rate)")
        ),
        Wrong("divided by the root of 1 - rate: the mean is to stay, not the variance.",
              [(share, f"{x} / (1 - rate) ** 0.5")]),
        Wrong("divided by 1 - rate twice.", [(share, f"{x} / (1 - rate) ** 2")]),
        Wrong("twice as large at any rate: divide by 1 - rate.", [(share, f"2 * {x}")]),
        Wrong("multiplied by 1 + rate, which is not 1 / (1 - rate).", [(share, f"{x} * (1 + rate)")]),
        Wrong(f"the mask itself comes back, larger: multiply {x} by it.",
              [(where, "((u >= rate) / (1 - rate))")]),
    ]  # fmt: skip


FORWARD = [
    *of_both("x"),
    Wrong("what is kept is not made larger: divide by 1 - rate, or the mean falls to (1 - rate) of it.",
          [(LARGER, "x")]),
    Wrong(
        "the scaling is done at inference, not in training (the oldest form of dropout): here training "
        "divides by 1 - rate, and inference changes nothing.",
        [(LARGER, "x"), (INFERENCE, "return x * (1 - rate)")],
    ),
    Wrong("numbers are scaled at inference, too: there y = x.", [(INFERENCE, "return x / (1 - rate)")]),
    Wrong("numbers are made smaller at inference: training has scaled them already, so there y = x.",
          [(INFERENCE, "return x * (1 - rate)")]),
    *(Wrong("kept and dropped have changed places: u < rate is dropped.", [(KEPT, f"u {below} rate")])
      for below in ("<", "<=")),
    Wrong("u < 1 - rate is kept: as many as should be, but others. Drop those with u < rate.",
          [(KEPT, "u < 1 - rate")]),
    Wrong("where u is exactly rate, the number is dropped: only u < rate is.", [(KEPT, "u > rate")]),
    Wrong("half of the numbers are dropped at any rate: compare u with rate.", [(KEPT, "u >= 0.5")]),
    Wrong("divided by rate: the share that is kept is 1 - rate.", [(LARGER, "x / rate")]),
    Wrong("multiplied by 1 - rate: what is kept must grow, so divide.", [(LARGER, "x * (1 - rate)")]),
    Wrong("nothing is dropped in training.", [(KEPT, "u >= 0"), (LARGER, "x")]),
    Wrong("everything is made larger, and nothing dropped: where u < rate, y is 0.", [(KEPT, "u >= 0")]),
    Wrong("`training` makes no difference: numbers are dropped at inference, too.",
          [("if not training", "if False")]),
    Wrong("training and inference have changed places.", [("if not training", "if training")]),
]  # fmt: skip

BLAME = "dy / (1 - rate)"

BACKWARD = [
    *of_both("dy"),
    Wrong("the blame is not scaled: forward divided what it kept by 1 - rate, so backward does.",
          [(BLAME, "dy")]),
    Wrong("dy comes back as it is: what was dropped gets 0, and what was kept is divided by 1 - rate.",
          [(KEPT, "u >= 0"), (BLAME, "dy")]),
    Wrong("everything is scaled, but nothing dropped: where u < rate, the blame is 0.", [(KEPT, "u >= 0")]),
    *(Wrong("kept and dropped have changed places: where u < rate, nothing comes back.",
            [(KEPT, f"u {below} rate")]) for below in ("<", "<=")),
    Wrong("u < 1 - rate lets the blame through: that is another mask than the forward pass had.",
          [(KEPT, "u < 1 - rate")]),
    Wrong("where u is exactly rate, the blame is dropped, but forward kept the number.",
          [(KEPT, "u > rate")]),
    Wrong("multiplied by 1 - rate: forward divided by it, so backward does.", [(BLAME, "dy * (1 - rate)")]),
    Wrong("divided by rate: the share that was kept is 1 - rate.", [(BLAME, "dy / rate")]),
    Wrong("half of the blame is dropped at any rate: compare u with rate.", [(KEPT, "u >= 0.5")]),
    Wrong("divided by the size of the batch, too: the loss has done that already.",
          [(BLAME, "dy / (1 - rate) / len(dy)")]),
]  # fmt: skip
