"""The machine: which cores to compute on, what libraries are told about threads, what results say of it."""

import importlib.metadata
import os
import platform
import re
import subprocess
import time
from pathlib import Path

PACKAGES = ("numpy", "numba", "scipy", "tbb", "torch", "tensorflow-cpu", "tensorflow", "keras")
SIBLINGS = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"
COUNTS = tuple(f"{name}_NUM_THREADS" for name in ("OMP", "MKL", "OPENBLAS", "NUMBA", "MINICNN"))


def available_cores():
    """The logical cores this process may use, one of every physical core first."""
    if not hasattr(os, "sched_getaffinity"):
        return list(range(os.cpu_count() or 1))
    seen, first, second = set(), [], []
    for core in sorted(os.sched_getaffinity(0)):
        file = Path(SIBLINGS.format(core))
        physical = file.read_text(encoding="ascii") if file.exists() else core
        (second if physical in seen else first).append(core)
        seen.add(physical)
    return first + second


def check_threads(threads):
    """ValueError where there are fewer cores than ``threads``."""
    cores = len(available_cores())
    if threads > cores:
        raise ValueError(f"{threads} threads need as many cores, this process may use {cores}: ask for fewer")


def hold_to_cores(threads, first=0):
    """Keep this process, with all threads it will start, on the cores every other framework computes on."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, available_cores()[first : first + threads])


def environment(threads):
    """What a worker's libraries are told. How their threads wait is left as every user has it."""
    return os.environ | dict.fromkeys(COUNTS, str(threads)) | {"TF_CPP_MIN_LOG_LEVEL": "3"}


def versions():
    """Of all that computes; packages that are not installed are left out."""
    known = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            known[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return known


def git_commit():
    """The commit of this clone, ``-dirty`` behind it where code was changed; None where there is none."""
    try:
        changed = _git("diff", "--name-only", "HEAD", "--", ":/*.py")  # results and pages may well be new
        return _git("rev-parse", "--short=12", "HEAD") + ("-dirty" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(*words):
    command = ["git", "-C", str(Path(__file__).parent), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def circumstances(settings):
    """Results before anything is measured: on what, with what, and the ``settings`` (threads, rounds)."""
    return {
        "machine": description(), "versions": versions(), "commit": git_commit(), "settings": settings,
        "date": time.strftime("%Y-%m-%d"),
    }  # fmt: skip


def description():
    """The processor, cores, memory and system, without names that belong to anybody."""
    processor, flags = _processor()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
    return {
        "processor": processor or platform.processor() or platform.machine(),
        "vectors": [flag for flag in ("avx2", "fma", "avx512f", "amx_tile") if flag in flags],
        "cores": os.cpu_count(), "cores allowed": len(available_cores()),
        "memory_gib": round(memory / 2**30, 1), "system": platform.system(), "load": load(),
    }  # fmt: skip


def _processor():
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    known = dict(map(str.strip, line.split(":", 1)) for line in lines if ":" in line)
    return known.get("model name"), known.get("flags", "").split()


def load():
    """How many programs computed in the last minute, on average; None where the system does not say."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def preemptions():
    """How often the system took a core away from this process, for another program; 0 where unknown."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw


def resident(field="VmRSS"):
    """Bytes of memory this process has now (VmRSS) or had at most (VmHWM); None where Linux does not say."""
    file = Path("/proc/self/status")
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    said = re.search(rf"^{field}:\s*(\d+) kB", text, re.M)
    return int(said[1]) * 1024 if said else None


def forget_peak():
    """Let VmHWM begin again at what is resident now."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # proc(5)
