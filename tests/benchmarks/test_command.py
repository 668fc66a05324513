"""python -m benchmarks, on networks small enough to wait for."""

import contextlib
import json
import re
import sys
from pathlib import Path

import pytest
from agreement import ROOT

from benchmarks import __main__ as command
from benchmarks import machine, measures, report
from benchmarks.networks import NETWORKS, Network

ALONE = ["--frameworks", "minicnn", "--threads", "1", "--rounds", "1", "--seconds", "0.001"]


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setitem(NETWORKS, "tiny", Network("C2k3S P F 3", (6, 4, 1), batch=2))
    monkeypatch.setattr(measures, "PRODUCT", 16)


def run(out, *flags):
    command.main([*ALONE, "--out", str(out), *flags])
    return json.loads((out / "benchmarks.json").read_text())


@contextlib.contextmanager
def refused(capsys, message):
    """That a command ends with 2, as what was typed wrongly, and says this."""
    with pytest.raises(SystemExit) as ended:
        yield
    assert ended.value.code == 2
    assert re.search(message, capsys.readouterr().err)


@pytest.mark.slow  # every measure, for every framework: a minute
def test_everything_but_scaling(tmp_path, capsys):
    measured = ["train", "inference", "ladder"] + (["memory"] if sys.platform == "linux" else [])
    document = run(tmp_path, "--models", "tiny", "--measure", ",".join(measured))
    assert document["settings"] == {"threads": 1, "rounds": 1, "seconds": 0.001}
    for name in measured[:2]:
        record = document[name]["tiny"]
        assert record["errors"] == {} and record["rounds"][0]["minicnn"]["median"] > 0
    assert (document["train"]["tiny"]["batch"], document["inference"]["tiny"]["batch"]) == (2, 128)
    ((name, convolution),) = document["ladder"].items()
    assert name == "tiny C2k3S of 6 x 4 x 1" and convolution["operations"] == 3 * 2 * 2 * 6 * 4 * 2 * 9
    assert {"minicnn, default", "minicnn, one matrix product", "BLAS"} <= convolution["ways"].keys()
    assert convolution["errors"] == {}
    for sizes in (each["bytes"]["minicnn"] for each in document.get("memory", {}).values()):
        assert 0 < sizes["imported"] <= sizes["step"]
    printed = capsys.readouterr().out
    assert "train, tiny: minicnn" in printed and "A training step" in printed
    assert (tmp_path / "table.md").exists()


def test_the_committed_results_are_not_where_results_go():
    assert command.parse_arguments(ALONE).out == Path("runs", "benchmarks")
    assert Path("runs", "benchmarks").resolve() != report.RESULTS


@pytest.mark.slow
def test_first_step_cold_and_warm(tmp_path):
    record = run(tmp_path, "--models", "tiny", "--measure", "first_step")["first_step"]["tiny"]
    (cold,), (warm,) = record["seconds"]["minicnn, cold"], record["seconds"]["minicnn"]
    assert record["errors"] == {} and cold > warm > 0, "compiling takes longer than loading"


def test_scaling_of_one_case(tmp_path, monkeypatch):
    cases = {"batch 3": (NETWORKS["tiny"], 3, None)}
    monkeypatch.setattr(measures, "scaling_cases", lambda cores: cases)
    document = run(tmp_path, "--measure", "scaling")
    assert document["scaling"]["batch 3"]["batch"] == 3


def test_threads_take_turns(tmp_path):
    record = run(tmp_path, "--models", "tiny", "--measure", "threads")["threads"]["tiny"]
    cores = len(machine.available_cores())
    known = [measures.on_threads(count) for count in measures.THREADS if count <= cores]
    known += [measures.COPIES] if cores > 1 else []
    assert [*record["ways"]] == [*record["rounds"][0]] == known
    assert record["errors"] == {}


def test_add_keeps_what_was_there(tmp_path, capsys):
    run(tmp_path, "--models", "tiny", "--measure", "train")
    document = run(tmp_path, "--models", "tiny", "--measure", "inference", "--add")
    assert {"train", "inference"} <= document.keys()
    with refused(capsys, r"--add: .* has other settings, .*: leave it out, or change --out"):
        run(tmp_path, "--models", "tiny", "--measure", "train", "--add", "--rounds", "2")
    assert "train" not in run(tmp_path, "--models", "tiny", "--measure", "inference")


@pytest.mark.parametrize("content, message", [
    ('{"train": {', r"benchmarks.json should hold what python -m benchmarks wrote, but is no JSON \(.*\)"),
    ("{}", "has no machine, versions, commit, settings, date: choose another folder"),
    ('{"machine": {}, "commit": "a"}', "has no versions, settings, date"), ("[1]", "has no machine"),
])  # fmt: skip
def test_add_wants_results(content, message, tmp_path, capsys):
    (tmp_path / report.FILE).write_text(content)
    with refused(capsys, f"--add: .*{message}"):
        command.main([*ALONE, "--out", str(tmp_path), "--add"])
    assert (tmp_path / report.FILE).read_text() == content


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_measured(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    for folder, reason in (("file", "File exists"), ("file/below", "Not a directory")):
        expected = f"--out expects a folder that can be written to, got .*{folder} .{reason}.: choose another"
        with refused(capsys, expected):
            command.main([*ALONE, "--out", str(tmp_path / folder)])


@pytest.mark.parametrize("records, said", [
    (0, "Nothing was measured yet."), (1, "What was measured is in .*json; --add keeps it and adds"),
])  # fmt: skip
def test_ctrl_c_says_what_is_kept(records, said, tmp_path, monkeypatch, capsys):
    def train(args):
        for name in args.models[:records]:
            yield name, {"batch": 2, "ways": {}, "errors": {}, "rounds": []}
        raise KeyboardInterrupt

    monkeypatch.setitem(measures.MEASURES, "train", train)
    with pytest.raises(KeyboardInterrupt, match=said):
        run(tmp_path, "--models", "tiny", "--measure", "train")
    assert [each.name for each in tmp_path.iterdir()] == [report.FILE] * records


@pytest.mark.parametrize(
    "flags, message",
    [
        (["--models", "lenet"], "unknown model 'lenet': did you mean 'lenet5'?"),
        (["--measure", "trian"], "unknown measure 'trian': did you mean 'train'?"),
        (["--frameworks", "pytorch"], "unknown framework 'pytorch': did you mean 'torch'?"),
        (["--rounds", "0"], "expects a whole number above 0, got '0'"),
        (["--seconds", "soon"], "expects a number above 0, got 'soon'"),
        (["--threads", "4096"], "4096 threads need as many cores, this process may use"),
        (["--threads", "0"], "expects a whole number above 0, got '0'"),
    ],
)
def test_wrong_flags(flags, message, capsys):
    with refused(capsys, re.escape(message)):
        command.parse_arguments(flags)


def test_a_model_named_twice_is_measured_once():
    flags = [*ALONE, "--models", "m1, lenet5,M1"]
    assert command.parse_arguments(flags).models == ["m1", "lenet5"]


def test_what_is_not_installed_is_left_out_or_refused(monkeypatch, capsys):
    monkeypatch.setattr(command, "installed", lambda framework: framework != "torch")
    assert command.parse_arguments(["--threads", "1"]).frameworks == ["minicnn", "keras"]
    notice = "not installed: torch (pip install -r benchmarks/requirements.txt)"
    assert f"NOTICE: {notice}" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        command.parse_arguments(["--frameworks", "torch,minicnn"])
    assert notice in capsys.readouterr().err
    command.parse_arguments(["--frameworks", "minicnn", "--threads", "1"])
    assert capsys.readouterr().err == ""
