"""Wrong versions of softmax_crossentropy: most mistakes can be made with each of the ways to log p."""

from pathlib import Path

import numpy as np

from lessons.harness import wire
from lessons.harness.tasks import Wrong, of_few_words

ways = wire.module_of(Path(__file__).with_name("ways.py"))

INFINITE_LOG = "log of a probability that became 0: take log p = z - m - log(sum of exp(z - m)) instead."
INFINITE_EXP = "exp of a huge score is infinite: subtract each row's largest score first."
WAYS = ((ways.stable, ""), (ways.log_of_softmax, INFINITE_LOG), (ways.plain_exp, INFINITE_EXP))

# ---------------------------------------------------------------- ways from there to loss and dz


def right(p, log_p, labels):
    N, dz = len(p), p.copy()
    dz[np.arange(N), labels] -= 1
    return -log_p[np.arange(N), labels].mean(), dz / N


def then(loss=lambda value, N, K: value, dz=lambda value, N, K: value):
    """The right loss and dz, with something done to them at the end."""

    def wrong(p, log_p, labels):
        right_loss, right_dz = right(p, log_p, labels)
        return loss(right_loss, *p.shape), dz(right_dz, *p.shape)

    return wrong


def one_too_late(p, log_p, labels):
    dz = p / len(p)
    dz[np.arange(len(p)), labels] -= 1
    return right(p, log_p, labels)[0], dz


def no_one(p, log_p, labels):
    return right(p, log_p, labels)[0], p / len(p)


def only_right(p, log_p, labels):
    loss, dz = right(p, log_p, labels)
    return loss, np.where(np.arange(p.shape[1]) == labels[:, None], dz, 0)


def all_columns_of_dz(p, log_p, labels):
    """p[:, labels] is (N, N): every picture meets every label."""
    dz = p.copy()
    dz[:, labels] -= 1
    return right(p, log_p, labels)[0], dz / len(p)


def all_columns(p, log_p, labels):
    return -log_p[:, labels].mean(), all_columns_of_dz(p, log_p, labels)[1]


def whole_rows(p, log_p, labels):
    dz = p.copy()
    dz[labels] -= 1
    return -log_p[labels].mean(), dz / len(p)


def slope_of_p(p, log_p, labels):
    return right(p, log_p, labels)[0], p * (1 - p) / len(p)


def less_labels(p, log_p, labels):
    return right(p, log_p, labels)[0], (p - labels).astype(p.dtype) / len(p)


def less_labels_of_rows(p, log_p, labels):
    return right(p, log_p, labels)[0], (p - labels[:, None]).astype(p.dtype) / len(p)


def largest_for_right(p, log_p, labels):
    return right(p, log_p, p.argmax(axis=1))


def one_class_before(p, log_p, labels):
    return right(p, log_p, labels - 1)


def labels_as_rows(p, log_p, labels):
    """As if labels were targets (N, K) already."""
    return -(labels * log_p).sum() / len(p), ((p - labels) / len(p)).astype(p.dtype)


def ten_classes(p, log_p, labels):
    targets = np.eye(10)[labels]
    return -(targets * log_p).sum() / len(p), ((p - targets) / len(p)).astype(p.dtype)


def each_picture(p, log_p, labels):
    return -log_p[np.arange(len(p)), labels], right(p, log_p, labels)[1]


def log_of_mean(p, log_p, labels):
    return -np.log(p[np.arange(len(p)), labels].mean()), right(p, log_p, labels)[1]


def one_less_p(p, log_p, labels):
    return (1 - p[np.arange(len(p)), labels]).mean(), right(p, log_p, labels)[1]


def changed_too_early(p, log_p, labels):
    return -np.log(p[np.arange(len(p)), labels] - 1).mean(), right(p, log_p, labels)[1]


def all_products(p, log_p, labels):
    """One-hot labels times log p: 0 * -inf is nan."""
    return -(np.eye(p.shape[1])[labels] * log_p).sum(axis=1).mean(), right(p, log_p, labels)[1]


def other_way_round(p, log_p, labels):
    return right(p, log_p, labels)[::-1]


ROWS_AND_LABELS = (
    "[:, labels] takes these columns of EVERY row: each picture meets the labels of all. "
    "[np.arange(N), labels] takes one of each row."
)
WRONG = (
    ("dz is not divided by N, but the loss is a mean: each picture moves it by 1/N only.",
     then(dz=lambda v, N, K: v * N)),
    ("loss and dz are those of the sum over the pictures: both are to be divided by N.",
     then(loss=lambda v, N, K: v * N, dz=lambda v, N, K: v * N)),
    ("dz is divided by N twice.", then(dz=lambda v, N, K: v / N)),
    ("dz is divided by K, the number of classes; the mean is over the N pictures.",
     then(dz=lambda v, N, K: v * N / K)),
    ("the loss is divided by N * K; it is the mean over the N pictures.", then(loss=lambda v, N, K: v / K)),
    ("loss and dz are divided by N * K; the mean is over the N pictures.",
     then(loss=lambda v, N, K: v / K, dz=lambda v, N, K: v / K)),
    ("the sign of dz is turned round: p - 1 at the right class, not 1 - p.", then(dz=lambda v, N, K: -v)),
    ("the loss is the sum over the pictures, not their mean.", then(loss=lambda v, N, K: v * N)),
    ("the loss has lost its minus: log p is never positive.", then(loss=lambda v, N, K: -v)),
    ("the logarithm has base 2; here it is the natural one, np.log.",
     then(loss=lambda v, N, K: v / np.log(2))),
    ("dz is p / N - 1 at the right class: the 1 must be divided by N as well, (p - 1) / N.", one_too_late),
    ("dz is only p / N: at the right class 1 must be subtracted.", no_one),
    ("dz is filled in at the right class only; all the other scores move the loss as well.", only_right),
    ("dz is p (1 - p) / N: so much p grows with its own score. The loss grows by p, or p - 1, over N.",
     slope_of_p),
    (f"dz{ROWS_AND_LABELS}", all_columns_of_dz),
    (f"in loss and dz, p{ROWS_AND_LABELS}", all_columns),
    ("[labels] takes whole rows, of other pictures. [np.arange(N), labels] takes one number of each row.",
     whole_rows),
    ("the numbers of the classes are subtracted from p: subtract 1, and at the right class only.",
     less_labels),
    ("the number of the right class is subtracted from its whole row: subtract 1, and at that class only.",
     less_labels_of_rows),
    ("a loss for each picture; one number is wanted, their mean.", each_picture),
    ("loss and dz are handed back the other way round: return loss, dz.", other_way_round),
)  # fmt: skip
WRONG_WITHOUT_LOG_0 = (
    ("the class with the largest score is taken for the right one; labels says which it is.",
     largest_for_right),
    ("labels - 1 is taken for the right class: the classes are counted from 0, as the columns are.",
     one_class_before),
    ("the logarithm of the mean p; the loss is the mean of the logarithms.", log_of_mean),
    ("the loss is 1 - p; it should be -log p, which grows without end where p comes near 0.", one_less_p),
)  # fmt: skip

# ---------------------------------------------------------------- one with the other


def loss_by(way, rest=right):
    """A softmax_crossentropy: p and log p by ``way``, loss and dz from them by ``rest``."""

    def wrong(z, labels):
        with np.errstate(all="ignore"):
            return rest(*way(z), labels)

    return wrong


def with_small(how, small):
    return loss_by(lambda z: how(ways.stable(z)[0], z.dtype.type(small)))


LOSS = [
    Wrong(INFINITE_LOG, function=loss_by(ways.log_of_softmax)),
    Wrong(INFINITE_LOG, function=loss_by(ways.log_of_softmax, all_products)),
    *(
        Wrong(INFINITE_EXP, function=loss_by(way, rest))
        for way in (ways.plain_exp, ways.log_of_plain_sum)
        for rest in (right, all_products)
    ),
    *(
        Wrong(
            "the largest score of ALL rows is subtracted: in a row far below it every exp is 0, and log 0 is "
            "-infinity. Take each row's own.",
            function=loss_by(ways.largest_of_all, rest),
        )
        for rest in (right, all_products)
    ),
    Wrong(
        "p is divided by the sum over all rows: each row must sum to 1 by itself.",
        function=loss_by(ways.whole_batch),
    ),
    Wrong(
        "the columns of p sum to 1, not the rows: a row is a picture, sum along axis 1.",
        function=loss_by(ways.columns),
    ),
    Wrong(
        "the largest score m is subtracted inside exp only: log p = z - m - log(sum of exp(z - m)).",
        function=loss_by(ways.largest_in_exp_only),
    ),
    *(
        Wrong(
            f"a small number ({small:g}) inside the log: no picture's loss can then be larger than about "
            f"{-np.log(small):.1f}, though some are 1000. Take log p = z - m - log(sum of exp(z - m)).",
            function=with_small(how, small),
        )
        for small in (1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7)
        for how in (ways.small_added, ways.at_least, ways.clipped)
    ),
    Wrong(
        "the log of a negative number is nan. Was 1 subtracted from p before the loss took its log? "
        "dz = p.copy() keeps p as it is.",
        function=loss_by(ways.log_of_softmax, changed_too_early),
    ),
    *(
        Wrong(
            "the largest score of ALL rows is subtracted: in a row far below it every exp is 0, and 0 / 0 is "
            "nan. Take each row's own. And take log p = z - m - log(sum of exp(z - m)).",
            function=loss_by(ways.largest_of_all_in_p, rest),
        )
        for rest in (right, all_products)
    ),
    Wrong(
        "where p became 0, the logarithm of the sum is left out: log p = z - m - log(sum of exp(z - m)).",
        function=loss_by(ways.sum_left_out),
    ),
    Wrong("softmax is taken twice, of z and then of p: once is enough.", function=loss_by(ways.twice)),
    Wrong(
        "labels holds one number for each picture, the right class, not a row of K numbers with a 1: "
        "log_p[np.arange(N), labels] takes the one that counts.",
        function=of_few_words(loss_by(ways.stable, labels_as_rows)),
    ),
    *(
        Wrong(
            "a row with a 1 has as many numbers as there are classes: K = z.shape[1], which need not be 10.",
            function=of_few_words(loss_by(way, ten_classes)),
        )
        for way in (ways.stable, ways.log_of_softmax)
    ),
    *(
        Wrong(" And ".join(filter(None, (says, also))), function=loss_by(way, rest))
        for says, rest in WRONG
        for way, also in WAYS
    ),
    *(
        Wrong(" And ".join(filter(None, (says, also))), function=loss_by(way, rest))
        for says, rest in WRONG_WITHOUT_LOG_0
        for way, also in WAYS
        if also != INFINITE_LOG
    ),
]
