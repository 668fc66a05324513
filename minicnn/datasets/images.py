"""Picture files to arrays. Pillow decodes them; it is imported when the first one is read."""

import hashlib
import io
import itertools
import os
from pathlib import Path

import numpy as np

from minicnn import config
from minicnn.checks import check_choice, is_whole
from minicnn.datasets import jpeg
from minicnn.kernels import resize as kernels
from minicnn.messages import printable
from minicnn.windows import middle

MOST_PIXELS = 1 << 26  # 8192 x 8192: a small file can claim to be a picture that fills the memory
PART = 1 << 18  # pixels that are converted at a time: Pillow's ways from one form to another take copies
MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}  # ours and Keras's words for Pillow's
RESIZERS = {"bilinear": kernels.bilinear, "nearest": kernels.nearest}
FORMATS = {  # what a file may hold, by its ending
    ".bmp": "BMP", ".gif": "GIF", ".jpeg": "JPEG", ".jpg": "JPEG", ".png": "PNG",
}  # fmt: skip
DECODERS = tuple(dict.fromkeys(FORMATS.values()))  # Pillow tries no others: one runs Ghostscript on an EPS


class UnreadablePicture(ValueError):
    """A file that is no picture, or not all of one; the message names it."""


def load_img(path, color_mode="rgb", target_size=None, interpolation="nearest", keep_aspect_ratio=False):
    """The picture in a BMP, GIF, JPEG or PNG file, as a Pillow image; ``img_to_array`` makes an array of it.

    ``path``: a file's name, or an open binary file. ``color_mode``: "rgb", "grayscale" or "rgba".
    ``target_size``: (height, width) to resize to, with Pillow's ``interpolation``: "nearest" (as in
    Keras), "bilinear", "bicubic", "box", "hamming" or "lanczos". ``keep_aspect_ratio``: cut the
    edges that do not fit rather than distort. Raises ValueError where the picture is broken.
    """
    from PIL import Image

    methods = {method.name.lower(): method for method in Image.Resampling}
    check_choice(color_mode, "color_mode", MODES, "load_img")
    check_choice(interpolation, "interpolation", methods, "load_img")
    image = _decode(path, lambda image: image.convert(MODES[color_mode]))
    if target_size is None:
        return image
    OH, OW = check_size("load_img", "target_size", target_size)
    if image.size == (OW, OH):
        return image
    box = None
    if keep_aspect_ratio:
        top, left, height, width = middle(image.height, image.width, OH, OW)
        box = (left, top, left + width, top + height)
    return image.resize((OW, OH), methods[interpolation], box=box)


def photograph(path, size, color_mode="rgb", average=True):
    """The pixels (*size, C) of a picture as viewers show it: upright, white where it is transparent.

    ``size``: (height, width); pictures of another shape are distorted. Large ones are averaged down, uint8,
    or resized as those of a data set are, float32, if ``average`` is False.
    """
    from PIL import Image

    OH, OW = check_size("photograph", "size", size)
    x = _decode(path, lambda image: _as_shown(image, color_mode))
    if not average:
        return resize(x, (OH, OW))
    image = Image.fromarray(x if x.shape[2] > 1 else x[:, :, 0])
    return _pixels(image.resize((OW, OH), Image.Resampling.BILINEAR))


def img_to_array(img, data_format=None, dtype=None):
    """A Pillow image as an array (H, W, C) of 0..255, float32 unless told otherwise."""
    if data_format not in (None, "channels_last"):
        raise ValueError(f"img_to_array knows data_format 'channels_last' alone, got {data_format!r}")
    x = np.array(img, dtype or config.floatx())
    if x.ndim not in (2, 3):
        raise ValueError(f"img_to_array expects one picture, got an array of shape {x.shape}")
    return x if x.ndim == 3 else x[:, :, np.newaxis]


def read(path, color_mode="rgb"):
    """The pixels of the file: (H, W, C) uint8. The first picture of an animation; no turning by EXIF.

    Raises UnreadablePicture where they are missing or damaged, as far as that shows: BMP, GIF and JPEG have
    no checksums, so changed bits may pass as another picture (jpeg.py says what of a JPEG is looked at).
    """
    return _decode(path, lambda image: _array(image, color_mode))


def resize(x, size, interpolation="bilinear", crop_to_aspect_ratio=False):
    """Pixels (H, W, C) as (*size, C) float32, distorted to fit unless their edges are cut first."""
    if crop_to_aspect_ratio:
        top, left, height, width = middle(*x.shape[:2], *size)
        x = x[top : top + height, left : left + width]
    return RESIZERS[interpolation](x, *size).astype(np.float32, copy=False)


def check_size(caller, name, size):
    """``size`` as (height, width)."""
    pair = (size, size) if is_whole(size) else size
    if not isinstance(pair, (tuple, list)) or len(pair) != 2 or not all(map(is_whole, pair)):
        raise ValueError(f"{caller} expects {name} as (height, width) in pixels, got {size!r}")
    return int(pair[0]), int(pair[1])


def _decode(path, finish):
    """``finish(image)`` of the Pillow image in the file, read to the end of its pixels.

    Pillow keeps four bytes for every pixel, so there is never more than one such picture beside the array.
    """
    from PIL import Image

    try:
        if not hasattr(path, "read") and Path(os.fsdecode(path)).is_fifo():
            raise ValueError("it is a pipe, which waits for somebody to write")
        with Image.open(path, formats=DECODERS) as image:
            W, H = image.size
            if W * H > MOST_PIXELS:
                raise ValueError(f"it claims {W:,} x {H:,} pixels, at most {MOST_PIXELS:,} are read")
            image.load()  # open only looks at the head; this meets what is missing or damaged
            if not jpeg.may_be_cut(image):
                return finish(_in_bytes(image))
            seen = _checksum(image)
            image.close()  # which frees its pixels: the second look finds the same ones, or refuses
        longer = jpeg.with_longer_scans(_content(path))
        with Image.open(io.BytesIO(longer), formats=["JPEG"]) as image:
            if _checksum(image) != seen:
                raise ValueError("its pixels end before the picture does: get the file again")
            return finish(image)
    except Exception as error:  # Pillow says in a dozen classes that a file is broken, OSError among them
        if isinstance(error, OSError) and error.errno is not None:  # but this one is about reading files
            raise
        reason = str(error) or type(error).__name__
        raise UnreadablePicture(f"{printable(path)} cannot be read as a picture: {reason}") from error


def _content(path):
    """The bytes of a file that is named by its path, or open."""
    if hasattr(path, "read"):
        path.seek(0)
        return path.read()
    return Path(os.fsdecode(path)).read_bytes()


def _in_bytes(image):
    """A picture of 16 bits a level as one of 8: convert would turn all that is not nearly black white."""
    from PIL import Image

    if not image.mode.startswith("I;16"):
        return image
    x = np.empty((image.height, image.width), np.uint8)
    for rows, columns, part in _parts(image):
        x[rows, columns] = np.asarray(part) >> 8
    return Image.fromarray(x)


def _parts(image):
    """Pieces of a Pillow image, with the rows and columns of each: what is made of one takes little."""
    W, H = image.size
    wide = min(W, PART)
    high = PART // wide
    for top, left in itertools.product(range(0, H, high), range(0, W, wide)):
        bottom, right = min(top + high, H), min(left + wide, W)
        yield slice(top, bottom), slice(left, right), image.crop((left, top, right, bottom))


def _checksum(image):
    """A sum that tells the pixels of one Pillow image from those of another."""
    found = hashlib.sha256()
    for _, _, part in _parts(image):
        found.update(part.tobytes())
    return found.digest()


def _pixels(image):
    """A Pillow image as an array (H, W, C)."""
    x = np.asarray(image)
    return x if x.ndim == 3 else x[:, :, np.newaxis]


def _array(image, color_mode, change=lambda part: part):
    """The pixels (H, W, C) of a Pillow image, every part of which goes through ``change``."""
    x = np.empty((image.height, image.width, len(MODES[color_mode])), np.uint8)
    for rows, columns, part in _parts(image):
        x[rows, columns] = _pixels(change(part).convert(MODES[color_mode]))
    return x


def _as_shown(image, color_mode):
    """Its pixels, turned as the camera was held, which a file may note; white where it is transparent."""
    from PIL import Image, ImageOps

    def on_white(part):
        part = part.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", part.size, "white"), part)

    ImageOps.exif_transpose(image, in_place=True)
    if color_mode != "rgba" and ("A" in image.getbands() or "transparency" in image.info):
        return _array(image, color_mode, on_white)
    return _array(image, color_mode)
