"""Reading files that came from elsewhere, without trusting them.

A downloaded archive may be cut short, be another file altogether, or be made to harm. So its size
and SHA-256 are checked first; then the wanted members are read, one after the other, within bounds
known beforehand. Nothing is ever written to disk under a name that was not asked for.
"""

import contextlib
import hashlib
from typing import NamedTuple

from minicnn.messages import shortened


class Known(NamedTuple):
    """What a published file must be: its size in bytes and its SHA-256, in hexadecimal digits."""

    size: int
    sha256: str


def check(file, known, name):
    """Raise ``ValueError`` unless the open binary ``file`` is the ``known`` one; leaves it at its start."""
    size = file.seek(0, 2)
    file.seek(0)
    if size != known.size:
        raise ValueError(
            f"{name} has {size:,} bytes, expected {known.size:,}: not the published file, or an unfinished "
            "download; delete it and get it again"
        )
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    if sha256 != known.sha256:
        raise ValueError(
            f"{name} has SHA-256 {sha256}, expected {known.sha256}: the file is damaged or was changed; "
            "delete it and get it again"
        )


def read_file(path, limit):
    """The bytes of the plain file at ``path``; ``ValueError`` if it is missing or above ``limit`` bytes."""
    if not path.is_file():
        raise ValueError(f"{path} is missing, {path.parent} is not whole: delete the folder and get it again")
    with open(path, "rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise ValueError(f"{path} has more than {limit:,} bytes, as no file of this set has; get it again")
    return data


def read_members(path, known, names, limit):
    """``{name: bytes}`` of the members ``names`` of the .tar.gz archive at ``path``.

    A member counts only if it has exactly that name, is a plain file of at most ``limit`` bytes and
    comes once. Members of other names are passed over unread, whatever they are.
    Raises ``ValueError``, naming the archive and the member, when the archive is not as it should be.
    """
    found = {}
    with _opened(path, known, limit * (len(names) + 1)) as archive:
        for member in archive:
            if member.name in names:
                found[member.name] = _read_member(archive, member, found, limit, path)
    missing = [name for name in names if name not in found]
    if missing:
        raise ValueError(f"{path} holds no {', '.join(missing)}: it is another archive; get it again")
    return found


def unpack(path, known, wanted, folder, limit, total):
    """Write the members of the .tar.gz archive at ``path`` that are ``wanted(name)`` under ``folder``.

    ``limit``: bytes of one file at most; ``total``: of all that is in the archive. Returns the names.
    Raises as ``read_members``; what was written by then stays, so let ``folder`` be a temporary one.
    """
    written = set()
    with _opened(path, known, total) as archive:
        for member in archive:
            if wanted(member.name):
                content = _read_member(archive, member, written, limit, path)
                (folder / member.name).parent.mkdir(parents=True, exist_ok=True)
                (folder / member.name).write_bytes(content)
                written.add(member.name)
    return written


@contextlib.contextmanager
def _opened(path, known, limit):
    """The ``known`` archive, open to be read once from front to end, ``limit`` bytes at most."""
    import gzip
    import tarfile
    import zlib

    try:
        with open(path, "rb") as file:
            check(file, known, path)
            unpacked = _Bounded(gzip.GzipFile(fileobj=file), limit, path)
            with tarfile.open(fileobj=unpacked, mode="r|") as archive:
                yield archive
    except (tarfile.TarError, zlib.error, EOFError, gzip.BadGzipFile, IsADirectoryError, ValueError,
            OverflowError, RecursionError) as error:  # fmt: skip
        if isinstance(error, ValueError) and str(path) in str(error):
            raise  # said here; tarfile's own, of numbers in headers, say nothing of the file
        raise ValueError(
            f"{path} is not a readable .tar.gz ({shortened(error)}): delete it and get it again"
        ) from error


def _read_member(archive, member, found, limit, path):
    if member.name in found:
        raise ValueError(f"{path} holds {member.name} twice: not the published archive; get it again")
    if not member.isreg():
        raise ValueError(f"{path}: {member.name} is no plain file: not the published archive; get it again")
    if member.size > limit:
        raise ValueError(
            f"{path}: {member.name} unpacks to {member.size:,} bytes, expected at most {limit:,}: "
            "not the published archive; get it again"
        )
    return archive.extractfile(member).read()


class _Bounded:
    """A stream that refuses to yield more than ``limit`` bytes: a few MB of gzip can unpack to terabytes."""

    def __init__(self, stream, limit, name):
        self.stream, self.left, self.limit, self.name = stream, limit, limit, name

    def read(self, n):
        if n < 0 or n > self.left:
            n = self.left + 1
        data = self.stream.read(n)
        self.left -= len(data)
        if self.left < 0:
            raise ValueError(
                f"{self.name} unpacks to more than {self.limit:,} bytes: not the published archive; "
                "get it again"
            )
        return data
