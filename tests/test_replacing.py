"""A file takes the place of another whole, or not at all; what may go wrong meanwhile: test_archive.py."""

import os
import stat
import time

import pytest

from minicnn.replacing import check_writable, make_folder_of, remove_leftovers, replacing

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

    def chown(handle, owner, group):
        given.append((owner, group))
        if group == -1:
            raise PermissionError

    write(path, "old")
    path.chmod(0o660)
    monkeypatch.setattr(os, "chown", chown)
    write(path, "new")
    old = path.stat()
    assert given == [(-1, old.st_gid), (old.st_uid, -1)] and path.read_text() == "new"
    assert stat.S_IMODE(old.st_mode) == 0o660


@needs_modes
def test_what_one_group_might_is_not_for_another(tmp_path, monkeypatch):
    def chown(handle, owner, group):
        raise PermissionError

    write(tmp_path / "a", "old")
    (tmp_path / "a").chmod(0o4664)
    monkeypatch.setattr(os, "chown", chown)
    usual = os.fstat
    for group, mode in ((0, 0o664), (1, 0o604)):
        with monkeypatch.context() as patched:
            patched.setattr(os, "fstat", lambda handle, group=group: of_group(usual(handle), group))
            write(tmp_path / "a", "new")
        assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == mode


def of_group(status, more):
    """This status of a file, of another group."""
    return os.stat_result([*status[:5], status.st_gid + more, *status[6:]])


@needs_modes
def test_a_private_file_is_private_while_it_is_written(tmp_path):
    path = tmp_path / "a"
    write(path, "old")
    path.chmod(0o600)
    (made := os.umask(0), os.umask(made))
    with replacing(path):
        (temporary,) = tmp_path.glob(".a.*.tmp")
        assert stat.S_IMODE(temporary.stat().st_mode) == 0o600
    path.unlink()
    with replacing(path):
        (temporary,) = tmp_path.glob(".a.*.tmp")
        assert stat.S_IMODE(temporary.stat().st_mode) == 0o666 & ~made


@needs_modes
def test_a_link_in_the_place_of_the_new_file_changes_no_other(tmp_path, monkeypatch):
    """Who may write in the folder may put one there; the file that it names is not theirs."""
    path, secret, real = tmp_path / "theirs" / "a", tmp_path / "secret", os.open
    path.parent.mkdir()
    secret.touch(0o600)
    write(path, "old")
    path.chmod(0o666)

    def opened(name, *args, **kwargs):
        handle = real(name, *args, **kwargs)
        if str(name).endswith(".tmp"):
            os.rename(name, tmp_path / "away")
            os.symlink(secret, name)
        return handle

    monkeypatch.setattr(os, "open", opened)
    write(path, "new")
    monkeypatch.undo()
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "a").touch()
    make_folder_of(tmp_path / "b" / "c" / "m")
    assert (tmp_path / "b" / "c").is_dir()
    for path in (tmp_path / "a" / "m", tmp_path / "a" / "b" / "m"):
        with pytest.raises(OSError, match=r"cannot write .*: a part of the path is a file"):
            make_folder_of(path)


def test_a_name_in_bytes(tmp_path):
    write(os.fsencode(tmp_path / "a"), "new")
    check_writable(os.fsencode(tmp_path / "a"))
    remove_leftovers(os.fsencode(tmp_path / "a"))
    assert (tmp_path / "a").read_text() == "new"


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
