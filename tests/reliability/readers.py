"""Every part of minicnn that reads what others wrote: whole examples of it, and what it may raise.

``read(data)`` gives a reader bytes as a file, a server or an archive would. Where a digest would hide from a
fuzzer what is behind it, the digest is made right first.
"""

import contextlib
import gzip
import hashlib
import http.client
import importlib.util
import io
import json
import pickle
import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import numpy as np
from PIL import Image

import minicnn as mc
from minicnn import archive, saving
from minicnn.commands import report, trained
from minicnn.datasets import archives, cifar10, download, images
from minicnn.exchange import tensors
from tests.reliability import damage, malice

RECORDS = 5  # in a batch; 10,000 in the published ones
MEMBERS = ("batches/a", "batches/b")
MOST_SAID = 2_000  # characters of a refusal
BATCH = "data_batch_7"


class Reader(NamedTuple):
    """``examples``: whole files; ``read``: bytes to whatever is in them; ``raises``: all it may raise.

    ``source``: what a refusal names, the file; "" where the reader is not told of one.
    """

    examples: list
    read: object
    raises: type = ValueError
    source: str = ""


def check_refusal(reader, error):
    """AssertionError unless a refusal is one that somebody can read, and says of which file it is."""
    said = str(error)
    assert len(said) <= MOST_SAID, f"a refusal of {len(said):,} characters: {said[:200]}"
    assert reader.source in said, f"a refusal that does not name {reader.source}: {said}"


def readers():
    """{name: Reader}"""
    folder = Path(tempfile.mkdtemp(prefix="minicnn-readers-"))
    cifar10._PER_BATCH, cifar10._BINARY_SIZE = RECORDS, RECORDS * 3073
    path, opened = folder / "file", damage.doors(folder)

    def at_path(content):
        path.unlink(missing_ok=True)  # a file written over is synced to the disk when it is closed
        path.write_bytes(content)
        return path

    def archive_file(data):
        return archive.read_archive(at_path(malice.sealed(data)))

    def model_file(data):
        return saving.load_model(at_path(malice.sealed(data)))

    def backup_file(data):
        opened["backup"][1](at_path(malice.sealed(data)).rename(folder / "backup.mcnn"))

    def binary_batch(data):
        return cifar10._decode_binary(data, BATCH)

    def pickled_batch(data):
        return cifar10._decode_pickle(data, BATCH)

    def tar(data):
        return archives.read_members(*known_file(at_path(gzip.compress(data, 0))), MEMBERS, 20_000)

    def tar_on_disk(data):
        shutil.rmtree(folder / "out", ignore_errors=True)
        known = known_file(at_path(gzip.compress(data, 0)))
        return archives.unpack(*known, MEMBERS.__contains__, folder / "out", 20_000, 10**6)

    def tar_gz(data):
        return archives.read_members(*known_file(at_path(data)), MEMBERS, 20_000)

    def safetensors(data):
        return tensors.read(at_path(data))

    def answer(data):
        _receive(data, folder / "part")

    model = folder / "run_m1.mcnn"
    mc.Sequential([mc.layers.Dense(2, input_shape=(4,))]).save(model)

    def metrics_file(data):
        at_path(data).rename(folder / "run.json")
        told = trained.read(model)
        told.as_input(np.zeros((1, 4), np.uint8))  # which takes a file that says what pixels are
        return told.class_names, report.history_of(told.part), report.recipe_of(told, "it")

    bare = [malice.bare(opened[name][0].read_bytes()) for name in opened]
    return {
        "archive": Reader(bare, archive_file, source=str(path)),
        "saved model": Reader(bare[:1], model_file, source=str(path)),
        "backup": Reader(bare[1:], backup_file, source=str(folder / "backup.mcnn")),
        "binary batch": Reader([_records()], binary_batch, source=BATCH),
        "pickled batch": Reader(_pickles(), pickled_batch, source=BATCH),
        "tar": Reader(_tars(), tar, source=str(path)),
        "tar on disk": Reader(_tars(), tar_on_disk, source=str(path)),
        "tar.gz": Reader([gzip.compress(each, 1) for each in _tars()[:1]], tar_gz, source=str(path)),
        "picture": Reader(_pictures(), _picture, images.UnreadablePicture),
        "safetensors": Reader(_tensors(path), safetensors, source=str(path)),
        "HTTP answer": Reader(_answers(), answer, download._MirrorFailed),
        "metrics file": Reader(_metrics_files(), metrics_file, source=str(folder / "run")),
    }


# ------------------------------------------------------------------------------- data sets


def _records():
    records = np.random.default_rng(0).integers(0, 256, (RECORDS, 3073), dtype=np.uint8)
    records[:, 0] %= 10
    return records.tobytes()


def _pickles():
    rows = np.frombuffer(_records(), np.uint8).reshape(RECORDS, 3073)
    batch = {"labels": rows[:, 0].tolist(), "data": rows[:, 1:].copy(), "filenames": ["a.png", "b.png"]}
    return [pickle.dumps(batch, protocol) for protocol in (0, 2, 4)]


def _tars():
    """A plain one, and one of every kind of member and header."""
    plain, odd = io.BytesIO(), io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in MEMBERS:
            tar.addfile(tar_member(name, size=600), io.BytesIO(bytes(600)))
    with tarfile.open(fileobj=odd, mode="w", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(tar_member("x" * 150, pax_headers={"comment": "a comment"}))
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE):
            tar.addfile(tar_member("other", type=kind, linkname="/etc/passwd"))
        for name in MEMBERS:
            tar.addfile(tar_member(name, size=5, pax_headers={"mtime": "1.5"}), io.BytesIO(b"12345"))
    return [plain.getvalue(), odd.getvalue()]


def tar_member(name, **attributes):
    """The head of a member of a tar file."""
    info = tarfile.TarInfo(name)
    for key, value in attributes.items():
        setattr(info, key, value)
    return info


def known_file(path):
    """The path and what makes the file known, as if its publisher had said so: its size and sum."""
    content = path.read_bytes()
    return path, archives.Known(len(content), hashlib.sha256(content).hexdigest())


def _pictures():
    """One of every format and of several modes."""
    pixels = np.random.default_rng(1).integers(0, 256, (9, 7, 4), dtype=np.uint8)
    found = []
    for kind, mode in (("PNG", "RGBA"), ("PNG", "I;16"), ("PNG", "P"), ("JPEG", "RGB"), ("JPEG", "CMYK"),
                       ("GIF", "P"), ("BMP", "RGB"), ("BMP", "1")):  # fmt: skip
        image = Image.fromarray(pixels[..., 0].astype(np.uint16) * 200) if mode == "I;16" else None
        file = io.BytesIO()
        (image or Image.fromarray(pixels).convert("RGB").convert(mode)).save(file, kind)
        found.append(file.getvalue())
    return found


def _picture(data):
    with mock.patch.object(images, "MOST_PIXELS", 1 << 22):  # larger ones may take what counts as a finding
        return images.read(io.BytesIO(data))


def _metrics_files():
    """Of one model, and of two."""
    part = {"recipe": {"pixels": "/ 255", "batch_size": 8}, "history": {"loss": [2.5, 1.5]}, "samples": 10,
            "epoch_reached": 2, "seconds": 1.5}  # fmt: skip
    run = {"dataset": "shapes", "class_names": ["no", "yes"], "sizes": {"train": 10, "test": 5}}
    one, several = run | {"part": "M1"} | part, run | {"parts": {"M1": part, "M2": part}}
    return [json.dumps(each).encode() for each in (one, several)]


def _tensors(path):
    """A file of three tensors, of which one holds no numbers; none where the library is missing."""
    if importlib.util.find_spec("safetensors") is None:
        return []
    kernel = np.ones((2, 2, 1, 3), np.float32)
    tensors.write(path, {"conv2d/kernel": kernel, "step": np.array(3), "none": np.zeros((0, 4))})
    return [path.read_bytes()]


# ------------------------------------------------------------------------------- downloads


def _answers():
    whole, rest = b"x" * 100, b"x" * 60
    return [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + whole,
        b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 40-99/100\r\n\r\n" + rest,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n" + whole + b"\r\n0\r\n\r\n",
    ]


class _Socket:
    def __init__(self, data):
        self.data = data

    def makefile(self, *args, **options):
        return io.BytesIO(self.data)


def _receive(data, part):
    """What ``fetch`` does with the answer of a server when it has 40 bytes of 100."""
    part.unlink(missing_ok=True)
    part.write_bytes(b"x" * 40)

    def answer(url, have, timeout):
        response = http.client.HTTPResponse(_Socket(data))
        try:
            response.begin()
        except (OSError, http.client.HTTPException, ValueError) as error:  # as urlopen's are caught
            raise download._MirrorFailed(str(error)) from error
        return response

    usual, download._open = download._open, answer
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            download._receive("http://it", part, 100, 1.0)
    finally:
        download._open = usual


def random_damage(data, draw):
    """``data`` with a few bytes changed, cut out, doubled or put in: a fuzzer without a guide."""
    data = bytearray(data)
    for _ in range(draw.choice([1, 1, 2, 4, 16])):
        at, length = draw.randrange(len(data) + 1), draw.choice([1, 1, 2, 4, 8, 64])
        how = draw.randrange(4)
        if how == 0 and at < len(data):
            data[at] = draw.choice([0, 1, 127, 128, 255, draw.randrange(256)])
        elif how == 1:
            del data[at : at + length]
        elif how == 2:
            data[at:at] = data[at : at + length]
        else:
            data[at:at] = draw.randbytes(length)
    return bytes(data)


