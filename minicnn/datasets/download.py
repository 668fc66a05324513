"""Downloading one known file: from several mirrors, resuming, verified before it gets its name.

    <folder>/name.part    what has arrived so far; a later attempt, or another mirror, goes on from there
    <folder>/name.lock    held while downloading, so that several processes make one file together
    <folder>/name         exists only when its size and SHA-256 are right (renaming is atomic)

All mirrors serve the same bytes, so a file begun at one may be finished at the next (HTTP's ``Range``,
RFC 9110, section 14). If the sum is then wrong, nobody can tell whose part it was: start over.
"""

import os
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

from minicnn.datasets import archives
from minicnn.messages import say

_CHUNK = 1 << 18
_ATTEMPTS = 4  # per mirror; a mirror that gives nothing is not asked again


class DatasetUnavailable(OSError):
    """A data set is neither on disk nor to be had; the message lists every place tried and what to do."""


class _MirrorFailed(Exception):
    """This mirror, this time: the message says why."""


def fetch(mirrors, target, known, timeout=10.0):
    """Download the ``known`` (size, SHA-256) file to the path ``target``, unless it is there; return it.

    ``mirrors``: addresses of the same file, tried in order. ``timeout``: seconds to wait for an answer, and
    for each further piece. Raises ``DatasetUnavailable`` when no mirror gave the right file, or when
    ``MINICNN_OFFLINE`` is set; what had arrived is kept for the next attempt.
    """
    target = Path(target)
    if target.exists():
        return target
    if os.environ.get("MINICNN_OFFLINE", "0") not in ("", "0"):
        raise DatasetUnavailable("nothing was downloaded, because MINICNN_OFFLINE is set")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    with only_one(target.with_name(target.name + ".lock")):
        if not target.exists():  # another process may have finished it while this one waited
            _fetch_part(mirrors, part, known, timeout)
            os.replace(part, target)
    return target


def _fetch_part(mirrors, part, known, timeout):
    """Fill ``part`` with the verified file, or raise ``DatasetUnavailable`` with every mirror's reason."""
    failures = []
    for url in mirrors:
        for _ in range(_ATTEMPTS):
            before = _size(part)
            try:
                if before < known.size:
                    _receive(url, part, known.size, timeout)
                if _verified(part, known):
                    return
                failures.append(f"{url}: the wrong bytes (SHA-256 differs)")
                if before == 0:
                    break  # all of them came from this mirror
            except _MirrorFailed as failure:
                failures.append(f"{url}: {failure}")
                if _size(part) <= before:
                    break
    listed = "\n".join(f"  {failure}" for failure in failures)
    raise DatasetUnavailable(f"{part.name.removesuffix('.part')} could not be downloaded:\n{listed}")


def _verified(part, known):
    """Whether ``part`` is the known file; if not, it is removed. Its bytes are on the disk afterwards."""
    try:
        with open(part, "r+b") as file:
            archives.check(file, known, part)
            os.fsync(file.fileno())
    except ValueError:
        part.unlink()
        return False
    return True


def _receive(url, part, size, timeout):
    """Append to ``part`` what is missing of ``size`` bytes, or raise ``_MirrorFailed``."""
    from tqdm import tqdm

    with _open(url, _size(part), timeout) as response:
        start = _start(response, _size(part), size)
        say(f"minicnn: downloading {url}")
        with (
            open(part, "ab") as file,
            tqdm(total=size, initial=start, unit="B", unit_scale=True, desc=part.stem) as bar,
        ):
            file.seek(file.truncate(start))  # to append is to write at the end, but tell() would not know yet
            while piece := _read(response, _CHUNK):
                if file.tell() + len(piece) > size:
                    raise _MirrorFailed(f"sends more than the expected {size:,} bytes")
                file.write(piece)
                bar.update(len(piece))
            if file.tell() < size:
                raise _MirrorFailed(f"the connection was cut after {file.tell():,} of {size:,} bytes")


def _start(response, have, size):
    """Where the answer begins in the file: at ``have``, or at 0 from a server that knows no ranges."""
    if response.status == 206:
        sent, due = response.headers.get("Content-Range", ""), f"bytes {have}-{size - 1}/{size}"
        if sent != due:
            raise _MirrorFailed(f"was asked for {due!r}, sends {sent!r}")
        return have
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and length.lstrip("0") != str(size):  # as text: it may have thousands of digits
        raise _MirrorFailed(f"has {length:.20} bytes, expected {size}: another file")
    return 0


def _open(url, have, timeout):
    """The server's answer to the request for ``url`` from byte ``have`` on.

    urllib's timeout counts for each address of a host anew, and not at all while the name is looked up;
    so the asking is done in a thread, and given up as a whole when ``timeout`` seconds have passed.
    """
    import http.client
    import urllib.error
    import urllib.request

    request = urllib.request.Request(url, headers={"User-Agent": "minicnn", "Accept-Encoding": "identity"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    answer, given_up = [], threading.Event()

    def ask():
        try:
            response = urllib.request.urlopen(request, timeout=timeout)
            answer.append(response)
            if given_up.is_set():
                response.close()
        except (OSError, http.client.HTTPException, ValueError) as error:  # URLError is an OSError
            answer.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(timeout)
    if not answer:
        given_up.set()
        raise _MirrorFailed(f"no answer within {timeout:g} s")
    if isinstance(answer[0], Exception):
        reason = answer[0]
        if isinstance(reason, urllib.error.HTTPError):
            reason.close()
        raise _MirrorFailed(str(reason) or type(reason).__name__) from reason
    return answer[0]


def _read(response, n):
    import http.client

    try:
        return response.read1(n)  # what has arrived; read(n) would lose it when the rest does not come
    except (OSError, http.client.HTTPException) as error:
        raise _MirrorFailed(f"the connection broke: {error or type(error).__name__}") from error


def _size(path):
    return path.stat().st_size if path.exists() else 0


@contextmanager
def only_one(path):
    """Wait until no other process or thread holds the lock file ``path``, and hold it.

    The system drops the lock when its holder ends, however it ends; so the file may stay.
    """
    with open(path, "ab") as file:
        if sys.platform == "win32":
            _lock_on_windows(file)
        else:
            import fcntl

            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say(f"minicnn: waiting for another process, which is getting {path.stem}")
                fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _lock_on_windows(file):
    import msvcrt
    import time

    while True:
        try:
            file.seek(0)
            return msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:  # held by another
            time.sleep(0.2)
