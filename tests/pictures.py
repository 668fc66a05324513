"""Small picture files for tests: drawn, never photographed."""

import numpy as np
from PIL import Image


def smooth(H, W, rng, C=3):
    """A picture (H, W, C) uint8 of slowly changing colours, which JPEG keeps nearly as they are."""
    rows, columns = np.linspace(0, 3, H)[:, None, None], np.linspace(0, 3, W)[None, :, None]
    phase = rng.uniform(0, 6, (3, C))
    waves = np.sin(rows + phase[0]) + np.cos(columns + phase[1]) + np.sin(rows - columns + phase[2])
    return (127.5 + 42 * waves).astype(np.uint8)


def save(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels if pixels.shape[2] > 1 else pixels[..., 0]).save(path)
    return path


def draw_classes(folder, counts, rng, ending=".jpg"):
    """``counts[name]`` pictures of different sizes as ``folder/name/00.jpg``, ...; colours tell the class."""
    for k, (name, count) in enumerate(counts.items()):
        for i in range(count):
            pixels = smooth(*rng.integers(12, 40, 2), rng)
            pixels[..., k % 3] //= 4
            save(folder / name / f"{i:02d}{ending}", pixels)
    return folder


def cut_short(path, share=0.6):
    """Leave only the first bytes of a file: its head is whole, its pixels are not."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])


def cut_and_closed(content, share=0.5, filled=False):
    """The bytes of a JPEG of which a part is missing, or ``filled`` with zeros, but not the end marker."""
    begin = content[: int(len(content) * share)]
    return begin + bytes(len(content) - 2 - len(begin) if filled else 0) + content[-2:]
