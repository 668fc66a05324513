"""Broken pictures are refused where that shows, and small files that claim to be huge ones: for data.py."""

import ctypes
import io
import math
import random
import tempfile
import time
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks import machine
from minicnn.datasets import images
from tests.pictures import smooth
from tests.reliability.forks import in_a_fork
from tests.reliability.record import Figure

KINDS = ("JPEG", "PNG", "GIF", "BMP")
FLIPS = 2000
MIB = 2**20
M_MMAP_THRESHOLD = -3  # mallopt(3)
FORMS = [
    *(("PNG", mode, {}) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
    *(("BMP", mode, {}) for mode in ("L", "P", "RGB", "RGBA")), ("GIF", "L", {}), ("GIF", "P", {}),
    *(("JPEG", mode, {}) for mode in ("L", "RGB", "CMYK")),
    *(("JPEG", mode, {"progressive": True}) for mode in ("L", "RGB", "CMYK")),
    ("JPEG", "RGB", {"progressive": True, "subsampling": 0}),
]  # fmt: skip
LAST_BLOCK = 18 * 18  # a block of colours, 16 x 16, and the pixels its colours are blended into


def pictures(quick):
    """Cut, changed, and absurdly large ones."""
    pixels = np.random.default_rng(0).integers(0, 256, (24, 31, 3), dtype=np.uint8)
    whole = {kind: encoded(pixels, kind) for kind in KINDS}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "picture.png")
        yield from truncated(path, whole, quick)
        yield from cut_and_closed(path, quick)
        yield from flipped(path, whole, quick)
        yield from absurd(path)
        yield from large(path, 3000 if quick else 6000)


def outcome(path, content, whole=None):
    """How many pixels of a file are not ``whole``'s; or "refused", or "unnamed", where no name is said."""
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    try:
        found = images.read(path)
    except images.UnreadablePicture as error:
        return "refused" if str(path) in str(error) else "unnamed"
    if whole is None:
        return found.size
    expected = images.read(io.BytesIO(whole))
    return int(np.any(found != expected, axis=2).sum()) if found.shape == expected.shape else expected.size


def truncated(path, whole, quick):
    """Pillow reads a file from which only marks behind the last pixel are missing; and every whole one."""
    read = sum(outcome(path, content, content) == 0 for content in whole.values())
    found = [outcome(path, content[:length], content) for content in whole.values()
             for length in range(0, len(content), 97 if quick else 3)]  # fmt: skip
    refused, same = found.count("refused"), found.count(0)
    yield Figure("a truncated JPEG, PNG, GIF or BMP is refused, or nothing of its pixels was missing",
                 f"{refused:,} refused, {same:,} with the whole's pixels, of {len(found):,}; "
                 f"{read} of {len(whole)} whole ones are read",
                 read == len(whole) and refused + same == len(found)
                 and refused > 0.95 * len(found))  # fmt: skip


def cut_and_closed(path, quick):
    """A JPEG without the end of its pixels, which its decoder fills in silence, but with its end marker."""
    pixels = smooth(160, 200, np.random.default_rng(1)) // 2
    pixels += np.random.default_rng(2).integers(0, 60, pixels.shape, dtype=np.uint8)

    def cut(**options):
        content = encoded(pixels, "JPEG", **options)
        begin = content.index(b"\xff\xda") + 20  # in the first scan
        lengths = range(begin, len(content) - 2, 997 if quick else 41)
        return [outcome(path, content[:length] + content[-2:], content) for length in lengths]

    found, progressive = cut() + cut(optimize=True) + cut(restart_marker_blocks=5), cut(progressive=True)
    others = [each for each in found if each != "refused"]
    yield Figure("a JPEG that was cut, but has an end marker, is refused, or only its last block is damaged",
                 f"{len(found) - len(others):,} refused, {len(others)} such, of {len(found):,}",
                 "unnamed" not in others and all(each <= LAST_BLOCK for each in others),
                 f"progressive ones, which are less sharp where they end with a scan: "
                 f"{progressive.count('refused')} of {len(progressive)} refused")  # fmt: skip


def flipped(path, whole, quick):
    """Only PNG has checksums, so in the other files most flips make another picture, and nobody can tell."""
    draw, found = random.Random(time.time_ns()), {kind: [] for kind in KINDS}
    for _ in range(FLIPS // 20 if quick else FLIPS):
        kind = draw.choice(KINDS)
        content = bytearray(whole[kind])
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
        found[kind].append(outcome(path, content, whole[kind]))
    png = found.pop("PNG")
    kept = png.count("refused") + png.count(0)
    yield Figure("a PNG with a flipped bit is refused, or has the same pixels", f"{kept:,} of {len(png):,}",
                 kept == len(png))  # fmt: skip
    others = {kind: sum(each not in ("refused", 0) for each in outcomes) for kind, outcomes in found.items()}
    unnoticed = ", ".join(f"{others[kind]:,} of {len(found[kind]):,} in a {kind}" for kind in found)
    unnamed = sum(outcomes.count("unnamed") for outcomes in found.values())
    yield Figure("a flipped bit in another file, which has no checksum: refused with its name, or a picture",
                 f"{unnamed} other outcomes", unnamed == 0, f"unnoticed: {unnoticed}")  # fmt: skip


def absurd(path):
    """Of some terabytes, in a few bytes."""
    sizes = [(65535, 65535), (10**6, 10**6), (2**31 - 1, 1), (1, 2**31 - 1), (8193, 8193)]
    found = [taken(outcome, path, huge(kind, W, H)) for kind in KINDS for W, H in sizes]
    refused, most = [end for end, _ in found].count("refused"), max(more for _, more in found)
    yield Figure("a picture of absurd size is refused before its pixels are made",
                 f"{refused} of {len(found)}, {most / 1e6:.1f} MB at most",
                 refused == len(found) and most < 30e6)  # fmt: skip


def large(path, size):
    """Every form, by every way to read one. JPEGs end with grey, so that most of them get a second look."""
    ways = images.read, images.load_img, lambda path: images.photograph(path, (9, 9))
    times = {True: [], False: []}
    for kind, mode, options in FORMS:
        path.unlink(missing_ok=True)
        picture = drawn(mode, size)
        picture.save(path, kind, **options)
        declared = size * size * max(3, len(picture.getbands()))
        name = f"{kind} {mode} {options or ''}".rstrip()
        progressive = "progressive" in options
        times[progressive] += [(taken(succeeds, way, path)[1] / declared, name) for way in ways]
    for progressive, promise, most in (
        (False, "a picture takes at most three times its pixels while it is read", 3),
        (True, "a progressive JPEG, whose decoder keeps two bytes more of a sample: at most four times", 4),
    ):
        worst, name = max(times[progressive])
        yield Figure(promise, f"{worst:.2f} times, {name} of {size} x {size}, "
                     f"the worst of {len(times[progressive])}", worst < most)  # fmt: skip
    claimed = 3 * 8000**2
    found = [taken(outcome, path, huge(kind, 8000, 8000)) for kind in KINDS]
    refused, most = [end for end, _ in found].count("refused"), max(more for _, more in found) / claimed
    yield Figure("a few bytes that claim 8000 x 8000 pixels are refused, and take at most three times these",
                 f"{refused} of {len(found)}, {most:.2f} times",
                 refused == len(found) and most < 3)  # fmt: skip


def drawn(mode, size):
    """A Pillow image of stripes."""
    pixels = np.full((size, size), 128, np.uint8)
    pixels[:-64] = np.arange(size) % 251
    if mode == "I;16":
        return Image.fromarray(pixels.astype(np.uint16) * 200)
    return Image.fromarray(pixels).convert(mode)


def taken(function, *args):
    """What it gives, in a process of its own, and the most bytes of memory that this took."""
    return in_a_fork(growth, function, *args) or ("the process died", math.inf)


def growth(function, *args):
    """As ``taken``, in this process. Python's own count of its memory, tracemalloc, has none of Pillow's."""
    images.photograph(io.BytesIO(encoded(np.zeros((9, 9, 3), np.uint8), "PNG")), (9, 9))  # imports all
    libc = ctypes.CDLL(None)  # which would keep what was freed, now and later, and use it again unseen
    libc.mallopt(ctypes.c_int(M_MMAP_THRESHOLD), ctypes.c_int(MIB))
    libc.malloc_trim(ctypes.c_size_t(0))
    machine.forget_peak()
    before = machine.resident()
    found = function(*args)
    return found, machine.resident("VmHWM") - before


def succeeds(read, path):
    """True; a picture that cannot be read is no small one."""
    read(path)
    return True


def encoded(pixels, kind, **options):
    """The bytes of a picture file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()


def huge(kind, W, H):
    """A small file that claims to be a picture of W x H pixels."""
    if kind == "PNG":
        head = W.to_bytes(4, "big") + H.to_bytes(4, "big") + b"\x08\x02\0\0\0"
        chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(MIB))), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            len(c).to_bytes(4, "big") + t + c + zlib.crc32(t + c).to_bytes(4, "big") for t, c in chunks
        )
    file = io.BytesIO()
    Image.new("RGB", (16, 16)).save(file, kind)
    data = bytearray(file.getvalue())
    if kind == "BMP":
        data[18:26] = W.to_bytes(4, "little") + H.to_bytes(4, "little")
    elif kind == "GIF":
        size = min(W, 65535).to_bytes(2, "little") + min(H, 65535).to_bytes(2, "little")
        at = data.index(b",", 13)
        data[6:10] = data[at + 5 : at + 9] = size
    else:
        at = data.index(b"\xff\xc0")
        data[at + 5 : at + 9] = min(H, 65535).to_bytes(2, "big") + min(W, 65535).to_bytes(2, "big")
    return bytes(data)
