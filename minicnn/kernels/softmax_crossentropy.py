"""Softmax and cross-entropy as one operation: from logits to the loss and its gradient.

    p[n, k] = exp(z[n, k]) / sum over j of exp(z[n, j])            softmax
    loss[n] = - sum over k of t[n, k] log p[n, k]                  cross-entropy
    d mean(loss) / d z[n, k] = (p[n, k] - t[n, k]) / N             where the targets of n sum to 1

    z  logits (N, K)      t  targets (N, K), one distribution a row      loss (N,)

Why as one: log(exp(z)) is z. Taken apart, a p that underflows to 0 has the logarithm -inf and the
gradient 0 / 0; taken together nothing can go wrong:

    log p[n, k] = z[n, k] - m - log(sum over j of exp(z[n, j] - m)),   m = the largest z[n, j]

Every exponent is at most 0, one of them is 0, so the sum lies between 1 and K. All is computed in
float64, where even logits of +-3e38, the largest float32 holds, have a difference and a loss.
The gradient is rounded to the type of the logits once, at the end.

Source: Goodfellow, Bengio & Courville 2016, "Deep Learning", sections 4.1 and 6.2.2.3.
No compiled version: at the sizes of a classifier (N 40, K 10) it would save some 20 microseconds of
a step and cost a second of compiling.
"""

import numpy as np

EPSILON = 1e-7  # Keras's distance that probabilities keep from 0 and 1


@np.errstate(invalid="ignore")  # a diverged network's inf - inf is nan, and shows in the loss
def definition(logits, targets):
    """The equations above, one number at a time. Returns losses (N,) in float64, dlogits (N, K)."""
    N, K = logits.shape
    losses, dlogits = np.zeros(N), np.zeros_like(logits)
    for n in range(N):
        z = logits[n].astype(np.float64)
        m = np.max(z)
        total = 0.0
        for k in range(K):
            total += np.exp(z[k] - m)
        for k in range(K):
            log_p = z[k] - m - np.log(total)
            if targets[n, k] != 0:  # 0 log 0 counts as 0
                losses[n] -= targets[n, k] * log_p
            dlogits[n, k] = (np.exp(log_p) - targets[n, k]) / N
    return losses, dlogits


@np.errstate(invalid="ignore")
def vectorised(logits, targets):
    """The same for all images at once."""
    N, _ = logits.shape
    z = logits.astype(np.float64)  # (N, K)
    z -= z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    losses = -np.multiply(targets, log_p, out=np.zeros_like(z), where=targets != 0).sum(axis=1)
    dlogits = (np.exp(log_p) - targets) / N
    return losses, dlogits.astype(logits.dtype)


LADDER = (("definition", definition), ("vectorised", vectorised))

softmax_crossentropy = vectorised


# ---- For networks that do not end in a softmax: p are the probabilities themselves, kept away
# from 0 and 1 because log(0) is -inf. Where a p was moved, its gradient is 0.


def sparse_crossentropy(p, targets):
    """Keras's rule for integer labels: clip p, then treat log(p) as logits (so rows are normalised).

    ``p`` and one-hot ``targets`` (N, K); returns losses (N,) in float64 and dp (N, K).
    """
    clipped, moved = _clip(p)
    losses, dlog = vectorised(np.log(clipped), targets)
    dp = np.where(moved, 0, dlog / clipped)  # forward was: log(clipped)
    return losses, dp.astype(p.dtype)


@np.errstate(invalid="ignore", divide="ignore")  # a row of zeros has no distribution: nan
def crossentropy(p, targets):
    """Keras's rule for one-hot labels: normalise the rows of p, clip, then -sum t log p.

    ``p`` and ``targets`` (N, K); returns losses (N,) in float64 and dp (N, K).
    """
    N, _ = p.shape
    total = p.sum(axis=1, keepdims=True)  # (N, 1)
    q = p / total
    clipped, moved = _clip(q)
    losses = -(targets * np.log(clipped)).sum(axis=1)
    dq = np.where(moved, 0, -targets / clipped) / N  # forward was: -t log(clipped)
    dp = (dq - (dq * q).sum(axis=1, keepdims=True)) / total  # forward was: q = p / sum of p
    return losses, dp.astype(p.dtype)


def _clip(p):
    """p within [EPSILON, 1 - EPSILON], rounded in p's own type as Keras does; and where it was moved."""
    low, high = p.dtype.type(EPSILON), p.dtype.type(1 - EPSILON)
    return np.clip(p, low, high).astype(np.float64), (p < low) | (p > high)
