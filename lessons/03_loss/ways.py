"""Ways to p and log p, from the scores: one that is right, and what else is typed."""

import numpy as np


def stable(z, axis=1):
    z = z - z.max(axis=axis, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=axis, keepdims=True))
    return np.exp(log_p), log_p


def log_of_softmax(z):
    p, _ = stable(z)
    return p, np.log(p)


def plain_exp(z):
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return p, np.log(p)


def log_of_plain_sum(z):
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return np.exp(log_p), log_p


def largest_of_all(z):
    return log_of_plain_sum(z - z.max())


def whole_batch(z):
    e = np.exp(z - z.max())
    p = e / e.sum()
    return p, np.log(p)


def columns(z):
    return stable(z, axis=0)


def largest_in_exp_only(z):
    log_p = z - np.log(np.exp(z - z.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True))
    return np.exp(log_p), log_p


def sum_left_out(z):
    """-(z - m) where p became 0: the logarithm of the sum is missing there."""
    p, _ = stable(z)
    return p, np.where(p > 0, np.log(p), z - z.max(axis=1, keepdims=True))


def twice(z):
    return stable(stable(z)[0])


def largest_of_all_in_p(z):
    e = np.exp(z - z.max())
    p = e / e.sum(axis=1, keepdims=True)
    return p, np.log(p)


# ---------------------------------------------------------------- a small number inside the log


def small_added(p, small):
    return p, np.log(p + small)


def at_least(p, small):
    return p, np.log(np.maximum(p, small))


def clipped(p, small):
    p = np.clip(p, small, 1 - small)
    return p, np.log(p)
