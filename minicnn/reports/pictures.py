"""Small pictures inside the page: as data URIs, written by Pillow."""

import base64
import io

import numpy as np

LARGE = 64  # wider than this, a photograph is kept as JPEG: nobody counts its pixels
LARGEST = 256  # and no picture is wider or higher: the page has no place that shows more


def as_bytes(x):
    """Pictures (N, H, W, C) as (N, H, W, 3) uint8: 0..255 and 0..1 as they are, other ranges stretched.

    Of three channels or more the first three are red, green and blue (RGBA); of fewer, the first is grey.
    """
    x = np.asarray(x)
    x = x[..., [0, 1, 2] if x.shape[-1] >= 3 else [0, 0, 0]]
    if x.dtype == np.uint8:
        return x
    x = _finite(x)
    low, high = x.min(initial=0), x.max(initial=0)
    if low >= 0 and high <= 1:
        low, high = 0, 1
    elif low >= 0 and high <= 255:
        low, high = 0, 255
    return np.rint((x - low) / (high - low or 1) * 255).astype(np.uint8)


def data_uri(pixels):
    """Pixels (H, W, 3) uint8 as text for the ``src`` of a picture."""
    from PIL import Image

    file, form = io.BytesIO(), "JPEG" if max(pixels.shape) > LARGE else "PNG"
    image = Image.fromarray(pixels)
    image.thumbnail((LARGEST, LARGEST))
    image.save(file, form, quality=85, optimize=True)
    return f"data:image/{form.lower()};base64,{base64.b64encode(file.getvalue()).decode('ascii')}"


def filter_pictures(kernel):
    """(KH, KW, C, F) as F pictures (F, KH, KW, 3) uint8, each stretched to its own darkest and brightest.

    Kernels over three channels are shown in colour; of any others the mean over the channels, in grey.
    """
    w = _finite(kernel).transpose(3, 0, 1, 2)
    w = w if w.shape[-1] == 3 else w.mean(axis=-1, keepdims=True).repeat(3, axis=-1)
    low, high = (extreme(axis=(1, 2, 3), keepdims=True) for extreme in (w.min, w.max))
    span = np.where(high > low, high - low, 1)
    return np.rint(np.where(high > low, (w - low) / span, 0.5) * 255).astype(np.uint8)


def _finite(x):
    """x in 64 bits with 0 for NaN, and infinities so large that all else beside them is nothing."""
    return np.nan_to_num(np.clip(x, -1e38, 1e38).astype(np.float64))
