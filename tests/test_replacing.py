"""A file takes the place of another whole, or not at all; what may go wrong meanwhile: test_archive.py."""

import os
import stat
import time

import pytest

from minicnn.replacing import check_writable, remove_leftovers, replacing

needs_modes = pytest.mark.skipif(os.name == "nt", reason="Windows has no modes of files, and no pipes")


def write(path, text):
    with replacing(path) as file:
        file.write(text.encode())


@needs_modes
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444])
def test_who_might_read_the_old_file_may_read_the_new_one(tmp_path, mode):
    path = tmp_path / "a"
    write(path, "old")
    path.chmod(mode)
    write(path, "new")
    assert path.read_text() == "new" and stat.S_IMODE(path.stat().st_mode) == mode


@needs_modes
def test_whose_the_old_file_was_the_new_one_is(tmp_path, monkeypatch):
    """Where the system lets it: the group stays even where the owner cannot."""
    path, given = tmp_path / "a", []

    def chown(name, owner, group):
        given.append((os.path.basename(name)[:3], owner, group))
        raise PermissionError

    write(path, "old")
    monkeypatch.setattr(os, "chown", chown)
    write(path, "new")
    old = path.stat()
    assert given == [(".a.", -1, old.st_gid), (".a.", old.st_uid, -1)] and path.read_text() == "new"


@needs_modes
def test_what_is_no_file_stays(tmp_path):
    """As root, a rename would put a file in the place of a device."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "link").symlink_to(pipe)
    for path in (pipe, tmp_path / "link"):
        with pytest.raises(OSError, match="it is a device or a pipe, not a file"):
            write(path, "new")
    assert pipe.is_fifo() and sorted(os.listdir(tmp_path)) == ["link", "pipe"]


def test_whether_it_can_be_written_is_tried_without_a_trace(tmp_path):
    path = tmp_path / "a"
    check_writable(path)
    assert os.listdir(tmp_path) == []
    path.write_text("old")
    check_writable(path)
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["a"]
    with pytest.raises(FileNotFoundError, match="the folder does not exist"):
        check_writable(tmp_path / "b" / "a")
    with pytest.raises(IsADirectoryError, match="the path is a folder: name a file in it"):
        check_writable(tmp_path)


def test_the_files_of_a_writer_who_may_be_alive_stay_for_a_while(tmp_path):
    dead, living, others = (tmp_path / f".a.{name}.tmp" for name in ("0123abcd", "4567abcd", "my_notes"))
    for path in (dead, living, others):
        path.touch()
    os.utime(dead, (time.time() - 1000,) * 2)
    remove_leftovers(tmp_path / "a", 600)
    assert not dead.exists() and living.exists()
    os.utime(living, (time.time() + 1000,) * 2)  # a file server's clock may be ahead
    remove_leftovers(tmp_path / "a")
    assert not living.exists() and others.exists()
