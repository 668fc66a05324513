"""Picture files to arrays. Pillow decodes them; it is imported when the first one is read."""

from pathlib import Path

import numpy as np

from minicnn import config
from minicnn.checks import check_choice, is_whole
from minicnn.datasets import jpeg
from minicnn.kernels import resize as kernels
from minicnn.windows import middle

MOST_PIXELS = 1 << 26  # 8192 x 8192: a small file can claim to be a picture that fills the memory
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
    image = _decode(path, color_mode)
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
    image = _decode(path, color_mode, as_shown=True)
    if not average:
        return resize(_pixels(image), (OH, OW))
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
    return _pixels(_decode(path, color_mode))


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


def _pixels(image):
    x = np.asarray(image)
    return x if x.ndim == 3 else x[:, :, np.newaxis]


def _decode(path, color_mode, as_shown=False):
    """The Pillow image in the file, read to the end of its pixels, in the mode of ``color_mode``."""
    from PIL import Image

    try:
        with Image.open(path, formats=DECODERS) as image:
            W, H = image.size
            if W * H > MOST_PIXELS:
                raise ValueError(f"it claims {W:,} x {H:,} pixels, at most {MOST_PIXELS:,} are read")
            image.load()  # open only looks at the head; this meets what is missing or damaged
            if jpeg.may_be_cut(image) and jpeg.is_cut(image, _content(path)):
                raise ValueError("its pixels end before the picture does: get the file again")
            if image.mode.startswith("I;16"):  # convert would turn all that is not nearly black white
                image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
            if as_shown:
                image = _as_shown(image, color_mode)
            return image.convert(MODES[color_mode])
    except Exception as error:  # Pillow says in a dozen classes that a file is broken, OSError among them
        if isinstance(error, OSError) and error.errno is not None:  # but this one is about reading files
            raise
        reason = str(error) or type(error).__name__
        raise UnreadablePicture(f"{path} cannot be read as a picture: {reason}") from error


def _content(path):
    """The bytes of a file that is named by its path, or open."""
    if hasattr(path, "read"):
        path.seek(0)
        return path.read()
    return Path(path).read_bytes()


def _as_shown(image, color_mode):
    """Turned as the camera was held, which a file may note instead; on white where it is transparent."""
    from PIL import Image, ImageOps

    image = ImageOps.exif_transpose(image)
    if color_mode != "rgba" and ("A" in image.getbands() or "transparency" in image.info):
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image
