"""Compiling: kept on disk, and never older than the source."""

import contextlib
import io
import os
import shutil
import signal
from pathlib import Path
from types import SimpleNamespace

import pytest
from agreement import NEEDS_COMPILATION, ROOT, run_python
from numba import types

from minicnn.kernels import jit
from tests.reliability.forks import in_a_fork
from tests.reliability.installs import of_another_numba

FOLDER = "from minicnn.kernels import helper, jit; print(jit.cache_folder())"


@pytest.fixture
def copy(tmp_path):
    """The kernels, for a learner to edit: {what a file says} beside a file that calls it."""
    shutil.copytree(ROOT / "minicnn", tmp_path / "minicnn", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "minicnn" / "__init__.py").write_text("")
    kernels = tmp_path / "minicnn" / "kernels"
    head = "from minicnn.kernels.jit import jit\n"
    (kernels / "helper.py").write_text(head + "@jit\ndef number():\n    return 1\n")
    (kernels / "caller.py").write_text(
        head + "from minicnn.kernels.helper import number\n@jit\ndef twice():\n    return 2 * number()\n"
    )
    return tmp_path


CALL = """
from minicnn.kernels import jit
from minicnn.kernels.caller import twice
print(twice(), sum(twice.stats.cache_hits.values()), jit.cache_folder())
"""


def call(copy, **environment):
    """What ``twice`` gives, how often it came from the cache, and the cache's folder."""
    result, hits, folder = run_python(CALL, folder=copy, **environment).split()
    return int(result), int(hits), Path(folder)


@NEEDS_COMPILATION
def test_an_edited_helper_is_compiled_again(copy, tmp_path):
    """numba alone looks at the file of the function called, and would answer 2 again."""
    cache = {"MINICNN_CACHE": str(tmp_path / "cache")}
    helper = copy / "minicnn" / "kernels" / "helper.py"
    original = helper.read_text()
    first = call(copy, **cache)
    assert first[:2] == (2, 0)
    assert call(copy, **cache) == (2, 1, first[2])
    helper.write_text(original.replace("return 1", "return 5"))
    second = call(copy, **cache)
    assert second[:2] == (10, 0) and second[2] != first[2]
    helper.write_text(original)
    assert call(copy, **cache)[2] == first[2]


PARTS = """
from minicnn.kernels import jit
from minicnn.kernels.caller import twice
from minicnn.kernels.helper import number
for each in (twice, number):
    kept = sorted(file.name.split("-")[0] for file in jit.cache_folder().rglob("*.nbc"))
    print(each(), number.signatures, kept)
print(sorted(file.name.split("-")[0] for file in jit.cache_folder().rglob("*.nbc")))
"""


@NEEDS_COMPILATION
def test_what_a_kernel_calls_is_a_part_of_it_and_a_kernel_only_to_python(copy, tmp_path):
    """``number`` gets machine code and a file of its own when Python calls it, and not before."""
    said = run_python(PARTS, folder=copy, MINICNN_CACHE=str(tmp_path / "cache")).splitlines()
    assert said == ["2 [] []", "1 [()] ['caller.twice']", "['caller.twice', 'helper.number']"]


@NEEDS_COMPILATION
def test_a_part_is_compiled_once_for_all_constants(monkeypatch):
    monkeypatch.setattr(jit, "prepared_folder", lambda: None)  # a second run would compile nothing
    monkeypatch.setattr(jit, "second_process", None)

    @jit.jit
    def sign(positive):
        return 1 if positive else -1

    @jit.jit
    def signs(either):
        return 100 * sign(True) + 10 * sign(False) + sign(either)

    assert (signs(True), signs(False)) == (91, 89)
    assert sign.part.signatures == [(types.boolean,)]


def flipped(content, place):
    """One bit of it."""
    return content[:place] + bytes([content[place] ^ 16]) + content[place + 1 :]


HARM = {
    "cut": lambda content: content[:-9],
    "empty": lambda content: b"",
    "first byte": lambda content: flipped(content, 0),
    "in the middle": lambda content: flipped(content, len(content) // 2),
}
KINDS = [(ending, harm) for ending in (".nbc", ".nbi") for harm in HARM]


REST = [pytest.param(*kind, marks=pytest.mark.slow) for kind in KINDS[1:]]  # seconds each


@NEEDS_COMPILATION
@pytest.mark.parametrize("ending, harm", [KINDS[0], *REST])
def test_a_damaged_file_is_compiled_anew(copy, tmp_path, ending, harm):
    """As after a loss of power. Machine code with a flipped bit would be run otherwise."""
    cache = {"MINICNN_CACHE": str(tmp_path / "cache")}
    assert call(copy, **cache)[:2] == (2, 0)
    for file in (tmp_path / "cache").rglob(f"*{ending}"):
        file.write_bytes(HARM[harm](file.read_bytes()))
    assert call(copy, **cache)[:2] == (2, 0)
    assert call(copy, **cache)[:2] == (2, 1)


@NEEDS_COMPILATION
def test_what_another_numba_left_is_compiled_anew(copy, tmp_path):
    """Machine code for other types of numba's would crash, or give anything."""
    cache = {"MINICNN_CACHE": str(tmp_path / "cache")}
    assert call(copy, **cache)[:2] == (2, 0)
    indices = [*(tmp_path / "cache").rglob("*.nbi")]
    for index in indices:
        index.write_bytes(of_another_numba(index.read_bytes()))
    assert indices and call(copy, **cache)[:2] == (2, 0)
    assert call(copy, **cache)[:2] == (2, 1)


RUN = """
import importlib.util, sys
from minicnn.kernels import jit
spec = importlib.util.spec_from_file_location("elsewhere", "minicnn/kernels/caller.py")
module = importlib.util.module_from_spec(spec)
if %s:
    sys.modules["elsewhere"] = module
spec.loader.exec_module(module)
print(module.twice(), sum(module.twice.stats.cache_hits.values()), jit.cache_folder())
"""


@NEEDS_COMPILATION
@pytest.mark.parametrize("registered", [False, True])
def test_a_file_that_was_run_not_imported_spoils_nothing(copy, tmp_path, registered):
    """numba notes the names of modules in what it keeps; one that nobody can import would be of no use."""
    cache = {"MINICNN_CACHE": str(tmp_path / "cache")}
    assert run_python(RUN % registered, folder=copy, **cache).split()[0] == "2"
    assert call(copy, **cache)[0] == 2
    assert call(copy, **cache)[:2] == (2, 1)


@pytest.mark.parametrize("file", [file.name for file in sorted((ROOT / "minicnn" / "kernels").glob("*.py"))])
def test_every_kernel_file_counts(file, monkeypatch, tmp_path):
    """Appending a comment to any one of them gives another folder."""
    shutil.copytree(ROOT / "minicnn" / "kernels", tmp_path / "kernels")
    monkeypatch.setattr(jit, "__file__", str(tmp_path / "kernels" / "jit.py"))
    before = jit._checksum.__wrapped__()
    with (tmp_path / "kernels" / file).open("a") as opened:
        opened.write("# edited\n")
    assert jit._checksum.__wrapped__() != before


@NEEDS_COMPILATION
def test_a_cache_folder_that_cannot_be_made(copy, tmp_path):
    """Below a file there is no folder, not even for root: kernels then are compiled into memory."""
    (tmp_path / "file").write_text("")
    cache = {"MINICNN_CACHE": str(tmp_path / "file" / "cache")}
    assert call(copy, **cache)[:2] == (2, 0)
    assert call(copy, **cache)[:2] == (2, 0)


@NEEDS_COMPILATION
def test_a_cache_folder_that_cannot_be_written(copy, tmp_path):
    cache = {"MINICNN_CACHE": str(tmp_path / "cache")}
    folder = Path(run_python(FOLDER, folder=copy, **cache).strip())
    folder.chmod(0o500)
    try:
        # root may write everywhere: os.access is told that it may not
        script = "import os\nos.access = lambda path, mode: mode != os.W_OK\n" + CALL
        assert run_python(script, folder=copy, **cache).split()[:2] == ["2", "0"]
        assert list(folder.rglob("*.nbc")) == []
    finally:
        folder.chmod(0o700)


def two_kernels_with_no_room(folder):
    """What is said when a limit on the size of files, below any machine code, stands for a full disk."""
    import resource  # which Windows does not have

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
    with contextlib.redirect_stderr(io.StringIO()) as said:
        results = [jit.jit(function)(1.0) for function in (lambda x: x + 1, lambda x: x + 2)]
    return results, said.getvalue(), [path.name for path in folder.rglob("*") if path.is_file()]


@NEEDS_COMPILATION
@pytest.mark.skipif(not hasattr(os, "fork"), reason="limits a process of its own")
def test_a_cache_that_becomes_full(monkeypatch, tmp_path):
    """Kernels are compiled into memory, one line says why the next ones will be again, no file stays."""
    monkeypatch.setattr(jit, "prepared_folder", lambda: tmp_path)
    results, said, files = in_a_fork(two_kernels_with_no_room, tmp_path)
    assert results == [2.0, 3.0] and files == []
    assert said.count("compiled kernels in memory only") == 1
    assert str(tmp_path) in said and "cannot be written to (File too large): free some space" in said


@NEEDS_COMPILATION
@pytest.mark.parametrize("full", ["", "cache"])
def test_a_cache_that_holds_no_more_folders(monkeypatch, tmp_path, full):
    """numba alone would turn to a folder beside the source, which does not know of edited helpers."""
    make = os.makedirs

    def crowded(path, *args, **kwargs):
        if full in str(path):
            raise OSError(28, "No space left on device")
        make(path, *args, **kwargs)

    monkeypatch.setattr(jit, "prepared_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(os, "makedirs", crowded)
    kernel = jit.jit(lambda x: x + 1)
    assert kernel._cache.cache_path is None and kernel(1.0) == 2.0


def test_a_folder_that_another_process_removes_meanwhile(monkeypatch, tmp_path):
    def removed(path, *args, **kwargs):
        raise FileNotFoundError(path)

    monkeypatch.setenv("MINICNN_CACHE", str(tmp_path))
    monkeypatch.setattr(shutil, "rmtree", removed)
    for number in range(9):  # more than stay
        (jit.cache_folder().parent / str(number)).mkdir(parents=True)
    assert jit.prepared_folder.__wrapped__() == jit.cache_folder()
    monkeypatch.setattr(os, "utime", removed)
    assert jit.prepared_folder.__wrapped__() is None


@pytest.mark.slow  # compiles in processes of their own
def test_folders_of_kernels_long_gone_are_removed(monkeypatch, tmp_path):
    """The last few stay, the one in use among them."""
    monkeypatch.setenv("MINICNN_CACHE", str(tmp_path))
    for edit in range(9):
        monkeypatch.setattr(jit, "_checksum", lambda edit=edit: f"kernels{edit}")
        folder = jit.prepared_folder.__wrapped__()
        assert folder.is_dir() and folder.name == f"kernels{edit}"
    assert {path.name for path in folder.parent.iterdir()} == {f"kernels{edit}" for edit in (5, 6, 7, 8)}


@NEEDS_COMPILATION
def test_the_wait_is_announced_once(copy, tmp_path):
    environment = {"MINICNN_CACHE": str(tmp_path / "cache")}
    first = run_python(CALL, folder=copy, check=False, **environment)
    assert first.stderr.count("minicnn compiles kernels on first use") == 1
    assert str(tmp_path / "cache") in first.stderr
    assert run_python(CALL, folder=copy, check=False, **environment).stderr == ""


@pytest.mark.parametrize(("name", "features", "due"), [
    ("rocketlake", "+avx512f,+amx-tile,+amx-int8", "sapphirerapids"),  # nothing called Rocket Lake has AMX
    ("rocketlake", "+avx512f,-amx-tile", "rocketlake"),
    ("graniterapids", "+avx512f,+amx-tile", "graniterapids"),
    ("apple-m1", "", "apple-m1"),
])  # fmt: skip
def test_code_is_made_for_the_processor_that_the_features_belong_to(name, features, due):
    assert jit._processor(name, features) == due


ROCKET_LAKE_WITH_AMX = """
import numba
from llvmlite import binding
from numba.core import codegen
binding.get_host_cpu_name = lambda: "rocketlake"
{before}
usual, codegen.get_host_cpu_features = codegen.get_host_cpu_features, lambda: "+amx-tile"
from minicnn.kernels import jit
print(numba.config.CPU_NAME)
codegen.get_host_cpu_features = usual
from minicnn.kernels import slices
print(slices.copy.targetctx.codegen().magic_tuple()[1])
"""


@NEEDS_COMPILATION
@pytest.mark.parametrize(("before", "environment", "due"), [
    ("", {}, ["sapphirerapids"] * 2),
    ("numba.njit(lambda: 0)()", {}, ["None", "rocketlake"]),  # all that follows is for that, too
    ("", {"NUMBA_CPU_NAME": "generic"}, ["generic"] * 2),
    ("", {"NUMBA_CPU_FEATURES": "+avx"}, ["None", "rocketlake"]),  # all others would be the name's
])  # fmt: skip
def test_numba_is_told_the_processor_where_it_has_not_settled_for_one(before, environment, due):
    told = {"NUMBA_CPU_NAME": None, "NUMBA_CPU_FEATURES": None} | environment
    assert run_python(ROCKET_LAKE_WITH_AMX.format(before=before), **told).split() == due


def test_kernels_run_as_plain_python_where_numba_is_told_so():
    """For measuring test coverage, and for stepping through a kernel in a debugger."""
    script = """
import numpy as np
from minicnn.kernels import conv2d, dense
x, w, b = np.ones((1, 3, 3, 1)), np.ones((2, 2, 1, 1)), np.zeros(1)
print(conv2d.forward(x, w, b).sum(), dense.forward(x[0, 0], w[0, 0], b).sum())
"""
    assert run_python(script, NUMBA_DISABLE_JIT="1").split() == ["16.0", "3.0"]


@NEEDS_COMPILATION
def test_what_kernels_are_compiled_to(monkeypatch):
    """No lock of Python's, no error where 0 divides, no function for C; one instruction for a * b + c."""
    monkeypatch.setattr(jit, "prepared_folder", lambda: None)
    monkeypatch.setattr(jit, "second_process", None)
    kernel = jit.jit(lambda a, b, c: a * b + c / (a - a))
    assert kernel(1.0, 2.0, 3.0) == float("inf")
    (code,) = kernel.inspect_llvm().values()
    assert "PyEval_SaveThread" in code and "fmul contract" in code
    assert "cfunc" not in code and "fmul fast" not in code


def test_folders_and_signs_are_named_by_sixteen_hexadecimal_digits():
    kernel = SimpleNamespace(py_func=run_python)
    for name in (jit.cache_folder().name, jit._Kernel.label(kernel, (1, 2))):
        assert len(name) == 16 and int(name, 16) >= 0
    assert jit._Kernel.label(kernel, (1, 2)) != jit._Kernel.label(kernel, (1, 3))
