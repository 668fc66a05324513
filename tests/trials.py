"""Trials of the example scripts: one short epoch on a few embedded pictures."""

import json

import numpy as np
from PIL import Image

TRIAL = ["--data", "shapes", "--subset", "256", "--epochs", "1", "--quiet"]


def run(script, out, *flags):
    """Run a script's main in this process; its metrics."""
    script.main([*TRIAL, "--out", str(out), *flags])
    (path,) = out.glob("*.json")
    return json.loads(path.read_text())


def losses(metrics):
    return [part["history"]["loss"] for part in metrics.get("parts", {"": metrics}).values()]


def figures(out):
    """The pictures a run drew, by the ends of their names; each must show something."""
    found = {}
    for path in out.glob("*.png"):
        with Image.open(path) as picture:
            assert len(np.unique(np.asarray(picture))) > 50, path
            found[path.stem.split("_shapes_")[1].partition("_")[2]] = picture.size
    return found


def name_their_data(words):
    return words and all("embedded pictures, not" in each for each in words)
