"""Whether an object would come back from a file as it is, as far as its class and its attributes tell.

A part of one's own may forget, in ``get_config``, what it was made with. Its model would be written and come
back with the defaults, or not at all, hours later. So it is refused when it is written.
"""

import inspect
import itertools

from minicnn.archive import as_json, is_json
from minicnn.messages import shown

KINDS = ("params", "state", "constraints")  # what a model asks a layer for, by name


class UnknownName(ValueError):
    """There is nothing of that name here: it may be one's own, which load_model gets as custom_objects."""


def check_arguments(thing, config):
    """ValueError where ``type(thing)(**config)`` fails, or makes another than ``thing`` is."""
    made = type(thing)
    failed = f"a {made.__name__} could not be made again: its"
    until = "Until then, save_weights keeps the weights"
    if not isinstance(config, dict):
        raise ValueError(f"{failed} get_config gives {shown(config)}, not a dictionary. {until}")
    for name, value in config.items():
        if not is_json(value):
            raise ValueError(
                f"{failed} get_config gives {name} = {shown(value)}, which a file cannot hold. It holds "
                f"numbers, texts, lists and dictionaries of them, and of a part what "
                f"minicnn.lookup.serialize(part) gives. {until}"
            )
    lost = {argument.name: argument for argument in _arguments(made) if _is_lost(thing, argument, config)}
    if lost:
        raise ValueError(
            f"{failed} get_config does not say {', '.join(lost)}. It gives by name (nothing by *) what "
            f"__init__ takes{_advice(made, lost)}. What __init__ fixes by itself needs a from_config of your "
            f"own. {until}"
        )
    try:
        again = made.from_config(as_json(config))  # what the file will give, and nothing that is in use
    except TypeError as error:
        raise ValueError(
            f"{failed} __init__ does not take what get_config gives, {error}. Let one take it or the other "
            "leave it out. What a base class takes is handed on, def __init__(self, ..., **kwargs): "
            "super().__init__(**kwargs), and what is fixed as defaults, super().__init__(**{'units': 4} | "
            f"kwargs). {until}"
        ) from None
    except UnknownName:
        return  # of something that is no part of this model
    except Exception as error:
        raise ValueError(
            f"{failed} __init__ refuses what get_config gives, as a file holds it (tuples as lists, texts as "
            f"keys): {type(error).__name__}: {error}. {until}"
        ) from error
    try:
        said = again.get_config()
    except Exception:  # it tells what build has found, and nothing is built here
        return
    for name, value in config.items():
        if said.get(name) is not None and not _same(value, said[name]):
            raise ValueError(
                f"{failed} get_config gives {name} = {shown(value)}, and one made of that gives "
                f"{shown(said[name])}. It gives what __init__ took: keep that as it came, and what "
                f"follows from it under another name. {until}"
            )


def check_params(layer):
    """ValueError where a layer within ``layer`` has weights or constraints that the outer has not."""
    if not _is_layer(layer):
        return  # a loss may keep what it likes
    own = [id(each) for kind in KINDS for each in _named(layer, kind)]
    for name, kept in vars(layer).items():
        for inner, kind in itertools.product(_layers_in(kept), KINDS):
            if not all(id(each) in own for each in _named(inner, kind)):
                raise ValueError(
                    f"a {type(layer).__name__} could not be made again: the {kind} of what it keeps as "
                    f"{name} are not among its own, which alone are trained and written. Hand them on, each "
                    f"under a name of its own, self.{kind} |= {{f'{name}_{{key}}': w for key, w in "
                    f"inner.{kind}.items()}}, and what else minicnn.layers.Layer says of layers within one"
                )


def _layers_in(kept):
    """What is kept, if it is a layer, and the layers within it: in lists, dictionaries, as ``layers``."""
    several = list(kept.values()) if isinstance(kept, dict) else getattr(kept, "layers", kept)
    within = several if isinstance(several, (list, tuple)) else ()
    return [kept] * _is_layer(kept) + [layer for each in within for layer in _layers_in(each)]


def _is_layer(thing):
    return isinstance(getattr(thing, "params", None), dict)


def _named(layer, kind):
    named = getattr(layer, kind, None)
    return named.values() if isinstance(named, dict) else ()


def _advice(made, lost):
    """What to write, where naming them is all it takes."""
    names = [name for name, argument in lost.items() if argument.kind != argument.VAR_POSITIONAL]
    if not names:
        return ""
    inherited = made.get_config.__module__.startswith("minicnn.")
    if inherited and hasattr(made, "arguments"):
        return f": list the names in the class, arguments = {tuple(dict.fromkeys([*made.arguments, *names]))}"
    more = ", ".join(f"'{name}': self.{name}" for name in names)
    own = "get_config" in vars(made)
    return f": {'let it add ' if own else 'define one that returns super().get_config() | '}{{{more}}}"


def _arguments(made):
    """What the __init__ of a class takes, and its bases' as long as one hands on **kwargs."""
    for base in made.__mro__:
        if "__init__" in vars(base) and base is not object:
            _, *arguments = inspect.signature(base.__init__).parameters.values()
            yield from arguments
            if not any(argument.kind == argument.VAR_KEYWORD for argument in arguments):
                return


def _is_lost(thing, argument, config):
    """Whether neither the config nor an attribute, which still has the default, says what ``thing`` got."""
    name, default = argument.name, argument.default
    if argument.kind == argument.VAR_POSITIONAL:
        return bool(getattr(thing, name, ()))
    if name in config or argument.kind == argument.VAR_KEYWORD:
        return False
    if name == "input_shape":  # which layers say where they were given one
        return False
    value = getattr(thing, name, argument.empty)
    return default is argument.empty or not _same(value, default)


def _same(value, default):
    if value is default or not (is_json(value) and is_json(default)):
        return value is default
    value, default = as_json(value), as_json(default)
    return value == default or repr(value) == repr(default)  # in which NaN is NaN
