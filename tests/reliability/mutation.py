"""Mutants: minicnn with one operator, number, word or loop changed, made by cosmic-ray.

A mutant is known by its file and by the lines that it takes out and puts in, which stay as they are when
something else in the file changes.
"""

import dataclasses
import difflib
import functools
import hashlib
import tomllib
import warnings
from pathlib import Path

from tests.agreement import ROOT

SEED = "minicnn, November 2026"  # another one before each release: tests were mended for the last sample
SURVIVORS = Path(__file__).with_name("survivors.toml")
COMPILING = (("@jit", ""), ("@inline_jit", ""))


@dataclasses.dataclass(frozen=True)
class Mutant:
    """The ``occurrence``-th change that ``operator`` can make to ``file``, which is relative to the root."""

    file: str
    operator: str
    occurrence: int

    @property
    def rank(self):
        """Where it stands in the order that samples are drawn in: changes elsewhere do not move it."""
        words = f"{SEED} {self.file} {self.operator} {self.occurrence}"
        return hashlib.sha256(words.encode()).hexdigest()

    @functools.cached_property
    def source(self):
        """The whole file after the change."""
        from cosmic_ray import mutating, plugins

        original = (ROOT / self.file).read_text(encoding="utf-8")
        return mutating.mutate_code(original, plugins.get_operator(self.operator)(), self.occurrence)

    @functools.cached_property
    def change(self):
        """What is taken out and what is put in, as lines."""
        original = (ROOT / self.file).read_text(encoding="utf-8")
        lines = [*difflib.unified_diff(original.splitlines(), self.source.splitlines(), lineterm="", n=0)][2:]
        return tuple("\n".join(line[1:] for line in lines if line[0] == sign) for sign in "-+")

    @property
    def wanted(self):
        """Python without a warning (``2 is x``), and no compiling decorator gone: nobody would miss it."""
        with warnings.catch_warnings(action="error", category=SyntaxWarning):
            try:
                compile(self.source, self.file, "exec")
            except SyntaxError:
                return False
        return tuple(map(str.strip, self.change)) not in COMPILING


def population(files):
    """Every mutant of these files, in the order that samples are drawn in."""
    from cosmic_ray import ast, plugins

    mutants = []
    operators = [(name, plugins.get_operator(name)) for name in plugins.operator_names()]
    for file in files:
        tree = ast.get_ast((ROOT / file).read_text(encoding="utf-8"))
        nodes = list(ast.ast_nodes(tree))
        for name, operator in operators:
            if not operator.arguments():  # those with some need to be told names of variables
                count = sum(1 for node in nodes for _ in operator().mutation_positions(node))
                mutants += [Mutant(file, name, occurrence) for occurrence in range(count)]
    return sorted(mutants, key=lambda mutant: mutant.rank)


def sample(mutants, count):
    """The first ``count`` that are worth trying."""
    wanted = (mutant for mutant in mutants if mutant.wanted)
    return [mutant for mutant, _ in zip(wanted, range(count))]


@functools.cache
def survivors():
    """{(file, lines out, lines in): what survivors.toml says of it}; spaces do not count."""
    known = tomllib.loads(SURVIVORS.read_text(encoding="utf-8"))["mutant"]
    return {_key(each["file"], each["line"], each["becomes"]): each for each in known}


def _key(file, out, in_):
    return file, "".join(out.split()), "".join(in_.split())


def why_equivalent(mutant):
    """The reason written down in survivors.toml, or one that holds everywhere; or None."""
    _, out, in_ = key = _key(mutant.file, *mutant.change)
    if any(out == in_.replace(f"reshape({size}", "reshape(-1") for size in ("-2", "~1")):
        return "Of a shape NumPy works out the one negative number, whichever it is."
    return survivors().get(key, {}).get("why")


def was_missed(mutant):
    """Whether no test noticed it when the sample was drawn, as survivors.toml remembers."""
    return "since" in survivors().get(_key(mutant.file, *mutant.change), {})
