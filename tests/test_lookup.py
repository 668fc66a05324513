import pytest

from minicnn import lookup


class Fruit(lookup.Configurable):
    pass


class BloodOrange(Fruit):
    def __init__(self, segments=10):
        self.segments = segments

    def get_config(self):
        return {"segments": self.segments}


REGISTRY = {"blood_orange": BloodOrange, "fruit": Fruit}


def resolve(identifier):
    return lookup.resolve(identifier, REGISTRY, "kind of fruit", Fruit)


@pytest.mark.parametrize("name", ["blood_orange", "BloodOrange", "bloodorange", "BLOOD_ORANGE"])
def test_names_in_both_spellings(name):
    assert type(resolve(name)) is BloodOrange


def test_a_class_is_made_and_an_object_stays_itself():
    assert type(resolve(BloodOrange)) is BloodOrange
    orange = BloodOrange(8)
    assert resolve(orange) is orange


def test_serialize_and_back():
    document = lookup.serialize(BloodOrange(7))
    assert document == {"class_name": "BloodOrange", "config": {"segments": 7}}
    assert resolve(document).segments == 7


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(ValueError, match="unknown kind of fruit 'BloodOrnge': did you mean 'blood_or"):
        resolve("BloodOrnge")
    with pytest.raises(ValueError, match="'zzz': There are blood_orange, fruit"):
        resolve("zzz")
    for no_name in (None, 3, ["apple"]):
        with pytest.raises(ValueError, match=r"unknown fruit .*There are blood_orange"):
            lookup.find(no_name, {"blood_orange": 1}, "fruit")


def test_the_nearest_name():
    assert lookup.nearest("Acuracy", ["loss", "accuracy"]) == "accuracy"
    assert lookup.nearest("TULIP", ["Rose", "Tulips"]) == "Tulips"
    assert lookup.nearest(3, [12, 34]) == 34
    assert lookup.nearest("zzz", ["loss", "accuracy"]) is None
    assert lookup.nearest("zzz", []) is None


@pytest.mark.parametrize(
    "name, other", [("nosuch.mcnn", "minicnn"), ("nosuch", "docs"), ("nofolder", "flowers")]
)
def test_what_is_nothing_like_it_is_not_suggested(name, other):
    assert lookup.nearest(name, [other]) is None


@pytest.mark.parametrize("thing", [3, None, int, {"class_name": "BloodOrange"}, lambda: 0])
def test_anything_else_is_refused(thing):
    with pytest.raises(ValueError, match="expected the name of a known kind of fruit"):
        resolve(thing)


def test_repr_shows_the_arguments():
    assert repr(BloodOrange(9)) == "BloodOrange(segments=9)"


def test_a_text_too_long_for_a_name_is_cut_and_like_nothing(monkeypatch):
    monkeypatch.setattr(lookup.difflib, "get_close_matches", None)
    for name in ("fruit" * 10**5, ["fruit"] * 10**5, {"class_name": "fruit" * 10**5, "config": {}}):
        with pytest.raises(ValueError, match="fruit") as caught:
            resolve(name)
        assert len(str(caught.value)) < 1000


def test_an_argument_too_long_for_a_name_is_not_repeated():
    made = {"class_name": "BloodOrange", "config": {"segments": 3, "x" * 10**6: 1}}
    with pytest.raises(ValueError, match=r"^BloodOrange has no argument 'xxx.{,200}$"):
        lookup.resolve(made, REGISTRY, "fruit", Fruit)
    made["config"] = {"x" * lookup.LONGEST: 1}
    with pytest.raises(TypeError, match="unexpected keyword argument 'xxx"):
        lookup.resolve(made, REGISTRY, "fruit", Fruit)
