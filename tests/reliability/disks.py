"""A disk that is full, a folder that is read-only or gone: a clear error, and nothing is lost.

Disks and folders are real: a file system of 64 KiB, one mounted read-only, both of which take root; a
limit on the size of files; a folder without permission, with root's rights given away; a folder removed
while the run goes on. In each, a run trains until its backup cannot be written. The error must say what
is wrong, the backup of before must be there to the byte with no other file beside it, and the model must
hold what it had learned: once the trouble is mended, both go on to the same bits as a run without
trouble, in weights, optimizer, history, what the callbacks remember, and the log.
"""

import contextlib
import functools
import os
import resource
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import minicnn as mc
from tests import killed_runs
from tests.reliability.forks import in_a_fork
from tests.reliability.record import Figure, NotTried

GOOD = 2  # epochs before the trouble begins
NOBODY = 65534


@contextlib.contextmanager
def full_disk(folder):
    """A file system of 64 KiB, which a file of somebody else then fills."""
    with _mounted(folder, "-t", "tmpfs", "-o", "size=64k", "tmpfs"):
        other = folder / "other"
        yield functools.partial(_fill, other), other.unlink


def _fill(path):
    with contextlib.suppress(OSError), open(path, "wb", buffering=0) as file:
        while True:
            file.write(bytes(512))


@contextlib.contextmanager
def read_only_disk(folder):
    """A file system that is remounted read-only."""
    with _mounted(folder, "-t", "tmpfs", "tmpfs"):
        yield (lambda: _mount("-o", "remount,ro", folder)), lambda: _mount("-o", "remount,rw", folder)


@contextlib.contextmanager
def largest_file(folder):
    """A limit of the system on the size of a file, below that of a backup."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield (
        lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1])),
        lambda: resource.setrlimit(resource.RLIMIT_FSIZE, before),
    )


@contextlib.contextmanager
def no_permission(folder):
    """A folder that may not be written; root may write everywhere, so this process is root no more."""
    inner = folder / "backup"
    inner.mkdir(exist_ok=True)
    if os.geteuid() == 0:
        for path in (folder, inner):
            os.chown(path, NOBODY, NOBODY)
        os.setuid(NOBODY)
    yield (lambda: inner.chmod(0o555)), lambda: inner.chmod(0o755)


@contextlib.contextmanager
def vanished(folder):
    """A folder that somebody moves away, and brings back."""
    inner, away = folder / "backup", folder / "away"
    yield (lambda: inner.rename(away)), lambda: away.rename(inner)


# What happens: (the trouble, what the error must say)
DISKS = {
    "a full disk": (full_disk, "the disk is full: free some space"),
    "a read-only file system": (read_only_disk, "the file system is read-only: choose another folder"),
}
FOLDERS = {
    "a limit on the size of files": (largest_file, "larger than this system allows"),
    "a folder without permission": (no_permission, "writing there is not allowed: change its permissions"),
    "a vanished folder": (vanished, "the folder does not exist (or no longer): create it"),
}


def _mount(*words):
    subprocess.run(["mount", *map(str, words)], check=True, capture_output=True)


@contextlib.contextmanager
def _mounted(folder, *words):
    _mount(*words, folder)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


class From(mc.callbacks.Callback):
    """Let the trouble begin with an epoch."""

    def __init__(self, epoch, begin):
        self.epoch, self.begin = epoch, begin

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.epoch:
            self.begin()


class Until(mc.callbacks.Callback):
    """End the run after an epoch, as an error in the backup's place does."""

    runs_last = True

    def __init__(self, epoch):
        self.epoch = epoch

    def on_epoch_end(self, epoch, logs=None):
        if epoch == self.epoch:
            raise InterruptedError


def remembering(logs):
    """All that remember something, but for the one that saves models, which would meet the trouble first."""
    logs.mkdir()
    others = killed_runs.callbacks_in(logs)[1:]
    saves = mc.callbacks.ModelCheckpoint
    return [killed_runs.Remember(logs), *(each for each in others if not isinstance(each, saves))]


def survives(folder, logs, trouble, message):
    """Train into the trouble and out of it: True, or AssertionError where a promise is broken."""
    straight = killed_runs.build_model()
    killed_runs.fit(straight, remembering(logs / "straight"))
    due = killed_runs.outcome(straight, logs / "straight")
    with trouble(folder) as (begin, mend):
        model, path = killed_runs.build_model(), folder / "backup" / "backup.mcnn"
        callbacks = [mc.callbacks.BackupAndRestore(folder / "backup"), *remembering(logs / "run")]
        good = []

        def start():
            good.append(path.read_bytes())
            begin()

        try:
            killed_runs.fit(model, [From(GOOD, start), *callbacks])
        except OSError as error:
            assert message in str(error) and "backup.mcnn" in str(error), error
        else:
            raise AssertionError("no error")
        learned = callbacks[1].states()
        mend()
        assert os.listdir(folder / "backup") == ["backup.mcnn"], os.listdir(folder / "backup")
        assert path.read_bytes() == good[0], "the old backup has changed"
        more = remembering(logs / "more")  # the run as it is in memory has an epoch more than its backup
        with contextlib.suppress(InterruptedError):
            killed_runs.fit(killed_runs.build_model(), [Until(GOOD), *more])
        assert learned == more[0].states(), "another run"
        killed_runs.fit(model, callbacks)
        assert killed_runs.outcome(model, logs / "run") == due, "another outcome"
        assert not path.exists()
    return True


def disks(quick):
    """Every trouble once: there is nothing random in them."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        raise NotTried("a full disk and a read-only file system take root")
    yield from met(DISKS)


def folders(quick):
    """Those that anybody may make."""
    yield from met(FOLDERS)


def met(troubles):
    """A figure for each."""
    killed_runs.fit(killed_runs.build_model(), [], epochs=1)  # loads the compiled kernels
    for name, (trouble, message) in troubles.items():
        promise = f"{name}: a clear error, weights and old backup intact, no stray file"
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as logs:
            os.chmod(logs, 0o777)  # for a process that is root no more
            kept = bool(in_a_fork(survives, Path(folder), Path(logs), trouble, message))
        yield Figure(promise, "so it is" if kept else "not so, see above", kept)


PARTS = {"disks": disks, "folders": folders}
