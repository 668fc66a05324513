"""The texts, and what stands in them: examples in Python with what they print, commands, links."""

import ast
import re
import shlex
from dataclasses import dataclass, field

from agreement import ROOT

NAMES = ["README.md", "CONTRIBUTING.md", "benchmarks/README.md", "examples/README.md", "lessons/README.md",
         "lessons/AUTHORS.md"]  # fmt: skip
NAMES += sorted(file.relative_to(ROOT).as_posix() for file in ROOT.glob("docs/**/*.md"))
PAGES = {name: ROOT / name for name in NAMES}  # the texts that somebody follows

# ---------------------------------------------------------------- Python

BLOCK = re.compile(
    r"(?:^<!-- not run: (.+?) -->\n)?^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?", re.M | re.S
)
FILE = re.compile(r"\.(npz|onnx|safetensors)$")
OPTIONAL = {"keras", "onnx", "onnxruntime", "safetensors", "sklearn", "torch"}
BEHIND = {"mc.safetensors": "safetensors", "mc.torch": "safetensors", "mc.onnx": "onnx",
          "mc.sklearn": "sklearn"}  # fmt: skip


@dataclass
class Block:
    """A piece of code, what it should print (None: the page does not say), and what must be installed."""

    code: str
    printed: str | None = None
    reason: str = ""  # why it is not run: the comment above it
    needs: set = field(default_factory=set)

    def __str__(self):
        return re.sub(r"\W+", " ", self.code.splitlines()[0]).strip()


def blocks(page):
    """The page's blocks; each needs what it imports, and what those need that made its names and files."""
    made_by, found = {}, []
    for reason, code, printed in BLOCK.findall(page):
        needs, made, used = set(), set(), set()
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.Import):
                needs |= OPTIONAL & {part for alias in node.names for part in alias.name.split(".")}
            elif isinstance(node, ast.ImportFrom):
                needs |= OPTIONAL & set(node.module.split("."))
            elif isinstance(node, ast.Attribute):
                needs |= {BEHIND[text]} if (text := ast.unparse(node)) in BEHIND else set()
            elif isinstance(node, ast.Name):
                (made if isinstance(node.ctx, ast.Store) else used).add(node.id)
            elif isinstance(node, ast.Constant) and FILE.search(str(node.value)):
                (used if node.value in made_by else made).add(node.value)  # who names a file first, writes it
        needs = needs.union(*(made_by.get(name, ()) for name in used - made))
        made_by |= dict.fromkeys(made, needs)
        found.append(Block(code, printed or None, reason, needs))
    return found


# ---------------------------------------------------------------- commands

SHELL = re.compile(r"^```sh\n(.*?)^```", re.M | re.S)
INDENTED = re.compile(r"^    (\S.*)$", re.M)
INLINE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
PROGRAM = re.compile(r"(\.venv/bin/)?python3? |pip |bash |dask ")


def commands(page):
    """The commands a page tells to type, each as a list of words, those joined by && one by one."""
    fenced = SHELL.findall(page)
    rest = re.sub(r"^```.*?^```", "", page, flags=re.M | re.S)
    lines = [line for block in fenced for line in block.splitlines()] + INDENTED.findall(rest)
    inline = (" ".join(text.split()) for text in INLINE.findall(INDENTED.sub("", rest)))
    found = []
    for line in [*lines, *inline]:
        if PROGRAM.match(line):
            said = re.split(r" {2,}", line)[0]  # what it does may stand behind it, in a column of its own
            words = shlex.split(said, comments=True)
            ends = [k for k, word in enumerate(words) if word == "&&"]
            found += [words[a:b] for a, b in zip([0, *(k + 1 for k in ends)], [*ends, None])]
    return found
