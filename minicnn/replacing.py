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
    target = os.path.realpath(path)  # a link stays a link
    if os.path.isdir(target):
        raise explained(IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)), path)
    if os.path.exists(target) and not os.path.isfile(target):
        raise OSError(errno.EINVAL, f"cannot write {os.fspath(path)}: it is a device or a pipe, not a file")
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{name}.{secrets.token_hex(4)}.tmp")
    try:
        with open(temporary, "xb") as file:
            _give_to_whose_it_was(temporary, target)
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


def _give_to_whose_it_was(temporary, target):
    """Where there is a file already; not on Windows, whose files have no such owners and modes."""
    if not hasattr(os, "chown"):
        return
    with contextlib.suppress(OSError):
        old = os.stat(target)
        for owner, group in ((-1, old.st_gid), (old.st_uid, -1)):  # root alone may give files away
            with contextlib.suppress(OSError):
                os.chown(temporary, owner, group)
        os.chmod(temporary, stat.S_IMODE(old.st_mode))


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
    folder, name = os.path.split(os.path.realpath(path))
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
