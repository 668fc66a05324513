"""Lesson 12: the classic mistakes, most of them one edited line of the model answers in check.py."""

from lessons.harness.tasks import Wrong

AXES, ROOT = "tuple(range(x.ndim - 1))", "np.sqrt(variance + epsilon)"
ASKED, TRAINING, NORMALIZED = "    mean, variance = moving_mean", "    if training:\n", "    xhat ="
FOLLOWED, FOLLOWED_MEAN = "(1 - momentum) * variance", "(1 - momentum) * mean"
STATISTICS, Y = "x.mean(axis=axes), x.var(axis=axes)", "gamma * xhat + beta"
BY_BATCH = f"    mean, variance = {STATISTICS}\n"
FIXED = "a number of its own stands in the place of epsilon: take the argument."
AT_LEAST = "epsilon is not allowed to be smaller than {}: take it as it comes."
USUAL = ("1e-3", "1e-5", "1e-8")
OTHER_DEFAULT = "the defaults are others than asked for: {} in the line of the def."

FORWARD = [
    Wrong(
        "one mean for everything: each channel has its own. Leave the last axis out of the mean.",
        [(AXES, "None")],
    ),
    Wrong("one variance for everything: each channel has its own.", [("x.var(axis=axes)", "x.var()")]),
    Wrong(
        "the mean is taken over the first axis alone, so every pixel has statistics of its own: for pictures "
        "it goes over N, H and W.",
        [(AXES, "0")],
    ),
    *(
        Wrong(
            "the axes (0, 1, 2) are those of pictures; rows (N, C) have only axis 0 to go over. "
            "tuple(range(x.ndim - 1)) fits both.",
            [(AXES, "(0, 1, 2)"), (ASKED, at_inference + ASKED)],
        )
        for at_inference in ("", BY_BATCH)
    ),
    *(
        Wrong(
            "each row, or pixel, is normalized over its own channels (that is layer normalization): take the "
            "mean over all axes but the last.",
            edit,
        )
        for edit in (
            [(NORMALIZED, f"{TRAINING}        mean, variance = x.mean(-1)[..., None], x.var(-1)[..., None]\n"
              f"{NORMALIZED}")],
            [(STATISTICS, "x.mean(-1, keepdims=True), x.var(-1, keepdims=True)")],
        )
    ),
    Wrong("the mean is taken over the last axis, the channels; take it over all axes but the last.",
          [(AXES, "-1")]),
    Wrong(
        "the variance is divided by M - 1: here it is a plain mean, divided by M (ddof=0).",
        [("x.var(axis=axes)", "x.var(axis=axes, ddof=1)")],
    ),
    Wrong(
        "the variance is mean(x * x) - mean**2: rounding spoils the difference of two large numbers, nearly "
        "equal. Take the mean of (x - mean)**2.",
        [("x.var(axis=axes)", "(x * x).mean(axis=axes) - x.mean(axis=axes) ** 2")],
    ),
    Wrong(
        "x * s and mean * s (s = gamma / root) are two large numbers, nearly equal: rounding spoils their "
        "difference. Subtract the mean from x first.",
        [(Y, f"x * (gamma / {ROOT}) + (beta - mean * (gamma / {ROOT}))")],
    ),
    Wrong(
        "the moving variance gets the variance of M - 1; Keras and the formula divide by M there as well.",
        [(FOLLOWED, "(1 - momentum) * x.var(axis=axes, ddof=1)")],
    ),
    Wrong("epsilon is added to the root, not under it: sqrt(variance + epsilon).",
          [(ROOT, "(np.sqrt(variance) + epsilon)")]),
    Wrong("epsilon is missing: a channel that does not vary is divided by 0.", [(ROOT, "np.sqrt(variance)")]),
    Wrong("epsilon is missing at inference: the moving variance, too, needs it under the root.",
          [(ROOT, "np.sqrt(variance + epsilon * training)")]),
    Wrong("epsilon is a lower limit of the variance; it must be added to it.",
          [(ROOT, "np.sqrt(np.maximum(variance, epsilon))")]),
    *(Wrong(FIXED, [(ROOT, ROOT.replace("epsilon", number))]) for number in USUAL),
    *(Wrong(AT_LEAST.format(number), [(ROOT, ROOT.replace("epsilon", f"max(epsilon, {number})"))])
      for number in USUAL[:2]),
    *(
        Wrong(OTHER_DEFAULT.format("momentum=0.99, epsilon=1e-3"), [("momentum=0.99, epsilon=1e-3", other)])
        for other in (f"momentum={m}, epsilon={e}" for m in (0.99, 0.9, 0.1) for e in ("1e-3", "1e-5"))
        if other != "momentum=0.99, epsilon=1e-3"
    ),
    *(
        Wrong("a number of its own stands in the place of momentum: take the argument.",
              [(TRAINING, f"{TRAINING}        momentum = {number}\n")])
        for number in ("0.99", "0.9", "0.1")
    ),
    Wrong("divided by the variance; divide by its root.", [(ROOT, "(variance + epsilon)")]),
    Wrong("the standard deviation (std) stands in the place of the variance (var), which is its square.",
          [("x.var(", "x.std(")]),
    Wrong("the sum of (x - mean)^2 is not divided by M: the variance is a mean.",
          [("x.var(axis=axes)", "((x - x.mean(axis=axes)) ** 2).sum(axis=axes)")]),
    Wrong("the mean is not subtracted from x.", [("(x - mean)", "x")]),
    Wrong("gamma and beta are never used.", [(Y, "xhat")]),
    Wrong("beta is never added.", [(Y, "gamma * xhat")]),
    Wrong("gamma is never used.", [(Y, "xhat + beta")]),
    Wrong("gamma and beta are used in training only; at inference, too, they make y.",
          [(Y, f"{Y} if training else xhat")]),
    Wrong("gamma and beta have changed places: gamma multiplies, beta is added.",
          [(Y, "beta * xhat + gamma")]),
    Wrong("gamma multiplies beta as well: gamma * xhat + beta, not gamma * (xhat + beta).",
          [(Y, "gamma * (xhat + beta)")]),
    Wrong("momentum is turned round: it is the share of the old value that stays, 0.99 of it.",
          [(TRAINING, f"{TRAINING}        momentum = 1 - momentum\n")]),
    *(
        Wrong(f"momentum is turned round in {name}: it is the share of the old value that stays.",
              [(f"momentum * {name} + (1 - momentum) *", f"(1 - momentum) * {name} + momentum *")])
        for name in ("moving_mean", "moving_variance")
    ),
    Wrong("mean and variance are not multiplied by 1 - momentum before they are added to the moving ones.",
          [(FOLLOWED_MEAN, "mean"), (FOLLOWED, "variance")]),
    Wrong("the batch's mean and variance are returned; the moving ones only follow them, slowly.",
          [(TRAINING, f"{TRAINING}        momentum = 0\n")]),
    Wrong("the moving statistics do not move: in training they follow the batch.",
          [(TRAINING, f"{TRAINING}        momentum = 1\n")]),
    Wrong("the moving variance has epsilon in it: follow the variance alone.",
          [(FOLLOWED, "(1 - momentum) * (variance + epsilon)")]),
    Wrong("the moving variance follows the root of the variance.",
          [(FOLLOWED, "(1 - momentum) * np.sqrt(variance)")]),
    Wrong("at inference the batch's own mean and variance are used: take the moving ones.",
          [(f"{ASKED}, moving_variance\n", BY_BATCH)]),
    Wrong("training and inference have changed places: with training, y and the moving statistics are made "
          "with those of the batch.", [("if training:", "if not training:")]),
    Wrong("at inference x is not normalized: take the moving mean and variance.",
          [(Y, f"{Y} if training else gamma * x + beta")]),
    Wrong("the moving mean and variance have changed places in the return.",
          [("return y, moving_mean, moving_variance", "return y, moving_variance, moving_mean")]),
    Wrong(
        "training makes no difference: the batch's own statistics are used, and followed, at inference too.",
        [("if training:", "if True:")],
    ),
    Wrong(
        "the moving statistics change at inference: a network that is only asked must not change.",
        [(TRAINING, "    asked = mean, variance\n    if True:\n"),
         (NORMALIZED, f"    mean, variance = (mean, variance) if training else asked\n{NORMALIZED}")],
    ),
    Wrong(
        "in training, too, the moving statistics are used for y: take those of the batch.",
        [(TRAINING, f"    asked = mean, variance\n{TRAINING}"),
         (NORMALIZED, f"    mean, variance = asked\n{NORMALIZED}")],
    ),
    Wrong(
        "in training, the new moving statistics are used for y: take those of the batch.",
        [(NORMALIZED, f"    mean, variance = moving_mean, moving_variance\n{NORMALIZED}")],
    ),
]  # fmt: skip

COUNT, MEAN_PART, VARIANCE_PART = "x.size // x.shape[-1]", " - dbeta / M", " - xhat * dgamma / M"
UNDER = "np.sqrt(x.var(axis=axes) + epsilon)"
SUMS, RETURN = "(dy * xhat).sum(axis=axes), dy.sum(axis=axes)", "return dx, dgamma, dbeta"


def sums(says, wrong):
    """A mistake in dgamma or dbeta, with and without its consequences for dx."""
    return [Wrong(says, [(SUMS, wrong)]), Wrong(says, [(RETURN, f"return dx, {wrong}")])]


BACKWARD = [
    Wrong(
        "the variance is mean(x * x) - mean**2: rounding spoils the difference of two large numbers, nearly "
        "equal. Take the mean of (x - mean)**2.",
        [("x.var(axis=axes)", "(x * x).mean(axis=axes) - x.mean(axis=axes) ** 2")],
    ),
    Wrong(
        "mean and variance are treated as fixed numbers: dx = gamma / root * dy. But every x of the channel "
        "moves them, and they move every xhat: two more parts.",
        [(MEAN_PART, ""), (VARIANCE_PART, "")],
    ),
    Wrong("the part of the variance is missing in dx: - xhat * dgamma / M.", [(VARIANCE_PART, "")]),
    Wrong("the part of the mean is missing in dx: - dbeta / M.", [(MEAN_PART, "")]),
    Wrong("the two parts of mean and variance are added in dx; they are subtracted.",
          [("dy - dbeta / M - xhat", "dy + dbeta / M + xhat")]),
    Wrong("M is only the number of pictures: a channel has N * H * W numbers.", [(COUNT, "len(x)")]),
    Wrong("M counts all numbers: a channel has M = N * H * W of them, without C.", [(COUNT, "x.size")]),
    Wrong("dbeta and dgamma are used in dx without being divided by M.", [(COUNT, "1")]),
    Wrong("the part of the mean is added in dx; it is subtracted.", [(MEAN_PART, " + dbeta / M")]),
    Wrong("the part of the variance is added in dx; it is subtracted.",
          [(VARIANCE_PART, " + xhat * dgamma / M")]),
    Wrong("xhat is missing in the part of the variance: - xhat * dgamma / M.",
          [(VARIANCE_PART, " - dgamma / M")]),
    Wrong("the part of the variance has x - mean in it; it must be xhat, which is divided by the root.",
          [(VARIANCE_PART, " - (x - mean) * dgamma / M")]),
    Wrong("gamma is missing in dx.", [("gamma / root", "1 / root")]),
    Wrong("dx is not divided by the root: gamma / root * (...).", [("gamma / root", "gamma")]),
    Wrong("dx is divided by the variance; divide by its root.", [("gamma / root", "gamma / root**2")]),
    *sums("dgamma and dbeta are multiplied by gamma: dy is y's gradient, and y = gamma * xhat + beta.",
          "gamma * (dy * xhat).sum(axis=axes), gamma * dy.sum(axis=axes)"),
    *sums("dgamma is divided by gamma, which may be 0: take xhat as it was before gamma came.",
          "(dy * (gamma * xhat)).sum(axis=axes) / gamma, dy.sum(axis=axes)"),
    *sums("dgamma and dbeta are divided by gamma, which may be 0: take dy as it was before gamma came.",
          "(gamma * dy * xhat).sum(axis=axes) / gamma, (gamma * dy).sum(axis=axes) / gamma"),
    *sums("dgamma is the sum of dy * x: sum dy * xhat, since in y gamma is multiplied by xhat.",
          SUMS.replace("xhat", "x")),
    *sums("dgamma is the sum of dy * (x - mean): xhat is that divided by the root.",
          SUMS.replace("xhat", "(x - mean)")),
    *sums("dgamma and dbeta are divided by M: they are sums, dy is already the gradient of the mean loss.",
          SUMS.replace("sum", "mean")),
    Wrong("one mean for everything, one dgamma and one dbeta: each channel has its own.", [(AXES, "None")]),
    *sums("dgamma and dbeta are summed over everything: each channel has its own.",
          SUMS.replace("axis=axes", "")),
    *sums("dgamma and dbeta are summed over the first axis alone: for pictures over N, H and W.",
          SUMS.replace("axes", "0")),
    *(
        Wrong(
            "mean, variance and sums go over the first axis alone: for pictures over N, H and W.",
            [(AXES, "0"), (COUNT, count)],
        )
        for count in (COUNT, "len(x)")
    ),
    *(
        Wrong("mean and sums go over the last axis, the channels; they go over all axes but the last.", edit)
        for edit in (
            [(AXES, "-1"), (COUNT, "x.shape[-1]")],
            [(AXES, "-1"), (COUNT, "x.shape[-1]"), ("x.mean(axis=axes)", "x.mean(-1, keepdims=True)"),
             ("x.var(axis=axes)", "x.var(-1, keepdims=True)"),
             (f"{MEAN_PART}{VARIANCE_PART}", " - dbeta[..., None] / M - xhat * dgamma[..., None] / M")],
        )
    ),
    Wrong("the axes (0, 1, 2) are those of pictures; rows (N, C) have only axis 0 to go over. "
          "tuple(range(x.ndim - 1)) fits both.", [(AXES, "(0, 1, 2)")]),
    Wrong("the variance is divided by M - 1: here it is a plain mean, divided by M (ddof=0).",
          [("x.var(axis=axes)", "x.var(axis=axes, ddof=1)")]),
    Wrong("epsilon is added to the root, not under it: sqrt(variance + epsilon).",
          [(UNDER, "np.sqrt(x.var(axis=axes)) + epsilon")]),
    *(Wrong(FIXED, [(UNDER, UNDER.replace("epsilon", number))]) for number in USUAL),
    *(Wrong(AT_LEAST.format(number), [(UNDER, UNDER.replace("epsilon", f"max(epsilon, {number})"))])
      for number in USUAL[:2]),
    Wrong(OTHER_DEFAULT.format("epsilon=1e-3"), [("epsilon=1e-3", "epsilon=1e-5")]),
    Wrong("epsilon is missing under the root: use the same root as in the forward pass.",
          [(" + epsilon)", ")")]),
    Wrong("dgamma and dbeta have changed places in the return.", [(RETURN, "return dx, dbeta, dgamma")]),
]  # fmt: skip
