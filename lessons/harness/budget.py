"""What a lesson costs a computer: processor seconds, in lessons/seconds.json, beside floors.json.

    python -m lessons.harness.budget                    measures every text and payoff (a quarter of an hour)
    python -m lessons.harness.budget 07 12              these lessons only
    python -m lessons.harness.budget 07 --part payoff   its payoff only

Offline and on two cores. Processor time, because what else the computer does then does not count.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from lessons.harness import tasks
from lessons.harness.places import LESSONS, ROOT

SECONDS = LESSONS / "seconds.json"
PARTS = ("lesson.py", "payoff")
CORES, MINUTES = 2, 40  # all lessons together, so that sixteen of them fit in a weekend
COLD = 60  # processor seconds more, where minicnn's kernels are not compiled yet
AS_ON_A_SMALL_COMPUTER = """
import os, random, runpy, sys
CORES = int(sys.argv[2])

def offline(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        raise ConnectionRefusedError(f"a lesson must run offline: {event} {args[1:]}")

sys.addaudithook(offline)  # below every library: none gets around it
if hasattr(os, "sched_setaffinity"):  # before numba and BLAS count the cores
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, random.sample(cores, min(CORES, len(cores))))
import numba
before = numba.get_num_threads()
runpy.run_path(sys.argv[1], run_name="__main__")
from minicnn import get_num_threads  # not before: the script has to find it
assert numba.get_num_threads() == get_num_threads() == before, "other threads than before"
print("processor seconds", sum(os.times()[:4]), file=sys.stderr)
"""
PAYOFF = """
from lessons.harness import commands, tasks
lesson = tasks.find({number!r})
lesson.work.parent.mkdir()
lesson.work.write_text(tasks.model_work(lesson), encoding="utf-8")
assert commands.main(["payoff", {number!r}]) == 0
"""


def run_script(path, own, cwd=ROOT):
    """(what is left of the process, the processor seconds it and its children used).

    ``own``: where the learner's files are. Where a proxy is asked, there is none.
    """
    environment = {**os.environ, "MINICNN_LESSONS": str(own), "MPLBACKEND": "Agg"}
    environment |= {f"{kind}_proxy": "http://127.0.0.1:9" for kind in ("http", "https", "all")}
    for threads in ("MINICNN_NUM_THREADS", "NUMBA_NUM_THREADS"):
        environment.pop(threads, None)
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", AS_ON_A_SMALL_COMPUTER, path, str(CORES)],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=3600,  # only so that nothing hangs for ever
        check=False,
    )
    counted = re.findall(r"^processor seconds ([\d.]+)$", done.stderr, re.MULTILINE)
    return done, float(counted[0]) if counted else None


def run_payoff(lesson, own):
    """The same for ``python -m lessons payoff``, with the model answers in the place of a learner's."""
    script = Path(own) / "payoff.py"
    script.write_text(PAYOFF.format(number=lesson.number), encoding="utf-8")
    return run_script(script, own)


def committed():
    """{"07": {"lesson.py": seconds, "payoff": seconds}, ...}"""
    return json.loads(SECONDS.read_text(encoding="utf-8")) if SECONDS.exists() else {}


def allowed(number, part):
    """The processor seconds that ``part`` may take: twice those committed."""
    return 2 * committed()[number][part] + COLD


def measure(lesson, part):
    """Its processor seconds; what fails ends this program with its last words."""
    with tempfile.TemporaryDirectory() as own:
        run = run_payoff(lesson, own) if part == "payoff" else run_script(lesson.folder / part, own)
    done, seconds = run
    if done.returncode:
        sys.exit(f"{lesson.number}, {part}: {(done.stdout + done.stderr)[-2000:]}")
    return round(seconds)


def main(argv=None):
    """Measure, and write after each."""
    parser = argparse.ArgumentParser("python -m lessons.harness.budget", description=__doc__.split("\n")[0])
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="numbers; all sixteen unless given")
    parser.add_argument("--part", choices=PARTS, action="append", help="both unless given")
    args = parser.parse_args(argv)
    if unknown := set(args.lessons) - {*tasks.folders()}:
        parser.error(f"no lesson is called {', '.join(unknown)}: there are {', '.join(tasks.folders())}")
    for lesson in map(tasks.find, args.lessons or tasks.folders()):
        for part in args.part or PARTS:
            if part == "payoff" and not lesson.payoff:
                continue
            seconds, found = measure(lesson, part), committed()
            found.setdefault(lesson.number, {})[part] = seconds
            SECONDS.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
            print(lesson.number, part, seconds, flush=True)


if __name__ == "__main__":
    main()
