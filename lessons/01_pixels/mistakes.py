"""The classic mistakes of lesson 01: most are edits of the answers in check.py."""

import numpy as np

from lessons.harness.tasks import Wrong

# ---------------------------------------------------------------- load_batch

PLANES = "reshape(-1, 3, H, W).transpose(0, 2, 3, 1)"


def labels_first(data, H=32, W=32):
    N = len(data) // (1 + 3 * H * W)
    read = np.frombuffer(data, np.uint8)
    return read[N:].reshape(N, 3, H, W).transpose(0, 2, 3, 1), read[:N]


LOAD = [
    Wrong(
        "the bytes are read as red, green, blue pixel by pixel; in the file all reds come first.",
        [(PLANES, "reshape(-1, H, W, 3)")],
    ),
    Wrong("rows and columns have changed places: transpose(0, 3, 2, 1)?", [("(0, 2, 3, 1)", "(0, 3, 2, 1)")]),
    Wrong(
        "colours are still the second axis: (N, 3, H, W). Move them behind.", [(".transpose(0, 2, 3, 1)", "")]
    ),
    Wrong(
        "the label is taken from the end of each record; it is its first byte.",
        [("records[:, 0]", "records[:, -1]"), ("records[:, 1:]", "records[:, :-1]")],
    ),
    Wrong("the colours come out as blue, green, red.", [(".copy()  # (N", "[..., ::-1].copy()  # (N")]),
    Wrong(
        "int8 holds -128 to 127, so every byte above 127 became negative: np.uint8.",
        [("np.frombuffer(data, np.uint8)", "np.frombuffer(data, np.int8)")],
    ),
    Wrong(
        "each plane is read column by column; it is stored row by row.",
        [(PLANES, "reshape(-1, 3, W, H).transpose(0, 3, 2, 1)")],
    ),
    Wrong("only the first picture is read.", [("return x, y", "return x[:1], y[:1]")]),
    Wrong(
        "the label is still in the picture, as its first byte, and the last byte is cut off: records[:, 1:].",
        [("records[:, 1:]", "records[:, :-1]")],
    ),
    Wrong(
        "rows and colours are mixed up, transpose(0, 3, 1, 2): that leads back; here it is (0, 2, 3, 1).",
        [("(0, 2, 3, 1)", "(0, 3, 1, 2)")],
    ),
    Wrong("all four axes are turned round (.T): only the colours are to move, behind the columns.",
          [(".transpose(0, 2, 3, 1)", ".T")]),
    Wrong("x and y are handed back the other way round: return x, y.", [("return x, y", "return y, x")]),
    Wrong("y has two axes, (N, 1): one number, records[:, 0], is no piece, records[:, :1].",
          [("records[:, 0]", "records[:, :1]")]),
    Wrong(
        "the rows and columns of a picture are still one axis: (N, H, W, 3) has four.",
        [(PLANES, "reshape(-1, 3, H * W).transpose(0, 2, 1)")],
    ),
    Wrong(
        "all labels are taken from the beginning of the file; each stands in front of its own picture.",
        function=labels_first,
    ),
    Wrong(
        "eight bytes are read as one number, as for a float64 or an int64: np.frombuffer(data, np.uint8).",
        [("np.frombuffer(data, np.uint8)", "np.frombuffer(data)")],
    ),
    Wrong(
        "a record is its label and its picture, 1 + 3 * H * W bytes: here it is 1 byte short.",
        [("1 + 3 * H * W", "3 * H * W")],
    ),
    Wrong(
        "a record has 1 + 3 * H * W bytes: 3073 are those of 32 x 32 pixels, and H and W are arguments.",
        [("1 + 3 * H * W", "3073")],
    ),
    Wrong(
        "data holds the bytes themselves, it is no file's name: np.frombuffer(data, np.uint8).",
        [("records = ", "open(data)\n    records = ")],
    ),
    Wrong(
        "np.array(data) takes the bytes for one text: np.frombuffer(data, np.uint8) takes each as a number.",
        [("np.frombuffer(data, np.uint8)", "np.array(data, np.uint8)")],
    ),
    *(
        Wrong(
            "the pixels were divided by 255: load_batch returns the bytes as they are.",
            [("return x, y", f"return {divided}, y")],
        )
        for divided in ("x / 255", "(x / 255).astype(np.float32)")
    ),
]

# ---------------------------------------------------------------- standardize

MEAN, STD = "x_train.mean(axis=(0, 1, 2))", "x_train.std(axis=(0, 1, 2))"
BOTH = "np.concatenate([x_train, x_test])"
TEST = "((x_test - mean) / std)"
X_TRAIN = "((x_train - mean) / std)"
STD_OF_0 = "np.where(std > 0, std, 1)"


def each(axes, keepdims=True):
    """An edit: mean and standard deviation over these axes, x_test by its own."""
    return [
        (MEAN, f"x_train.mean(axis={axes}, keepdims={keepdims})"),
        (STD, f"x_train.std(axis={axes}, keepdims={keepdims})"),
        (TEST, f"((x_test - x_test.mean(axis={axes}, keepdims={keepdims})) / np.where((s := x_test.std("
               f"axis={axes}, keepdims={keepdims})) > 0, s, 1))"),
    ]  # fmt: skip


BY_255_FIRST = (
    "where a colour never changes, the result is 255 times too small, or divided by rounding alone. Are the "
    "pixels divided by 255 first (elsewhere that cancels out but for rounding), or is 255 taken for a "
    "standard deviation of 0?"
)
BY_255_ONLY = "divided by 255, not by the standard deviation."


def first_by_255(dtype, divisor, by_std=True):
    """All computed from x_train / 255; ``divisor``: of x_test."""

    def wrong(x_train, x_test):
        x_train, x_test = x_train.astype(dtype) / 255, x_test.astype(dtype) / divisor
        mean, std = x_train.mean(axis=(0, 1, 2)), x_train.std(axis=(0, 1, 2))
        std = np.where(std > 0, std, 1) if by_std else 1
        return ((x_train - mean) / std).astype(np.float32), ((x_test - mean) / std).astype(np.float32)

    return wrong


def in_float32(x_train, x_test):
    x_train, x_test = x_train.astype(np.float32), x_test.astype(np.float32)
    mean, std = x_train.mean(axis=(0, 1, 2)), x_train.std(axis=(0, 1, 2))
    std = np.where(std > 0, std, np.float32(1))
    return (x_train - mean) / std, (x_test - mean) / std


STANDARDIZE = [
    Wrong(
        "the test pictures had a say in the mean and the standard deviation: take both from x_train only.",
        [(MEAN, MEAN.replace("x_train", BOTH)), (STD, STD.replace("x_train", BOTH))],
    ),
    Wrong(
        "the test pictures were standardized by their own mean and standard deviation, not those of x_train.",
        [(TEST, "((x_test - x_test.mean((0, 1, 2))) / np.where((s := x_test.std((0, 1, 2))) > 0, s, 1))")],
    ),
    Wrong(
        "one mean and one standard deviation for all colours: take one for each, over the axes (0, 1, 2).",
        [(MEAN, "x_train.mean()"), (STD, "x_train.std()")],
    ),
    Wrong(
        "one standard deviation for all colours: take one for each, over the axes (0, 1, 2), like the mean.",
        [(STD, "x_train.std()")],
    ),
    Wrong(
        "one mean for all colours: take one for each, over the axes (0, 1, 2), like the standard deviation.",
        [(MEAN, "x_train.mean()")],
    ),
    Wrong(
        "x_test loses its own mean: subtract the mean of x_train from both.",
        [(TEST, "((x_test - x_test.mean((0, 1, 2))) / std)")],
    ),
    Wrong(
        "mean and standard deviation are summed up in float32, which over many pixels loses digits: "
        "x_train.mean(..., dtype=float), and std in the same way. Make the results float32 at the end.",
        function=in_float32,
    ),
    Wrong(
        "a mean for each pixel of its own (axis 0 only): average over pictures, rows and columns.",
        [(MEAN, "x_train.mean(axis=0)"), (STD, "x_train.std(axis=0)")],
    ),
    Wrong(
        "divided by the variance: the standard deviation is its square root.",
        [(STD, "x_train.var(axis=(0, 1, 2))")],
    ),
    Wrong(
        "x_test is standardized by its own mean and standard deviation, and divided by 0 where that is 0: "
        "take both from x_train, and 1 for 0.",
        [(STD_OF_0, "std"), (TEST, "((x_test - x_test.mean((0, 1, 2))) / x_test.std((0, 1, 2)))")],
    ),
    *(
        Wrong(
            "mean and standard deviation of each pixel, over its three colours (the last axis). Average over "
            "the others, (0, 1, 2), which leaves three numbers.",
            edit,
        )
        for edit in (
            [(MEAN, "x_train.mean(-1, keepdims=True)"), (STD, "x_train.std(-1, keepdims=True)")],
            [(MEAN, "x_train.mean(-1)"), (STD, "x_train.std(-1)")],
            each(-1),
        )
    ),
    Wrong(
        "each picture is standardized by its own mean and standard deviation: average over the pictures too.",
        each((1, 2)),
    ),
    Wrong(
        "x_test is not standardized. Was it left out, or were mean and standard deviation taken from an "
        "x_train that was standardized already?",
        [(TEST, "x_test")],
    ),
    Wrong("the mean is not subtracted from x_test. Was it taken from an x_train that had already lost it?",
          [(TEST, "(x_test / std)")]),
    Wrong("m / s is done first: write (x - m) / s.",
          [(X_TRAIN, "(x_train - mean / std)"), (TEST, "(x_test - mean / std)")]),
    Wrong("ddof=1 divides by one less than the number of pixels; the standard deviation here is over all.",
          [(STD, "x_train.std(axis=(0, 1, 2), ddof=1)")]),
    Wrong("x_train is stretched to 0 to 1: subtract the mean instead, divide by the standard deviation.",
          [(MEAN, "x_train.min()"), (STD, "np.float64(x_train.max()) - x_train.min()")]),
    *(
        Wrong(
            f"a colour that never changes is divided by {small:g}, and x_test gets huge: where the standard "
            "deviation is 0, divide by 1.",
            [(STD_OF_0, f"std + {small}")],
        )
        for small in (1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6)
    ),
    Wrong(
        "the nan of 0 / 0 is made 0 afterwards, but a test picture has x / 0, which is infinite: where the "
        "standard deviation is 0, divide by 1.",
        [(STD_OF_0, "std"), (X_TRAIN, f"np.nan_to_num({X_TRAIN})"), (TEST, f"np.nan_to_num({TEST})")],
    ),
    Wrong(
        "an array is asked for one True or False (by if, and, or, max): np.where(std > 0, std, 1) asks each "
        "number by itself.",
        [(STD_OF_0, "1 if std == 0 else std")],
    ),
    Wrong("not divided by the standard deviation.", [("std = np.where(std > 0, std, 1)", "std = 1")]),
    Wrong("the mean is not subtracted.", [(MEAN, "0")]),
    Wrong(
        "computed in uint8, where 1 - 2 is 255: turn the pixels into float64 before you subtract.",
        [(MEAN, f"{MEAN}.astype(np.uint8)")],
    ),
    Wrong(
        "a colour that never changes is divided by 0: where the standard deviation is 0, divide by 1.",
        [("std = np.where(std > 0, std, 1)", "std = std")],
    ),
    Wrong(
        "a standard deviation below 1 is taken for 1: only where it is 0, divide by 1.",
        [("np.where(std > 0, std, 1)", "np.maximum(std, 1)")],
    ),
    *(Wrong(BY_255_FIRST, function=first_by_255(dtype, 255)) for dtype in (np.float32, np.float64)),
    Wrong(BY_255_FIRST, [(STD_OF_0, "np.where(std > 0, std, 255)")]),  # without rounding
    *(
        Wrong(
            "x_train was divided by 255, x_test was not: mean and standard deviation are then those of other "
            "numbers. Leave out the 255.",
            function=first_by_255(dtype, 1),
        )
        for dtype in (np.float32, np.float64)
    ),
    Wrong(BY_255_ONLY, [(f"std = {STD_OF_0}", "std = 255")]),
    Wrong(BY_255_ONLY, function=first_by_255(np.float32, 255, by_std=False)),
    Wrong(
        "only divided by 255.", [("((x_train - mean) / std)", "(x_train / 255)"), (TEST, "(x_test / 255)")]
    ),
]
FIRST_FLOAT32 = "x_train, x_test = x_train.astype(np.float32), x_test.astype(np.float32)\n    mean ="
STANDARDIZE += [  # the same mistakes of who makes the pixels float32 first: their sums are a little off
    Wrong(wrong.says, [*wrong.edit, ("mean =", FIRST_FLOAT32)])
    for wrong in STANDARDIZE
    if wrong.edit and "uint8" not in wrong.says
]
