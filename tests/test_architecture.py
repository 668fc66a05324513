"""The house: arrows run one way, rooms are small, every door has a sign."""

import ast
import importlib
import inspect
import sys
from pathlib import Path

import pytest
from agreement import NEEDS_COMPILATION, ROOT, run_python

import minicnn

FILES = sorted((ROOT / "minicnn").rglob("*.py"))
OF_LESSONS = sorted(file for room in ("lessons", "tests/lessons") for file in (ROOT / room).rglob("*.py"))


def name_of(file):
    """``minicnn.kernels.conv2d``"""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(file): ast.parse(file.read_text()) for file in FILES}


def imports(tree, only_when_loaded=False):
    """The names of what a file imports: modules of minicnn in full, of others the first part.

    ``only_when_loaded``: without what functions import when they are called.
    """
    nodes = [tree]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name if alias.name in MODULES else alias.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name their module in full"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if node.module.split(".")[0] == "minicnn":
                    yield inner if inner in MODULES else node.module
                else:
                    yield node.module.split(".")[0]
        elif not (only_when_loaded and isinstance(node, (ast.FunctionDef, ast.Lambda))):
            nodes.extend(ast.iter_child_nodes(node))


def room_of(name):
    """The folder of minicnn a module stands in, or the module itself."""
    return ".".join(name.split(".")[:2])


EVERYONES = {"minicnn.messages"}  # every room may import it
FOUNDATIONS = {"minicnn.checks", "minicnn.config", "minicnn.random", "minicnn.lookup"}
PARTS_OF_LAYERS = {"minicnn.activations", "minicnn.initializers", "minicnn.constraints"}
PARTS_OF_TRAINING = {"minicnn.losses", "minicnn.metrics", "minicnn.optimizers", "minicnn.schedules"}
ON_ITS_OWN = {f"minicnn.{name}" for name in (
    "config", "random", "replacing", "labels", "messages", "notebook", "position", "summary",
    "windows",
)}  # fmt: skip
MAY_IMPORT = {
    **{name: set() for name in ON_ITS_OWN},
    "minicnn.archive": {"minicnn.replacing"},
    "minicnn.checks": {"minicnn.lookup"},
    "minicnn.lookup": {"minicnn.rebuilding"},
    "minicnn.rebuilding": {"minicnn.archive"},
    "minicnn.random": {"minicnn.checks"},
    "minicnn.progress": {"minicnn.notebook", "minicnn.svg"},
    "minicnn.position": {"minicnn.checks"},
    "minicnn.svg": {"minicnn.checks"},
    "minicnn.gradcheck": {"minicnn.config"},
    "minicnn.kernels": {"minicnn.config"},
    "minicnn.layers": FOUNDATIONS | PARTS_OF_LAYERS | {"minicnn.kernels", "minicnn.windows"},
    **dict.fromkeys(PARTS_OF_LAYERS | PARTS_OF_TRAINING,
                    FOUNDATIONS | PARTS_OF_LAYERS | PARTS_OF_TRAINING | {"minicnn.kernels"}),
    "minicnn.classification": {"minicnn.labels"},
    "minicnn.probabilities": {"minicnn.activations", "minicnn.kernels", "minicnn.layers"},
    "minicnn.metrics": {"minicnn.losses", "minicnn.lookup", "minicnn.classification"},
    "minicnn.batches": {"minicnn.checks", "minicnn.random"},
    "minicnn.datasets": FOUNDATIONS | {"minicnn.batches", "minicnn.kernels", "minicnn.windows"},
    "minicnn.utils": {"minicnn.checks", "minicnn.datasets", "minicnn.labels"},
    "minicnn.callbacks": FOUNDATIONS | {"minicnn.archive", "minicnn.replacing", "minicnn.svg"},
    "minicnn.saving": FOUNDATIONS | {"minicnn.archive", "minicnn.layers", "minicnn.model"},
    "minicnn.training": FOUNDATIONS | PARTS_OF_TRAINING | {f"minicnn.{name}" for name in (
        "activations", "archive", "batches", "callbacks", "kernels", "position", "progress",
    )},
    "minicnn.model": FOUNDATIONS | {
        "minicnn.layers", "minicnn.saving", "minicnn.summary", "minicnn.training",
    },
    "minicnn.commands": {f"minicnn.{name}" for name in (
        "archive", "batches", "callbacks", "checks", "config", "datasets", "kernels", "layers", "lookup",
        "losses", "probabilities", "reports", "saving", "utils", "warmup",
    )},
    "minicnn.warmup": {f"minicnn.{name}" for name in (
        "config", "datasets", "kernels", "layers", "model", "optimizers",
    )},
    "minicnn.reports": {f"minicnn.{name}" for name in (
        "activations", "batches", "checks", "classification", "config", "kernels", "labels",
        "layers", "probabilities", "replacing", "summary", "svg",
    )},
    "minicnn.plots": {"minicnn.checks", "minicnn.classification", "minicnn.labels", "minicnn.layers"},
    "minicnn.exchange": FOUNDATIONS | {"minicnn.activations", "minicnn.layers", "minicnn.replacing"},
    "minicnn.sklearn": FOUNDATIONS | {f"minicnn.{name}" for name in (
        "activations", "callbacks", "layers", "model", "optimizers",
    )},
}  # fmt: skip
WHOLE = "minicnn"  # minicnn/__init__.py: hands out what the rooms hold
DOOR = "minicnn.__main__"  # the commands: may use all of it, and nobody uses them
OUTSIDE = {  # of the rooms that need more than NumPy
    "minicnn.kernels": {"numpy", "numba", "llvmlite", "scipy", "threadpoolctl"},
    "minicnn.commands": {"numpy", "threadpoolctl"},
    "minicnn.messages": {"tqdm"},
    "minicnn.progress": {"tqdm"},
    "minicnn.notebook": {"IPython"},
    "minicnn.datasets": {"numpy", "tqdm", "PIL"},
    "minicnn.plots": {"numpy", "matplotlib"},
    "minicnn.reports": {"numpy", "PIL"},
    "minicnn.exchange": {"numpy", "onnx", "safetensors"},
    "minicnn.sklearn": {"numpy", "sklearn"},
}
EXTRAS = {"minicnn.sklearn": "sklearn"}  # modules that cannot be imported without a package few have


def load(name):
    """The module, or a visible skip where a package of an extra is missing."""
    if name in EXTRAS:
        pytest.importorskip(EXTRAS[name], reason=f"{name} needs {EXTRAS[name]}, of an extra in setup.cfg")
    return importlib.import_module(name)


@pytest.mark.parametrize("name", MODULES)
def test_arrows_run_one_way(name):
    """kernels <- layers <- model <- examples, lessons, benchmarks"""
    room = room_of(name)
    wanted = set(imports(MODULES[name])) - sys.stdlib_module_names
    inside = {room_of(each) for each in wanted if each.startswith("minicnn")} - {room}
    if room not in (WHOLE, DOOR):
        assert room in MAY_IMPORT, f"say in MAY_IMPORT what {room} may import"
        assert WHOLE not in inside, "a part names the part it needs, not the whole"
        assert inside <= MAY_IMPORT[room] | EVERYONES
    assert {each for each in wanted if not each.startswith("minicnn")} <= OUTSIDE.get(room, {"numpy"})


def test_the_map_has_no_rooms_that_are_gone():
    rooms = {room_of(name) for name in MODULES} - {WHOLE, DOOR}
    assert MAY_IMPORT.keys() == rooms
    assert set().union(*MAY_IMPORT.values()) <= rooms
    assert OUTSIDE.keys() <= rooms | {DOOR}


def test_a_wrong_arrow_would_be_seen():
    tree = ast.parse("""
def f():
    from minicnn.layers import conv2d
from minicnn import model as m
import os.path
""")
    assert {*imports(tree)} == {"minicnn.layers.conv2d", "minicnn.model", "os"}
    assert {*imports(tree, only_when_loaded=True)} == {"minicnn.model", "os"}


def test_no_import_goes_round_in_a_circle():
    arrows = {name: MODULES.keys() & imports(tree, only_when_loaded=True) for name, tree in MODULES.items()}
    arrows["minicnn"] = set()  # whoever imports a part loads the whole first: that arrow is always there
    done = set()

    def visit(name, path):
        assert name not in path, " -> ".join([*path, name])
        if name not in done:
            for other in arrows[name]:
                visit(other, [*path, name])
            done.add(name)

    for name in arrows:
        visit(name, [])


def test_kernels_have_no_classes():
    for name, tree in MODULES.items():
        if room_of(name) == "minicnn.kernels" and name != "minicnn.kernels.jit":  # which listens to numba
            assert not [node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)], name


@pytest.mark.parametrize("file", [*FILES, *OF_LESSONS], ids=name_of)
def test_files_are_small(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 300


@NEEDS_COMPILATION  # without it plain stand-ins are there, which have no text
@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_is_explained(name):
    """A module, its functions, classes and methods; a method may have its text from the class above."""
    module = load(name)
    silent = [] if module.__doc__ or not MODULES[name].body else [name]
    for each, value in vars(module).items():
        if each.startswith("_") or getattr(value, "__module__", None) != name or not callable(value):
            continue
        if not inspect.getdoc(value):
            silent.append(each)
        if inspect.isclass(value):
            for method, inner in vars(value).items():
                counts = inspect.isroutine(inner) or isinstance(inner, property)
                if counts and not method.startswith("_") and not inspect.getdoc(getattr(value, method)):
                    silent.append(f"{each}.{method}")
    assert silent == []


@pytest.mark.parametrize("name", MODULES)
def test_all_is_there(name):
    """Every name a module offers in __all__."""
    module = load(name)
    assert [each for each in getattr(module, "__all__", ()) if not hasattr(module, each)] == []


SLOW = ["matplotlib", "PIL", "pandas", "tkinter", "IPython", "ipywidgets", "scipy.stats", "sklearn", "joblib",
        "dask", "onnx", "tqdm.notebook", "urllib.request", "minicnn.plots", "minicnn.reports",
        "minicnn.commands", "minicnn.exchange", "onnxruntime", "safetensors", "torch", "keras", "tensorflow"]


def test_import_is_light_and_leaves_no_trace(tmp_path):
    """It loads nothing that draws, warns of nothing, prints nothing, and draws no random number."""
    printed = run_python(f"""
import sys, os
import numpy as np
np.random.seed(0)
state = np.random.get_state()[1].tolist()
environment = dict(os.environ)
import minicnn
print([name for name in {SLOW} if name in sys.modules])
print(np.random.get_state()[1].tolist() == state, dict(os.environ) == environment)
""")
    assert printed.splitlines() == ["[]", "True True"]


def test_import_is_quick():
    """What minicnn adds takes less time than what it stands on.

    0.8 s for both is the promise, but a busy machine takes twice as long for either. Their ratio stays.
    """
    timed = """
import time
began = time.perf_counter()
import numba, scipy.linalg.cython_blas, threadpoolctl
between = time.perf_counter()
import minicnn
print((time.perf_counter() - between) / (between - began))
"""
    assert min(float(run_python(timed)) for _ in range(3)) < 0.75


def test_import_does_not_touch_blas():
    printed = run_python("""
from threadpoolctl import ThreadpoolController
import numpy, scipy.linalg
before = [library["num_threads"] for library in ThreadpoolController().select(user_api="blas").info()]
import minicnn
print(before == [library["num_threads"] for library in ThreadpoolController().select(user_api="blas").info()])
""")
    assert printed == "True\n"


def test_what_is_loaded_on_demand_comes_by_its_name():
    printed = run_python("""
import sys
import minicnn as mc
print(mc.datasets.__name__, mc.plots.__name__, mc.report.__name__)
print(mc.onnx.__name__, mc.safetensors.__name__, mc.torch.__name__)
print([name for name in ("onnx", "safetensors", "torch") if name in sys.modules])
assert {"plots", "onnx", "layers", "Sequential"} <= set(dir(mc))
try:
    mc.nothing
except AttributeError as error:
    print(error)
""")
    names, exchange, loaded, error = printed.splitlines()
    assert names == "minicnn.datasets minicnn.plots report"
    assert exchange == "minicnn.exchange.onnx minicnn.exchange.safetensors minicnn.exchange.torch"
    assert loaded == "[]"
    assert error == "module 'minicnn' has no attribute 'nothing'"


def test_the_copy_under_test_is_this_one():
    assert Path(minicnn.__file__).parent == ROOT / "minicnn"
