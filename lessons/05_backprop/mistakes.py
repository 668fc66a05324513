"""The classic mistakes of lesson 05: most are edits of minicnn/kernels/dense.py and activations.py."""

from lessons.harness.tasks import Wrong

# ---------------------------------------------------------------- dense

FORWARD = [
    Wrong("b is never added.", [(" + b", "")]),
    Wrong("w is turned round: x @ w.T fits by luck where D = F.", [("x @ w", "x @ w.T")]),
    Wrong("b is added down the rows; it has one number for each output.", [("+ b", "+ b[:, None]")]),
    Wrong("b is subtracted.", [("+ b", "- b")]),
    Wrong("b is multiplied, not added.", [("+ b", "* b")]),
    Wrong(
        "only the last product is left in each sum. Should = be +=?",
        [("x @ w", "x[:, -1:] * w[-1]")],
    ),
    Wrong("negative outputs are cut to 0: that is relu's work.", [("x @ w + b", "np.maximum(x @ w + b, 0)")]),
]

DX, DW, DB = "dy @ w.T", "x.T @ dy", "dy.sum(0)"

BACKWARD = [
    Wrong("w is not turned round in dx: w goes from D to F, the blame goes from F to D.", [(DX, "dy @ w")]),
    Wrong(
        "dw and db are divided by N: dy is already the gradient of the mean loss.",
        [(DW, "x.T @ dy / x.dtype.type(len(x))"), (DB, "dy.mean(0)")],
    ),
    Wrong(
        "dx, dw and db are divided by N: dy is already the gradient of the mean loss.",
        [(DX, f"{DX} / x.dtype.type(len(x))"), (DW, f"{DW} / x.dtype.type(len(x))"), (DB, "dy.mean(0)")],
    ),
    Wrong(
        "dw is divided by N: dy is already the gradient of the mean loss.",
        [(DW, "x.T @ dy / x.dtype.type(len(x))")],
    ),
    Wrong("db is the mean over the pictures; each of them used b, so it is the sum.", [(DB, "dy.mean(0)")]),
    Wrong(
        "db is dy itself, one row for each picture: b was added to every row, so sum over them.",
        [(DB, "dy.copy()")],
    ),
    Wrong("db is summed over the outputs, not over the pictures.", [(DB, "dy.sum(1)")]),
    Wrong(
        "db is (1, F): it must have b's shape, (F,). Did it keep an axis, as by keepdims=True?",
        [(DB, "dy.sum(0, keepdims=True)")],
    ),
    Wrong(
        "db is one number, the sum of all of dy: each output has a b of its own, sum over axis 0.",
        [(DB, "dy.sum()")],
    ),
    Wrong("dw is turned round, (F, D): it must have w's shape.", [(DW, "dy.T @ x")]),
    Wrong(
        "dw forgets the input: it is the blame times what the weight was multiplied with, x.T @ dy.",
        [(DW, "np.ones_like(x).T @ dy")],
    ),
    Wrong("dx and dw have changed places in the return.", [(f"{DX}, {DW}", f"{DW}, {DX}")]),
    *(
        Wrong("the return has another order: dx, dw, db.", [(f"{DX}, {DW}, {DB}", other)])
        for other in (f"{DW}, {DB}, {DX}", f"{DB}, {DW}, {DX}")
    ),
    Wrong("dw counts the first picture only.", [(DW, "x[:1].T @ dy[:1]")]),
    Wrong(
        "dw counts the last picture only: it is a sum over all of them. Should = be +=?",
        [(DW, "x[-1:].T @ dy[-1:]")],
    ),
    Wrong(
        "dx counts the last output only: it is a sum over all of them. Should = be +=?",
        [(DX, "dy[:, -1:] * w[:, -1]")],
    ),
    Wrong("dx is turned round, (D, N): it must have x's shape.", [(DX, "w @ dy.T")]),
    *(
        Wrong(
            "reshape gives the shape, but leaves the numbers in their order: .T turns a matrix round.", edit
        )
        for edit in (
            [(DX, "(w @ dy.T).reshape(x.shape)")],
            [(DW, "(dy.T @ x).reshape(w.shape)")],
            [(DX, "(w @ dy.T).reshape(x.shape)"), (DW, "(dy.T @ x).reshape(w.shape)")],
        )
    ),
    Wrong(
        "dx forgets dy: it is the blame times what x was multiplied with, dy @ w.T.",
        [(DX, "np.ones_like(dy) @ w.T")],
    ),
]

# ---------------------------------------------------------------- relu

RELU = [
    Wrong(
        "the sign is dropped instead of the negative numbers: that is the absolute value.",
        [("np.maximum(z, 0)", "np.abs(z)")],
    ),
    Wrong(
        "the positive numbers are cut off: maximum, not minimum.", [("np.maximum(z, 0)", "np.minimum(z, 0)")]
    ),
    Wrong("that is 1 where z is positive; y is z there.", [("np.maximum(z, 0)", "(z > 0).astype(z.dtype)")]),
    *(
        Wrong(
            "max(z, 0) and if z > 0 ask whether the whole array is larger than 0: of several numbers Python "
            "cannot say (ValueError), and of one it may hand back the number 0, no array. np.maximum(z, 0) "
            "asks each of them by itself.",
            function=function,
        )
        for function in (lambda z: max(z, 0), lambda z: max(0, z))
    ),
    Wrong(
        "np.max is the largest number along an axis, here axis 0; np.maximum(z, 0) takes the larger of two, "
        "number by number.",
        [("np.maximum(z, 0)", "np.max(z, 0)")],
    ),
    Wrong(
        "the numbers above 0 are taken out of the array, in one row; y has z's shape, with 0 for the others.",
        [("np.maximum(z, 0)", "z[z > 0]")],
    ),
    Wrong(
        "all numbers are cut at 1: only what is below 0 is cut.", [("np.maximum(z, 0)", "np.clip(z, 0, 1)")]
    ),
    Wrong(
        "negative numbers are made smaller, not 0: that is a leaky relu.",
        [("np.maximum(z, 0)", "np.where(z > 0, z, z * z.dtype.type(0.01))")],
    ),
]

MASK = "np.where(y <= 0, 0, dy)"

RELU_BACKWARD = [
    Wrong("dy passes everywhere: where y is 0, nothing may come back.", [(MASK, "dy.copy()")]),
    Wrong(
        "relu is applied to dy: its negative numbers are blame as well. What counts is the sign of z.",
        [(MASK, "np.maximum(dy, 0)")],
    ),
    Wrong(
        "the mask is turned round: dy comes back where z was negative.", [(MASK, "np.where(y <= 0, dy, 0)")]
    ),
    Wrong(
        "that is the slope of relu, 1 or 0; it must be multiplied by dy.",
        [(MASK, "(z > 0).astype(dy.dtype)")],
    ),
    Wrong("dy is multiplied by y; the slope of relu is 1, not y.", [(MASK, "dy * y")]),
    Wrong("dy is multiplied by z; the slope of relu is 1 or 0, not z.", [(MASK, "dy * z")]),
    Wrong("that is y again; where z > 0 it is dy that comes back.", [(MASK, "np.where(y <= 0, 0, y)")]),
    Wrong(
        "dy is multiplied by the sign of z, -1 where z is negative; nothing may come back there.",
        [(MASK, "dy * np.sign(z)")],
    ),
    Wrong(
        "what is negative in dy is cut off as well: blame may have any sign. What counts is the sign of z.",
        [(MASK, "np.where((y <= 0) | (dy <= 0), 0, dy)")],
    ),
    Wrong(
        "if z > 0 asks whether the whole array is larger than 0: of several numbers Python cannot say "
        "(ValueError). np.where(z > 0, dy, 0) asks each number by itself.",
        function=lambda dy, z, y: dy if z > 0 else 0,
    ),
    Wrong(
        "the numbers of dy where z > 0 are taken out, in one row; dz has z's shape, with 0 for the others.",
        [(MASK, "dy[z > 0]")],
    ),
    Wrong("at z = 0 exactly half of dy comes back: take 0 there.", [(MASK, "dy * np.heaviside(z, 0.5)")]),
    Wrong("at z = 0 exactly dy comes back: take 0 there.", [(MASK, "np.where(z < 0, 0, dy)")]),
]
