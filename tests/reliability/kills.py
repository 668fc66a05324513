"""Killed at any moment, a training run goes on and ends with the same bits.

A process that trains with BackupAndRestore, and every other callback that remembers something, is sent
SIGKILL after a random time; a part of the kills waits until a backup is being written. Then the same
program is started again, up to four kills a run. At the end, weights, optimizer, history and files must
be those of a run that nobody disturbed.
"""

import json
import os
import random
import select
import signal
import tempfile
import time
from pathlib import Path

from minicnn.callbacks import backup
from tests import killed_runs
from tests.reliability.record import Figure

KILLS, WHILE_SAVING, QUICK = 100, 30, 4


def live(folder, save_freq, report):
    """One life of the program; writes S when it begins to save, and s when it is through."""
    plain = backup.write_archive

    def announced(*args):
        os.write(report, b"S")
        plain(*args)
        os.write(report, b"s")

    backup.write_archive = announced
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
    """Kill the process after so long. Returns (what it had reported, whether the kill came in time)."""
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    with os.fdopen(pipe, "rb") as file:
        report = file.read()
    return report, os.waitstatus_to_exitcode(status) == -signal.SIGKILL


def kill_somewhere(folder, save_freq, draw, lasts):
    """A SIGKILL at a random moment of the run: whether it came in time, and whether it met a backup."""
    report, killed = end(*start(folder, save_freq), draw.uniform(0, lasts))
    return killed, report.endswith(b"S")


def kill_while_saving(folder, save_freq, draw, lasts):
    """A SIGKILL shortly after a backup was begun, a few backups into the life."""
    pid, pipe = start(folder, save_freq)
    for _ in range(draw.randint(1, 3)):
        while select.select([pipe], [], [], 60)[0] and os.read(pipe, 1) not in (b"S", b""):
            pass
    report, killed = end(pid, pipe, draw.uniform(0, 0.002))
    return killed, report == b""  # nothing came after the S that was waited for: it had not ended


def run(folder, save_freq, draw, lasts, due):
    """One run, killed until ``due`` (of moments, of savings) is done with it, up to four times."""
    folder.mkdir()
    for _ in range(draw.randint(1, 4)):
        if due["saving"] > 0 or due["moments"] > 0:
            meet = due["saving"] > 0 and draw.random() < due["saving"] / (due["saving"] + due["moments"])
            killed, met = (kill_while_saving if meet else kill_somewhere)(folder, save_freq, draw, lasts)
            if killed:
                due["saving" if met else "moments"] -= 1
    pid, pipe = start(folder, save_freq)
    os.waitpid(pid, 0)
    os.close(pipe)
    return json.loads((folder.parent / f"{folder.name}.json").read_text())


def kills(quick):
    """The promise, for backups after every epoch and after every one, two or three batches."""
    count, saving = (QUICK, 1) if quick else (KILLS, WHILE_SAVING)
    draw = random.Random(time.time_ns())
    due = {"moments": count - saving, "saving": saving}
    same, runs, strays = 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        killed_runs.fit(killed_runs.build_model(), [], epochs=1)  # loads the compiled kernels
        begin = time.monotonic()
        straight = run(folder / "straight", "epoch", draw, 0, {"moments": 0, "saving": 0})
        lasts = time.monotonic() - begin
        while due["moments"] > 0 or due["saving"] > 0:
            found = run(folder / str(runs), draw.choice(["epoch", 1, 2, 3]), draw, lasts, due)
            # A ModelCheckpoint that was killed while it saved may leave its temporary file; a backup never.
            found["files"] = {k: v for k, v in found["files"].items() if not k.startswith(".best.mcnn.")}
            same += found == straight
            strays += (folder / str(runs) / "backup").exists()
            runs += 1
    made = {"moments": count - saving - due["moments"], "saving": saving - due["saving"]}
    yield Figure(
        f"{KILLS} SIGKILLs at random moments, at least {WHILE_SAVING} of them while saving: the same bits",
        f"{same} of {runs} runs, after {sum(made.values())} kills, {made['saving']} of them while saving",
        same == runs and sum(made.values()) >= count and made["saving"] >= saving,
    )
    yield Figure("no file of a killed backup stays", f"{strays} runs left one", strays == 0)


PARTS = {"kills": kills}
