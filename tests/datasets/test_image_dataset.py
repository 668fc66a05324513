"""image_dataset_from_directory: which files, in which order, as which batches; and broken pictures."""

import json
import os
import shutil
import threading
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from minicnn.datasets import images
from minicnn.datasets.image_dataset import ImageDataset, image_dataset_from_directory
from tests.pictures import cut_and_closed, cut_short, draw_classes

KERAS = json.loads((Path(__file__).parents[1] / "oracles" / "image_folders.json").read_text())
COUNTS = {"ant": 7, "bee": 5, "cow": 6}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    return draw_classes(tmp_path_factory.mktemp("drawn"), COUNTS, np.random.default_rng(0))


@pytest.fixture
def own(drawn, tmp_path):
    """A copy of the pictures that a test may damage."""
    return shutil.copytree(drawn, tmp_path / "own")


def load(folder, **arguments):
    return image_dataset_from_directory(folder, **{"image_size": (8, 6), "verbose": False} | arguments)


def names(dataset):
    return ["/".join(path.split("/")[-2:]) for path in dataset.file_paths]


def pixels(dataset):
    """What a batch of all files in their order must be."""
    return np.stack([images.resize(images.read(path), dataset.image_size) for path in dataset.file_paths])


class TestFiles:
    def test_classes_and_files_are_sorted(self, drawn):
        dataset = load(drawn, shuffle=False)
        assert dataset.class_names == ["ant", "bee", "cow"]
        due = [f"{name}/{i:02d}.jpg" for name, count in COUNTS.items() for i in range(count)]
        assert names(dataset) == due
        assert dataset.labels.tolist() == [0] * 7 + [1] * 5 + [2] * 6 and dataset.labels.dtype == np.int32

    def test_a_seed_shuffles_as_keras_does(self, drawn):
        dataset, order = load(drawn, seed=3), list(range(18))
        np.random.RandomState(3).shuffle(order)
        listed = load(drawn, shuffle=False)
        assert names(dataset) == [names(listed)[k] for k in order]
        assert dataset.labels.tolist() == listed.labels[order].tolist()

    def test_the_last_files_are_the_validation_part(self, drawn):
        whole = load(drawn, seed=3)
        train, validation = load(drawn, seed=3, validation_split=0.3, subset="both")
        assert train.images == 13 and validation.images == 5  # int(0.3 x 18)
        assert train.file_paths + validation.file_paths == whole.file_paths
        assert [*train.labels, *validation.labels] == whole.labels.tolist()
        for subset, part in (("training", train), ("validation", validation)):
            assert load(drawn, seed=3, validation_split=0.3, subset=subset).file_paths == part.file_paths

    def test_some_classes_in_an_order_of_ones_own(self, drawn):
        dataset = load(drawn, shuffle=False, class_names=["cow", "ant"])
        assert dataset.class_names == ["cow", "ant"] and dataset.labels.tolist() == [0] * 6 + [1] * 7

    def test_folders_in_class_folders_count_hidden_ones_and_other_files_do_not(self, own):
        shutil.copytree(own / "bee", own / "ant" / "more")
        shutil.copytree(own / "bee", own / ".trash")
        (own / "ant" / "notes.txt").write_text("no picture")
        (own / "ant" / "00.jpg").rename(own / "ant" / "00.JPG")
        ants, more = [f"ant/{i:02d}.jpg" for i in range(1, 7)], [f"more/{i:02d}.jpg" for i in range(5)]
        assert names(load(own, shuffle=False))[:12] == ["ant/00.JPG", *ants, *more]

    def test_labels_of_ones_own(self, drawn):
        labels = [k % 4 for k in range(18)]
        dataset = load(drawn, labels=labels, shuffle=False)
        assert dataset.labels.tolist() == labels and dataset.class_names == ["0", "1", "2", "3"]
        order = list(range(18))
        np.random.RandomState(1).shuffle(order)
        assert load(drawn, labels=labels, seed=1).labels.tolist() == [labels[k] for k in order]

    def test_says_what_it_found_as_keras_does(self, drawn, capsys):
        load(drawn, verbose=True, seed=0, validation_split=0.3, subset="both")
        assert capsys.readouterr().out.splitlines() == [
            "Found 18 files belonging to 3 classes.",
            "Using 13 files for training.",
            "Using 5 files for validation.",
        ]
        load(drawn, verbose=True, labels=None)
        assert capsys.readouterr().out == "Found 18 files.\n"


@pytest.fixture(scope="module")
def named(tmp_path_factory):
    """The folder of empty files whose names Keras was shown."""
    folder = tmp_path_factory.mktemp("named")
    for name, files in KERAS["files"].items():
        for file in files:
            (folder / name / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / name / file).touch()
    return folder


@pytest.mark.parametrize("keras", KERAS["lists"], ids=lambda keras: str(keras["asked"]))
def test_files_and_classes_are_those_of_keras(named, keras):
    dataset = load(named, **keras["asked"])
    assert [os.path.relpath(path, named) for path in dataset.file_paths] == keras["files"]
    assert dataset.class_names == keras["class_names"]
    if "labels" not in keras["asked"]:
        classes = [name.split("/")[0] for name in keras["files"]]
        assert [dataset.class_names[k] for k in dataset.labels] == classes


class TestBatches:
    def test_pictures_are_decoded_resized_and_in_order(self, drawn):
        dataset = load(drawn, shuffle=False, batch_size=5)
        batches = list(dataset)
        assert len(dataset) == len(batches) == 4 and [len(x) for x, _ in batches] == [5, 5, 5, 3]
        assert batches[0][0].dtype == np.float32 and batches[0][0].shape == (5, 8, 6, 3)
        np.testing.assert_array_equal(np.concatenate([x for x, _ in batches]), pixels(dataset))
        np.testing.assert_array_equal(np.concatenate([y for _, y in batches]), dataset.labels)

    @pytest.mark.parametrize("workers", [1, 3])
    def test_any_number_of_threads_gives_the_same(self, drawn, workers):
        alone, team = load(drawn, seed=1, workers=1), load(drawn, seed=1, workers=workers)
        for (x, y), (x_team, y_team) in zip(alone, team, strict=True):
            np.testing.assert_array_equal(x, x_team)
            np.testing.assert_array_equal(y, y_team)

    def test_label_modes(self, drawn):
        listed = {"shuffle": False, "batch_size": 18}
        ((_, y),) = load(drawn, label_mode="categorical", **listed)
        assert y.dtype == np.float32 and np.array_equal(y, np.eye(3)[[0] * 7 + [1] * 5 + [2] * 6])
        ((_, y),) = load(drawn, label_mode="binary", class_names=["ant", "cow"], **listed)
        assert y.dtype == np.float32 and y.tolist() == [[0]] * 7 + [[1]] * 6
        for without in ({"label_mode": None}, {"labels": None}):
            (x,) = load(drawn, **without, **listed)
            assert x.shape == (18, 8, 6, 3)

    def test_colours_and_ways_to_resize(self, drawn):
        (x, _), *_ = load(drawn, shuffle=False, color_mode="grayscale")
        assert x.shape[-1] == 1
        dataset = load(drawn, shuffle=False, interpolation="nearest", crop_to_aspect_ratio=True)
        ((x, _),) = dataset
        first = images.read(dataset.file_paths[0])
        np.testing.assert_array_equal(x[0], images.resize(first, (8, 6), "nearest", True))

    def test_every_loop_has_an_order_of_its_own_and_a_new_data_set_repeats_them(self, drawn):
        def orders():
            dataset = load(drawn, seed=5, batch_size=18, label_mode="int", labels=list(range(18)))
            return [y.tolist() for _ in range(3) for _, y in dataset]

        first = orders()
        assert all(sorted(order) == list(range(18)) for order in first)
        assert first[0] != first[1] != first[2] != first[0]
        assert first == orders()

    def test_stream_begins_anywhere(self, drawn):
        dataset = load(drawn, seed=5, batch_size=4)
        whole = list(dataset.stream(0, (1, "shuffle", 2)))
        rest = list(dataset.stream(3, (1, "shuffle", 2)))
        assert len(whole) == 5 and len(rest) == 2
        for (x, y), (x_rest, y_rest) in zip(whole[3:], rest):
            np.testing.assert_array_equal(x, x_rest)
            np.testing.assert_array_equal(y, y_rest)
        assert list(dataset.stream(5)) == []

    def test_stopping_early_leaves_no_thread(self, drawn):
        for _ in load(drawn, batch_size=2):
            break
        iterator = iter(load(drawn, batch_size=2))
        next(iterator)
        iterator.close()
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("minicnn")]


class TestBroken:
    def test_the_first_broken_picture_is_named(self, own):
        cut_short(own / "bee" / "03.jpg")
        with pytest.raises(images.UnreadablePicture, match=r'bee.03\.jpg cannot be read.*on_error="skip"'):
            list(load(own))

    def test_broken_pictures_are_skipped_with_their_names(self, own):
        cut_short(own / "bee" / "03.jpg")
        (own / "cow" / "00.jpg").write_bytes(b"")
        with pytest.warns(UserWarning) as said:
            dataset = load(own, shuffle=False, on_error="skip", batch_size=16)
        assert ["bee/03.jpg" in str(said[0].message), "cow/00.jpg" in str(said[1].message)] == [True, True]
        assert said[0].filename == __file__  # where the data set was asked for
        assert dataset.images == 16 and len(dataset) == 1
        assert not {"bee/03.jpg", "cow/00.jpg"} & set(names(dataset))
        ((x, y),) = dataset
        np.testing.assert_array_equal(x, pixels(dataset))
        assert y.tolist() == [0] * 7 + [1] * 4 + [2] * 5

    def test_skipping_does_not_move_files_from_part_to_part(self, own):
        whole = load(own, seed=1, validation_split=0.5, subset="both")
        cut_short(own / "bee" / "03.jpg")
        with pytest.warns(UserWarning, match=r"03\.jpg"):
            parts = load(own, seed=1, validation_split=0.5, subset="both", on_error="skip")
        for before, after in zip(whole, parts):
            due = [name for name in names(before) if name != "bee/03.jpg"]
            assert names(after) == due

    def test_none_left(self, own):
        for path in own.rglob("*.jpg"):
            path.write_bytes(b"")
        with pytest.raises(ValueError, match=r"none of the 18 pictures can be read; the first: .*\.jpg"):
            load(own, on_error="skip")

    def test_links_that_lead_nowhere_are_skipped_too(self, own):
        (own / "ant" / "00.jpg").unlink()
        (own / "ant" / "00.jpg").symlink_to(own / "nowhere.jpg")
        with pytest.raises(FileNotFoundError, match=r"00\.jpg"):
            list(load(own))
        with pytest.warns(UserWarning, match=r"^skipped: .*00\.jpg"):
            dataset = load(own, shuffle=False, on_error="skip")
        assert dataset.images == 17 and "ant/00.jpg" not in names(dataset)

    def test_a_jpeg_that_was_cut_and_closed_is_skipped(self, own):
        path = own / "cow" / "01.jpg"
        path.write_bytes(cut_and_closed(path.read_bytes(), 0.9))
        with pytest.warns(UserWarning, match=r"01\.jpg cannot be read as a picture: its pixels end"):
            dataset = load(own, on_error="skip")
        assert dataset.images == 17 and "cow/01.jpg" not in names(dataset)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"label_mode": "one_hot"}, "label_mode to be one of 'int', .*got 'one_hot'"),
        ({"label_mode": "binary"}, "for two classes, here are 3"),
        ({"labels": [1, 2]}, r"18 whole numbers, one for each file, got int64 \(2,\)"),
        ({"labels": "infer"}, "got 'infer'"),
        ({"labels": [0.5] * 18}, "got float64"),
        ({"labels": [0] * 17 + [2**40]}, "numbers of 32 bits, got 0 to 1099511627776"),
        ({"labels": [0] * 17 + [2**70]}, "18 whole numbers, one for each file, got object"),
        ({"labels": [3] * 18, "label_mode": "categorical"}, "labels from 0 to 0.*got 3 to 3"),
        ({"labels": [0] * 18, "class_names": ["ant"]}, "class_names is for labels='inferred'"),
        ({"labels": None, "class_names": ["ant"]}, "class_names is for labels='inferred'"),
        ({"class_names": ["ant", "ant"]}, r"folders, each of them once, got \['ant', 'ant'\]"),
        ({"class_names": "ant"}, "expects a list of folders, each of them once, got 'ant'"),
        ({"class_names": []}, r"expects a list of folders, each of them once, got \[\]"),
        ({"class_names": ["ant", "bees"]}, "no folder for the class 'bees': did you mean 'bee'"),
        ({"color_mode": "bgr"}, "color_mode to be one of"),
        ({"color_mode": ["rgb"]}, r"color_mode to be one of .*got \['rgb'\]"),
        ({"interpolation": "bicubic"}, "interpolation to be one of 'bilinear', 'nearest', got 'bicubic'"),
        ({"image_size": (8, 0)}, "image_size as"),
        ({"image_size": True}, r"image_size as \(height, width\) in pixels, got True"),
        ({"seed": 1.5}, "seed expects a whole number >= 0, got 1.5"),
        ({"seed": "a"}, "seed expects a whole number >= 0, got 'a'"),
        ({"validation_split": "0.2", "subset": "both", "seed": 1}, "between 0 and 1, got '0.2'"),
        ({"batch_size": 0}, "batch_size as a whole number >= 1"),
        ({"workers": 1.5}, "workers as a whole number"), ({"workers": 0}, "workers as a whole number"),
        ({"on_error": "ignore"}, "on_error to be one of"),
        ({"validation_split": 0.2}, "go together"),
        ({"subset": "training"}, "go together"),
        ({"validation_split": 1.0, "subset": "both", "seed": 1}, "a fraction between 0 and 1"),
        ({"validation_split": 0.01, "subset": "both", "seed": 1}, "leaves a part empty"),
        ({"validation_split": 0.2, "subset": "training"}, "needs a seed"),
        ({"validation_split": 0.2, "subset": "test", "seed": 1}, "subset to be one of"),
    ],
)
def test_arguments_that_do_not_fit(drawn, arguments, message):
    with pytest.raises(ValueError, match=message):
        load(drawn, **arguments)


def test_folders_without_pictures(tmp_path):
    with pytest.raises(ValueError, match="holds no folders"):
        load(tmp_path)
    (tmp_path / "ant").mkdir()
    with pytest.raises(ValueError, match="holds no pictures"):
        load(tmp_path)
    for labels in ("inferred", None, [1, 2]):
        with pytest.raises(FileNotFoundError, match="nowhere"):
            load(tmp_path / "nowhere", labels=labels)


class TestOfOnesOwn:
    """An ImageDataset of files that somebody listed."""

    def test_takes_what_lists_are_made_of(self, drawn):
        paths = sorted(drawn.rglob("*.jpg"))
        labels, class_names = [0] * 7 + [1] * 11, ("ant", "other")
        dataset = ImageDataset(paths, labels, class_names, "categorical", (8, 6), shuffle=False)
        ((x, y),) = dataset
        np.testing.assert_array_equal(x, pixels(dataset))
        assert y.tolist() == [[1, 0]] * 7 + [[0, 1]] * 11
        listed = load(drawn, labels=labels, label_mode="categorical", shuffle=False)
        assert dataset.describe() == listed.describe()

    def test_needs_no_names_for_numbers(self, drawn):
        paths = sorted(drawn.rglob("*.jpg"))[:3]
        ((_, y),) = ImageDataset(paths, (5, 6, 7), image_size=8, shuffle=False)
        assert y.tolist() == [5, 6, 7]
        (x,) = ImageDataset(paths, (5, 6, 7), label_mode=None, image_size=8)
        assert x.shape == (3, 8, 8, 3)

    @pytest.mark.parametrize(
        "arguments, message",
        [
            (([],), r"file_paths as a list of at least one, got \[\]"),
            (("a.jpg",), "file_paths as a list of at least one, got 'a.jpg'"),
            ((["a.jpg", "b.jpg"], [1]), r"2 whole numbers, one for each file, got int64 \(1,\)"),
            ((["a.jpg"], [0.0]), "1 whole numbers, one for each file, got float64"),
            ((["a.jpg"], [0], "ab", "binary"), "class_names as a list, got 'ab'"),
            ((["a.jpg"], [0], None, "categorical"), "label_mode='categorical' needs class_names"),
            ((["a.jpg"], [2], ["x", "y"], "categorical"), "labels from 0 to 1.*got 2 to 2"),
            ((["a.jpg"], [0], ["x", "y"], "one_hot"), "label_mode to be one of"),
        ],
    )
    def test_is_checked_before_it_is_used(self, arguments, message):
        with pytest.raises(ValueError, match=message):
            ImageDataset(*arguments)

    def test_the_first_files(self, drawn):
        whole = load(drawn, seed=3, batch_size=4)
        some = whole.first(6)
        assert some.file_paths == whole.file_paths[:6] and some.labels.tolist() == whole.labels[:6].tolist()
        assert (some.images, len(some), whole.images, whole.first(99).images) == (6, 2, 18, 18)
        assert load(drawn, labels=None).first(2).labels is None
        with pytest.raises(ValueError, match="n expects a whole number >= 1, got 0"):
            whole.first(0)

    def test_one_picture(self, drawn):
        dataset = load(drawn, seed=3)
        np.testing.assert_array_equal(dataset.picture(5), pixels(dataset)[5])

    def test_which_can_be_read(self, own):
        whole = load(own, shuffle=False)
        cut_short(own / "bee" / "03.jpg")
        some, problems = whole.readable()
        assert (some.images, whole.images) == (17, 18)
        (problem,) = problems
        assert "bee/03.jpg cannot be read as a picture" in problem


def test_no_more_than_three_batches_are_in_memory(drawn):
    dataset = load(drawn, image_size=(150, 160), batch_size=6, workers=1)
    batch, held = 6 * 150 * 160 * 3 * 4, []  # bytes: 1.7 MB, beside which nothing else matters
    list(dataset)  # what is imported and compiled once is not counted
    tracemalloc.start()
    try:
        for _ in dataset:
            while [thread for thread in threading.enumerate() if thread.name.startswith("minicnn-ahead")]:
                threading.Event().wait(0.001)
            held.append(tracemalloc.get_traced_memory()[0])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert max(held) < 2.2 * batch
    assert peak < 3.4 * batch  # 3, and a sixth for the picture that is copied into the last
