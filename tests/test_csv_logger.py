"""The log of a training: a line an epoch, and whatever else is in the file stays there."""

import csv
import json

import pytest

from minicnn.callbacks import CSVLogger
from tests.made_up_epochs import epochs_of, fit


@pytest.mark.parametrize("separator", ["", "ab", None, 1, "\n", '"'])
def test_a_separator_is_one_character(separator):
    with pytest.raises(ValueError, match="CSVLogger expects separator to be one character, as ';', neither"):
        CSVLogger("log.csv", separator)


def test_a_full_disk_is_said_of_the_log(tmp_path, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    log = CSVLogger(tmp_path / "log.csv")
    log.on_train_begin()
    log.on_epoch_end(0, {"loss": 1.0})
    before = (tmp_path / "log.csv").read_text()
    monkeypatch.setattr("csv.writer", full)
    with pytest.raises(OSError, match=r"cannot write .*log\.csv.*the disk is full.*lines that were there"):
        log.on_epoch_end(1, {"loss": 1.0})
    assert (tmp_path / "log.csv").read_text() == before
    log = CSVLogger(tmp_path / "log.csv")
    log.on_train_begin()
    with pytest.raises(OSError, match=r"the disk is full.*What it held is gone"):
        log.on_epoch_end(0, {"loss": 1.0})
    assert (tmp_path / "log.csv").read_text() == ""


def test_a_log_that_cannot_be_opened_has_lost_nothing(tmp_path, monkeypatch):
    log = CSVLogger(tmp_path / "log.csv")
    log.on_train_begin()
    (tmp_path / "log.csv").mkdir()
    with pytest.raises(OSError, match=r"the path is a folder.*The lines that were there are unchanged"):
        log.on_epoch_end(0, {"loss": 1.0})


def test_a_part_of_a_line_is_no_line(tmp_path, monkeypatch):
    """What fits onto a full disk still comes there."""
    log = CSVLogger(tmp_path / "log.csv")
    log.on_train_begin()
    log.on_epoch_end(0, {"loss": 1.0})
    before, usual = (tmp_path / "log.csv").read_bytes(), csv.writer

    def full(file, **options):
        usual(file, **options).writerow([1, "1.", ""])
        file.flush()
        raise OSError(28, "No space left on device")

    for mode, left in (("a", before), ("w", b"")):
        log.mode = mode
        with monkeypatch.context() as patched, pytest.raises(OSError, match="the disk is full"):
            patched.setattr("csv.writer", full)
            log.on_epoch_end(1, {"loss": 1.0})
        assert (tmp_path / "log.csv").read_bytes() == left


@pytest.mark.parametrize("there", [b"\x89PNG\0\0", "epoch,loss\n".encode("utf-16")])
def test_what_is_no_text_is_not_added_to(tmp_path, there):
    path = tmp_path / "log.csv"
    path.write_bytes(there)
    with pytest.raises(ValueError, match=r"cannot add to .*log\.csv: it holds NUL bytes.* append=False"):
        fit(CSVLogger(path, append=True), [{"loss": 0.5}])
    assert path.read_bytes() == there
    fit(CSVLogger(path), [{"loss": 0.5}])
    assert path.read_text() == "epoch,loss\n0,0.5\n"


def test_there_is_no_log_before_there_is_an_epoch(tmp_path):
    """The backup that a run was to go on from may yet be refused."""
    CSVLogger(tmp_path / "log.csv").on_train_begin()
    assert [*tmp_path.iterdir()] == []


def test_what_is_there_stays_whatever_the_system_says_of_it(tmp_path, monkeypatch):
    """Of a file on another machine it may say for a moment that there is none."""
    def stale(*args, **kwargs):
        raise OSError(116, "Stale file handle")

    path = tmp_path / "log.csv"
    path.write_text("epoch,loss\n0,1.0\n")
    monkeypatch.setattr("os.stat", stale)
    monkeypatch.setattr("os.lstat", stale)
    CSVLogger(path, append=True).on_train_begin()
    monkeypatch.undo()
    assert path.read_text() == "epoch,loss\n0,1.0\n"


def test_where_nothing_may_be_deleted_a_log_can_be_written(tmp_path, monkeypatch):
    def forbidden(path):
        raise PermissionError(1, "Operation not permitted")

    with monkeypatch.context() as patched:
        patched.setattr("os.remove", forbidden)
        fit(CSVLogger(tmp_path / "log.csv"), [{"loss": 0.5}])
    assert (tmp_path / "log.csv").read_text() == "epoch,loss\n0,0.5\n"


@pytest.mark.parametrize("append", [False, True])
def test_what_a_power_loss_left_behind_the_lines_is_cut_off(tmp_path, append):
    path, logs = tmp_path / "log.csv", epochs_of("loss", [1, 2, 3])
    fit(first := CSVLogger(path, append=append), logs[:2])
    state = first.state()[0]
    with open(path, "ab") as file:
        file.write(b"\0" * 64)
    second = CSVLogger(path, append=append)
    fit(second, logs, first_epoch=2, on_begun=lambda: second.load_state(state, {}))
    assert path.read_text() == "epoch,loss\n0,1\n1,2\n2,3\n"


def test_a_log_goes_on_with_a_list_of_names_alone():
    with pytest.raises(ValueError, match="CSVLogger expects keys to be a list of names, got 'loss'"):
        CSVLogger("log.csv").load_state({"keys": "loss", "mode": "a", "size": 0, "checksum": 0}, {})


def test_a_line_per_epoch(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("what was there before\n")
    logs = [{"loss": 0.1, "acc": 1}, {"loss": 0.2}, {"acc": 3, "loss": 1 / 3, "more": 4}]
    with pytest.warns(UserWarning, match=r"leaves out more: .* has the columns epoch, acc, loss") as said:
        fit(CSVLogger(path), [*logs, {"acc": 1, "more": 5}])
    assert len(said) == 1
    lines = ["epoch,acc,loss", "0,1,0.1", "1,NA,0.2", f"2,3,{1 / 3!r}", "3,1,NA"]
    assert path.read_text().splitlines() == lines
    fit(CSVLogger(path, append=True), [{"loss": 5, "acc": 6}])
    assert path.read_text().splitlines() == [*lines, "0,6,5"]
    fit(CSVLogger(path, separator=";"), [{"loss": 5}])
    assert path.read_text().splitlines() == ["epoch;loss", "0;5"]


def test_what_is_added_stands_under_its_names(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("epoch,loss,acc\n0,1.0,0.5")  # with no end of the line, as somebody edited it
    with pytest.warns(UserWarning, match=r"leaves out val_acc: .*log\.csv has the columns epoch, loss, acc"):
        fit(CSVLogger(path, append=True), [{"acc": 0.75, "loss": 0.5, "val_acc": 0.25}, {"loss": 0.25}])
    assert path.read_text().splitlines() == ["epoch,loss,acc", "0,1.0,0.5", "0,0.5,0.75", "1,0.25,NA"]


@pytest.mark.parametrize("there", ["some notes\n", "loss,acc\n", "epoch;loss;acc\n", '"' + "x" * 200_000])
def test_a_file_that_names_no_columns_is_added_to(tmp_path, there):
    path = tmp_path / "log.csv"
    path.write_text(there)
    message = r"columns epoch, acc, loss to .*log\.csv, whose first line does not name them with ',' between"
    with pytest.warns(UserWarning, match=message):
        fit(CSVLogger(path, append=True), [{"loss": 0.5, "acc": 1}])
    assert path.read_text().splitlines() == [*there.splitlines(), "0,1,0.5"]


@pytest.mark.parametrize("before", ["\ufeff", "\n", "\n\r\n", ",,\n"])
def test_what_stands_before_the_names_is_not_one_of_them(tmp_path, before):
    """A mark, as spreadsheets write it, and lines without anything."""
    path = tmp_path / "log.csv"
    path.write_text(f"{before}epoch,loss,acc\n", encoding="utf-8", newline="")
    fit(CSVLogger(path, append=True), [{"acc": 0.75, "loss": 0.5}])
    assert path.read_text(encoding="utf-8").splitlines()[-1] == "0,0.5,0.75"


@pytest.mark.parametrize("names", ["loss,epoch,acc", "loss, epoch, acc"])
def test_the_epoch_may_stand_anywhere(tmp_path, names):
    path = tmp_path / "log.csv"
    path.write_text(f"{names}\n")
    fit(CSVLogger(path, append=True), [{"acc": 0.75, "loss": 0.5}])
    assert path.read_text().splitlines() == [names, "0.5,0,0.75"]


@pytest.mark.parametrize("there", ["", "\n"])
def test_a_file_without_anything_gets_names(tmp_path, there):
    path = tmp_path / "log.csv"
    path.write_text(there, encoding="utf-8")
    fit(CSVLogger(path, append=True), [{"loss": 0.5, "acc": 1}, {"loss": 0.25}])
    lines = path.read_text(encoding="utf-8").removeprefix(there).splitlines()
    assert lines == ["epoch,acc,loss", "0,1,0.5", "1,NA,0.25"]


def test_a_folder_that_is_missing_is_noticed_before_the_first_epoch(tmp_path):
    logger = CSVLogger(tmp_path / "no" / "log.csv")
    with pytest.raises(FileNotFoundError):
        logger.on_train_begin()


@pytest.mark.parametrize("append", [False, True])
@pytest.mark.parametrize("lost", [False, True])
def test_lines_of_epochs_that_run_again_stand_there_once(tmp_path, append, lost):
    path, logs = tmp_path / "log.csv", epochs_of("loss", [1, 2, 3, 4])
    path.write_text("epoch,loss\n7,8\n")
    first = CSVLogger(path, append=append)
    fit(first, logs[:2])
    state = json.loads(json.dumps(first.state()[0]))
    first.on_epoch_end(2, logs[2])  # its backup was never written
    if lost:
        path.unlink()
    second = CSVLogger(path, append=append)
    fit(second, logs, first_epoch=2, on_begun=lambda: second.load_state(state, {}))
    lines = ["2,3", "3,4"] if lost else ["0,1", "1,2", "2,3", "3,4"]
    before = ["7,8"] if append and not lost else []
    assert path.read_text().splitlines() == ["epoch,loss", *before, *lines]


@pytest.mark.parametrize("edited", [
    lambda text: "\ufeff" + text,  # as spreadsheets do
    lambda text: text.replace("\r\n", "\n"),
    lambda text: text.replace("epoch,loss", "epoch,loss,notes").replace("1,0.25", "1,0.25,as it should be"),
    lambda text: "loss,epoch\n0.125,0\n0.25,1\n5.0,2\n",
    lambda text: text[:16],
])  # fmt: skip
def test_a_log_that_was_edited_since_the_backup_loses_nothing(tmp_path, edited):
    """Nor do the next figures come under other names than their own."""
    path, logs = tmp_path / "log.csv", epochs_of("loss", [0.125, 0.25, 0.5])
    fit(first := CSVLogger(path), logs[:2])
    state = json.loads(json.dumps(first.state()[0]))
    first.on_epoch_end(2, {"loss": 5.0})
    text = edited(path.read_bytes().decode())
    path.write_bytes(text.encode())
    second = CSVLogger(path)
    with pytest.warns(UserWarning, match=r"log\.csv was edited since the backup. Nothing is cut off"):
        fit(second, logs, first_epoch=2, on_begun=lambda: second.load_state(state, {}))
    *there, last = path.read_text(encoding="utf-8-sig").splitlines()
    assert there == text.removeprefix("\ufeff").splitlines()
    row = dict(zip(there[0].split(","), last.split(",")))
    assert (row["epoch"], row["loss"]) == ("2", "0.5")


def test_a_log_that_is_begun_anew_may_have_been_edited(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("epoch,loss\n0,7.0\n")
    (first := CSVLogger(path)).on_train_begin()
    state = first.state()[0]  # within the first epoch
    path.write_text("of another run")
    second = CSVLogger(path)
    fit(second, [{"loss": 0.5}], on_begun=lambda: second.load_state(state, {}))
    assert path.read_text().splitlines() == ["epoch,loss", "0,0.5"]


def test_a_log_is_cut_when_the_run_goes_on_not_when_its_state_is_loaded(tmp_path):
    """A backup may still be refused; and one without an epoch left to train has no other moment."""
    path, logs = tmp_path / "log.csv", epochs_of("loss", [1, 2, 3])
    fit(first := CSVLogger(path), logs[:2])
    state = first.state()[0]
    first.on_epoch_end(2, logs[2])
    whole = path.read_bytes()

    def restore():
        second.load_state(state, {})
        assert path.read_bytes() == whole and second.state()[0] == state

    second = CSVLogger(path)
    fit(second, logs[:2], first_epoch=2, on_begun=restore)
    assert path.read_text().splitlines() == ["epoch,loss", "0,1", "1,2"]
