"""The large models fit: one training step, and any number of pictures to predict."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="memory is read from getrusage, which Windows has not")
pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
GROWTH = """
import resource
import sys

import numpy as np

from examples import flowers_alexnet, flowers_vgg16
from examples.one_step import UNIT

script = {"alexnet": flowers_alexnet, "vgg16": flowers_vgg16}[sys.argv[1]]
model = script.build_model()
model.compile("sgd", "sparse_categorical_crossentropy")
pictures = np.zeros((64, *model.input_shape[1:]), np.float32)
labels = np.zeros(64, np.int64)
peaks = []
for count in (16, 64):
    model.predict(pictures[:count], batch_size=16)
    model.evaluate(pictures[:count], labels[:count], batch_size=16, verbose=0)
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT)
print(*peaks)
"""


def run(*command):
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, *command], check=False, cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_a_training_step_of_vgg16_takes_less_than_12_gb(tmp_path):
    run("-m", "examples.one_step", "VGG16", "--steps", "1", "--out", str(tmp_path / "step.json"))
    found = json.loads((tmp_path / "step.json").read_text())["VGG16"]
    assert (found["batch_size"], found["image_size"], found["params"]) == (32, 224, 134_281_029)
    assert found["peak_memory"] < 12e9


@pytest.mark.parametrize("name", ["alexnet", "vgg16"])
def test_more_pictures_take_no_more_memory(name):
    few, many = map(int, run("-c", GROWTH, name).split())
    assert many - few < 32e6, f"{few:,} bytes for one batch, {many:,} for four"
