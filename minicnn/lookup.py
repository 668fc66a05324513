"""Names to objects and back: how ``optimizer="sgd"`` becomes an ``SGD()``, and a model a file.

Every file with things to choose from (losses, optimizers, ...) keeps one dictionary from name to
class and asks here. Case and underscores do not count: "glorot_uniform" is "GlorotUniform".
"""

import contextlib
import difflib
import inspect
from contextvars import ContextVar

from minicnn.messages import shown

LONGEST = 200  # characters of a name; comparing longer ones would take memory and time
_OWN = ContextVar("classes and activations of the user's own, by name")
_MUST_COME_BACK = ContextVar("whether what is serialized is for a file", default=False)


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
    if _MUST_COME_BACK.get():
        _check_arguments(thing, config)
    return {"class_name": type(thing).__name__, "config": config}


def check_rebuildable(*things):
    """ValueError for what a file could not make again as it is, however deep inside ``things``."""
    token = _MUST_COME_BACK.set(True)
    try:
        for thing in things:
            serialize(thing)
    finally:
        _MUST_COME_BACK.reset(token)


def _check_arguments(thing, config):
    """A class of one's own may forget to say what it was made with, and would come back with the defaults."""
    made = type(thing)
    if getattr(made.from_config, "__func__", None) is not Configurable.from_config.__func__:
        return  # it knows better
    failed = f"a {made.__name__} could not be made again: its"
    until = "Until then, save_weights keeps the weights"
    if _plain(made.__name__) in (_plain(each.__name__) for each in made.__mro__[1:]):
        raise ValueError(f"{failed} name is also that of a class it extends. Give it one of its own. {until}")
    lost = dict.fromkeys(each.name for each in _arguments(made) if not _comes_back(thing, each, config))
    if lost:
        raise ValueError(
            f"{failed} get_config does not say {', '.join(lost)}. It gives by name (nothing by *) what "
            "__init__ takes; a layer lists the names in its class, as in "
            f"arguments = ({min(lost)!r},). {until}"
        )
    try:
        inspect.signature(made).bind(**config)
    except TypeError as error:
        raise ValueError(
            f"{failed} __init__ does not take what get_config gives, {error}. Let it hand on what its base "
            f"class takes, def __init__(self, ..., **kwargs): super().__init__(**kwargs). {until}"
        ) from None


def _arguments(made):
    """What the __init__ of a class takes, and its bases' as long as one hands on **kwargs."""
    for each in made.__mro__:
        if "__init__" in vars(each) and each is not object:
            _, *arguments = inspect.signature(each.__init__).parameters.values()
            yield from arguments
            if not any(each.kind == each.VAR_KEYWORD for each in arguments):
                return


def _comes_back(thing, argument, config):
    """Whether ``argument`` is in the config, or its default is what ``thing`` has, as its attributes tell."""
    name, default = argument.name, argument.default
    if argument.kind == argument.VAR_POSITIONAL:
        return not getattr(thing, name, ())
    if name in config or name == "input_shape" or argument.kind == argument.VAR_KEYWORD:
        return True  # layers say the shape where they were given one; what **kwargs hold has other names
    value = getattr(thing, name, argument.empty)
    same = value is default or (isinstance(value, (int, float, str)) and value == default)
    return same and default is not argument.empty


def find(name, registry, kind):
    """The entry called ``name``, or a ValueError that suggests the nearest name there is."""
    plain = {_plain(known): value for known, value in registry.items()}
    if isinstance(name, str) and len(name) <= LONGEST and _plain(name) in plain:
        return plain[_plain(name)]
    near = nearest(name, registry)
    hint = f"did you mean {near!r}? " if near else ""
    raise ValueError(f"unknown {kind} {shown(name)}: {hint}There are {', '.join(sorted(registry))}")


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
    if not isinstance(own, dict):
        raise ValueError(f"custom_objects expects a dictionary such as {{'MyLoss': MyLoss}}, got {own!r}")
    token = _OWN.set(own)
    try:
        yield
    finally:
        _OWN.reset(token)


def with_own(registry, base):
    """``registry`` and, of the custom objects, the subclasses and the objects of ``base``."""
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
    registry = with_own(registry, base)
    if isinstance(identifier, str):
        return find(identifier, registry, kind)()
    if isinstance(identifier, type) and issubclass(identifier, base):
        return identifier()
    if isinstance(identifier, dict) and identifier.keys() == {"class_name", "config"}:
        made, config = find(identifier["class_name"], registry, kind), identifier["config"]
        longest = max(map(str, config), key=len, default="") if isinstance(config, dict) else ""
        if len(longest) > LONGEST:  # Python would repeat all of it
            raise ValueError(f"{made.__name__} has no argument {shown(longest)}")
        return made.from_config(config)
    raise ValueError(
        f"expected the name of a known {kind}, a {base.__name__} class or a {base.__name__} object, "
        f"got {shown(identifier)}"
    )


def _plain(name):
    return name.replace("_", "").lower()
