"""Names to objects and back: how ``optimizer="sgd"`` becomes an ``SGD()``, and a model a file.

Every file with things to choose from (losses, optimizers, ...) keeps one dictionary from name to
class and asks here. Case and underscores do not count: "glorot_uniform" is "GlorotUniform".
"""

import contextlib
import difflib
from contextvars import ContextVar

from minicnn.messages import shown
from minicnn.rebuilding import UnknownName, check_arguments, check_params

_RESERVED = {}  # minicnn's names, plain, and the classes and activations they stand for
LONGEST = 200  # characters of a name; comparing longer ones would take memory and time
_OWN = ContextVar("classes and activations of the user's own, by name")
_WRITTEN = ContextVar("classes and activations in the file that is written, by name", default=None)


class Configurable:
    """Something that can be rebuilt from the arguments it was made with.

    ``get_config()`` gives these arguments in terms JSON knows; ``from_config`` takes them back.
    """

    def get_config(self):
        """The arguments this was made with, in terms JSON knows."""
        return {}

    @classmethod
    def from_config(cls, config):
        """A new one from what ``get_config`` gave."""
        return cls(**config)

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.get_config().items())})"


def serialize(thing):
    """``{"class_name": ..., "config": ...}``, which ``resolve`` turns into an equal object."""
    config = thing.get_config()
    if _WRITTEN.get() is not None:
        made = type(thing)
        if (meant := reserved_for(made.__name__, made)) is not None:
            raise ValueError(
                f"a {made.__name__} could not be made again: the name stands for minicnn's {meant.__name__}. "
                "Give yours another. Until then, save_weights keeps the weights"
            )
        check_only(made.__name__, made)
        check_params(thing)
        if getattr(made.from_config, "__func__", None) is Configurable.from_config.__func__:
            known = _OWN.get({}) | _WRITTEN.get()  # as load_model is told them
            with _within(_OWN, known), _within(_WRITTEN, None):
                check_arguments(thing, config)  # another from_config knows better
    return {"class_name": type(thing).__name__, "config": config}


def check_rebuildable(*things):
    """ValueError for what a file could not make again as it is, however deep inside ``things``."""
    with _within(_WRITTEN, {}):
        for thing in things:
            serialize(thing)


def check_only(name, thing):
    """ValueError where ``name`` stands for something else in the same file: of two, one would come back."""
    written = _WRITTEN.get()
    if written is None or thing in _RESERVED.get(plain(name), ()):
        return
    if written.setdefault(name, thing) != thing:
        raise ValueError(
            f"two things in this model that are not the same are called {name!r}, and one of them would come "
            "back for both. Give each a name of its own, or make it once and use it in both places. Until "
            "then, save_weights keeps the weights"
        )


def reserve(registry):
    """``registry`` itself, ``{name: class or activation}``. Nothing of one's own may have a name in it."""
    for name, meant in registry.items():
        _RESERVED.setdefault(plain(name), []).append(meant)
    return registry


def reserved_for(name, thing):
    """What minicnn means by ``name``, however spelt, if that is not ``thing`` but may be mistaken for it."""
    alike = [each for each in _RESERVED.get(plain(name), ()) if _alike(each, thing)]
    return alike[0] if alike and thing not in alike else None


def _alike(reserved, thing):
    """Whether both are classes that can be resolved, or both activations."""
    if isinstance(thing, type):
        return isinstance(reserved, type) and issubclass(thing, Configurable)
    return isinstance(thing, type(reserved))


def find(name, registry, kind):
    """The entry called ``name``, or an UnknownName that suggests the nearest one there is.

    minicnn's come in any spelling. One's own, which may differ in their underscores alone, do not.
    """
    if isinstance(name, str) and len(name) <= LONGEST:
        if name in registry:
            return registry[name]
        for known, value in registry.items():
            own = known in _OWN.get({}) and value not in _RESERVED.get(plain(known), ())
            if plain(known) == plain(name) and not own:
                return value
    near = nearest(name, registry)
    hint = f"did you mean {near!r}? " if near else ""
    raise UnknownName(f"unknown {kind} {shown(name)}: {hint}There are {', '.join(sorted(registry))}")


def nearest(name, known):
    """The one of ``known`` that ``name`` most looks like, whatever the case; None where none does.

    Nor is anything like a text of more than 200 characters, which is no name.
    """
    text = name if isinstance(name, str) else shown(name)
    if len(text) > LONGEST:
        return None
    spellings = {str(each).lower(): each for each in known}
    near = difflib.get_close_matches(text.lower(), spellings, n=1)
    return spellings[near[0]] if near else None


@contextlib.contextmanager
def custom_objects(own):
    """Within this, every registry also knows what of ``own``, ``{"MyLoss": MyLoss}``, belongs in it."""
    if not isinstance(own, dict) or not all(isinstance(name, str) for name in own):
        raise ValueError(f"custom_objects expects a dictionary such as {{'MyLoss': MyLoss}}, got {own!r}")
    for name, thing in own.items():
        if isinstance(thing, Configurable):
            raise ValueError(f"custom_objects expects the class for {name!r}, not one of its objects")
        if reserved_for(name, thing) is not None:
            raise ValueError(
                f"custom_objects cannot give {name!r} another meaning: the name is minicnn's. Leave it out, "
                "or give yours another before you save"
            )
    with _within(_OWN, own):
        yield


@contextlib.contextmanager
def _within(variable, value):
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)


def with_own(registry, base):
    """``registry`` and, of the custom objects, the subclasses of ``base`` or, for Activation, its objects."""
    return registry | {
        name: thing
        for name, thing in _OWN.get({}).items()
        if isinstance(thing, base) or (isinstance(thing, type) and issubclass(thing, base))
    }


def resolve(identifier, registry, kind, base):
    """A name, a class, an object or what ``serialize`` gave, as an object of class ``base``.

    ``registry`` maps names to subclasses of ``base``; ``kind`` is what messages call them.
    """
    if isinstance(identifier, base):
        return identifier
    if isinstance(identifier, str):
        return find(identifier, with_own(registry, base), kind)()
    if isinstance(identifier, type) and issubclass(identifier, base):
        return identifier()
    if isinstance(identifier, dict) and identifier.keys() == {"class_name", "config"}:
        classes = {made.__name__: made for made in registry.values()}  # and no short names, such as "mse"
        made, config = find(identifier["class_name"], with_own(classes, base), kind), identifier["config"]
        longest = max(map(str, config), key=len, default="") if isinstance(config, dict) else ""
        if len(longest) > LONGEST:  # Python would repeat all of it
            raise ValueError(f"{made.__name__} has no argument {shown(longest)}")
        return made.from_config(config)
    raise ValueError(
        f"expected the name of a known {kind}, a {base.__name__} class or a {base.__name__} object, "
        f"got {shown(identifier)}"
    )


def plain(name):
    """What all spellings of a name have in common."""
    return name.replace("_", "").lower()
