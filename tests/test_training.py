"""fit, evaluate, predict: what they compute, what they leave alone, what they refuse."""

import gc
import re
import time
import tracemalloc

import numpy as np
import pytest

import minicnn as mc
from minicnn import layers

N, CLASSES = 50, 3


@pytest.fixture
def data(rng):
    y = rng.integers(0, CLASSES, N)
    x = rng.standard_normal((N, 6)) + 3 * np.eye(CLASSES, 6)[y]
    return x.astype(np.float32), y


def compiled(loss="sparse_categorical_crossentropy", optimizer="adam", seed=1):
    mc.set_random_seed(seed)
    model = mc.Sequential([
        layers.Dense(8, activation="relu", input_shape=(6,)),
        layers.Dropout(0.2),
        layers.Dense(CLASSES, activation="softmax"),
    ])
    model.compile(optimizer, loss, ["accuracy"])
    return model


def same(a, b):
    return all(np.array_equal(v, w) for v, w in zip(a.get_weights(), b.get_weights(), strict=True))


def test_it_learns_and_history_tells_every_epoch(data):
    model = compiled(mc.losses.SparseCategoricalCrossentropy(), mc.optimizers.Adam(0.02))
    history = model.fit(*data, epochs=15, batch_size=8, verbose=0, validation_data=data)
    assert set(history.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert history.epoch == list(range(15)) and model.history is history
    assert history.params["epochs"] == 15 and history.params["steps"] == 7
    assert history.history["loss"][-1] < 0.5 * history.history["loss"][0]
    assert history.history["val_accuracy"][-1] > 0.9


def test_the_epochs_loss_is_the_mean_over_samples_not_over_batches(data):
    """Learning rate 0: the weights stand still, so the epoch's loss is that of the whole set."""
    x, y = data
    model = compiled(optimizer=mc.optimizers.SGD(0.0))
    model.layers[1].rate = 0.0
    history = model.fit(x, y, batch_size=16, verbose=0)  # 16 + 16 + 16 + 2
    assert history.history["loss"][0] == pytest.approx(model.evaluate(x, y, verbose=0)[0], rel=1e-6)
    whole = model.evaluate(x, y, verbose=0)
    assert model.evaluate(x, y, batch_size=7, verbose=0) == pytest.approx(whole, rel=1e-6)


def test_a_second_fit_goes_on_where_the_first_ended(data):
    once, twice = compiled(), compiled()
    once.fit(*data, epochs=4, verbose=0)
    twice.fit(*data, epochs=2, verbose=0)
    assert not same(once, twice)
    twice.fit(*data, epochs=2, verbose=0)
    assert same(once, twice) and once.step == twice.step == 8


def test_shuffling_and_dropout_follow_the_seed_alone(data):
    first, again, other = compiled(), compiled(), compiled(seed=2)
    first.fit(*data, epochs=2, verbose=0)
    np.random.seed(5)  # noqa: NPY002
    again.predict(data[0])  # looking at the model in between changes nothing
    again.fit(*data, epochs=2, verbose=0)
    other.set_weights(compiled().get_weights())
    other.fit(*data, epochs=2, verbose=0)
    assert same(first, again) and not same(first, other)


def test_without_shuffling_batches_come_as_they_lie(data):
    x, y = data
    fitted, stepped = compiled(), compiled()
    fitted.fit(x, y, batch_size=20, shuffle=False, verbose=0)
    for k in (0, 20, 40):
        stepped.train_on_batch(x[k : k + 20], y[k : k + 20])
    assert same(fitted, stepped)


def test_an_iterable_of_batches_stands_for_x_and_y(data):
    x, y = data
    batches = [(x[k : k + 20], y[k : k + 20]) for k in (0, 20, 40)]
    from_list, from_arrays = compiled(), compiled()
    from_list.fit(batches, epochs=2, verbose=0, validation_data=batches)
    from_arrays.fit(x, y, batch_size=20, epochs=2, shuffle=False, verbose=0)
    assert same(from_list, from_arrays)
    assert from_list.evaluate(batches, verbose=0) == pytest.approx(from_list.evaluate(x, y, verbose=0))
    assert np.array_equal(from_list.predict(batches), from_list.predict(x, batch_size=20))


def test_validation_split_takes_the_last_part_before_shuffling(data):
    x, y = data
    split, by_hand = compiled(), compiled()
    a = split.fit(x, y, validation_split=0.2, epochs=2, verbose=0)
    b = by_hand.fit(x[:40], y[:40], validation_data=(x[40:], y[40:]), epochs=2, verbose=0)
    assert same(split, by_hand) and a.history == b.history


def test_initial_epoch_counts_from_there(data):
    assert compiled().fit(*data, initial_epoch=3, epochs=5, verbose=0).epoch == [3, 4]


def test_stop_training_ends_the_run_after_the_batch(data):
    class StopAtOnce(mc.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = True

    model = compiled()
    history = model.fit(*data, epochs=5, batch_size=10, verbose=0, callbacks=[StopAtOnce()])
    assert model.step == 1 and len(history.epoch) == 1


def test_callbacks_hear_of_everything_in_its_order(data):
    heard = []

    class Listen(mc.callbacks.Callback):
        def on_train_begin(self, logs=None):
            heard.append("train begins")

        def on_epoch_begin(self, epoch, logs=None):
            heard.append(f"epoch {epoch} begins")

        def on_train_batch_begin(self, batch, logs=None):
            heard.append(f"batch {batch} begins")

        def on_train_batch_end(self, batch, logs=None):
            heard.append(f"batch {batch} ends")

        def on_epoch_end(self, epoch, logs=None):
            heard.append(f"epoch {epoch} ends")

        def on_train_end(self, logs=None):
            heard.append("train ends")

    compiled().fit(*data, epochs=2, batch_size=25, verbose=0, callbacks=[Listen()])
    batches = ["batch 0 begins", "batch 0 ends", "batch 1 begins", "batch 1 ends"]
    epochs = [[f"epoch {epoch} begins", *batches, f"epoch {epoch} ends"] for epoch in (0, 1)]
    assert heard == ["train begins", *epochs[0], *epochs[1], "train ends"]


@pytest.mark.parametrize("how", ["to the end", "until a callback fails"])
def test_fit_keeps_nothing_of_the_pictures(data, how):
    class Fail(mc.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            assert any(layer.cache is not None for layer in self.model.layers)  # while it runs, it does
            if how == "until a callback fails":
                raise KeyboardInterrupt

    model = compiled()
    try:
        model.fit(*data, verbose=0, callbacks=[Fail()])
    except KeyboardInterrupt:
        assert how == "until a callback fails"
    assert all(layer.cache is None for layer in model.layers)
    assert model._last_batch is None


def test_memory_does_not_grow_from_epoch_to_epoch(rng):
    """By no more than 1 %; a batch, if one were kept, would be 20 %."""
    class Watch(mc.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch in (9, 14):
                gc.collect()
                allocated.append(tracemalloc.get_traced_memory()[0])

    allocated, model = [], mc.Sequential([layers.Dense(CLASSES, activation="softmax", input_shape=(600,))])
    model.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
    model.fit(np.ones((9, 600)), np.zeros(9), verbose=0)  # kernels are compiled, modules loaded
    tracemalloc.start()
    try:
        x, y = rng.random((1000, 600), np.float32), rng.integers(0, CLASSES, 1000)
        model.fit(x, y, 200, epochs=15, verbose=0, callbacks=[Watch()], validation_data=(x, y))
    finally:
        tracemalloc.stop()
    before, after = allocated
    assert after <= 1.01 * before


def test_test_on_batch_learns_nothing(data):
    model = compiled()
    before = model.get_weights()
    loss, accuracy = model.test_on_batch(*data)
    assert [loss, accuracy] == pytest.approx(model.evaluate(*data, verbose=0))
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights())) and model.step == 0


def test_evaluate_as_a_dictionary_and_as_a_number(data):
    model = compiled()
    assert set(model.evaluate(*data, verbose=0, return_dict=True)) == {"loss", "accuracy"}
    model.compile("sgd", "sparse_categorical_crossentropy")
    assert isinstance(model.evaluate(*data, verbose=0), float)


def test_evaluate_says_what_it_found(data, capsys):
    loss, accuracy = compiled().evaluate(*data)
    assert capsys.readouterr().out == f"loss: {loss:.4f} - accuracy: {accuracy:.4f}\n"


def test_softmax_and_loss_are_fused_however_the_softmax_is_written(data):
    x, y = data
    x = x * 1e4  # apart, softmax gives exact zeros and their logarithm is infinite
    ends = [
        [layers.Dense(CLASSES, activation="softmax")],
        [layers.Dense(CLASSES), layers.Softmax()],
        [layers.Dense(CLASSES), layers.Activation("softmax")],
        [layers.Dense(CLASSES)],
    ]
    losses = []
    for end in ends:
        mc.set_random_seed(1)
        model = mc.Sequential([layers.Flatten(input_shape=(6,)), *end])
        logits = len(losses) == 3
        model.compile("sgd", mc.losses.SparseCategoricalCrossentropy(from_logits=logits))
        losses.append([model.train_on_batch(x, y), model.train_on_batch(x, y)])
    assert np.isfinite(losses).all() and losses[0][0] > 100
    assert losses[0] == losses[1] == losses[2] == losses[3]


def test_a_constraint_holds_after_every_step(data):
    mc.set_random_seed(0)
    kernel = layers.Dense(CLASSES, activation="softmax", kernel_constraint=mc.constraints.MaxNorm(0.5))
    model = mc.Sequential([layers.Input((6,)), kernel])
    model.compile(mc.optimizers.SGD(1.0), "sparse_categorical_crossentropy")
    model.fit(*data, epochs=3, verbose=0)
    assert np.linalg.norm(kernel.params["kernel"], axis=0).max() <= 0.5 + 1e-6


class TestNotFinite:
    def test_training_stops_within_the_batch_and_names_the_layer(self, data, capsys):
        model = compiled(optimizer=mc.optimizers.SGD(1e-3))
        model.layers[2].params["kernel"][0, 0] = np.nan
        history = model.fit(*data, epochs=3, batch_size=10, verbose=0)
        assert "'dense_1'" in capsys.readouterr().out
        assert model.step == 1 and len(history.epoch) == 1

    def test_what_was_good_is_not_ruined_by_the_batch_that_was_not_finite(self, data):
        x, y = data
        x = x.copy()
        x[30] = np.inf
        model = mc.Sequential([layers.BatchNormalization(), layers.Dense(CLASSES, activation="softmax")])
        model.compile("adam", "sparse_categorical_crossentropy")
        with np.errstate(invalid="ignore"):
            model.fit(x, y, epochs=3, batch_size=10, shuffle=False, verbose=0)
        assert all(np.isfinite(w).all() for w in model.get_weights())  # the moving averages, too
        assert model.step == 4  # the fourth batch held it

    def test_looking_for_the_layer_changes_nothing(self, data):
        mc.set_random_seed(1)
        model = mc.Sequential([layers.BatchNormalization(input_shape=(6,)), layers.Dense(CLASSES, "softmax")])
        model.compile("adam", "sparse_categorical_crossentropy")
        model.layers[1].params["kernel"][0, 0] = np.nan
        assert not np.isfinite(model.train_on_batch(*data))
        assert model.first_nonfinite_layer() is model.layers[1]
        np.testing.assert_array_equal(model.layers[0].state["moving_mean"], np.zeros(6))
        np.testing.assert_array_equal(model.layers[0].state["moving_variance"], np.ones(6))

    def test_bad_pictures_are_named_as_such(self, data, capsys):
        x, y = data
        x = x.copy()
        x[0] = np.nan
        compiled().fit(x, y, shuffle=False, verbose=0)
        assert "the pictures of this batch hold NaN" in capsys.readouterr().out


class TestMistakes:
    """Each is refused before the model changes."""

    @pytest.mark.parametrize(
        "change, message",
        [
            (lambda x, y: (x, y[:-1]), "x has 50 rows"),
            (lambda x, y: (x, y + 1), "labels from 0 to 2"),
            (lambda x, y: (x, y - 1), "labels from 0 to 2"),
            (lambda x, y: (x, np.eye(3)[y]), "use categorical_crossentropy"),
            (lambda x, y: (x, None), "y is missing"),
            (lambda x, y: (x[:0], y[:0]), "x is empty"),
            (lambda x, y: (x.astype(complex), y), "real numbers"),
            (lambda x, y: (x.astype(object), y), "real numbers"),
            (lambda x, y: (x[:, :5], y), r"expects \(N, 6\), got"),
            (lambda x, y: (x, y + 0.5), "whole numbers"),
            (lambda x, y: (x, np.full(N, np.nan)), "finite targets"),
            (lambda x, y: ([], None), "empty"),
            (lambda x, y: ([x], None), "should be a pair"),
        ],
    )
    def test_in_the_data(self, data, change, message):
        model = compiled()
        before = model.get_weights()
        with pytest.raises(ValueError, match=message):
            model.fit(*change(*data), verbose=0)
        assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights())) and model.step == 0

    def test_integer_labels_where_one_hot_is_due(self, data):
        with pytest.raises(ValueError, match="use sparse_categorical_crossentropy"):
            compiled("categorical_crossentropy").fit(*data, verbose=0)

    def test_bad_validation_data_is_refused_before_the_first_step(self, data):
        x, y = data
        model = compiled()
        with pytest.raises(ValueError, match=r"validation_data: .*labels from 0 to 2"):
            model.fit(x, y, validation_data=(x, y + 5), verbose=0)
        assert model.step == 0

    @pytest.mark.parametrize("arguments, message", [
        ({"batch_size": 0}, "batch_size expects"),
        ({"validation_split": 1.5}, "fraction between 0 and 1"),
        ({"validation_split": "a"}, "fraction between 0 and 1, got 'a'"),
        ({"validation_split": 0.999}, "leaves one of the two parts empty"),
        ({"verbose": 7}, "verbose expects"),
    ])
    def test_in_the_arguments(self, data, arguments, message):
        with pytest.raises(ValueError, match=message):
            compiled().fit(*data, **{"verbose": 0} | arguments)

    @pytest.mark.parametrize("method", ["evaluate", "train_on_batch", "test_on_batch"])
    def test_a_target_for_every_picture(self, data, method):
        x, y = data
        with pytest.raises(ValueError, match="x has 50 rows, y has "):
            getattr(compiled(), method)(x, y[:-1])

    @pytest.mark.parametrize("arguments, message", [
        ({"batch_size": 5}, "batch_size has no meaning for an iterable"),
        ({"validation_split": 0.5}, "cannot cut an iterable of batches"),
    ])
    def test_an_iterable_brings_its_batches(self, data, arguments, message):
        with pytest.raises(ValueError, match=message):
            compiled().fit([data], verbose=0, **arguments)

    @pytest.mark.parametrize("x, y, message", [
        (np.ma.masked_array(np.ones((2, 6)), mask=True), [0, 1], "x is a masked array"),
        (np.ones((2, 6)), np.ma.masked_array([0, 1], mask=[0, 1]), "y is a masked array"),
        ([[1.0], [1.0, 2.0]], [0, 1], "x is no array: are its rows equally long"),
        (np.ones((2, 6)), [[0], [0, 1]], "y is no array: are its rows equally long"),
        (None, [0, 1], "x should hold real numbers, got None"),
        ({"x": 1}, [0, 1], "x should hold real numbers, got {'x': 1}"),
    ])
    @pytest.mark.parametrize("method", ["fit", "evaluate", "train_on_batch"])
    def test_what_is_no_array(self, method, x, y, message):
        with pytest.raises(ValueError, match=message):
            getattr(compiled(), method)(x, y)

    def test_a_batch_with_a_mask_and_one_without(self, data):
        x, y = data
        masked = np.ma.masked_array(x, mask=x > 1)
        with pytest.raises(ValueError, match="x is a masked array"):
            compiled().fit([(masked, y)], verbose=0)
        assert np.array_equal(compiled().predict(np.ma.masked_array(x)), compiled().predict(x))

    def test_batches_by_number_alone(self, data):
        class Batches:
            def __getitem__(self, k):
                return {0: (data[0][:20], data[1][:20]), 1: (data[0][20:], data[1][20:])}.get(k) or [][k]

        assert np.array_equal(compiled().predict(Batches()), compiled().predict(data[0]))
        compiled().fit(Batches(), verbose=0)

    def test_batches_by_number_whose_slices_never_end(self, data):
        class Batches:
            def __len__(self):
                return 2

            def __getitem__(self, k):
                rows = slice(20 * k, 20 * k + 20 if k == 0 else None)
                return data[0][rows], data[1][rows]

        model = compiled()
        assert np.array_equal(model.predict(Batches()), model.predict(data[0]))
        assert model.evaluate(Batches(), verbose=0) == pytest.approx(model.evaluate(*data, verbose=0))
        model.fit(Batches(), verbose=0, validation_data=Batches())
        assert model.step == 2

    @pytest.mark.parametrize("validation, message", [
        (lambda x, y: (x, y, np.ones(len(x))), r"expects \(x, y\) or an iterable of batches, got 3 things"),
        (lambda x, y: (x,), ".*got 1 things"),
        (lambda x, y: [], ".*got 0 things"),
        (lambda x, y: iter([(x, y)]), "the iterable of batches is empty: a generator runs only once"),
    ])
    def test_validation_data_of_another_form(self, data, validation, message):
        model = compiled()
        with pytest.raises(ValueError, match=f"validation_data: {message}"):
            model.fit(*data, epochs=2, validation_data=validation(*data), verbose=0)
        assert ("things" in message) == (model.step == 0)

    def test_a_list_of_batches_that_are_no_arrays(self, data):
        batch = [each.tolist() for each in data]
        scores = [
            compiled().fit(*data, validation_data=validation, verbose=0).history["val_loss"]
            for validation in (data, [batch], [tuple(batch)] * 3)
        ]
        assert scores[1] == pytest.approx(scores[0]) and scores[2] == pytest.approx(scores[0])

    def test_fewer_batches_than_they_said_are_not_skipped_over(self, data):
        class Batches:
            def __len__(self):
                return 7

            def __getitem__(self, k):
                return [data][k]

        for use in (compiled().fit, compiled().evaluate, compiled().predict):
            with pytest.raises(ValueError, match="batch 1 of 7 is missing: list index out of range"):
                use(Batches())

    @pytest.mark.parametrize("nothing", [([], []), [[]], []])
    def test_lists_of_nothing_to_validate_with(self, data, nothing):
        with pytest.raises(ValueError, match=r"validation_data: (x is empty|expects)"):
            compiled().fit(*data, validation_data=nothing, verbose=0)

    def test_a_mask_among_batches_to_predict(self, data):
        masked = np.ma.masked_array(data[0], mask=data[0] > 1)
        with pytest.raises(ValueError, match="x is a masked array"):
            compiled().predict([(masked, data[1])])

    def test_nothing_to_predict(self):
        with pytest.raises(ValueError, match="x should hold real numbers, got None"):
            compiled().predict(None)

    def test_no_batches_to_predict(self):
        with pytest.raises(ValueError, match="predict was given no batches"):
            compiled().predict(iter(()))

    def test_fit_before_compile(self, data):
        model = mc.Sequential([layers.Dense(CLASSES)])
        for call in (model.fit, model.evaluate, model.train_on_batch, model.test_on_batch):
            with pytest.raises(RuntimeError, match="call compile"):
                call(*data)

    @pytest.mark.parametrize("recipe, message", [
        (("adm", "mse"), "did you mean 'adam'"),
        (("adam", "categorical_crossentrop"), "did you mean 'categorical_crossentropy'"),
        (("adam", None), "compile needs a loss"),
        (("adam", "mse", "accuracy"), "metrics expects a list"),
        (("adam", "mse", ["acuracy"]), "did you mean 'accuracy'"),
    ])
    def test_in_the_recipe(self, recipe, message):
        model = mc.Sequential([layers.Dense(CLASSES, input_shape=(6,))])
        with pytest.raises(ValueError, match=message):
            model.compile(*recipe)

    def test_a_generator_that_is_used_up(self, data):
        x, y = data
        batches = ((x[k : k + 10], y[k : k + 10]) for k in range(0, 50, 10))
        with pytest.raises(ValueError, match="a generator runs only once"):
            compiled().fit(batches, epochs=2, verbose=0)


class TestProgress:
    def test_silent(self, data, capsys):
        compiled().fit(*data, verbose=0)
        assert capsys.readouterr().out == ""

    def test_a_line_an_epoch(self, data, capsys):
        compiled().fit(*data, epochs=2, verbose=2, validation_data=data)
        first, second = capsys.readouterr().out.splitlines()
        assert first.startswith("Epoch 1/2 - ") and "images/s - loss: " in first
        assert "val_accuracy: " in second

    def test_a_live_line(self, data, capsys, monkeypatch):
        class TakeYourTime(mc.callbacks.Callback):
            def on_train_batch_begin(self, batch, logs=None):
                time.sleep(0.25)  # the line is drawn five times a second at most

        monkeypatch.setenv("COLUMNS", "120")
        monkeypatch.setenv("LINES", "40")
        compiled().fit(*data, epochs=1, verbose=1, batch_size=25, callbacks=[TakeYourTime()])
        *drawn, closing = capsys.readouterr().out.rstrip().split("\r")
        halfway = re.compile(r" 25/50 \[\d\d:\d\d<\d\d:\d\d, ")  # behind the "<", the time left
        while_it_runs = [line for line in drawn if halfway.search(line)]
        assert while_it_runs
        for what in ("Epoch 1/1:", " images/s", "loss: ", "accuracy: "):
            assert what in while_it_runs[0]
        assert closing.startswith("Epoch 1/1 - ") and " images/s - loss: " in closing
