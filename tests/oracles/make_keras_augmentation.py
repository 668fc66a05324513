"""The recipe of augmentation.npz: run augmentations.py in Keras 3.

    pip install tensorflow-cpu keras
    cd tests; python -m oracles.make_keras_augmentation        # seconds; overwrites the file

Nothing here imports minicnn. "<case>" is what the layer makes of the drawn pictures while training; "crop
<case>" is Keras's ``smart_resize``, which does what the text of its RandomCrop says happens at inference:
the layer itself, in Keras 3.15, then returns the pictures as they came.
"""

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import keras
import numpy as np
from oracles import augmentations, cases

HERE = Path(__file__).parent


def main():
    arrays = {}
    for name, (kind, arguments, shape) in augmentations.AUGMENTATIONS.items():
        layer = getattr(keras.layers, kind)(**arguments)
        arrays[name] = layer(cases.draw(name, shape).astype("float32"), training=True)
    for name, (shape, sizes) in augmentations.CROPS.items():
        x = cases.draw(name, shape).astype("float32")
        arrays[f"crop {name}"] = keras.preprocessing.image.smart_resize(x, sizes, interpolation="bilinear")
    arrays = {name: np.asarray(array) for name, array in arrays.items()}
    assert all(array.dtype == "float32" for array in arrays.values())
    np.savez_compressed(HERE / "augmentation.npz", **arrays)


if __name__ == "__main__":
    main()
