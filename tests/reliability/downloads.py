"""A download that is cut again and again ends as one verified file, for all who asked for it.

A server on this machine breaks off the first 20 answers, each at a random place, and then sends all: once
as a server that goes on where it was cut, once as one that knows no ranges. Eight processes ask at once.
Then, for 20 places all over the file, a process is killed there by SIGKILL, and eight others finish its
download together.
"""

import contextlib
import hashlib
import http.server
import io
import os
import random
import re
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

from minicnn.datasets import archives, download
from tests.reliability.record import Figure

CUTS, PROCESSES, SIZE = 20, 8, 3_000_000
MIRRORS = 8  # names of the one server: each is given up after four attempts
HELD = 2 * io.DEFAULT_BUFFER_SIZE  # bytes: more than Python holds back from a file that it writes
PATIENCE = 60  # seconds until the bytes must be there


@contextlib.contextmanager
def server(content, cuts, ranges=True):
    """Its address, and a list of how many bytes each answer sent. ``cuts``: where to end the first ones."""
    sent = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
            start = int(wanted[1]) if wanted and ranges else 0
            self.send_response(206 if wanted and ranges else 200)
            if wanted and ranges:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            body = content[start : cuts.pop(0) if cuts else None]
            sent.append(len(body))
            with contextlib.suppress(ConnectionError):
                self.wfile.write(body)

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{served.server_port}/file", sent
        finally:
            served.shutdown()
            thread.join()


def ask(url, target, known):
    """Begin to fetch in a process of its own."""
    pid = os.fork()
    if pid:
        return pid
    try:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115  progress lines; the process ends below
        download.fetch([url] * MIRRORS, target, known)
        os._exit(0)
    except BaseException as error:
        print(repr(error), file=sys.stdout, flush=True)
        os._exit(1)


def share(url, target, known):
    """How many of the processes got the file, when all ask at once; whether it is the one file there."""
    pids = [ask(url, target, known) for _ in range(PROCESSES)]
    through = sum(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0 for pid in pids)
    there = sorted(path.name for path in target.parent.iterdir())
    whole = hashlib.sha256(target.read_bytes()).hexdigest() == known.sha256
    return through, whole and there == [target.name, f"{target.name}.lock"]


def killed_at(place, content, known):
    """Kill a process when so many bytes are there; then the others come. (How many were there, all well?)"""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "cache", "file")
        part = target.with_name("file.part")
        target.parent.mkdir()
        stalled = threading.Event()
        with stalling_server(content, place, stalled) as url:
            pid = ask(url, target, known)
            late = time.monotonic() + PATIENCE
            while (not part.exists() or part.stat().st_size < place) and time.monotonic() < late:
                time.sleep(0.001)
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            stalled.set()
        have = part.stat().st_size if part.exists() else 0
        with server(content, []) as (url, sent):
            through, whole = share(url, target, known)
        return have, through == PROCESSES and whole and place <= have and sum(sent) == len(content) - have


@contextlib.contextmanager
def stalling_server(content, place, go_on):
    """Sends so many that ``place`` bytes reach the file, and then nothing until ``go_on`` is set."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                self.wfile.write(content[: place + HELD])
                go_on.wait()

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{served.server_port}/file"
        finally:
            go_on.set()
            served.shutdown()
            thread.join()


def online(measured):
    """A part in which this process may ask its own server, and no proxy."""
    def part(quick):
        before = dict(os.environ)
        os.environ |= {"MINICNN_OFFLINE": "0", "no_proxy": "127.0.0.1"}
        try:
            draw = random.Random(time.time_ns())
            content = draw.randbytes(SIZE)
            known = archives.Known(SIZE, hashlib.sha256(content).hexdigest())
            yield from measured(quick, draw, content, known)
        finally:
            os.environ.clear()
            os.environ |= before

    return part


def cuts(quick, draw, content, known):
    """Cut 20 times on its way."""
    for ranges in (True, False):
        places = sorted(draw.randrange(1, SIZE) for _ in range(CUTS))
        with tempfile.TemporaryDirectory() as folder, server(content, list(places), ranges) as (url, sent):
            target = Path(folder, "cache", "file")
            through, whole = share(url, target, known)
        kind = "goes on where it was cut" if ranges else "knows no ranges"
        yield Figure(
            f"cut at {CUTS} places by a server that {kind}, shared by {PROCESSES} processes: one right file",
            f"{through} of {PROCESSES} got it in {len(sent)} answers, {sum(sent) / SIZE:.2f} times its bytes",
            through == PROCESSES and whole and len(sent) == CUTS + 1 and (sum(sent) == SIZE or not ranges),
        )  # fmt: skip


def kills(quick, draw, content, known):
    """Killed at 20 places, one in each twentieth of the file, but for what may be held back at its end."""
    tries = 2 if quick else CUTS
    step = (SIZE - HELD) // tries
    found = [killed_at(draw.randrange(k * step, (k + 1) * step), content, known) for k in range(tries)]
    count = sum(good for _, good in found)
    there = [have for have, _ in found]
    yield Figure(
        f"killed at {CUTS} places, then shared by {PROCESSES} processes: one right file, no byte sent twice",
        f"{count} of {tries}, with {min(there):,} to {max(there):,} bytes there", count == tries,
    )  # fmt: skip


PARTS = {"cuts": online(cuts), "kills": online(kills)}
