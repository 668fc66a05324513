"""Arrays as text for the page: small where that loses nothing, and never without saying what is lost.

    value = low + step q

q are the numbers in the text, base64 of little-endian bytes. "float32" has the numbers themselves (low 0,
step 1); "uint8" is for pixels, which it gives back exactly; "uint16" cuts the way from the smallest to the
largest number into 65,535 steps, so that none is off by more than half a step.
"""

import base64

import numpy as np

EXACT = 2**16  # arrays up to this size are never rounded: they are a small part of a page


def pack(array, room_is_short=False):
    """``array`` as a dictionary JSON knows. ``room_is_short``: large arrays may be rounded to 16 bits."""
    array = np.asarray(array, np.float32)
    if (pixels := _as_pixels(array)) is not None:
        return _packed("uint8", *pixels)
    if room_is_short and array.size > EXACT and np.isfinite(array).all():
        low, high = float(array.min()), float(array.max())
        step = (high - low) / 65_535 or 1.0
        return _packed("uint16", np.rint((array.astype(np.float64) - low) / step), low, step)
    return _packed("float32", array, 0.0, 1.0)


def unpack(packed):
    """What the page makes of it: an array of float32."""
    text, dtype = packed["data"], np.dtype(packed["format"]).newbyteorder("<")
    numbers = np.frombuffer(base64.b64decode(text), dtype).reshape(packed["shape"])
    return (packed["low"] + packed["step"] * numbers.astype(np.float64)).astype(np.float32)


def packed_size(array, room_is_short=False):
    """Bytes of the text, without making it."""
    short = room_is_short and array.size > EXACT
    return 4 * -(-array.size * (2 if short else 4) // 3)


def _as_pixels(array):
    """The bytes behind pixels 0..255 or 0..1, the low and the step; None where there are none."""
    if array.size == 0 or not (array.min() >= 0 and array.max() <= 255):
        return None
    for step in (1.0, 1 / 255):
        q = np.rint(array.astype(np.float64) / step)
        if q.max() <= 255 and np.array_equal((step * q).astype(np.float32), array):
            return q, 0.0, step
    return None


def _packed(form, q, low, step):
    data = np.ascontiguousarray(q, np.dtype(form).newbyteorder("<")).tobytes()
    return {
        "shape": list(q.shape), "format": form, "low": low, "step": step,
        "data": base64.b64encode(data).decode("ascii"),
    }  # fmt: skip
