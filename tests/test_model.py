"""Sequential: what it is made of, what it says of itself, and what it refuses."""

import numpy as np
import pytest

import minicnn as mc
from minicnn import layers


def small(**first):
    return mc.Sequential([
        layers.Conv2D(4, 3, 2, padding="same", activation="relu", **({"input_shape": (8, 8, 3)} | first)),
        layers.BatchNormalization(),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dropout(0.25),
        layers.Dense(3, activation="softmax"),
    ])


def test_names_number_anew_in_every_model():
    for _ in range(2):
        model = mc.Sequential([layers.Dense(2), layers.Dense(2), layers.ReLU(), layers.Dense(2)])
        assert [layer.name for layer in model.layers] == ["dense", "dense_1", "re_lu", "dense_2"]


def test_a_given_name_is_kept_and_may_not_come_twice():
    model = mc.Sequential([layers.Dense(2, name="dense_1"), layers.Dense(2), layers.Dense(2)])
    # the second Dense would be dense_1: as that is taken, it and those after it count on
    assert [layer.name for layer in model.layers] == ["dense_1", "dense_2", "dense_3"]
    with pytest.raises(ValueError, match="two layers are called 'dense_1'"):
        model.add(layers.Dense(2, name="dense_1"))


@pytest.mark.parametrize("begin", ["input layer", "input_shape", "build", "first data"])
def test_four_ways_to_say_what_comes_in(begin, rng):
    if begin == "input layer":
        model = mc.Sequential([layers.Input((5,)), layers.Dense(2)])
    else:
        model = mc.Sequential([layers.Dense(2, input_shape=(5,) if begin == "input_shape" else None)])
    if begin == "build":
        model.build((None, 5))
    if begin == "first data":
        assert not model.built
        model.predict(rng.standard_normal((3, 5)))
    assert model.built and model.output_shape == (None, 2) and model.count_params() == 12
    assert len(model.layers) == 1


def test_input_shape_is_tolerated_on_later_layers():
    model = mc.Sequential([layers.Dense(4, input_shape=(5,)), layers.Dense(2, input_shape=(99,))])
    assert model.layers[1].params["kernel"].shape == (4, 2)


def test_predict_works_before_compile_and_leaves_the_input_alone(rng):
    model, x = small(), rng.random((5, 8, 8, 3))
    before = x.copy()
    assert np.allclose(model.predict(x, batch_size=2).sum(axis=1), 1)
    assert np.array_equal(x, before)
    assert all(layer.cache is None for layer in model.layers)  # nothing of the pictures is kept


def test_the_same_seed_gives_the_same_weights_to_the_bit_and_another_gives_others():
    def weights(seed):
        mc.set_random_seed(seed)
        return small().get_weights()

    first, again, other = weights(3), weights(3), weights(4)
    assert all(np.array_equal(a, b) for a, b in zip(first, again))
    assert not np.array_equal(first[0], other[0])


def test_weights_do_not_depend_on_numpys_global_state():
    mc.set_random_seed(3)
    first = small().get_weights()
    np.random.seed(1)  # noqa: NPY002  the global state is the point
    mc.set_random_seed(3)
    assert all(np.array_equal(a, b) for a, b in zip(first, small().get_weights()))


@pytest.mark.parametrize("name", ["a\x1b[2J", "two\nlines", "x" * 1001])
def test_a_name_can_be_printed(name):
    """Names come from files, too, and tables show them whole."""
    with pytest.raises(ValueError, match="Sequential expects a name of at most 1,000 characters that can be"):
        mc.Sequential(name=name)
    with pytest.raises(ValueError, match="ReLU expects a name of at most 1,000 characters that can"):
        layers.ReLU(name=name)
    assert mc.Sequential(name="Größe 1").name == "Größe 1"


def test_a_model_does_not_grow_without_end(monkeypatch):
    monkeypatch.setattr("minicnn.model.MOST_LAYERS", 3)
    with pytest.raises(ValueError, match="a model has at most 3 layers"):
        mc.Sequential([layers.ReLU() for _ in range(4)])


def test_weights_are_several_arrays():
    with pytest.raises(ValueError, match="set_weights expects the arrays that get_weights gives, got None"):
        mc.Sequential([layers.Dense(2, input_shape=(3,))]).set_weights(None)


def test_set_weights_takes_all_or_nothing():
    model = small()
    before = model.get_weights()
    with pytest.raises(ValueError, match="has 8 weight arrays, got 7"):
        model.set_weights(before[:-1])
    changed = [w + 1 for w in before[:-1]] + [np.zeros((2, 2))]
    with pytest.raises(ValueError, match="bias of shape"):
        model.set_weights(changed)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights()))


def test_get_weights_are_copies():
    model = small()
    model.get_weights()[0][:] = 7
    assert not (model.get_weights()[0] == 7).any()


def test_config_makes_an_equal_model():
    model = small()
    again = mc.Sequential.from_config(model.get_config())
    assert again.get_config() == model.get_config()
    again.set_weights(model.get_weights())
    x = np.ones((2, 8, 8, 3))
    assert np.array_equal(again.predict(x), model.predict(x))


def test_config_makes_a_model_that_does_not_know_its_input():
    model = mc.Sequential.from_config(mc.Sequential([layers.Dense(2)]).get_config())
    assert not model.built and model(np.ones((1, 3))).shape == (1, 2)


def test_a_model_that_has_nothing_to_learn_is_handed_a_gradient(rng):
    model = mc.Sequential([layers.Flatten(input_shape=(2, 2))])
    model.backward(np.ones_like(model.forward(rng.random((3, 2, 2)))))
    assert model.layers[0].grads == {}


def test_a_layer_may_be_told_that_it_learns():
    dense = layers.Dense(2)
    dense.trainable = True
    assert dense.trainable


def test_repr_and_summary_tell_what_it_is(capsys):
    model = small()
    assert repr(model) == (
        "<Sequential 'sequential': Conv2D, BatchNormalization, MaxPooling2D, Flatten, Dropout, Dense, "
        "179 parameters>"
    )
    model.summary()
    text = capsys.readouterr().out
    assert "conv2d (Conv2D)" in text and "(None, 4, 4, 4)" in text
    assert " Total params: 179 (716.00 B)" in text and " Non-trainable params: 8 (32.00 B)" in text


def test_summary_of_a_model_without_shapes_says_so(capsys):
    mc.Sequential([layers.Dense(2)]).summary()
    assert "?" in capsys.readouterr().out


def test_new_gradients_take_the_memory_of_the_old(rng):
    """AlexNet's are 250 MB."""
    model, dy = mc.Sequential([layers.Input((300,)), layers.Dense(200)]), np.ones((2, 200), np.float32)
    model.forward(rng.standard_normal((2, 300)))
    places = set()
    for _ in range(2):
        model.backward(dy)
        places.add(model.gradients()["0/kernel"].ctypes.data)
    assert len(places) == 1


def test_only_needed_gradients_are_computed(rng, monkeypatch):
    model = mc.Sequential([layers.Rescaling(1 / 255), layers.Dense(3), layers.Dense(2)])
    asked = []
    for layer in model.layers:
        backward = layer.backward
        monkeypatch.setattr(layer, "backward", lambda dy, layer=layer, backward=backward: (
            asked.append((layer.name, layer.needs_dx)), backward(dy))[1])
    model.backward(np.ones_like(model.forward(rng.standard_normal((3, 4)))))
    assert asked == [("dense_1", True), ("dense", False)]


@pytest.mark.parametrize(
    "mistake, message",
    [
        (lambda: mc.Sequential([layers.Dense]), "a class instead of an object"),
        (lambda: mc.Sequential([layers.Dense(2), layers.Input((3,))]), "Input goes first"),
        (lambda: mc.Sequential().build((None, 3)), "no layers yet"),
        (lambda: mc.Sequential([layers.Dense(2)]).build(), "shape is not known yet"),
        (lambda: mc.Sequential([layers.Dense(2)]).count_params(), "needs a built model"),
        (lambda: small().predict(np.ones((2, 3, 8, 8))), "channels come last here"),
        (lambda: small().predict(np.ones((8, 8, 3))), "add a batch axis"),
        (lambda: small().predict(np.ones((2, 8, 8, 1))), "built for 3 channels, not 1"),
        (lambda: small().predict(np.ones((0, 8, 8, 3))), "x is empty"),
        (lambda: mc.Sequential([layers.Dense(2, input_shape=(3,))]).predict(np.ones((2, 3, 3))),
         r"Dense 'dense' expects \(N, 3\), got \(2, 3, 3\): put a Flatten\(\) before it\?"),
        (lambda: small().predict(np.ones((2, 8, 8, 3), complex)), "real numbers"),
        (lambda: mc.Sequential([layers.Dense(2, input_shape=(3,)), layers.Conv2D(2, 3)]), "expects inputs"),
        (lambda: small(input_shape=(2, 2, 3)), "larger than its input"),
    ],
)
def test_mistakes_get_a_message_that_helps(mistake, message):
    with pytest.raises((ValueError, TypeError), match=message):
        mistake()


def test_the_same_layer_object_cannot_stand_in_a_model_twice():
    dense = layers.Dense(3, input_shape=(3,))
    with pytest.raises(ValueError, match="in this model already"):
        mc.Sequential([dense, dense])


def test_a_layer_that_does_not_fit_is_not_added():
    model = mc.Sequential([layers.Dense(3, input_shape=(3,))])
    with pytest.raises(ValueError, match="expects inputs"):
        model.add(layers.Conv2D(2, 3))
    assert len(model.layers) == 1 and model.built
