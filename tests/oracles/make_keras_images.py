"""The recipe of images.npz and image_folders.json: what Keras makes of picture files and pixels.

    pip install tensorflow-cpu keras
    python tests/oracles/make_keras_images.py

Pixels are drawn, resized and cut by Keras 3.15.1 on TensorFlow 2.21.0. Folders hold empty files: only
their names matter to how Keras sorts, shuffles and splits. Nothing here imports minicnn.
"""

import json
import os
import tempfile
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import keras
import numpy as np
import tensorflow as tf

SIZES = [((31, 45), (12, 20)), ((20, 13), (33, 50)), ((40, 40), (7, 19)), ((9, 50), (30, 11))]
FILES = {
    "roses": ["b.jpg", "a.JPG", "10.png", "9.png", "deep/z.jpg", "deep/a.gif", "no.txt", "c.jpeg", "d.bmp"],
    "Daisy": [f"{k}.jpg" for k in range(11)],
    "tulips": ["x.jpg", "y.webp", "w.jpg"],
    ".hidden": ["h.jpg"],
}
ASKED = [
    {"shuffle": False},
    {"seed": 42},
    {"seed": 7, "validation_split": 0.3, "subset": "training"},
    {"seed": 7, "validation_split": 0.3, "subset": "validation"},
    {"shuffle": False, "validation_split": 0.3, "subset": "validation"},
    {"seed": 1, "class_names": ["tulips", "Daisy"]},
    {"seed": 5, "labels": list(range(22, 0, -1))},
]


def make_pixels():
    rng, arrays = np.random.default_rng(0), {}
    for k, (size, wanted) in enumerate(SIZES):
        x = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
        arrays[f"{k}/x"] = x
        arrays[f"{k}/bilinear"] = tf.image.resize(x, wanted).numpy()
        arrays[f"{k}/nearest"] = tf.image.resize(x, wanted, method="nearest").numpy()
        arrays[f"{k}/cut"] = keras.preprocessing.image.smart_resize(x, wanted)
    np.savez_compressed(Path(__file__).with_name("images.npz"), **arrays)


def make_lists(folder):
    for name, files in FILES.items():
        for file in files:
            path = Path(folder, name, file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    for asked in ASKED:
        data = keras.utils.image_dataset_from_directory(folder, **asked, verbose=False)
        names = [os.path.relpath(path, folder) for path in data.file_paths]
        yield {"asked": asked, "files": names, "class_names": data.class_names}


def main():
    make_pixels()
    with tempfile.TemporaryDirectory() as folder:
        lists = list(make_lists(folder))
    text = json.dumps({"files": FILES, "lists": lists}, indent=1)
    Path(__file__).with_name("image_folders.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
