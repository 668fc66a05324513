"""A damaged file is refused, and a malicious one can do nothing.

The files are a saved model and the backup of a run, read through the doors that users have: `load_model`
and `BackupAndRestore`; each must open the whole file first. *Refused* means a ValueError that names the
file, and nothing changed: no weight, nor what the optimizer, the history and the callbacks remember, nor the
log. For the malicious ones something is changed behind the digest, which is then made right again: texts,
numbers and names in the document, sizes of arrays. While they are read, an audit hook notes whatever Python
does on their behalf: every file opened to write, every module loaded, every process, connection or piece of
code.
"""

import contextlib
import os
import random
import sys
import tempfile
import threading
import time
import tracemalloc
import warnings
from pathlib import Path

import minicnn as mc
from minicnn import archive
from tests import killed_runs
from tests.reliability.forks import in_a_fork
from tests.reliability.malice import bombs, forge
from tests.reliability.record import Figure

FLIPS = FORGERIES = 10_000
QUICK = 200
ROOM = 24_000_000  # bytes: what reading a small file may take beyond three times its size

# What no file may cause: https://docs.python.org/3/library/audit_events.html
AUDITED = ("exec", "import", "marshal.", "pickle.", "ctypes.", "os.", "shutil.", "subprocess.", "socket.")
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
# But to files in its own folder: how many paths come first, and how many open folders (or -1) come last.
FILES = {
    "open": (1, 0), "os.listdir": (1, 0), "os.scandir": (1, 0), "os.truncate": (1, 0), "os.chmod": (1, 1),
    "os.chown": (1, 1), "os.mkdir": (1, 1), "os.remove": (1, 1), "os.rename": (2, 2), "os.rmdir": (1, 1),
    "os.utime": (1, 1),
}  # fmt: skip
AWAY = ("os.remove", "os.rename", "os.rmdir")  # these take a link, not what it leads to


class Stop(mc.callbacks.Callback):
    """Leave fit with a backup made."""

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 1:
            raise KeyboardInterrupt


def open_model(path):
    """As a user does."""
    mc.load_model(path)


class OpenBackup:
    """As a user does, with a run that must be left as it is."""

    def __init__(self, log):
        self.model = killed_runs.build_model()
        self.log = log + b"2,a line that no backup knows\r\n"

    def __call__(self, path):
        remember, log = killed_runs.Remember(path.parent), path.with_name("log.csv")
        log.write_bytes(self.log)
        try:
            killed_runs.fit(self.model, [remember, *callbacks(path.parent)], epochs=2)  # it holds two
        except ValueError:
            assert remember.states() == remember.before, "a run that was refused has changed something"
            assert log.read_bytes() == self.log, "a run that was refused has changed the log"
            raise


def callbacks(folder):
    """Those of the backup's run, but for one that would save the model each time."""
    c = mc.callbacks
    backup = c.BackupAndRestore(folder / "backup.mcnn", delete_checkpoint=False)
    log = c.CSVLogger(folder / "log.csv")  # first, so that others may refuse what it has taken
    best = c.EarlyStopping(patience=3, restore_best_weights=True)
    return [log, backup, best, c.ReduceLROnPlateau(patience=1)]


def doors(folder):
    """{name: (path of a whole file, how to open it)}"""
    model = killed_runs.build_model()
    try:
        killed_runs.fit(model, [*callbacks(folder), Stop()])
    except KeyboardInterrupt:
        model.save(folder / "model.mcnn")
    killed_runs.fit(killed_runs.build_model(), callbacks(folder), epochs=2)  # goes on: of two epochs now
    return {
        "saved model": (folder / "model.mcnn", open_model),
        "backup": (folder / "backup.mcnn", OpenBackup((folder / "log.csv").read_bytes())),
    }


def refused(path, content, open_it):
    """Whether the file with this content is refused as it should be."""
    path.write_bytes(content)
    try:
        open_it(path)
    except ValueError as error:
        return path.name in str(error)
    return False


def opens(path, open_it):
    """Whether the file as it is can be opened: a door that is shut for all refuses the damaged ones, too."""
    try:
        open_it(path)
    except Exception as error:
        print(f"the whole file is refused: {type(error).__name__}: {error}", file=sys.stderr)
        return False
    return True


def but(opened):
    """What else is to be said of those that were refused."""
    return "" if opened else ", and so is the whole one"


def truncations(quick):
    """Every length below the whole one."""
    with tempfile.TemporaryDirectory() as folder:
        for name, (path, open_it) in doors(Path(folder)).items():
            whole, opened = path.read_bytes(), opens(path, open_it)
            lengths = range(0, len(whole), 97 if quick else 1)
            count = sum(refused(path, whole[:length], open_it) for length in lengths)
            yield Figure(f"every truncation of a {name} is refused",
                         f"{count:,} of {len(lengths):,}{but(opened)}",
                         opened and count == len(lengths))  # fmt: skip


def flips(quick):
    """One bit each."""
    tries, draw = QUICK if quick else FLIPS, random.Random(time.time_ns())
    with tempfile.TemporaryDirectory() as folder:
        for name, (path, open_it) in doors(Path(folder)).items():
            opened = opens(path, open_it)
            whole, count = bytearray(path.read_bytes()), 0
            for _ in range(tries):
                place, bit = draw.randrange(len(whole)), 1 << draw.randrange(8)
                whole[place] ^= bit
                count += refused(path, whole, open_it)
                whole[place] ^= bit
            yield Figure(f"{FLIPS:,} random bit flips of a {name} are refused",
                         f"{count:,} of {tries:,}{but(opened)}",
                         opened and count == tries)  # fmt: skip


def goes_out(event, args, folder):
    """Whether the event may do something else than to files in this folder; what cannot be told may.

    A file opened but to read is nothing.
    """
    try:
        reads = event == "open" and not args[2] & WRITES
        return not reads and event.startswith(("open", *AUDITED)) and not is_within(event, args, folder)
    except Exception:
        return True


def is_within(event, args, folder):
    """Whether the event is about files in this folder alone, by their paths or by the handle of an open one.

    Where a path leads to counts: out of the folder through "..", through a link, or on from an open folder.
    """
    if event not in FILES:
        return False
    first, last = FILES[event]
    paths, folders = args[:first], args[len(args) - last :]
    if event in ("os.chmod", "os.chown") and isinstance(paths[0], int):
        paths = (os.readlink(f"/proc/self/fd/{paths[0]}"),)
    if event in AWAY:
        paths = map(os.path.dirname, paths)
    return all(each == -1 for each in folders) and all(leads_into(path, folder) for path in paths)


def leads_into(path, folder):
    return Path(os.path.realpath(os.fsdecode(path))).is_relative_to(folder.resolve())


def attempt(path, open_it, whole, tries, seed):
    """Open forgeries under watch: how many were refused, what they caused, the memory and time they took.

    In a process of its own. A warning, as of a log that is not as a valid backup says, refuses nothing.
    """
    warnings.simplefilter("ignore")
    draw, events, watching, judging = random.Random(seed), set(), [False], threading.local()

    def hook(event, args):
        if watching[0] and not vars(judging):  # to find out where a path leads is not what is watched
            judging.now = True
            if goes_out(event, args, path.parent):
                events.add(f"{event} {args!r:.100}")
            del judging.now

    for content in [whole, *(forge(whole, draw) for _ in range(50))]:  # loads what is loaded but once
        with contextlib.suppress(Exception):  # which is counted below
            refused(path, content, open_it)
    sys.addaudithook(hook)
    tracemalloc.start()
    found = {"refused": 0, "nameless": [], "others": [], "memory": 0, "seconds": 0}
    for _ in range(tries):
        content = forge(whole, draw)
        path.write_bytes(content)
        tracemalloc.reset_peak()
        before, begin = tracemalloc.get_traced_memory()[0], time.monotonic()
        watching[0] = True
        try:
            open_it(path)
        except ValueError as error:
            if path.name in str(error):
                found["refused"] += 1
            else:
                found["nameless"].append(f"{error}"[:200])
        except Exception as error:
            found["others"].append(f"{type(error).__name__}: {error}"[:200])
        watching[0] = False
        took = tracemalloc.get_traced_memory()[1] - before
        found["memory"] = max(found["memory"], took - 3 * len(content))
        found["seconds"] = max(found["seconds"], time.monotonic() - begin)
    return found | {"events": sorted(events)}


def forgeries(quick):
    """Changed behind the digest."""
    tries = QUICK if quick else FORGERIES
    with tempfile.TemporaryDirectory() as folder:
        for name, (path, open_it) in doors(Path(folder)).items():
            whole, opened = path.read_bytes(), opens(path, open_it)
            seed = time.time_ns()
            found = in_a_fork(attempt, path, open_it, whole, tries, seed, seconds=3600)
            if found is None:
                yield Figure(f"{FORGERIES:,} forged {name}s do no harm", "the process died", False)
                continue
            others, nameless, events = found["others"], found["nameless"], found["events"]
            valid = tries - found["refused"] - len(others) - len(nameless)
            yield Figure(
                f"{FORGERIES:,} forged {name}s are refused with a ValueError, or make a valid {name}",
                f"{found['refused']:,} refused{but(opened)}, {valid:,} valid, {len(nameless):,} refused "
                f"without the file's name, {len(others):,} other errors",
                opened and not nameless and not others,
                "; ".join([f"drawn from seed {seed}", *nameless[:3], *others[:3]]),
            )  # fmt: skip
            yield Figure("none of them runs code, loads a module, or writes, moves or removes a file outside "
                         "its folder", f"{len(events):,} audit events", not events, "; ".join(events[:3]))
            yield Figure("none takes more than three times its size and 24 MB, or 10 s",
                         f"at most {max(found['memory'], 0) / 1e6:.1f} MB more, {found['seconds']:.2f} s",
                         found["memory"] <= ROOM and found["seconds"] < 10)  # fmt: skip


def compression(quick):
    """There is none, so what is small stays small."""
    worst, slowest, count = 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        opened = opens(*doors(Path(folder))["saved model"])
        path, all_bombs = Path(folder, "bomb.mcnn"), bombs()
        for content in all_bombs.values():
            path.write_bytes(content)
            tracemalloc.start()
            begin = time.monotonic()
            try:
                open_model(path)
            except ValueError as error:
                count += path.name in str(error)
            slowest = max(slowest, time.monotonic() - begin)
            worst = max(worst, tracemalloc.get_traced_memory()[1] - 3 * len(content))
            tracemalloc.stop()
    yield Figure(f"bombs are refused before their memory is taken: three times the file and "
                 f"{archive.ROOM / 2**20:.0f} MiB at most",
                 f"{count} of {len(all_bombs)}{but(opened)}, {max(worst, 0) / 2**20:.1f} MiB more, "
                 f"{slowest:.2f} s at most",
                 opened and count == len(all_bombs) and worst <= archive.ROOM and slowest < 10)  # fmt: skip


PARTS = {"truncations": truncations, "flips": flips, "forgeries": forgeries, "bombs": compression}
