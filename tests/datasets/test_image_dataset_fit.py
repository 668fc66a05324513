"""A model that learns from picture files: every picture once, in an order that a resumed run repeats."""

import shutil

import numpy as np
import pytest

import minicnn as mc
from minicnn.batches import KeyedBatches
from minicnn.datasets.image_dataset import ImageDataset, image_dataset_from_directory
from tests.pictures import draw_classes


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn")
    return draw_classes(folder, {"ant": 7, "bee": 5, "cow": 6}, np.random.default_rng(0))


def load(folder, **arguments):
    return image_dataset_from_directory(folder, **{"image_size": (8, 6), "verbose": False} | arguments)


def model(seed=1):
    mc.set_random_seed(seed)
    made = mc.Sequential([mc.layers.Rescaling(1 / 255, input_shape=(8, 6, 3)), mc.layers.Flatten()])
    made.add(mc.layers.Dropout(0.2))
    made.add(mc.layers.Dense(3, activation="softmax"))
    made.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
    return made


def test_fit_evaluate_and_predict_take_it(drawn):
    train, validation = load(drawn, seed=2, validation_split=0.3, subset="both", batch_size=4)
    made = model()
    history = made.fit(train, validation_data=validation, epochs=2, verbose=0)
    assert history.params["samples"] == 13 and history.params["steps"] == 4
    predictions = made.predict(train)  # in the order of file_paths, although train is shuffled
    np.testing.assert_array_equal(predictions, np.concatenate([made.predict(x) for x, _ in train.stream()]))
    right = np.mean(predictions.argmax(axis=1) == train.labels)
    assert made.evaluate(train, verbose=0)[1] == pytest.approx(right)
    without = load(drawn, labels=None, shuffle=False)
    assert made.predict(without).shape == (18, 3)


def test_fit_sees_every_picture_once_an_epoch_in_changing_order(drawn):
    dataset, seen = load(drawn, seed=2, batch_size=18, labels=list(range(18))), []

    class Watched(KeyedBatches):
        images, describe, __iter__ = 18, dict, None

        def stream(self, start, key):
            for x, y in dataset.stream(start, key):
                seen.append(y.tolist())
                yield x, y % 3

    model().fit(Watched(), epochs=3, verbose=0)
    assert all(sorted(order) == list(range(18)) for order in seen)
    assert len({tuple(order) for order in seen}) == 3
    seen.clear()
    model().fit(Watched(), shuffle=False, verbose=0)
    assert seen == [dataset.labels.tolist()]


class Stop(Exception):
    pass


@pytest.mark.parametrize("stop_at", [3, 5, 9])
def test_a_run_stopped_within_an_epoch_goes_on_with_the_pictures_it_had_not_seen(drawn, tmp_path, stop_at):
    def fit(*callbacks):
        made, dataset = model(), load(drawn, batch_size=4)  # both anew, as another process would
        made.fit(dataset, epochs=2, verbose=0, callbacks=callbacks)
        return made.get_weights()

    class Kill(mc.callbacks.Callback):
        left = stop_at

        def on_train_batch_begin(self, batch, logs=None):
            self.left -= 1
            if self.left < 0:
                raise Stop

    def backup():
        return mc.callbacks.BackupAndRestore(tmp_path / "run.backup", save_freq=1)

    with pytest.raises(Stop):
        fit(backup(), Kill())
    for resumed, unbroken in zip(fit(backup()), fit()):
        np.testing.assert_array_equal(resumed, unbroken)


def test_other_pictures_are_another_run(drawn, tmp_path):
    own = shutil.copytree(drawn, tmp_path / "own")
    description = load(drawn, batch_size=4).describe()
    assert load(own, batch_size=4).describe() == description  # the folder may have moved
    assert load(drawn, batch_size=4, image_size=(6, 8)).describe() != description
    assert load(drawn, batch_size=4, seed=1).describe() != description
    (own / "ant" / "00.jpg").rename(own / "ant" / "99.jpg")
    assert load(own, batch_size=4).describe() != description


def test_repr_and_export(drawn):
    assert repr(load(drawn)) == "<ImageDataset: 18 pictures, 8 x 6, 1 batch of 32>"
    assert mc.utils.image_dataset_from_directory is image_dataset_from_directory
    assert isinstance(load(drawn), ImageDataset)
