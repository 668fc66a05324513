"""A new file takes the place of the old one whole, or not at all: after an error, a kill, a loss of power."""

import contextlib
import errno
import glob
import os
import secrets
import stat
import time


@contextlib.contextmanager
def replacing(path):
    """Open a new file that takes the place of ``path`` once the block is through, or vanishes.

    The bytes are on the disk before the name points at them, so a loss of power leaves one whole
    file, too. It has the old one's owner and mode, as far as the system allows.
    """
    path = os.fsdecode(path)
    target = os.path.realpath(path)  # a link stays a link
    if os.path.isdir(target):
        raise explained(IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)), path)
    if os.path.exists(target) and not os.path.isfile(target):
        raise OSError(errno.EINVAL, f"cannot write {path}: it is a device or a pipe, not a file")
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{name}.{secrets.token_hex(4)}.tmp")
    try:
        old = os.stat(target) if os.path.exists(target) and hasattr(os, "chown") else None  # not on Windows
        with open(temporary, "xb", opener=_for_me_alone if old else None) as file:
            if old:
                _give_to_whose_it_was(file.fileno(), old)
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException as error:  # also when interrupted from the keyboard
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError):
            raise explained(error, path) from error
        raise
    _sync_folder(folder)


def _for_me_alone(name, flags):
    """Open a file that nobody else may look into before it is known who may."""
    return os.open(name, flags, stat.S_IRUSR | stat.S_IWUSR)


def _give_to_whose_it_was(handle, old):
    """By the open file's handle: somebody else may have put a link in the place of its name."""
    mode = stat.S_IMODE(old.st_mode) & 0o777
    with contextlib.suppress(OSError):
        os.chown(handle, -1, old.st_gid)
    if os.fstat(handle).st_gid != old.st_gid:
        mode &= ~stat.S_IRWXG  # what the old group might is not for another
    with contextlib.suppress(OSError):  # root alone may give files away
        os.chown(handle, old.st_uid, -1)
    with contextlib.suppress(OSError):
        os.chmod(handle, mode)


def make_folder_of(path):
    """Make the folder of ``path`` where it is missing; OSError says what is in the way."""
    try:
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    except OSError as error:
        raise explained(error, path) from error


def check_writable(path):
    """Raise OSError now where :func:`replacing` would raise it after hours of training."""
    with contextlib.suppress(_NothingToWrite), replacing(path):
        raise _NothingToWrite


class _NothingToWrite(Exception):
    pass


def remove_leftovers(path, seconds=0):
    """Remove the temporary files of writers of ``path`` that were killed.

    Only its one owner may remove all; who may have company, those that nobody has written to for so long.
    """
    folder, name = os.path.split(os.path.realpath(os.fsdecode(path)))
    ending = "[0-9a-f]" * 8 + ".tmp"
    for temporary in glob.glob(os.path.join(glob.escape(folder), f".{glob.escape(name)}.{ending}")):
        with contextlib.suppress(OSError):
            if not seconds or time.time() - os.path.getmtime(temporary) >= seconds:
                os.unlink(temporary)


def _sync_folder(folder):
    """Make the new name last through a loss of power, on systems that let a folder be opened."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def explained(error, path, then="A file that was there is unchanged"):
    """An OSError that names the file and a mend, in the place of ``error``, which came of writing it."""
    mend = {
        errno.ENOENT: "the folder does not exist (or no longer): create it, or choose another",
        errno.EEXIST: "a part of the path is a file, or a link to nothing: choose another path",
        errno.ENOTDIR: "a part of the path is a file, not a folder: choose another path",
        errno.EISDIR: "the path is a folder: name a file in it",
        errno.EACCES: "writing there is not allowed: change its permissions, or choose another folder",
        errno.EPERM: "writing there is not allowed: change its permissions, or choose another folder",
        errno.EROFS: "the file system is read-only: choose another folder",
        errno.ENOSPC: "the disk is full: free some space, or choose another disk",
        errno.EDQUOT: "your share of the disk is used up: free some space, or choose another disk",
        errno.EFBIG: "the file is larger than this system allows: choose another disk",
    }.get(error.errno, "choose another path")
    return OSError(
        error.errno,
        f"cannot write {os.fspath(path)} ({error.strerror}): {mend}. {then}",
    )
