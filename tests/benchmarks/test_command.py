"""python -m benchmarks, on networks small enough to wait for."""

import json
import sys
from pathlib import Path

import pytest
from agreement import ROOT

from benchmarks import __main__ as command
from benchmarks import measures, report
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


def test_add_keeps_what_was_there(tmp_path, monkeypatch):
    run(tmp_path, "--models", "tiny", "--measure", "train")
    document = run(tmp_path, "--models", "tiny", "--measure", "inference", "--add")
    assert {"train", "inference"} <= document.keys()
    with pytest.raises(SystemExit, match=r"--add: .* has other settings, .*: leave it out, or"):
        run(tmp_path, "--models", "tiny", "--measure", "train", "--add", "--rounds", "2")
    assert "train" not in run(tmp_path, "--models", "tiny", "--measure", "inference")


@pytest.mark.parametrize(
    "flags, message",
    [
        (["--models", "lenet"], "unknown model 'lenet': did you mean 'lenet5'?"),
        (["--measure", "trian"], "unknown measure 'trian': did you mean 'train'?"),
        (["--frameworks", "pytorch"], "unknown framework 'pytorch': did you mean 'torch'?"),
        (["--rounds", "0"], "expects a whole number above 0, got '0'"),
        (["--seconds", "soon"], "expects a number above 0, got 'soon'"),
        (["--threads", "4096"], "4096 threads need as many cores, this process may use"),
    ],
)
def test_wrong_flags(flags, message, capsys):
    with pytest.raises(SystemExit):
        command.parse_arguments(flags)
    assert message in capsys.readouterr().err


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
