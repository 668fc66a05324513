"""What the page carries, as text: small where that loses nothing, and never without saying what is lost.

    value = low + step q

q are the numbers in the text, base64 of little-endian bytes. "float32" has the numbers themselves (low 0,
step 1); "uint8" is for pixels, which it gives back exactly; "uint16" cuts the way from the smallest to the
largest number into 65,535 steps, so that none is off by more than half a step.
"""

import base64
import json

import numpy as np

EXACT = 2**16  # arrays up to this size are never rounded: they are a small part of a page
LABELS = 160  # bytes that stand beside an array's numbers, at most: its shape, format, low and step


def as_json(document):
    """JSON that may stand inside <script>: no name can end the element. A byte a letter."""
    return json.dumps(document, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def pack(array, room_is_short=False):
    """``array`` as a dictionary JSON knows. ``room_is_short``: large arrays may be rounded to 16 bits."""
    array = np.asarray(array, np.float32)
    form, low, step = _format(array, room_is_short)
    q = array if form == "float32" else np.rint((array.astype(np.float64) - low) / step)
    data = np.ascontiguousarray(q, np.dtype(form).newbyteorder("<")).tobytes()
    return {
        "shape": list(q.shape), "format": form, "low": low, "step": step,
        "data": base64.b64encode(data).decode("ascii"),
    }  # fmt: skip


def unpack(packed):
    """What the page makes of it: an array of float32."""
    text, dtype = packed["data"], np.dtype(packed["format"]).newbyteorder("<")
    numbers = np.frombuffer(base64.b64decode(text), dtype).reshape(packed["shape"])
    return (packed["low"] + packed["step"] * numbers.astype(np.float64)).astype(np.float32)


def packed_size(array, room_is_short=False):
    """Bytes of its JSON, at most, without making it."""
    form, _, _ = _format(np.asarray(array, np.float32), room_is_short)
    return 4 * -(-array.size * np.dtype(form).itemsize // 3) + LABELS


def _format(array, room_is_short):
    """The format for an array of float32, with its low and its step."""
    if (step := _step_of_pixels(array)) is not None:
        return "uint8", 0.0, step
    if room_is_short and array.size > EXACT and np.isfinite(array).all():
        low, high = float(array.min()), float(array.max())
        return "uint16", low, (high - low) / 65_535 or 1.0
    return "float32", 0.0, 1.0


def _step_of_pixels(array):
    """From one brightness to the next, of pixels 0..255 or 0..1; None where there are none."""
    if array.size == 0 or not (array.min() >= 0 and array.max() <= 255):
        return None
    for step in (1.0, 1 / 255):
        q = np.rint(array.astype(np.float64) / step)
        if q.max() <= 255 and np.array_equal((step * q).astype(np.float32), array):
            return step
    return None
