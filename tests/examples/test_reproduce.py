"""What makes the committed results: every run once, none twice, none half."""

import importlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from examples import reproduce

ROOT = Path(__file__).resolve().parents[2]


class TestReproduce:
    @pytest.fixture
    def calls(self, tmp_path, monkeypatch):
        """Trains in this process, into tmp_path; the runs that were begun."""
        begun = []

        def train(name, seed, script, flags, work):
            begun.append((name, seed))
            module, *own = script
            out = work / f"{name}_seed{seed}"
            small = ["--subset", "80", "--quiet", "--seed", str(seed), "--out", str(out)]
            importlib.import_module(f"examples.{module}").main([*own, *flags, *small])
            return out

        monkeypatch.setattr(reproduce, "train", train)
        monkeypatch.setattr(reproduce, "ROOT", tmp_path)
        return begun

    @pytest.mark.slow  # the other tests run every script; this one all that the tables show
    def test_everything_once(self, calls, tmp_path):
        results = tmp_path / "runs" / "trial" / "results"
        (results / "m2").mkdir(parents=True)
        (results / "m2" / "seed0.json").write_text('{"history": {"val_l')  # cut off
        reproduce.main(["--trial", "--seeds", "1"])
        names = [name for name, job in reproduce.JOBS.items() if not job.by_name_only]
        assert calls == [(name, 0) for name in names] and len(names) == 12
        assert all(reproduce.is_whole(results / name / "seed0.json") for name in names)
        pictures = {str(path.relative_to(results)) for path in results.glob("*/*.png")}
        shown = {figure for figures in reproduce.table.FIGURES.values() for figure in figures}
        assert {figure for figure in shown if figure.split("/")[0] in {*names, "depth"}} <= pictures
        assert not list((tmp_path / "runs" / "trial").glob("*_seed0"))

        calls.clear()
        reproduce.main(["--trial", "--seeds", "1"])
        assert calls == []

    def test_what_is_there_whole_is_not_trained_again(self, calls, tmp_path):
        reproduce.main(["--trial", "m1"])
        assert calls == [("m1", 0)]  # a trial is of one seed
        results = tmp_path / "runs" / "trial" / "results" / "m1"
        assert {path.name for path in results.iterdir()} == {"seed0.json", "images.png", "curves.png"}
        assert not list((tmp_path / "runs" / "trial").glob("*_seed0"))  # the next one must train
        calls.clear()
        reproduce.main(["--trial", "m1"])
        assert calls == []
        (results / "seed0.json").write_text('{"history": {"val_l')  # cut off
        reproduce.main(["--trial", "m1"])
        assert calls == [("m1", 0)] and reproduce.is_whole(results / "seed0.json")

    def test_long_runs_by_name_only(self):
        assert reproduce.JOBS["base"].by_name_only and ("base", 0) not in reproduce.runs([], 2)
        assert reproduce.runs(["base", "m1"], 2) == [("base", 0), ("m1", 0), ("m1", 1)]

    def test_a_wrong_name(self, capsys):
        with pytest.raises(SystemExit):
            reproduce.main(["m4"])
        assert "'m4' is no run: there are m1, m2," in capsys.readouterr().err

    def test_what_takes_days_alone_may_have_fewer_epochs(self, capsys, tmp_path, monkeypatch):
        for names in ([], ["m1"], ["vgg16_plain", "m1"]):
            with pytest.raises(SystemExit):
                reproduce.main([*names, "--epochs", "3"])
            assert "--epochs is for vgg16_plain, which takes days" in capsys.readouterr().err
        asked = []
        monkeypatch.setattr(reproduce, "ROOT", tmp_path)
        monkeypatch.setattr(reproduce.table, "RESULTS", tmp_path)
        monkeypatch.setattr(reproduce, "train", lambda *args: asked.append(args))
        monkeypatch.setattr(reproduce, "keep", lambda *args: None)
        for name in ("draw_architectures", "one_step"):
            monkeypatch.setattr(reproduce, name, lambda *args: None)
        monkeypatch.setattr(reproduce.table, "main", lambda *args: None)
        reproduce.main(["vgg16_plain", "--epochs", "3", "--seeds", "1"])
        ((name, seed, _, flags, _),) = asked
        assert (name, seed, *flags) == ("vgg16_plain", 0, "--data", "flowers", "--epochs", "3")

    def test_a_run_with_epochs_missing_is_not_whole(self, tmp_path):
        path = tmp_path / "seed0.json"
        metrics = {"history": {"loss": [1.0, 0.9]}, "recipe": {"epochs": 2}}
        path.write_text(json.dumps(metrics))
        assert reproduce.is_whole(path)
        metrics["history"]["loss"].pop()
        path.write_text(json.dumps(metrics))
        assert not reproduce.is_whole(path)

    def test_stopping_it_stops_the_script(self, tmp_path):
        code = (
            "import signal, sys; from pathlib import Path; from examples import reproduce\n"
            "signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))\n"
            "flags = ['--data', 'shapes', '--subset', '80', '--epochs', '100000', '--quiet']\n"
            f"reproduce.train('m1', 0, ('cifar_m1',), flags, Path({str(tmp_path)!r}))\n"
        )
        process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
        backup = tmp_path / "m1_seed0" / "m1_shapes_80_m1.backup"
        deadline = time.monotonic() + 120
        while not backup.exists():
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        process.terminate()
        assert process.wait(timeout=60) == 143
        written = backup.stat().st_mtime_ns
        time.sleep(1)
        assert backup.stat().st_mtime_ns == written  # nobody trains on

    @pytest.mark.slow
    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send to other processes")
    def test_ctrl_c_leaves_the_script_time_to_keep_its_run(self, tmp_path):
        code = (
            "import signal; from pathlib import Path; from examples import reproduce\n"
            "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
            "flags = ['--data', 'shapes', '--subset', '80', '--epochs', '1000000', '--quiet']\n"
            f"reproduce.train('m1', 0, ('cifar_m1',), flags, Path({str(tmp_path)!r}))\n"
        )
        process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE, text=True,
                                   start_new_session=True)  # fmt: skip
        backup = tmp_path / "m1_seed0" / "m1_shapes_80_m1.backup"
        deadline = time.monotonic() + 300
        try:
            while not backup.exists():
                assert process.poll() is None and time.monotonic() < deadline
                time.sleep(0.01)
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to both of them
            _, errors = process.communicate(timeout=300)
        finally:
            process.kill()
        assert process.returncode == -signal.SIGINT
        assert "Stopped. The same command with --resume goes on from the last backup." in errors
