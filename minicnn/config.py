"""The global choices: how many bits a number has, and where things are kept.

``float32`` is fast and what Keras uses; ``float64`` is for gradient checks and for comparing
two programs to the last digits. Layers read it when they are *built*.
"""

import os
import sys
from pathlib import Path

import numpy as np

from minicnn.messages import shown

VERSION = "0.1.0"  # as in setup.cfg
_FLOATX = "float32"


def floatx():
    """The name of the float type new layers compute in: ``"float32"`` or ``"float64"``."""
    return _FLOATX


def set_floatx(name):
    """Build all layers from now on in ``"float32"`` or ``"float64"``, as in Keras; ValueError for others."""
    global _FLOATX  # noqa: PLW0603  (one global setting is what this file is for)
    if isinstance(name, type | np.dtype):  # a text stands for itself: numpy reads more into it
        name = np.dtype(name).name
    if name not in ("float32", "float64"):
        raise ValueError(f"set_floatx expects 'float32' or 'float64', got {shown(name)}")
    _FLOATX = name


def home():
    """The user's home folder; where there is none, as in some containers, one that cannot be made."""
    try:
        return Path.home()
    except RuntimeError:  # no HOME, and the system does not know this user
        return Path(os.devnull) / "home"


def data_folders():
    """The folders in which data sets are looked for, first to last: a list, whether they exist or not."""
    own = os.environ.get("MINICNN_DATA")
    mine = [Path(own).expanduser()] if own else []
    return [*mine, cache_folder(), home() / ".keras" / "datasets"]


def cache_folder():
    """Where minicnn keeps what it can make or fetch again, compiled kernels and downloads.

    ``$MINICNN_CACHE``, else ``minicnn`` in ``$XDG_CACHE_HOME`` or in the system's folder for such things.
    """
    if own := os.environ.get("MINICNN_CACHE"):
        return Path(own).expanduser()
    usual = {"win32": home() / "AppData" / "Local", "darwin": home() / "Library" / "Caches"}
    folder = usual.get(sys.platform, home() / ".cache")
    xdg = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(xdg) if os.path.isabs(xdg) else folder) / "minicnn"  # XDG: a relative path does not count


def data_in(folder, name):
    """The path of the data called ``name`` in ``folder``, which may also be those data themselves."""
    return folder if folder.name == name else folder / name


def missing_data_folder():
    """A warning where $MINICNN_DATA names a folder that is not there, most likely a slip; else None."""
    own = os.environ.get("MINICNN_DATA")
    return f"MINICNN_DATA is {own}: no such folder" if own and not Path(own).expanduser().exists() else None
