"""Killed at any moment, a training run goes on and ends with the same bits.

A process that trains with BackupAndRestore, and every other callback that remembers something, is sent
SIGKILL after a random time; a part of the kills waits until a backup is being written. Then the same
program is started again, up to four kills a run, and must begin where the backup stands that lies there. At
the end, weights, optimizer, history and files must be those of a run that nobody disturbed.
"""

import json
import os
import random
import re
import select
import signal
import tempfile
import time
from pathlib import Path

from minicnn.archive import read_archive
from minicnn.callbacks import CallbackList, backup
from tests import killed_runs
from tests.reliability.record import Figure

KILLS, WHILE_SAVING, QUICK = 100, 30, 4


def live(folder, save_freq, report):
    """One life of the program; writes where it begins, S when it begins to save, and s when it is through."""
    plain, begin = backup.write_archive, CallbackList.on_train_begin

    def announced(*args):
        os.write(report, b"S")
        plain(*args)
        os.write(report, b"s")

    def noted(callbacks, *args):
        begin(callbacks, *args)
        model = callbacks.callbacks[0].model
        os.write(report, b"%d %d %d;" % (model.position.epoch, model.position.batch, model.step))

    backup.write_archive, CallbackList.on_train_begin = announced, noted
    killed_runs.live(folder, save_freq, None)


def start(folder, save_freq):
    """A process that trains, and the pipe that it reports to. A fork: kernels are compiled and loaded."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(read)
            live(folder, save_freq, write)
            os._exit(0)
        except BaseException as error:
            print(repr(error), flush=True)
            os._exit(1)
    os.close(write)
    return pid, read


def end(pid, pipe, seconds):
    """Kill the process after so long. Returns (what it had reported, its exit code)."""
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    with os.fdopen(pipe, "rb") as file:
        report = file.read()
    return report, os.waitstatus_to_exitcode(status)


def kill_somewhere(folder, save_freq, draw, lasts):
    """A SIGKILL at a random moment: what was reported, the exit code, whether a backup was being written."""
    report, code = end(*start(folder, save_freq), draw.uniform(0, lasts))
    return report, code, report.endswith(b"S")


def kill_while_saving(folder, save_freq, draw, lasts):
    """The same of a SIGKILL shortly after a backup was begun, a few backups into the life."""
    pid, pipe = start(folder, save_freq)
    begin = byte = b""
    for _ in range(draw.randint(1, 3)):
        while select.select([pipe], [], [], 60)[0] and (byte := os.read(pipe, 1)) not in (b"S", b""):
            begin += byte
    report, code = end(pid, pipe, draw.uniform(0, 0.002))
    return begin + report, code, byte == b"S" and report == b""  # nothing came after it


def stands_at(folder):
    """(epoch, batch, step) of the run that the backup there holds; zeros where there is none."""
    file = folder / "backup" / backup.FILE_NAME
    if not file.exists():
        return 0, 0, 0
    model = read_archive(file)[0]["model"]
    return model["position"]["epoch"], model["position"]["batch"], model["step"]


def began_at(report):
    """(epoch, batch, step) at which a life began; None where it was killed before."""
    found = re.match(rb"(\d+) (\d+) (\d+);", report)
    return tuple(map(int, found.groups())) if found else None


def run(folder, save_freq, draw, lasts, due):
    """One run: up to four lives that are killed, and a last one that ends by itself.

    ``due`` counts the kills that are still wanted, {"saving": of those that meet a backup, "moments": of the
    others}; one that came in time is taken off, and when none is wanted any more, nothing is killed.
    ``lasts``: seconds that a run takes without a kill. Returns what the run ended with, or None; for each
    life that got so far (where the backup stood, where it began); and how many lives ended with an error.
    """
    folder.mkdir()
    outcome = folder.parent / f"{folder.name}.json"
    begun, errors = [], 0
    for _ in range(draw.randint(1, 4)):
        saving, moments = (max(0, due[kind]) for kind in ("saving", "moments"))  # or more than wanted
        if saving or moments:
            meet = draw.random() * (saving + moments) < saving
            stood = stands_at(folder)
            kill = kill_while_saving if meet else kill_somewhere
            report, code, met = kill(folder, save_freq, draw, lasts)
            if began_at(report):
                begun.append((stood, began_at(report)))
            if code == -signal.SIGKILL:
                due["saving" if met else "moments"] -= 1
            errors += code not in (0, -signal.SIGKILL)
    outcome.unlink(missing_ok=True)  # of a life that ended by itself
    stood = stands_at(folder)
    pid, pipe = start(folder, save_freq)
    _, status = os.waitpid(pid, 0)
    with os.fdopen(pipe, "rb") as file:
        begun.append((stood, began_at(file.read())))
    return json.loads(outcome.read_text()) if status == 0 else None, begun, errors + (status != 0)


def kills(quick):
    """The promise, for backups after every epoch and after every one, two or three batches."""
    count, saving = (QUICK, 1) if quick else (KILLS, WHILE_SAVING)
    draw = random.Random(time.time_ns())
    due = {"moments": count - saving, "saving": saving}
    same, runs, strays, begun, errors = 0, 0, 0, [], 0
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        killed_runs.fit(killed_runs.build_model(), [], epochs=1)  # loads the compiled kernels
        begin = time.monotonic()
        straight, *_ = run(folder / "straight", "epoch", draw, 0, {"moments": 0, "saving": 0})
        lasts = time.monotonic() - begin
        while not errors and (due["moments"] > 0 or due["saving"] > 0):
            found, lives, more = run(folder / str(runs), draw.choice(["epoch", 1, 2, 3]), draw, lasts, due)
            if found:
                # A ModelCheckpoint killed while it saved leaves a temporary file for minutes, a backup none.
                found["files"] = {k: v for k, v in found["files"].items() if not k.startswith(".best.mcnn.")}
                same += found == straight
            strays += (folder / str(runs) / "backup").exists()
            begun, errors, runs = begun + lives, errors + more, runs + 1
    made = {"moments": count - saving - due["moments"], "saving": saving - due["saving"]}
    yield Figure(
        f"{KILLS} SIGKILLs at random moments, at least {WHILE_SAVING} of them while saving: the same bits",
        f"{same} of {runs} runs, after {sum(made.values())} kills, {made['saving']} of them while saving; "
        f"{errors} lives ended with an error",
        same == runs and not errors and sum(made.values()) >= count and made["saving"] >= saving,
    )
    right = sum(stood == began for stood, began in begun)
    going_on = sum(stood != (0, 0, 0) for stood, _ in begun)
    yield Figure("every life begins at the epoch, batch and step of the backup that lies there",
                 f"{right} of {len(begun)} lives, {going_on} of them not at the start",
                 right == len(begun) and (quick or going_on > 0))  # fmt: skip
    yield Figure("no file of a killed backup stays", f"{strays} runs left one", strays == 0)


PARTS = {"kills": kills}
