"""Threads: the same bits for any number of them, BLAS as the user left it, and no crash after a fork."""

import os
import threading

import numpy as np
import pytest
from agreement import NEEDS_COMPILATION, run_python
from threadpoolctl import ThreadpoolController

import minicnn as mc
from minicnn.kernels import threads

FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")

# A little of everything, in sizes that are cut into several blocks. Prints one checksum.
STEPS = """
import hashlib
import numpy as np
import minicnn as mc
from minicnn import layers

def trained():
    mc.set_random_seed(3)
    model = mc.Sequential([
        layers.Conv2D(16, 3, padding="same", activation="relu", input_shape=(24, 24, 3)),
        layers.BatchNormalization(), layers.MaxPooling2D(), layers.Conv2D(20, (3, 2), strides=2),
        layers.AveragePooling2D(), layers.Flatten(), layers.Dropout(0.3), layers.Dense(300, "relu"),
        layers.Dense(80, "softmax"),
    ])
    model.compile(mc.optimizers.Adam(), "sparse_categorical_crossentropy")
    rng = np.random.default_rng(0)
    for _ in range(3):
        model.train_on_batch(rng.normal(size=(19, 24, 24, 3)), rng.integers(0, 80, 19))
    gradients = model.gradients().values()
    return hashlib.sha256(b"".join(a.tobytes() for a in [*gradients, *model.get_weights()])).hexdigest()
"""

@NEEDS_COMPILATION
def test_the_same_bits_with_1_2_and_4_threads():
    printed = run_python(STEPS + """
for count in (1, 2, 4):
    mc.set_num_threads(count)
    print(trained())
""", NUMBA_NUM_THREADS="4", MINICNN_NUM_THREADS=None)
    assert len(printed.split()) == 3 and len(set(printed.split())) == 1


@NEEDS_COMPILATION
def test_two_python_threads_at_once_and_blas_as_before():
    printed = run_python(STEPS + """
import concurrent.futures
from threadpoolctl import ThreadpoolController
blas = ThreadpoolController().select(user_api="blas")
blas.limit(limits=2)
print([library["num_threads"] for library in blas.info()])
alone = trained()
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    mc.set_random_seed(3)
    answers = {job.result() for job in [pool.submit(trained) for _ in range(4)]}
print(answers == {alone})
print([library["num_threads"] for library in blas.info()])
""", NUMBA_NUM_THREADS="2", MINICNN_NUM_THREADS=None)
    before, same, after = printed.splitlines()
    assert same == "True" and before == after and "2" in before


@NEEDS_COMPILATION
@FORKS
def test_fork_after_use():
    """Parent and child go on computing, and so they do after another thread of the parent computed, too."""
    printed = run_python(STEPS + """
import os, threading, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 on: forking a process with threads
alone = trained()
other = threading.Thread(target=trained)
for _ in range(2):
    child = os.fork()
    if child == 0:
        os._exit(0 if trained() == alone else 1)
    print("fork:", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), trained() == alone)
    if not other.ident:
        other.start()
        other.join()
""", NUMBA_NUM_THREADS="2", MINICNN_NUM_THREADS=None)
    assert [line for line in printed.splitlines() if line.startswith("fork")] == ["fork: 0 True"] * 2


@NEEDS_COMPILATION
@FORKS
def test_fit_in_the_workers_of_a_pool():
    printed = run_python(STEPS + """
import multiprocessing, warnings
warnings.simplefilter("ignore", DeprecationWarning)
alone = trained()
def work(_):
    return trained()
with multiprocessing.get_context("fork").Pool(2) as pool:
    print("workers:", set(pool.map(work, range(4))) == {alone}, trained() == alone)
""", NUMBA_NUM_THREADS="2", MINICNN_NUM_THREADS=None)
    assert printed.splitlines() == ["workers: True True"]


@FORKS
def test_fork_in_the_middle_of_a_step():
    printed = run_python(STEPS + """
import os, warnings
from minicnn.kernels import threads
warnings.simplefilter("ignore", DeprecationWarning)
alone = trained()
with threads.team():
    child = os.fork()
if child == 0:
    os._exit(0 if trained() == alone and threads._users == 0 else 1)
print("fork:", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), trained() == alone)
""", NUMBA_NUM_THREADS="2", MINICNN_NUM_THREADS=None)
    assert printed.splitlines() == ["fork: 0 True"]


def test_an_interrupt_while_blas_is_set_leaves_nothing_behind(own_setting, monkeypatch):
    """Ctrl-C may come anywhere: what was found is put back by whoever comes next."""
    def interrupted(counts):
        set_blas(counts)
        raise KeyboardInterrupt

    set_blas = threads._set_blas
    with monkeypatch.context() as patch:
        patch.setattr(threads, "_set_blas", interrupted)
        with pytest.raises(KeyboardInterrupt), threads.single_threaded_blas():
            pass
    with threads.single_threaded_blas():
        assert set(blas_threads()) == {1}
    assert set(blas_threads()) == {2}


def blas_threads():
    return [library["num_threads"] for library in ThreadpoolController().select(user_api="blas").info()]


@pytest.fixture
def own_setting():
    """BLAS at a setting of the user's own, 2 threads."""
    with ThreadpoolController().limit(limits=2, user_api="blas"):
        assert set(blas_threads()) == {2}
        yield


def test_blas_is_held_and_let_go(own_setting):
    with threads.single_threaded_blas():
        assert set(blas_threads()) == {1}
        with threads.single_threaded_blas():
            assert set(blas_threads()) == {1}
        assert set(blas_threads()) == {1}
    assert set(blas_threads()) == {2}


def test_blas_is_let_go_after_an_error(own_setting):
    with pytest.raises(RuntimeError, match="mine"), threads.single_threaded_blas():
        raise RuntimeError("mine")
    assert set(blas_threads()) == {2}


def test_users_that_overlap_leave_blas_as_it_was(own_setting):
    """The first goes while the second is still at it: what the second finds, 1, is not the user's setting."""
    first_in, second_in, first_out = (threading.Event() for _ in range(3))
    seen = []

    def first():
        with threads.single_threaded_blas():
            first_in.set()
            assert second_in.wait(10)
        first_out.set()

    def second():
        assert first_in.wait(10)
        with threads.single_threaded_blas():
            second_in.set()
            assert first_out.wait(10)
            seen.extend(blas_threads())

    both = [threading.Thread(target=each) for each in (first, second)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert set(seen) == {1}
    assert set(blas_threads()) == {2}


def test_any_python_thread_may_hold_blas(own_setting):
    """Another one than that which set it first, and that one may go on setting it afterwards."""
    seen = []

    def other():
        with threads.single_threaded_blas():
            seen.extend(blas_threads())

    with threads.single_threaded_blas():
        pass
    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert set(seen) == {1} and set(blas_threads()) == {2}
    with ThreadpoolController().limit(limits=1, user_api="blas"):
        assert set(blas_threads()) == {1}


@FORKS
def test_a_child_has_blas_as_before_whatever_other_threads_do():
    printed = run_python("""
import os, threading, warnings
from threadpoolctl import ThreadpoolController
from minicnn.kernels import threads
warnings.simplefilter("ignore", DeprecationWarning)
blas = ThreadpoolController().select(user_api="blas")
blas.limit(limits=2)
inside, done = threading.Event(), threading.Event()
def hold():
    with threads.single_threaded_blas():
        inside.set()
        done.wait()
busy = threading.Thread(target=hold)
busy.start()
inside.wait()
child = os.fork()
if child == 0:
    print({library["num_threads"] for library in blas.info()}, flush=True)
    with threads.single_threaded_blas():
        print({library["num_threads"] for library in blas.info()}, flush=True)
    print({library["num_threads"] for library in blas.info()}, flush=True)
    os._exit(0)
os.waitpid(child, 0)
done.set()
busy.join()
print({library["num_threads"] for library in blas.info()})
""")
    assert printed.split() == ["{2}", "{1}", "{2}", "{2}"]


@FORKS
def test_children_of_children_have_no_users():
    """Each leaves, in its own name, what its parent was in when it forked."""
    assert run_python("""
import os, warnings
from minicnn.kernels import threads
warnings.simplefilter("ignore", DeprecationWarning)
def fork(generations):
    with threads.single_threaded_blas():
        child = os.fork() if generations else -1
    if child == 0:
        os._exit(0 if threads._users == 0 and fork(generations - 1) == 0 else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) if generations else 0
print(fork(3))
""") == "0\n"


def test_a_setting_changed_between_kernels_is_kept(own_setting):
    with threads.single_threaded_blas():
        pass
    with ThreadpoolController().limit(limits=1, user_api="blas"):
        with threads.single_threaded_blas():
            pass
        assert set(blas_threads()) == {1}


def test_the_number_of_threads_may_be_chosen():
    most = threads._most
    mc.set_num_threads(1)
    assert mc.get_num_threads() == 1
    mc.set_num_threads(np.int64(most))
    assert mc.get_num_threads() == most and type(mc.get_num_threads()) is int


@pytest.mark.parametrize("bad", [0, -1, 10**6, 1.0, "2", None, True])
def test_bad_numbers_of_threads_are_refused(bad):
    before = mc.get_num_threads()
    with pytest.raises(ValueError, match="set_num_threads expects a whole number from 1 to"):
        mc.set_num_threads(bad)
    assert mc.get_num_threads() == before


def test_only_who_asks_for_more_threads_is_told_how_to_get_them():
    for count, told in [(threads._most + 1, True), (0, False), ("2", False)]:
        with pytest.raises(ValueError) as refused:
            mc.set_num_threads(count)
        assert ("a larger NUMBA_NUM_THREADS" in str(refused.value)) == told


COUNT = "import minicnn; print(minicnn.get_num_threads())"


def test_the_environment_chooses():
    assert int(run_python(COUNT, MINICNN_NUM_THREADS="3", NUMBA_NUM_THREADS="4")) == 3
    assert int(run_python(COUNT, MINICNN_NUM_THREADS=None, NUMBA_NUM_THREADS="4")) == 4


@pytest.mark.parametrize(("wanted", "count"), [("1", 1), ("3", 3), ("4", 4), ("100", 4), ("", 4), (" 2", 2)])
def test_the_environment_chooses_up_to_what_there_is(monkeypatch, wanted, count):
    monkeypatch.setattr(threads, "_most", 4)
    monkeypatch.setattr(threads, "_count", 4)
    monkeypatch.setenv("MINICNN_NUM_THREADS", wanted)
    threads._start_from_environment()
    assert mc.get_num_threads() == count


@pytest.mark.parametrize("bad", ["0", "-1", "two", "1.5", "²"])
def test_of_bad_environments_is_warned(monkeypatch, bad):
    monkeypatch.setattr(threads, "_most", 4)
    monkeypatch.setattr(threads, "_count", 4)
    monkeypatch.setenv("MINICNN_NUM_THREADS", bad)
    said = f"MINICNN_NUM_THREADS expects a whole number >= 1, got {bad!r}: all 4 cores compute"
    with pytest.warns(UserWarning, match=said):
        threads._start_from_environment()
    assert mc.get_num_threads() == 4
