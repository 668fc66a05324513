"""Names to objects and back: how ``optimizer="sgd"`` becomes an ``SGD()``, and a model a file.

Every file with things to choose from (losses, optimizers, ...) keeps one dictionary from name to
class and asks here. Case and underscores do not count: "glorot_uniform" is "GlorotUniform".
"""

import difflib


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
    return {"class_name": type(thing).__name__, "config": thing.get_config()}


def find(name, registry, kind):
    """The entry called ``name``, or a ValueError that suggests the nearest name there is."""
    plain = {_plain(known): value for known, value in registry.items()}
    if _plain(name) in plain:
        return plain[_plain(name)]
    nearest = difflib.get_close_matches(name.lower(), registry, n=1, cutoff=0.0)[0]
    raise ValueError(
        f"unknown {kind} {name!r}: did you mean {nearest!r}? There are {', '.join(sorted(registry))}"
    )


def resolve(identifier, registry, kind, base):
    """A name, a class, an object or what ``serialize`` gave, as an object of class ``base``.

    ``registry`` maps names to subclasses of ``base``; ``kind`` is what messages call them.
    """
    if isinstance(identifier, base):
        return identifier
    if isinstance(identifier, str):
        return find(identifier, registry, kind)()
    if isinstance(identifier, type) and issubclass(identifier, base):
        return identifier()
    if isinstance(identifier, dict) and identifier.keys() == {"class_name", "config"}:
        return find(identifier["class_name"], registry, kind).from_config(identifier["config"])
    raise ValueError(
        f"expected the name of a known {kind}, a {base.__name__} class or a {base.__name__} object, "
        f"got {identifier!r}"
    )


def _plain(name):
    return name.replace("_", "").lower()
