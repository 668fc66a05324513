"""Parts within parts of one's own: a layer that keeps layers, a loss that keeps a loss."""

import numpy as np
import pytest

import minicnn as mc
from minicnn import constraints, layers, lookup, losses, optimizers
from tests.own_parts import compiled, is_not_saved, layers_of, model_of


class Residual(layers.Layer):
    """The weights of the layer within it are its own, if it hands them on."""

    arguments = ("hands_on",)

    def __init__(self, hands_on=False, **kwargs):
        super().__init__(**kwargs)
        self.hands_on = hands_on
        self.inner = layers.Dense(4)

    def add_weights(self, input_shape):
        self.inner.build(input_shape)
        if self.hands_on:
            self.params |= self.inner.params

    def forward(self, x, training=False):
        return x + self.inner.forward(x, training)

    def backward(self, dy):
        dx = dy + self.inner.backward(dy)
        if self.hands_on:
            self.grads = self.inner.grads
        return dx


class Residuals(layers.Layer):
    """All but its last are forgotten: two kernels have one name."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = [layers.Dense(4), layers.Dense(4)]

    def add_weights(self, input_shape):
        for each in self.inner:
            each.build(input_shape)
            self.params |= each.params

    def forward(self, x, training=False):
        return x + self.inner[1].forward(self.inner[0].forward(x))


class Named(Residual):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = {"dense": layers.Dense(4)}

    def add_weights(self, input_shape):
        self.inner["dense"].build(input_shape)


class Whole(Residual):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = mc.Sequential([layers.Dense(4)])


class Rows(Named):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = {"dense": layers.Dense(4), "rows": [[layers.Dropout(0.5)], (self.inner["dense"],)]}


class Tower(layers.Layer):
    """It has a weight of its own beside those of its ``layers``."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.layers = [layers.Dense(4)]

    def add_weights(self, input_shape):
        self.layers[0].build(input_shape)
        self.params |= self.layers[0].params | {"scale": np.ones(4, np.float32)}


class Topped(Residual):
    """It hands on what the tower's layers have, and forgets the tower's own."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = Tower()

    def add_weights(self, input_shape):
        self.inner.build(input_shape)
        self.params |= self.inner.layers[0].params


class Bounded(Residual):
    """Its weights learn, without their bound."""

    def __init__(self, **kwargs):
        super().__init__(True, **kwargs)
        self.inner = layers.Dense(4, kernel_constraint=constraints.MaxNorm(0.1))

    @staticmethod
    def from_config(config):
        return Bounded(name=config["name"])


class Halved(losses.Loss):
    def __init__(self, base="mse"):
        self.base = losses.get(base)

    def get_config(self):
        return {"base": self.base}


class Told(Halved):
    """As the message says."""

    def get_config(self):
        return {"base": lookup.serialize(self.base)}


class Block(layers.Layer):
    """Layers within one, as Layer says."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        bounded = layers.Dense(4, kernel_constraint=constraints.MaxNorm(0.5))
        self.inner = [bounded, layers.BatchNormalization(), layers.Dropout(0.5), layers.Dense(4)]

    def gather(self, kind):
        named = ((k, key, w) for k, each in enumerate(self.inner) for key, w in getattr(each, kind).items())
        return {f"{k}_{key}": w for k, key, w in named}

    def layers(self):
        for k, each in enumerate(self.inner):
            each.seed, each.step, each.place = self.seed, self.step, f"{self.place}.{k}"
            yield each

    def add_weights(self, input_shape):
        for each in self.layers():
            each.build(input_shape)
        for kind in ("params", "state", "constraints"):
            setattr(self, kind, self.gather(kind))

    def forward(self, x, training=False):
        y = x
        for each in self.layers():
            y = each.forward(y, training)
        return x + y

    def backward(self, dy):
        dx = dy
        for each in reversed(self.inner):
            dx = each.backward(dx)
        self.grads = self.gather("grads")
        return dy + dx


class Blurred(losses.MeanSquaredError):
    """It looks through a layer that stays as it is."""

    def __init__(self):
        self.fixed = layers.Dense(2)
        self.fixed.build((None, 2))


class Centred(Residual):
    """It hands on what is trained, and forgets the means."""

    def __init__(self, **kwargs):
        super().__init__(True, **kwargs)
        self.inner = layers.BatchNormalization()

    @staticmethod
    def from_config(config):
        return Centred(name=config["name"])


MUTE = {
    "a Residual .* params of what it keeps as inner are .*self.params .= {f'inner_{key}'": lambda: model_of(
        Residual()
    ),
    "a Residuals .* params of what it keeps as inner are not": lambda: model_of(Residuals()),
    "a Named .* params of what it keeps as inner are not": lambda: model_of(Named()),
    "a Centred .* state of what it keeps as inner": lambda: model_of(Centred()),
    "a Whole .* params of what it keeps as inner are not": lambda: model_of(Whole()),
    "a Rows .* params of what it keeps as inner are not": lambda: model_of(Rows()),
    "a Topped .* params of what it keeps as inner are not": lambda: model_of(Topped()),
    "a Bounded .* constraints of what it keeps as inner .* minicnn.layers.Layer says": lambda: model_of(
        Bounded()
    ),
    "a Halved .* base = .* cannot hold.* minicnn.lookup.serialize.part.": lambda: model_of(loss=Halved()),
}


@pytest.mark.parametrize("message", MUTE)
def test_a_model_that_would_forget_what_is_within_is_not_saved(tmp_path, message):
    is_not_saved(MUTE[message], message, tmp_path)


def test_a_layer_within_a_layer_comes_back_where_its_weights_are_handed_on(tmp_path):
    model, x = model_of(Residual(hands_on=True)), np.ones((2, 4), "float32")
    model.fit(x, np.eye(2), verbose=0)
    model.save(tmp_path / "m.mcnn")
    again = mc.load_model(tmp_path / "m.mcnn", custom_objects={"Residual": Residual})
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


def test_layers_within_a_layer_come_back_and_learn_on_as_they_would_have(tmp_path):
    mc.random.set_random_seed(4)
    model, x = layers_of(Block(), Block(), layers.Dense(2)), np.eye(4, dtype="float32")
    model.predict(x)  # builds
    first, *_, last = (layer for block in model.layers[:2] for layer in block.inner)
    assert not np.array_equal(first.params["kernel"], last.params["kernel"])
    slow = optimizers.SGD(0.01)  # pictures normalised by twos: at 0.1 one draw of weights in ten diverges
    compiled(model, slow).fit(x, x[:, :2], batch_size=2, epochs=2, verbose=0)
    assert np.linalg.norm(first.params["kernel"], axis=0).max() <= 0.5 + 1e-6
    model.save(tmp_path / "m.mcnn")
    mc.random.set_random_seed(5)  # whatever is drawn anew is another
    again = mc.load_model(tmp_path / "m.mcnn", custom_objects={"Block": Block})
    for each in (model, again):
        each.fit(x, x[:, :2], batch_size=2, epochs=2, verbose=0)
    np.testing.assert_array_equal(again.predict(x), model.predict(x))


def test_a_loss_of_a_loss_comes_back(tmp_path):
    model_of(loss=Told("categorical_crossentropy")).save(tmp_path / "m.mcnn")
    again = mc.load_model(tmp_path / "m.mcnn", custom_objects={"Told": Told})
    assert type(again.loss.base) is losses.CategoricalCrossentropy


def test_a_loss_may_keep_a_layer(tmp_path):
    model_of(loss=Blurred()).save(tmp_path / "m.mcnn")
    assert mc.load_model(tmp_path / "m.mcnn", custom_objects={"Blurred": Blurred}).loss.fixed.units == 2
