"""CNNClassifier: scikit-learn's own checks, its tools around it, and what its parameters do."""

import pickle
import threading
import warnings

import numpy as np
import pytest
from agreement import assert_equal_weights, run_python

import minicnn as mc
from minicnn import layers

pytest.importorskip("sklearn", reason="minicnn.sklearn needs scikit-learn: pip install scikit-learn")

from sklearn.base import clone
from sklearn.datasets import load_digits, make_blobs
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_checks

from minicnn.sklearn import CNNClassifier

# What these two need is not installed for tests: pandas, and SciPy told to take other arrays than NumPy's.
MAY_BE_SKIPPED = {"check_classifier_data_not_an_array", "check_array_api_input"}


def convolutions(input_shape, classes, filters=4, dropout=0.0):
    return [
        layers.Conv2D(filters, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten(),
        layers.Dropout(dropout), layers.Dense(classes, activation="softmax"),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def blobs():
    """Points of three classes, far apart."""
    return make_blobs(90, centers=3, n_features=4, random_state=0)


@pytest.fixture(scope="module")
def digits():
    """Hand-written digits, 8 x 8 pixels: pictures (N, 8, 8, 1), labels (N,)."""
    x, y = load_digits(return_X_y=True)
    return x.reshape(-1, 8, 8, 1)[:400] / 16, y[:400]


def test_every_check_of_scikit_learn():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # some checks train on numbers around 1e8
        reports = estimator_checks.check_estimator(CNNClassifier(), on_skip=None)
    passed = [each for each in reports if each["status"] == "passed"]
    others = {each["check_name"] for each in reports if each["status"] != "passed"}
    assert len(passed) > 40 and others <= MAY_BE_SKIPPED


def test_pictures(digits):
    x, y = digits
    model = CNNClassifier(convolutions, epochs=15, random_state=0, network__filters=8).fit(x[:300], y[:300])
    assert model.score(x[300:], y[300:]) > 0.8
    assert (model.n_features_in_, model.input_shape_) == (64, (8, 8, 1))
    assert model.predict_proba(x[:5]).shape == (5, 10)
    assert model.model_.layers[0].filters == 8
    assert {name: len(values) for name, values in model.history_.items()} == {"loss": 15, "accuracy": 15}


def test_flat_rows_become_pictures(digits):
    x, y = digits
    flat = CNNClassifier(convolutions, epochs=1, input_shape=(8, 8, 1), random_state=0)
    flat.fit(x.reshape(-1, 64), y)
    as_they_are = CNNClassifier(convolutions, epochs=1, random_state=0).fit(x, y)
    assert_equal_weights(flat.model_, as_they_are.model_)
    np.testing.assert_array_equal(flat.predict_proba(x), as_they_are.predict_proba(x.reshape(-1, 64)))
    with pytest.raises(ValueError, match=r"was fitted to pictures \(8, 8, 1\), got \(1, 8, 8\)"):
        flat.predict(x.transpose(0, 3, 1, 2))
    with pytest.raises(ValueError, match=r"input_shape \(9, 9\) takes 81 features, X has 64 features"):
        CNNClassifier(input_shape=(9, 9)).fit(x, y)


def test_pictures_are_not_cut_into_others(digits):
    """16 x 4 pixels are as many as 8 x 8."""
    x, y = digits
    with pytest.raises(ValueError, match=r"is \(8, 8, 1\), but the pictures in X are \(16, 4, 1\)"):
        CNNClassifier(input_shape=(8, 8, 1)).fit(x.reshape(-1, 16, 4, 1), y)
    CNNClassifier(input_shape=[8, 8, 1], epochs=1).fit(x, y)


def test_without_a_network_pictures_are_convolved(digits):
    model = CNNClassifier(epochs=5, random_state=0).fit(255 * digits[0], digits[1])
    assert [type(layer).__name__ for layer in model.model_.layers[:2]] == ["BatchNormalization", "Conv2D"]
    assert model.score(255 * digits[0], digits[1]) > 0.9


def test_labels_of_any_type(blobs):
    x, y = blobs
    names = np.array(["zebra", "ant", "cow"])[y]
    model = CNNClassifier(random_state=0).fit(x, names)
    assert model.classes_.tolist() == ["ant", "cow", "zebra"]
    assert set(model.predict(x)) <= set(names) and model.score(x, names) > 0.9
    other = CNNClassifier(random_state=0).fit(x, np.array([30, -1, 7])[y])
    np.testing.assert_array_equal(other.predict_proba(x), model.predict_proba(x))


MADE_ELSEWHERE = mc.Sequential([layers.Dense(3, activation="softmax", input_shape=(4,))])


@pytest.mark.parametrize("network", [
    lambda: mc.Sequential([layers.Dense(3, activation="softmax", input_shape=(4,))]),  # asks for nothing
    lambda classes: [layers.Dense(classes), layers.Softmax()],
    lambda **offered: [layers.Dense(offered["classes"]), layers.Softmax()],
    [layers.Input((4,)), layers.Dense(3, activation="softmax")],
    mc.Sequential([layers.Dense(3, activation="softmax")]),
    [],  # the output layer comes by itself
    layers.Dense(3, activation="softmax"),
    lambda: MADE_ELSEWHERE,
], ids=["a function", "a function of the classes", "a function of anything", "layers", "a Sequential",
        "no layers", "one layer", "a function of what was made elsewhere"])  # fmt: skip
def test_ways_to_say_the_same_network(network, blobs):
    x, y = blobs
    reference = mc.Sequential([layers.Dense(3, activation="softmax", input_shape=(4,))])
    model = clone(CNNClassifier(network, epochs=2, random_state=5)).fit(x, y)
    mc.set_random_seed(5)
    reference = mc.Sequential([layers.Dense(3, activation="softmax", input_shape=(4,))])
    reference.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
    history = reference.fit(x, y, epochs=2, verbose=0)
    assert_equal_weights(model.model_, reference)
    assert model.history_ == history.history


def test_what_the_user_handed_over_stays_as_it_was(blobs):
    trained = mc.Sequential([layers.Dense(3, activation="softmax", input_shape=(4,))])
    before = trained.get_weights()
    optimizer, watcher = mc.optimizers.SGD(0.1, momentum=0.9), mc.callbacks.ReduceLROnPlateau("loss")
    model = CNNClassifier(trained, optimizer=optimizer, callbacks=[watcher], epochs=2, random_state=0)
    model.set_params(optimizer__momentum=0.5).fit(*blobs)
    for one, other in zip(trained.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)
    assert (optimizer.iterations, optimizer.momentum, watcher.model) == (0, 0.9, None)
    used = model.model_.optimizer
    assert (type(used), used.learning_rate, used.momentum) == (mc.optimizers.SGD, 0.1, 0.5)


@pytest.mark.parametrize("inner", [
    [layers.Dense(5, "tanh"), layers.Dense(3, "softmax")],
    mc.Sequential([layers.Dense(5, "tanh", input_shape=(4,)), layers.Dense(3, "softmax")]),
], ids=["layers", "a Sequential"])  # fmt: skip
def test_every_fit_trains_layers_of_its_own(inner, blobs):
    """Also where a function hands out the same ones again."""
    first = CNNClassifier(lambda: inner, epochs=2, random_state=0).fit(*blobs)
    answers = first.predict_proba(blobs[0])
    second = CNNClassifier(lambda: inner, epochs=2, random_state=0).fit(*blobs)
    np.testing.assert_array_equal(second.predict_proba(blobs[0]), answers)
    CNNClassifier(lambda: inner, epochs=2, random_state=1).fit(*blobs)
    np.testing.assert_array_equal(first.predict_proba(blobs[0]), answers)


def test_an_activation_of_ones_own_is_trained_with(blobs):
    sine = mc.activations.Activation("sine", np.sin, lambda dy, z, y: dy * np.cos(z))
    model = CNNClassifier(lambda: [layers.Dense(4, sine)], epochs=1, random_state=0).fit(*blobs)
    assert model.model_.layers[0].activation == sine


def test_the_same_random_state_the_same_bits(blobs):
    def weights(random_state):
        model = CNNClassifier(epochs=1, random_state=random_state).fit(*blobs)
        return model.model_.get_weights()[0].tobytes()

    mc.set_random_seed(1)
    assert weights(0) == weights(0) == weights(np.int64(0)) != weights(1)
    assert weights(np.random.RandomState(0)) == weights(np.random.RandomState(0)) != weights(0)
    np.random.seed(3)  # noqa: NPY002  what scikit-learn means by random_state=None
    one = weights(None)
    assert one != weights(None)
    np.random.seed(3)  # noqa: NPY002
    assert one == weights(None)
    assert mc.random.get_seed() == 1


def test_fits_in_several_threads_do_not_mix_their_seeds(blobs):
    due = [CNNClassifier(epochs=3, random_state=k).fit(*blobs).predict_proba(blobs[0]) for k in range(4)]
    found = [None] * 4

    def fit(k):
        found[k] = CNNClassifier(epochs=3, random_state=k).fit(*blobs).predict_proba(blobs[0])

    workers = [threading.Thread(target=fit, args=(k,)) for k in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    np.testing.assert_array_equal(found, due)


class TestParameters:
    def test_those_of_the_parts_are_parameters(self):
        model = CNNClassifier(convolutions, optimizer="sgd", network__filters=8, optimizer__momentum=0.9)
        assert model.get_params()["network__filters"] == 8
        copy = clone(model).set_params(optimizer__momentum=0.5, optimizer__nesterov=True, epochs=3)
        assert (model.get_params()["optimizer__momentum"], model.epochs) == (0.9, 20)
        changed = {"optimizer__momentum": 0.5, "optimizer__nesterov": True, "epochs": 3}
        assert copy.get_params() == model.get_params() | changed
        assert "network__filters=8" in repr(copy)

    def test_a_wrong_name_is_refused_with_the_nearest(self, blobs):
        with pytest.raises(TypeError, match="CNNClassifier has no parameter 'epoch': did you mean 'epochs'"):
            CNNClassifier(epoch=3)
        with pytest.raises(ValueError, match="Invalid parameter 'epoch'"):
            CNNClassifier().set_params(epoch=3)
        with pytest.raises(ValueError, match=r"network__filterz: .* did you mean network__filters\?"):
            CNNClassifier(convolutions, network__filterz=3).fit(*blobs)
        with pytest.raises(ValueError, match="optimizer__momentum: Adam has no parameter 'momentum'"):
            CNNClassifier(optimizer__momentum=0.9).fit(*blobs)
        with pytest.raises(ValueError, match="network__units needs a network that is a function"):
            CNNClassifier([layers.Dense(3)], network__units=3).fit(*blobs)
        with pytest.raises(ValueError, match="unknown optimizer 'adma': did you mean 'adam'"):
            CNNClassifier(optimizer="adma").fit(*blobs)

    @pytest.mark.parametrize("wrong", [5, "m3", [5], lambda: None],
                             ids=["a number", "a text", "a list", "a function of nothing"])  # fmt: skip
    def test_what_is_no_network_is_refused(self, wrong, blobs):
        with pytest.raises(ValueError, match="network expects layers, a Sequential, or a function that"):
            CNNClassifier(wrong).fit(*blobs)

    def test_a_network_for_other_classes_is_refused(self, blobs):
        with pytest.raises(ValueError, match=r"returns \(None, 4\), but y has 3 classes: end it in Dense"):
            CNNClassifier([layers.Dense(4, activation="softmax")]).fit(*blobs)

    def test_one_class_is_refused(self, blobs):
        with pytest.raises(ValueError, match="expects 2 classes or more, y has 1 class"):
            CNNClassifier().fit(blobs[0], np.zeros(90))


class TestValidation:
    def test_a_part_is_set_aside(self, blobs):
        model = CNNClassifier(epochs=3, validation_fraction=1 / 3, random_state=0).fit(*blobs)
        assert list(model.history_) == ["loss", "accuracy", "val_loss", "val_accuracy"]
        assert model.model_.history.params["samples"] == 60
        assert model.model_.history.params["validation"]["samples"] == 30

    def test_it_stops_early_at_the_best_weights(self, rng):
        x, y = rng.standard_normal((120, 8)), rng.integers(0, 2, 120)  # nothing to learn, only by heart
        model = CNNClassifier(epochs=500, validation_fraction=0.25, patience=3, random_state=0).fit(x, y)
        losses = model.history_["val_loss"]
        best = int(np.argmin(losses))
        assert len(losses) == best + 1 + 3
        again = CNNClassifier(epochs=best + 1, validation_fraction=0.25, random_state=0).fit(x, y)
        assert_equal_weights(model.model_, again.model_)

    def test_patience_needs_something_to_watch(self, blobs):
        with pytest.raises(ValueError, match="patience=3 waits for a lower validation loss: set valid"):
            CNNClassifier(patience=3).fit(*blobs)

    @pytest.mark.parametrize("wrong", [0, 1, 1.5, "a third", True])
    def test_a_fraction_is_a_fraction(self, wrong, blobs):
        with pytest.raises(ValueError, match="validation_fraction expects a number above 0 and below"):
            CNNClassifier(validation_fraction=wrong).fit(*blobs)


def test_training_that_diverges_warns(blobs):
    model = CNNClassifier(optimizer="sgd", optimizer__learning_rate=1e30, random_state=0)
    with pytest.warns(ConvergenceWarning, match="the loss is .* so training stops"):
        model.fit(*blobs)
    assert len(model.history_["loss"]) < model.epochs


REFUSED = [
    {"patience": 3}, {"optimizer": "adma"}, {"batch_size": 0}, {"epochs": "many"}, {"network": 5},
    {"input_shape": (2, 1)}, {"input_shape": 2}, {"validation_fraction": 2},
]  # fmt: skip


@pytest.mark.parametrize("wrong", REFUSED, ids=str)
def test_a_refused_fit_changes_nothing(wrong, blobs):
    x, y = blobs
    new = CNNClassifier(**wrong)
    with pytest.raises(ValueError):
        new.fit(x, y)
    with pytest.raises(NotFittedError):
        new.predict(x)

    model = CNNClassifier(epochs=2, random_state=0).fit(x, np.array(["a", "b", "c"])[y])
    fitted = {name: value for name, value in vars(model).items() if name.endswith("_")}
    with pytest.raises(ValueError):
        model.set_params(**wrong).fit(x[:, :3], np.array(["x", "y"])[y % 2])
    assert {name: value for name, value in vars(model).items() if name.endswith("_")} == fitted
    assert set(model.set_params(batch_size=32).predict(x)) == {"a", "b", "c"}


def test_an_interrupted_fit_keeps_its_history(blobs):
    class Stop(mc.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    model = CNNClassifier(callbacks=[Stop()], random_state=0)
    with pytest.raises(KeyboardInterrupt):
        model.fit(*blobs)
    assert len(model.history_["loss"]) == 2
    assert model.score(*blobs) > 0.5


class TestTools:
    def test_a_pipeline_in_cross_validation(self, blobs):
        model = make_pipeline(StandardScaler(), CNNClassifier(random_state=0))
        scores = cross_val_score(model, *blobs, cv=3)
        assert scores.shape == (3,) and scores.mean() > 0.9

    @pytest.mark.parametrize("processes", [1, pytest.param(2, marks=pytest.mark.slow)])
    def test_searches(self, processes, digits):
        model = CNNClassifier(convolutions, epochs=2, random_state=0)
        x, y = digits[0][:120], digits[1][:120]
        grid = GridSearchCV(model, {"network__filters": [2, 4], "epochs": [1, 2]}, cv=2, n_jobs=processes)
        grid.fit(x, y)
        assert grid.cv_results_["mean_test_score"].shape == (4,)
        assert grid.best_estimator_.model_.layers[0].filters == grid.best_params_["network__filters"]
        space = {"optimizer": ["sgd", "adam"], "optimizer__learning_rate": [1e-3, 1e-2]}
        drawn = RandomizedSearchCV(model, space, n_iter=2, cv=2, random_state=0, n_jobs=processes).fit(x, y)
        assert np.isfinite(drawn.cv_results_["mean_test_score"]).all()


class TestPickles:
    def test_a_fitted_one(self, digits):
        x, y = digits
        model = CNNClassifier(convolutions, epochs=1, random_state=0).fit(x, y)
        text = pickle.dumps(model)
        weights = sum(array.nbytes for array in model.model_.get_weights())
        assert len(text) < 3.5 * weights + 10_000  # and two slots of Adam's
        copy = pickle.loads(text)
        np.testing.assert_array_equal(copy.predict_proba(x), model.predict_proba(x))
        assert copy.history_ == model.history_
        assert_equal_weights(copy.fit(x, y).model_, model.model_)

    def test_another_process_needs_no_network_to_predict(self, tmp_path, blobs):
        model = CNNClassifier([layers.Dense(8), layers.LeakyReLU()], epochs=1, random_state=0).fit(*blobs)
        path = tmp_path / "model.pickle"
        path.write_bytes(pickle.dumps(model))
        printed = run_python(f"""
import pickle, pathlib
import numpy as np
model = pickle.loads(pathlib.Path({str(path)!r}).read_bytes())
print(model.predict_proba(np.ones((1, 4))).tobytes().hex())
""")
        assert printed.strip() == model.predict_proba(np.ones((1, 4))).tobytes().hex()


def test_before_fit():
    with pytest.raises(NotFittedError):
        CNNClassifier().predict(np.ones((1, 4)))


def test_without_scikit_learn_it_says_what_to_install():
    printed = run_python("""
import sys
sys.modules["sklearn"] = sys.modules["sklearn.base"] = None  # as if it were not installed
import minicnn as mc
try:
    mc.sklearn
except ImportError as error:
    print(error)
""")
    assert printed == "minicnn.sklearn needs scikit-learn 1.6 or newer: python -m pip install scikit-learn\n"
