"""The augmentations compared with Keras, as plain data: make_keras_augmentation.py runs them there.

A layer whose lowest factor is its highest draws nothing: every picture goes through the same map.
"""

SHAPES = [(1, 9, 7, 3), (1, 6, 11, 2), (1, 1, 7, 2)]
ROTATIONS = [0.1, -0.07, 0.25, 0.37, -0.6]  # of a whole turn
ZOOMS = [((0.31, 0.31), None), ((-0.42, -0.42), None), ((0.83, 0.83), (-0.27, -0.27)), ((1.0, 1.0), (0, 0))]
SHIFTS = [((0.13, 0.13), (-0.29, -0.29)), ((-0.61, -0.61), (0.77, 0.77)), ((0.5, 0.5), (0.25, 0.25))]
HOW = [
    {}, {"fill_mode": "constant"}, {"fill_mode": "constant", "fill_value": 0.7}, {"fill_mode": "nearest"},
    {"fill_mode": "wrap"}, {"interpolation": "nearest"},
    {"interpolation": "nearest", "fill_mode": "constant", "fill_value": -0.3},
]  # fmt: skip

KINDS = {
    "RandomRotation": [{"factor": (factor, factor)} for factor in ROTATIONS],
    "RandomZoom": [{"height_factor": height, "width_factor": width} for height, width in ZOOMS],
    "RandomTranslation": [{"height_factor": height, "width_factor": width} for height, width in SHIFTS],
}
AUGMENTATIONS = {  # name: (class, arguments, input shape)
    " ".join([kind, "x".join(map(str, shape)), str(number), *(f"{key}={how[key]}" for key in how)]): (
        kind, arguments | how, shape,
    )
    for kind, each in KINDS.items() for number, arguments in enumerate(each)
    for shape in SHAPES for how in HOW
}  # fmt: skip

CROPS = {  # what is left of a picture at inference: name: (input shape, (height, width))
    f"{H}x{W} to {height}x{width}": ((2, H, W, 3), (height, width))
    for H, W, height, width in [
        (9, 7, 4, 4), (7, 9, 4, 4), (8, 8, 8, 8), (8, 8, 5, 3), (5, 6, 8, 9), (5, 12, 10, 3), (3, 2, 7, 7),
        (1, 5, 2, 2),
    ]
}  # fmt: skip
