"""Whether a JPEG file holds its whole picture: its decoder makes up what is missing, without a word.

    FF D8    segments, the last one the head of a scan, FF DA ...    the scan: Huffman codes    FF D9

A file that was cut, and given a new end, FF D9, decodes without an error. The missing blocks have
coefficients of 0, which is the middle grey, 128. But the last pixel of a whole picture may be grey, too. So
where it is, the picture is decoded once more, with some bytes added at the end of the scan: a whole picture
needs none of them and stays as it is. A progressive JPEG has several scans, each of which makes the picture
sharper; without the last ones it is only less sharp, and nothing is grey. So it is always decoded twice.

Not noticed are bits changed within a scan (JPEG has no checksum), as long as there are enough of them for
every block. (Where half a file is zeros, there rarely are.) Nor is a progressive JPEG that ends with a scan
which was not to be the last, nor damage to no more than the last block. Bits left over are no sign of damage:
there are photographs, whole to the last pixel, with zeros behind it.

Source: ITU-T T.81 (1992), B.1.1 (markers), E.2.4 and F.2.2 (decoding).
"""

import re

_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")  # FF 00 and FF D0..D7, restarts, are part of a scan
_HEAD_OF_A_SCAN, _END = b"\xda", b"\xd9"
_BITS = bytes(range(0, 250, 5))  # as good as any; no FF, and the 0 disarms one that stands before it
_MORE = b"".join(_BITS + bytes([0xFF, 0xD0 + k]) for k in range(8))  # for a scan cut where a restart was due
_MOST_SCANS = 100  # encoders make about ten; a file with a million would grow beyond all bounds


def may_be_cut(image):
    """Whether a decoded Pillow image deserves a second look."""
    if image.format not in ("JPEG", "MPO") or "progressive" in image.info:
        return image.format in ("JPEG", "MPO")
    last = image.getpixel((image.width - 1, image.height - 1))
    return all(127 <= level <= 129 for level in (last if isinstance(last, tuple) else (last,)))


def with_longer_scans(content):
    """The JPEG's bytes with some more at the end of every scan, which belong to nothing."""
    content = memoryview(content)  # whose slices are no copies
    pieces, done, at, in_scan = [], 0, 2, False
    while len(pieces) < 2 * _MOST_SCANS and (marker := _MARKER.search(content, at)):
        if in_scan:
            pieces += content[done : marker.start()], _MORE
            done = marker.start()
        if marker[1] == _END:
            break
        in_scan = marker[1] == _HEAD_OF_A_SCAN
        length = int.from_bytes(content[marker.end() : marker.end() + 2], "big")  # of its segment
        at = marker.end() + length
    return b"".join([*pieces, content[done:]])
