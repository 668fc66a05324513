"""Pictures drawn by code: ten kinds of object on textured grounds, 32x32 pixels in colour.

The embedded data set: nothing to download, and as many pictures as wanted. A picture is

    pixel = cover * object + (1 - cover) * ground + noise

where ground and object are two textures (a colour plus a few plane waves), noise is normal, and
``cover`` in 0..1 says how much of a pixel the object fills. It comes from the object's *signed
distance* d, negative inside, positive outside: cover = clip(1/2 - d, 0, 1), d in pixels, which
gives an edge one pixel wide and no stairs.

Place, size, turn, colours, waves and noise all vary, and say nothing about the class. Objects are mostly
lighter than their ground, so a linear classifier, which can only weigh pixels where they stand, learns
a little: roughly where each shape has its middle and its gaps.
Picture ``i`` of a seed is the same however many are drawn: random numbers belong to fixed blocks.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from minicnn.checks import is_whole
from minicnn.random import generator

CLASS_NAMES = (
    *("disc", "ring", "crescent", "heart", "square"),
    *("triangle", "cross", "star", "arrow", "hourglass"),
)

_SIZE = 32
_BLOCK = 250  # pictures drawn at a time: a multiple of ten, small enough for the processor's cache
_WAVES = 3  # plane waves per texture

# What makes the pictures easy or hard. With these, a softmax classifier on the pixels stays near 10 % test
# accuracy (chance), and the documented M3, in Keras, reaches 79, 88, 93 and 97 % after its first four epochs.
_CONTRAST = (70, 140)  # distance between the colours of object and ground, in 0..255
_NOISE = (4, 16)  # standard deviation of the noise
_WAVE = 10  # standard deviation of a wave's height, per colour
_RADIUS = (9, 13)  # of the object, in pixels
_ROAM = 0.5  # how much of the free room its centre uses
_TURN = np.pi / 6  # the object leans up to this far to either side


def load_data(n_train=50_000, n_test=10_000, seed=0):
    """``((x_train, y_train), (x_test, y_test))``: ``n_train`` and ``n_test`` pictures, drawn from ``seed``.

    ``x`` (n, 32, 32, 3) uint8, ``y`` (n, 1) uint8 in 0..9 (see ``CLASS_NAMES``), as ``cifar10.load_data``.
    Each 250 pictures hold every class 25 times. Asking for fewer gives the first ones of the same set.
    """
    for name, value in (("n_train", n_train), ("n_test", n_test), ("seed", seed)):
        if not is_whole(value, least=0):
            raise ValueError(f"shapes.load_data expects {name} to be a whole number >= 0, got {value!r}")
    return _draw(n_train, seed, "train"), _draw(n_test, seed, "test")


def _draw(n, seed, split):
    x = np.empty((n, _SIZE, _SIZE, 3), np.uint8)
    y = np.empty((n, 1), np.uint8)

    def draw(start):
        here = slice(start, min(start + _BLOCK, n))
        rng = generator(seed, "shapes", split, start // _BLOCK)
        x[here], y[here, 0] = _draw_block(here.stop - start, rng)

    with ThreadPoolExecutor() as pool:  # NumPy lets other threads run while it computes
        list(pool.map(draw, range(0, n, _BLOCK)))  # the list makes an error surface here
    return x, y


def _draw_block(n, rng):
    """The first ``n`` pictures (n, 32, 32, 3) uint8 and labels (n,) of the block that ``rng`` stands for.

    Everything but the noise is drawn for the whole block, so that ``n`` changes no picture.
    """
    labels = rng.permutation(_BLOCK) % len(CLASS_NAMES)
    ground_colour, object_colour = _colours(rng)
    ground = _texture(rng, ground_colour)[:n]  # (n, 32, 96), as all pictures here: a row is 32 times R, G, B
    thing = _texture(rng, object_colour)[:n]
    cover = np.repeat(_cover(rng, labels)[:n], 3, axis=2)
    strength = rng.uniform(*_NOISE, (_BLOCK, 1, 1)).astype(np.float32)[:n]
    noise = rng.standard_normal(ground.shape, np.float32)

    picture = ground + cover * (thing - ground) + strength * noise
    return np.clip(picture, 0, 255).astype(np.uint8).reshape(n, _SIZE, _SIZE, 3), labels[:n]


def _colours(rng):
    """Ground and object colours (BLOCK, 3) in 0..255, ``_CONTRAST`` apart, the object mostly lighter."""
    ground = rng.uniform(30, 225, (_BLOCK, 3))
    step = rng.standard_normal((_BLOCK, 3))
    step *= np.sign(step.sum(axis=1, keepdims=True))  # lighter than the ground, where there is room
    step *= rng.uniform(*_CONTRAST, (_BLOCK, 1)) / np.linalg.norm(step, axis=1, keepdims=True)
    leaves = np.abs(ground + step - 127.5) > 127.5
    return ground, np.where(leaves, ground - step, ground + step)


def _texture(rng, colour):
    """Textures (BLOCK, 32, 96) float32: ``colour`` plus plane waves of all directions, lengths and tints."""
    angle = rng.uniform(0, 2 * np.pi, (_BLOCK, _WAVES))
    frequency = 2 * np.pi / rng.uniform(5, 40, (_BLOCK, _WAVES))  # radians per pixel
    phase = rng.uniform(0, 2 * np.pi, (_BLOCK, _WAVES, 1))
    tint = rng.normal(0, _WAVE, (_BLOCK, _WAVES, 1, 3))

    at = np.arange(_SIZE)
    down = (frequency * np.sin(angle))[..., np.newaxis] * at  # (BLOCK, WAVES, 32)
    across = (frequency * np.cos(angle))[..., np.newaxis] * at + phase
    # A wave is cos(down + across) = cos(down) cos(across) - sin(down) sin(across). So a texture is a matrix
    # product of what varies down the rows with what varies across the columns; the colour is one term more.
    rows = np.concatenate([np.cos(down), -np.sin(down), np.ones((_BLOCK, 1, _SIZE))], axis=1)
    columns = np.concatenate(
        [
            np.cos(across)[..., np.newaxis] * tint,  # (BLOCK, WAVES, 32, 3)
            np.sin(across)[..., np.newaxis] * tint,
            np.broadcast_to(colour[:, np.newaxis, np.newaxis], (_BLOCK, 1, _SIZE, 3)),
        ],
        axis=1,
    )
    rows = rows.transpose(0, 2, 1).astype(np.float32)  # (BLOCK, 32, 2 * WAVES + 1)
    return rows @ columns.reshape(_BLOCK, -1, _SIZE * 3).astype(np.float32)  # (BLOCK, 32, 96)


def _cover(rng, labels):
    """How much of each pixel the object fills: (BLOCK, 32, 32) float32 in 0..1."""
    radius = rng.uniform(*_RADIUS, _BLOCK)
    room = _ROAM * (_SIZE / 2 - 0.75 * radius)  # a corner of a large object may stick out
    centre = _SIZE / 2 + rng.uniform(-1, 1, (2, _BLOCK)) * room
    turn = rng.uniform(-_TURN, _TURN, _BLOCK)

    cover = np.empty((_BLOCK, _SIZE, _SIZE), np.float32)
    for label, name in enumerate(CLASS_NAMES):
        these = np.flatnonzero(labels == label)
        x, y = _turned_grid(centre[:, these], radius[these], turn[these])
        distance = _DISTANCES[name](x, y) * radius[these, np.newaxis, np.newaxis]
        cover[these] = np.clip(0.5 - distance, 0, 1)
    return cover


def _turned_grid(centre, radius, turn):
    """Every pixel's place (n, 32, 32), twice, as an object of radius 1 at (0, 0), unturned, would see it."""
    at = np.arange(_SIZE) + 0.5
    across = ((at - centre[0][:, np.newaxis]) / radius[:, np.newaxis]).astype(np.float32)[:, np.newaxis, :]
    down = ((at - centre[1][:, np.newaxis]) / radius[:, np.newaxis]).astype(np.float32)[:, :, np.newaxis]
    cos = np.cos(turn).astype(np.float32)[:, np.newaxis, np.newaxis]
    sin = np.sin(turn).astype(np.float32)[:, np.newaxis, np.newaxis]
    return cos * across + sin * down, cos * down - sin * across


# Signed distances: of every point (x, y) from the edge of an object about as large as the unit disc.


def _disc(x, y, radius=0.85, cx=0.0, cy=0.0):
    return np.hypot(x - cx, y - cy) - radius


def _ring(x, y):
    return np.abs(_disc(x, y, 0.72)) - 0.2


def _crescent(x, y):
    return np.maximum(_disc(x, y, 0.95), -_disc(x, y, 0.8, cx=0.5))  # one disc without another


def _heart(x, y):
    """A square standing on its corner, and a disc on each of its two upper edges (y points down)."""
    square = _polygon(x, y, [(0, 0.95), (0.75, 0.2), (0, -0.55), (-0.75, 0.2)])
    edge = 0.75 * np.sqrt(0.5)  # half of it is the discs' radius, its middle their centre
    left = _disc(x, y, edge, -0.375, -0.175)
    right = _disc(x, y, edge, 0.375, -0.175)
    return np.minimum(square, np.minimum(left, right))


def _polygon(x, y, corners):
    """Signed distance of the points from the polygon through ``corners``, a list of (x, y)."""
    nearest = np.full(x.shape, np.inf, np.float32)  # squared
    inside = np.zeros(x.shape, bool)
    for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]]):
        ex, ey = bx - ax, by - ay
        px, py = x - ax, y - ay
        along = np.clip((px * ex + py * ey) / (ex * ex + ey * ey), 0, 1)
        nearest = np.minimum(nearest, (px - along * ex) ** 2 + (py - along * ey) ** 2)
        if ey:  # a ray from an inner point to the right crosses the outline an odd number of times
            inside ^= ((y < ay) != (y < by)) & (px < py * (ex / ey))
    return np.where(inside, -1, 1) * np.sqrt(nearest)


def _on_circle(*radii):
    """Corners at equal angles, beginning at the top, with the given distances from the centre."""
    angles = 2 * np.pi * np.arange(len(radii)) / len(radii)
    return [(float(r * np.sin(a)), float(-r * np.cos(a))) for r, a in zip(radii, angles)]


_OUTLINES = {
    "square": _on_circle(1, 1, 1, 1),
    "triangle": _on_circle(1.05, 1.05, 1.05),
    "star": _on_circle(*5 * (1.1, 0.45)),
    "cross": [
        *((-0.28, -1), (0.28, -1), (0.28, -0.28), (1, -0.28), (1, 0.28), (0.28, 0.28)),
        *((0.28, 1), (-0.28, 1), (-0.28, 0.28), (-1, 0.28), (-1, -0.28), (-0.28, -0.28)),
    ],
    "arrow": [(0, -1.05), (0.8, -0.15), (0.25, -0.15), (0.25, 1), (-0.25, 1), (-0.25, -0.15), (-0.8, -0.15)],
    "hourglass": [(-0.7, -0.95), (0.7, -0.95), (0.12, 0), (0.7, 0.95), (-0.7, 0.95), (-0.12, 0)],
}

_DISTANCES = {"disc": _disc, "ring": _ring, "crescent": _crescent, "heart": _heart}
_DISTANCES |= {
    name: lambda x, y, corners=corners: _polygon(x, y, corners) for name, corners in _OUTLINES.items()
}
