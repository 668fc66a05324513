"""The file that mc.report writes: what is in it, what is refused, and that nothing is changed by it."""

import configparser
import json
import re

import numpy as np
import pytest
import report_networks as networks
from agreement import NEEDS_COMPILATION, ROOT, assert_equal_weights
from report_networks import CLASSES

import minicnn as mc
from minicnn import activations, layers
from minicnn.reports import network


def written(tmp_path, model=None, history=None, data=None, **more):
    """The text of a report about a small network."""
    model = model or networks.short_network()
    data = networks.judged(model) if data is None else data
    more = {"class_names": CLASSES, "pictures": 4} | more
    return mc.report(model, history, data, tmp_path / "report.html", **more).read_text()


def carried(page):
    """The network in a page."""
    return json.loads(page.partition('id="network">')[2].partition("</script>")[0])


def dense_model(units=3, activation="softmax"):
    return mc.Sequential([layers.Input((4,)), layers.Dense(units, activation)])


def test_nothing_in_it_leads_outside(tmp_path):
    page = written(tmp_path)
    assert re.findall(r"""(?:src|href)=["'](?!data:|#)[^"']*""", page) == []
    assert "http://" not in page and "https://" not in page and "url(" not in page
    assert "default-src 'none'" in page


def test_names_from_outside_are_text(tmp_path):
    mischief = "</script><script>x</script>"
    model = mc.Sequential([
        layers.Input((8, 8, 1)), layers.Conv2D(2, 3, name=f"{mischief} 1"), layers.Flatten(),
        layers.Dense(5, "softmax", name=f"{mischief} 2"),
    ], name=mischief)  # fmt: skip
    for title in (mischief, None):  # or the model's name
        page = written(tmp_path, model, {mischief: [1.0]}, class_names=[mischief] * 5, title=title,
                       recipe={mischief: mischief})  # fmt: skip
        assert mischief not in page
        assert page.count("<script") == 2 and page.count("</script>") == 2
    assert [layer["name"][: len(mischief)] for layer in carried(page)["layers"][::2]] == [mischief] * 2


def test_its_sections(tmp_path):
    model = networks.short_network()
    model.compile(mc.optimizers.SGD(0.25, momentum=0.5), "sparse_categorical_crossentropy", ["accuracy"])
    x, y = networks.judged(model)
    history = model.fit(x, y, batch_size=6, epochs=2, verbose=0, validation_data=(x, y))
    page = written(tmp_path, model, history, (x, y), recipe={"commit": "1a2b3c"})
    right = (model.predict(x).argmax(axis=1) == y).mean()
    assert f"<dd>{100 * right:.1f} %</dd>" in page and f"<dd>{model.count_params()}</dd>" in page
    assert page.count("<svg") == 2  # accuracy and loss
    assert "SGD (learning_rate 0.25, momentum 0.5, nesterov False)" in page and "1a2b3c" in page
    assert re.search(r'batch size</th><td>6</td>.*seed</th><td>0</td>', page, re.S)
    filters = re.findall(r'<li><img src="data:image/png[^>]*>(\d+)</li>', page)
    assert [int(number) for number in filters] == [*range(5)]
    assert page.count('<a href="#picture=') == len(carried(page)["labels"]) // 2


def test_numbers_that_are_small_are_not_zero(tmp_path):
    page = written(tmp_path, history={"loss": [2.0, 1.5], "learning_rate": [0.001, 1e-5]})
    assert '<tr><th scope="row">2</th><td>1.5</td><td>1e-05</td></tr>' in page
    assert "training 1e-05<" in page and "training from 0.001 to 1e-05" in page


def test_what_is_not_all_numbers_has_no_column(tmp_path):
    page = written(tmp_path, history={"remark": [None, "a"], "loss": [2.0, 1.5]})
    assert page.count("<svg") == 1 and "remark" not in page
    assert '<tr><th scope="row">2</th><td>1.5</td></tr>' in page


def test_without_a_history_the_models_own_is_shown(tmp_path):
    model = dense_model()
    model.compile("sgd", "sparse_categorical_crossentropy")
    x, y = np.eye(4)[:3], np.arange(3)
    assert "No history was given" in written(tmp_path, model, data=(x, y), class_names=None)
    model.fit(x, y, verbose=0)
    assert "loss from epoch 1 to 1" in written(tmp_path, model, data=(x, y), class_names=None)


def test_batches_and_one_hot_rows_are_the_same_data(tmp_path):
    model = networks.short_network()
    x, y = networks.judged(model)
    arrays = written(tmp_path, model, data=(x, y))
    assert written(tmp_path, model, data=(x, np.eye(5)[y])) == arrays
    assert written(tmp_path, model, data=[(x[:7], y[:7]), (x[7:], y[7:])]) == arrays
    assert written(tmp_path, model, data=(list(x), list(y))) == arrays
    assert written(tmp_path, model, data=(list(x), y)) == arrays


def test_data_that_are_others_the_second_time_are_refused(tmp_path):
    """Else the wrong pictures would stand beside the mistakes."""
    model = networks.short_network()
    x, y = networks.judged(model)

    class Shuffled:
        def __iter__(self):
            order = np.random.default_rng(self.__dict__.setdefault("seed", 0)).permutation(len(x))
            self.seed += 1
            yield x[order], y[order]

    for data in (iter([(x, y)]), Shuffled()):
        with pytest.raises(ValueError, match="looks at the data twice, and the second time they were other"):
            written(tmp_path, model, data=data)


def test_the_model_is_as_before(tmp_path):
    model, other = networks.long_network(), networks.long_network()
    written(tmp_path, model, megabytes=0.5)
    assert_equal_weights(model, other)
    assert all(layer.cache is None for layer in model.layers)


def test_what_is_shown_first_is_what_it_was_surest_of_and_wrong_about(tmp_path):
    model = networks.short_network()
    x, y = networks.judged(model, n=40)
    page = carried(written(tmp_path, model, data=(x, y), pictures=10))
    p = model.predict(x)
    wrong = [n for n in np.argsort(-p.max(axis=1), kind="stable") if p[n].argmax() != y[n]]
    taken = p.argmax(axis=1)
    right = sum(taken == y)
    assert page["numbers"][:5] == wrong[:5]
    assert all(taken[n] == y[n] for n in page["numbers"][max(5, 10 - right) :])


@pytest.mark.parametrize("units, activation", [(1, "sigmoid"), (1, None), (2, None), (2, "softmax")])
def test_two_classes_in_one_number_or_two_logits_or_probabilities(units, activation, tmp_path):
    model = dense_model(units, activation)
    model.set_weights([np.float32([[3, -3][:units]] * 4), np.zeros(units)])
    x = np.float32([[1, 1, 1, 1], [-1, -1, -1, -1]])
    first = 1 if units == 1 else 0
    page = written(tmp_path, model, data=(x, [first, 1 - first]), class_names=["no", "yes"], pictures=2)
    assert "<dd>100.0 %</dd>" in page and "There are none" in page


def test_a_network_that_has_diverged_can_be_looked_at(tmp_path):
    model = networks.long_network()
    model.layers[-1].params["kernel"][...] = np.nan
    history = {"loss": [2.0, float("nan")], "accuracy": [float("nan"), float("nan")]}
    page = carried(written(tmp_path, model, history))
    assert page["layers"][-1]["difference"] is None


def test_many_classes_are_listed_not_tabled(tmp_path):
    model = dense_model(40)
    rng = np.random.default_rng(0)
    page = written(tmp_path, model, data=(rng.normal(size=(80, 4)), np.arange(80) % 40), class_names=None)
    assert "The commonest confusions" in page and 'class="confusions"' not in page


def test_a_page_stays_as_small_as_was_asked(tmp_path):
    """Base's 2.1 million weights of one layer have no room; what it makes of the pictures has."""
    model = mc.Sequential([layers.Input((8, 8, 4)), layers.Flatten(), layers.Dense(900, "relu"),
                           layers.Dense(5, "softmax")])  # fmt: skip
    x, y = networks.judged(model)
    page = written(tmp_path, model, data=(x, y), megabytes=0.5)
    _, large, last = carried(page)["layers"]
    assert len(page.encode()) < 0.5 * 10**6
    assert "arrays" not in large and large["weights"] == 256 * 900 + 900 and "outputs" in large
    assert "arrays" in last
    whole = written(tmp_path, model, data=(x, y), megabytes=1)
    assert "arrays" in carried(whole)["layers"][1] and len(whole.encode()) < 10**6


@NEEDS_COMPILATION  # hours without
def test_a_network_too_large_for_its_page_ends_where_the_room_does(tmp_path):
    model = mc.Sequential([layers.Input((64, 64, 3)), layers.Conv2D(2, 3), layers.Conv2D(600, 15),
                           layers.ReLU(), layers.GlobalAveragePooling2D(), layers.Dense(5)])  # fmt: skip
    page = carried(written(tmp_path, model, megabytes=0.5))
    assert [layer["name"] for layer in page["layers"]] == ["conv2d"]
    assert page["depth"] == 5


def sized(tmp_path, *some, shape=(4,), x=None, most=0.5, **more):
    """The network in the page about a model of ``some`` layers, which is not larger than ``most`` MB."""
    model = mc.Sequential([layers.Input(shape), *some])
    x = np.zeros((6, *shape)) if x is None else x
    page = written(tmp_path, model, data=(x, np.arange(len(x)) % 3), class_names=None, megabytes=most, **more)
    assert len(page.encode()) <= most * 10**6
    return carried(page)


def test_a_kernel_that_cannot_be_rounded_takes_the_room_it_takes(tmp_path):
    large = layers.Dense(300)
    page = sized(tmp_path, large, layers.Dense(3), shape=(300,))
    assert page["layers"][0]["arrays"]["kernel"]["format"] == "uint16"
    large = layers.Dense(300)
    large.build((None, 300))
    large.params["kernel"][7, 7] = np.nan
    page = sized(tmp_path, large, layers.Dense(3), shape=(300,))
    assert "arrays" not in page["layers"][0] and "arrays" in page["layers"][1]


@pytest.mark.parametrize("side, kept", [(60, 2), (125, 1)])
def test_pictures_that_are_no_pixels_take_the_room_they_take(side, kept, tmp_path, rng):
    """Even where the first is blank, and would fit a hundred times."""
    x = rng.normal(size=(6, side, side, 3))
    x[0] = 0
    network = [layers.MaxPooling2D(20), layers.Flatten(), layers.Dense(3)]
    page = sized(tmp_path, *network, shape=x.shape[1:], x=x, pictures=6)
    assert page["pictures"]["shape"] == [kept, side, side, 3] and len(page["layers"]) == 3


@pytest.mark.parametrize("letters, least, most", [(0, 601, 601), (300, 250, 600)])
def test_of_many_layers_those_are_there_whose_names_have_room(letters, least, most, tmp_path):
    many = [layers.Flatten(name=f"{k:03d}" + letters * "n") for k in range(600)]
    assert least <= len(sized(tmp_path, *many, layers.Dense(3))["layers"]) <= most


def test_a_page_without_room_for_its_tables_is_refused(tmp_path):
    many = [layers.Flatten(name=f"{k:03d}" + 900 * "n") for k in range(600)]
    with pytest.raises(ValueError, match=r"one picture and no layer .* has 0\.7\d MB, .*megabytes=0\.5 "):
        sized(tmp_path, *many, layers.Dense(3))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"data": None}, r"needs data=\(x_test, y_test\)"),
        ({"data": np.zeros((2, 8, 8, 1))}, r"\(x_test, y_test\) or batches of \(x, y\), got ndarray alone"),
        ({"data": (np.zeros((2, 8, 8, 1)), [1])}, r"x has 2 rows, y has shape \(1,\): one label a picture"),
        ({"data": (np.zeros((2, 8, 8, 1)), [1, 7])}, "knows 5 classes, but there is a label 7"),
        ({"data": (np.zeros((2, 8, 8, 1)), [1, -1])}, r"classes are 0, 1, ..., but there is a label -1"),
        ({"data": ([np.zeros((8, 8, 1)), np.zeros((8, 9, 1))], [1, 1])}, "pictures of one size, got"),
        ({"data": iter(())}, "given no batches"),
        ({"class_names": ["a", "b"]}, "expects 5 class_names, one for each class"),
        ({"class_names": "abcde"}, "expects 5 class_names"),
        ({"out": "report.pdf"}, r"writes a web page, got out='report.pdf': end it in .html"),
        ({"pictures": 1}, "pictures expects a whole number >= 2, got 1"),
        ({"megabytes": 0.1}, "megabytes expects a number >= 0.5, got 0.1"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_written(wrong, message, tmp_path):
    model = networks.short_network()
    given = {"data": networks.judged(model), "out": tmp_path / "report.html"} | wrong
    with pytest.raises(ValueError, match=message):
        mc.report(model, **given)
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_is_no_classifier_is_refused(tmp_path):
    model = mc.Sequential([layers.Input((8, 8, 1)), layers.Conv2D(2, 3)])
    with pytest.raises(ValueError, match=r"about classifiers, .* this model gives \(2, 6, 6, 2\)"):
        mc.report(model, data=(np.zeros((2, 8, 8, 1)), [0, 1]), out=tmp_path / "report.html")


def test_what_the_page_is_made_of_is_installed_with_minicnn():
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    patterns = setup["options.package_data"]["minicnn.reports"].split()
    files = [file for file in (ROOT / "minicnn").rglob("*") if file.is_file()]
    parts = [file for file in files if file.suffix not in (".py", ".pyc")]
    assert {file.parent for file in parts} == {ROOT / "minicnn" / "reports"}
    assert {f"*{file.suffix}" for file in parts} == set(patterns)


WEB = [file for file in (ROOT / "minicnn" / "reports").iterdir() if file.suffix in (".js", ".css", ".html")]


@pytest.mark.parametrize("file", WEB, ids=lambda file: file.name)
def test_the_page_is_written_to_be_read_too(file):
    lines = file.read_text().splitlines()
    assert len(lines) <= 300 and max(map(len, lines)) <= 120


def test_the_page_knows_the_layers_it_is_told_of():
    """A new layer is either known to the page or named here. That a row is whole, test_browser.py asks."""
    known = {kind.__name__ for kind in network.KNOWN}
    assert {kind.__name__ for kind in layers.LAYERS.values()} - known == {"Input", "RandomCrop"}
    (text,) = (file.read_text() for file in WEB if file.name == "layers.js")
    rows = re.findall(r"^  (\w+): ", text.partition("const LAYERS = {")[2], re.M)
    assert set(rows) == known and len(rows) == len(known)


def test_every_activation_has_its_formula():
    (text,) = (file.read_text() for file in WEB if file.name == "forward.js")
    assert all(f"  {name}: " in text for name in activations.BY_NAME if name != "softmax")
