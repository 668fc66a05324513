"""What a file could not make again as it was is not written: parts of one's own that say too little."""

import numpy as np
import pytest

import minicnn as mc
from minicnn import constraints, initializers, layers, lookup, losses, metrics, optimizers, schedules
from minicnn.activations import relu
from tests.own_parts import compiled, is_not_saved, layers_of, model_of

DENSITIES = np.ones(3)


class Silent(layers.Layer):
    """It forgets to say by how much."""

    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def forward(self, x, training=False):
        return x * np.float32(self.factor)

    def backward(self, dy):
        return dy * np.float32(self.factor)


class Needy(Silent):
    """It cannot be made without saying by how much, and keeps that under another name."""

    def __init__(self, scale, **kwargs):
        super().__init__(**kwargs)
        self.s = scale


class Loud(Silent):
    """Its base takes a factor, which nobody remembers."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)


class Heavy(Silent):
    def __init__(self, weights=DENSITIES, **kwargs):
        super().__init__(**kwargs)
        self.weights = float(weights.sum())


class Several(Silent):
    def __init__(self, *factors, **kwargs):
        super().__init__(**kwargs)
        self.factors = factors


class Listed(Several):
    arguments = ("factors",)

    def __init__(self, *factors, **kwargs):
        super().__init__(*factors, **kwargs)


class Nameless(Silent):
    """A name is not among what it takes."""

    def __init__(self, factor=2.0):
        super().__init__(factor)


class Times(Silent):
    arguments = ("factor",)


class Dense(layers.Dense):
    """Without custom_objects, minicnn's would come back."""


class Flatten(layers.Layer):
    """It extends nothing, and yet minicnn's would come back."""


class Halving(schedules.LearningRateSchedule):
    def __init__(self, steps):
        self.steps = steps

    def __call__(self, step):
        return 0.1 * 0.5 ** (step // self.steps)


class Scaled(layers.Dense):
    def __init__(self, units, scale=1.0, **kwargs):
        super().__init__(units, **kwargs)
        self.scale = scale


class Small(layers.Dense):
    """It gives its base the units twice when it comes back."""

    def __init__(self, **kwargs):
        super().__init__(4, **kwargs)


class Weighing(Times):
    """No document holds an array."""

    def __init__(self, factor=DENSITIES, **kwargs):
        super().__init__(factor, **kwargs)


class Momentum(optimizers.SGD):
    def __init__(self):
        super().__init__(0.1, momentum=0.9)


class Squares(losses.MeanSquaredError):
    def __init__(self, weight=1.0):
        super().__init__()
        self.weight = weight


class MSE(losses.Loss):
    """The name of minicnn's in short."""

    def value_and_gradient(self, y_true, y_pred, from_logits=None):
        error = y_pred - y_true
        return np.abs(error).mean(axis=1), np.sign(error) / error.size


class Sized(layers.Layer):
    """A tuple comes back as a list, and is none the less what was given."""

    def __init__(self, size=(2, 2), **kwargs):
        super().__init__(**kwargs)
        self.size = [*size]


class Telling(Silent):
    """Its own get_config has the last word: what the class lists would change nothing."""

    def __init__(self, factor=2.0, shift=0.0, **kwargs):
        super().__init__(factor, **kwargs)
        self.shift = shift

    def get_config(self):
        return super().get_config() | {"factor": self.factor}


class Mute(Silent):
    def get_config(self):
        pass


class Picky(Silent):
    """It takes a pair, and a list is none."""

    arguments = ("pair",)

    def __init__(self, pair, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(pair, tuple):
            raise ValueError(f"pair expects a tuple, got {pair}")
        self.pair = pair


class Numbered(Silent):
    """A file's keys are texts."""

    arguments = ("sizes",)

    def __init__(self, sizes, **kwargs):
        super().__init__(**kwargs)
        self.sizes = sizes
        self.first = sizes[1]


def twins():
    """Two classes of one name."""
    for factor in (2, 5):
        class Twin(Silent):
            def __init__(self, name=None, factor=factor):
                super().__init__(name=name)
                self.by = factor

        yield Twin


class Choosy(layers.Dense):
    """Of an activation that may be one's own it speaks before its pair, in its own words."""

    arguments = (*layers.Dense.arguments, "pair")

    def __init__(self, units, activation=None, pair=(1, 2), **kwargs):
        try:
            super().__init__(units, activation=activation, **kwargs)
        except ValueError as error:
            raise ValueError(f"no activation for Choosy: {error}") from None
        if not isinstance(pair, tuple):
            raise ValueError(f"pair expects a tuple, got {pair}")
        self.pair = pair


class Open(Choosy):
    """It takes any pair."""

    def __init__(self, units, activation=None, pair=(1, 2), **kwargs):
        super().__init__(units, activation, tuple(pair), **kwargs)


class Sharpen(Silent):
    """What it keeps is not what it was given."""

    arguments = ("temperature",)

    def __init__(self, temperature=1.0, **kwargs):
        super().__init__(**kwargs)
        self.temperature = 1 / temperature


class Percent(Silent):
    def __init__(self, percent=1.0, **kwargs):
        super().__init__(**kwargs)
        self.percent = percent

    def get_config(self):
        return super().get_config() | {"percent": self.percent / 100}


class Warm(schedules.LearningRateSchedule):
    def __init__(self, rate=0.1):
        self.rate = rate / 10

    def __call__(self, step):
        return self.rate

    def get_config(self):
        return {"rate": self.rate}


class Found(Silent):
    """It also tells what build found, which is found again."""

    def __init__(self, width=None, **kwargs):
        super().__init__(**kwargs)

    def get_config(self):
        return super().get_config() | {"width": self.input_shape[-1]}


class Perhaps(Found):
    def get_config(self):
        return Silent.get_config(self) | {"width": self.input_shape and self.input_shape[-1]}


class Keeping(Silent):
    """Attributes of all sorts, which are no weights."""

    arguments = ("filling",)

    def __init__(self, filling=float("nan"), **kwargs):
        super().__init__(**kwargs)
        self.filling = filling
        self.bits = np.random.PCG64(1)
        self.softmax = layers.Activation("softmax")


def leaky(slope):
    return mc.activations.Activation(
        "leaky", lambda z: np.where(z > 0, z, slope * z), lambda dy, z, y: np.where(z > 0, dy, slope * dy)
    )


MUTE = {
    "a Silent .* does not say factor.*arguments = .'factor',.": lambda: model_of(Silent(3.0)),
    "a Needy .* does not say scale": lambda: model_of(Needy(3.0)),
    "a Loud .* does not say factor": lambda: model_of(Loud(factor=3.0)),
    "a Heavy .* does not say weights": lambda: model_of(Heavy()),
    "a Several .* does not say factors.*__init__ takes. What": lambda: model_of(Several(3.0, 4.0)),
    "a Listed .* does not say factors.*nothing by .*__init__ takes. What": lambda: model_of(Listed(3.0, 4.0)),
    "a Scaled .* does not say scale.*arguments = .'units', .*, 'scale'.": lambda: model_of(Scaled(2, 3.0)),
    "a Nameless .* does not take .* 'name'.*handed on": lambda: model_of(Nameless()),
    "a Dense .* stands for minicnn's Dense": lambda: model_of(Dense(4)),
    "a Flatten .* stands for minicnn's Flatten": lambda: model_of(Flatten()),
    "a Small .* does not take .* 'units'": lambda: model_of(Small()),
    "a Weighing .* gives factor = .*, which a file cannot hold": lambda: model_of(Weighing()),
    "a Momentum .* does not take .* 'learning_rate'": lambda: model_of(optimizer=Momentum()),
    "a Halving .* does not say steps.*define.*steps": lambda: model_of(optimizer=optimizers.SGD(Halving(5))),
    "a MSE .* stands for minicnn's MeanSquaredError": lambda: model_of(loss=MSE()),
    "a Squares .* does not say weight": lambda: model_of(loss=Squares(2.0)),
    "a Telling .* does not say shift.*let it add .'shift': self.shift": lambda: model_of(Telling(2.0, 3.0)),
    "a Picky .* __init__ refuses .*tuples as lists.*pair expects a tuple": lambda: model_of(Picky((1, 2))),
    "a Numbered .* __init__ refuses .*KeyError: 1": lambda: model_of(Numbered({1: 2})),
    "not the same are called 'Twin'": lambda: compiled(
        layers_of(*(each() for each in twins()), layers.Dense(2))
    ),
    "called 'leaky'.*make it once and use it in both": lambda: compiled(
        layers_of(*(layers.Dense(2, activation=leaky(slope)) for slope in (0.1, 0.9)))
    ),
    "a Choosy .* __init__ refuses .*pair expects a tuple": lambda: model_of(
        Choosy(3, activation=leaky(0.5), pair=(3, 4))
    ),
    "a Sharpen .* gives temperature = 0.25, and one made of that gives 4.0": lambda: model_of(Sharpen(4.0)),
    "a Percent .* gives percent = 0.5, .* gives 0.005. It gives what": lambda: model_of(Percent(50)),
    "a Warm .* gives rate = 0.1, .* 0.01": lambda: model_of(optimizer=optimizers.SGD(Warm(1.0))),
    "a Mute .* gives None, not a dictionary": lambda: model_of(Mute()),
}


@pytest.mark.parametrize("message", MUTE)
def test_a_model_that_would_come_back_as_another_is_not_saved(tmp_path, message):
    is_not_saved(MUTE[message], message, tmp_path)


class Augmentation(Silent):
    """Minicnn has a private class of nearly that name, which no file speaks of."""


class Wise(Silent):
    """It remembers in a way of its own."""

    @staticmethod
    def from_config(config):
        return Wise(3.0, name=config["name"])


@pytest.mark.parametrize("layer", [
    Silent(), Silent(float("2")), Loud(factor=2.0), Several(), Wise(3.0), Augmentation(), Found(), Perhaps(),
    Keeping(),
])  # fmt: skip
def test_what_would_come_back_as_it_was_is_saved(tmp_path, layer):
    model = model_of(layer)
    model.save(tmp_path / "m.mcnn")
    again = mc.load_model(tmp_path / "m.mcnn", custom_objects={type(layer).__name__: type(layer)})
    assert again.layers[0].factor == layer.factor


@pytest.mark.parametrize("own", [
    {"MSE": MSE}, {"Mse": MSE}, {"dense": Silent}, {"Acc": mc.metrics.Metric},
    {"mse": losses.MeanSquaredError, "MSE": MSE},
])  # fmt: skip
def test_a_name_of_minicnn_s_means_nothing_else(tmp_path, own):
    """A metric is in the file as it was given, "mse": one's own would come back in its place."""
    model = model_of()
    model.compile("sgd", "mse", metrics=["mse"])
    model.save(tmp_path / "m.mcnn")
    with pytest.raises(ValueError, match=r"cannot give '\w+' another meaning: the name is minicnn's"):
        mc.load_model(tmp_path / "m.mcnn", custom_objects=own)
    same = {"mse": losses.MeanSquaredError, "relu": mc.activations.relu, "Silent": Silent}
    same |= {"tanh": np.tanh, "Activation": mc.activations.Activation}  # which no part of a model may be
    assert type(mc.load_model(tmp_path / "m.mcnn", custom_objects=same).loss) is losses.MeanSquaredError


def test_a_class_is_given_not_one_of_its_objects(tmp_path):
    model_of(Silent()).save(tmp_path / "m.mcnn")
    with pytest.raises(ValueError, match=r"^custom_objects expects the class for 'Silent', not"):
        mc.load_model(tmp_path / "m.mcnn", custom_objects={"Silent": Silent()})


class Scale2(Times):
    """Its name and the next one's are spellings of each other."""


class Scale_2(Times):
    pass


def test_of_two_names_spelt_alike_each_has_its_own_meaning(tmp_path):
    layers_of(Scale_2(3.0), Scale2(5.0)).save(tmp_path / "m.mcnn")
    for own in ({"Scale_2": Scale_2, "Scale2": Scale2}, {"Scale2": Scale2, "Scale_2": Scale_2}):
        again = mc.load_model(tmp_path / "m.mcnn", custom_objects=own)
        assert [type(layer) for layer in again.layers] == [Scale_2, Scale2]
    with pytest.raises(ValueError, match=r"unknown layer 'Scale_2': did you mean 'Scale2'\?"):
        mc.load_model(tmp_path / "m.mcnn", custom_objects={"Scale2": Scale2})


def test_minicnn_s_own_come_in_any_spelling_also_where_they_are_given():
    with lookup.custom_objects({"relu": relu, "Times": Times}):
        assert mc.activations.get("ReLU") is relu


def test_one_activation_in_two_places_is_saved(tmp_path):
    one = leaky(0.5)
    model = layers_of(layers.Dense(3, activation=one), layers.Dense(2, activation=one))
    model.save(tmp_path / "m.mcnn")
    again, x = mc.load_model(tmp_path / "m.mcnn", custom_objects={"leaky": one}), np.ones((2, 4), "float32")
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


def test_a_part_of_ones_own_within_a_part_is_known_to_the_trial(tmp_path):
    """Or its class would say of a name that load_model will be told that there is none."""
    model_of(Open(3, activation=leaky(0.5), pair=(3, 4))).save(tmp_path / "m.mcnn")
    own = {"Open": Open, "leaky": leaky(0.5)}
    assert mc.load_model(tmp_path / "m.mcnn", custom_objects=own).layers[0].pair == (3, 4)


def test_a_short_name_is_no_class_s_in_a_file():
    """As one's own had before such names were refused."""
    with pytest.raises(ValueError, match="unknown loss 'MSE'"):
        losses.get({"class_name": "MSE", "config": {}})
    assert type(losses.get("MSE")) is losses.MeanSquaredError


def test_a_tuple_kept_as_a_list_is_still_the_default(tmp_path):
    model_of(Sized()).save(tmp_path / "m.mcnn")
    assert mc.load_model(tmp_path / "m.mcnn", custom_objects={"Sized": Sized}).layers[0].size == [2, 2]
    with pytest.raises(ValueError, match="does not say size"):
        model_of(Sized((3, 2))).save(tmp_path / "m.mcnn")


def test_weights_alone_are_saved(tmp_path):
    model_of(Silent(3.0)).save_weights(tmp_path / "m.weights")


class ScaledAsAdvised(Scaled):
    arguments = (*layers.Dense.arguments, "scale")


class MomentumAsAdvised(optimizers.SGD):
    def __init__(self, **kwargs):
        super().__init__(**{"learning_rate": 0.1, "momentum": 0.9} | kwargs)


def test_the_advice_of_the_messages_helps(tmp_path):
    model_of(ScaledAsAdvised(2, 3.0), MomentumAsAdvised()).save(tmp_path / "m.mcnn")
    own = {each.__name__: each for each in (ScaledAsAdvised, MomentumAsAdvised)}
    again = mc.load_model(tmp_path / "m.mcnn", custom_objects=own)
    assert again.layers[0].scale == 3.0 and again.optimizer.momentum == 0.9


class Growing(Silent):
    arguments = ("cuts",)

    def __init__(self, cuts, **kwargs):
        super().__init__(**kwargs)
        self.cuts = cuts
        cuts.append(99)


def test_the_check_leaves_alone_what_is_in_use(tmp_path):
    model = model_of(Growing([1]))
    with pytest.raises(ValueError, match=r"gives cuts = \[1, 99\], and one made of that gives \[1, 99, 99\]"):
        model.save(tmp_path / "m.mcnn")
    assert model.layers[0].cuts == [1, 99]


class Table(schedules.LearningRateSchedule, dict):
    def __call__(self, step):
        return self.get(step, 0.1)


def test_a_class_of_two_worlds_is_no_trouble_to_the_check(tmp_path):
    model_of(optimizer=optimizers.SGD(Table())).save(tmp_path / "m.mcnn")


def test_a_layer_that_says_all_comes_back(tmp_path):
    model, x = model_of(Times(3.0)), np.ones((2, 4), "float32")
    model.save(tmp_path / "m.mcnn")
    again = mc.load_model(tmp_path / "m.mcnn", custom_objects={"Times": Times})
    assert again.layers[0].factor == 3.0
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


NEEDED = {  # arguments without which there is none
    "Activation": relu, "Conv2D": (2, 3), "Dense": 2, "Dropout": 0.5, "Input": ((3,),), "MaxNorm": 2,
    "RandomCrop": (2, 2), "RandomRotation": 0.1, "RandomTranslation": (0.1, 0.1), "RandomZoom": 0.1,
    "Rescaling": 0.1,
}  # fmt: skip


def ours():
    for registry in (layers.LAYERS, optimizers._REGISTRY, losses._REGISTRY, metrics._REGISTRY,
                     initializers._REGISTRY, constraints._REGISTRY):  # fmt: skip
        yield from registry.values()


@pytest.mark.parametrize("made", dict.fromkeys(ours()), ids=lambda made: made.__name__)
def test_minicnn_s_own_say_all(made):
    given = NEEDED.get(made.__name__, ())
    lookup.check_rebuildable(made(*(given if isinstance(given, tuple) else (given,))))
