"""What computes here, what is kept where, and which data are there.

    python -m minicnn info

Write what it prints into a report of a bug.
"""

import os
import platform
from importlib.metadata import PackageNotFoundError, version

from threadpoolctl import threadpool_info

from minicnn import config
from minicnn.datasets import cifar10, flowers
from minicnn.kernels import jit
from minicnn.kernels.threads import get_num_threads

NEEDED = ("numpy", "numba", "scipy", "matplotlib", "Pillow")
EXTRAS = ("scikit-learn", "distributed", "safetensors", "onnx")
PLACES = ("MINICNN_DATA", "the cache", "Keras's")


def add_arguments(parser):
    """None."""


def run(args):
    """Print it."""
    print(about(), kernels(), "", packages(), "", data(), sep="\n")


def about():
    """What computes here, and where things are kept."""
    libraries = {f"{each['internal_api']} {each['version']}" for each in threadpool_info()
                 if each["user_api"] == "blas"}  # fmt: skip
    return "\n".join([
        f"minicnn {config.VERSION}",
        f"    threads    {get_num_threads()}   (MINICNN_NUM_THREADS, mc.set_num_threads)",
        f"    BLAS       {', '.join(sorted(libraries)) or 'unknown'}",
        f"    cache      {config.cache_folder()}   (MINICNN_CACHE)",
    ])  # fmt: skip


def kernels():
    """Whether something is compiled already; whether all of it is, only a warm-up knows."""
    some = any(jit.cache_folder().rglob("*.nbc"))
    state = "compiled, in the cache" if some else "not compiled yet: python -m minicnn warmup"
    return f"    kernels    {state}"


def packages():
    """The versions of what minicnn stands on, and of what it can use."""
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    return "\n".join([
        f"Python {platform.python_version()} on {machine}",
        f"    needed     {_versions(NEEDED)}",
        f"    extras     {_versions(EXTRAS)}",
    ])


def data():
    """Where data are looked for, and what is there."""
    folders = config.data_folders()
    lines = ["Data are looked for in"]
    for folder, whose in zip(folders, PLACES[-len(folders) :]):
        lines.append(f"    {folder}   ({whose}{'' if folder.is_dir() else '; no such folder'})")
    if len(folders) < len(PLACES):
        lines.append("    and first in $MINICNN_DATA, were it set")
    for title, name, module in (("CIFAR-10", "cifar10", cifar10), ("flowers", "flowers", flowers)):
        lines.append(f"    {title:<11}{module.find() or f'not there: python -m minicnn fetch {name}'}")
    return "\n".join(lines)


def _versions(names):
    return ", ".join(f"{name} {_version(name)}" for name in names)


def _version(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"
