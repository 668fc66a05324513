"""A search's rounds, its workers and its table: what search.py does with candidates once it has them.

Successive halving (Jamieson & Talwalkar 2016, "Non-stochastic best arm identification and hyperparameter
optimization"): all candidates are judged on few pictures, the best third on three times as many, and so on.
"""

import contextlib
import os
import signal
import warnings
from concurrent.futures import CancelledError

import numpy as np
from rows import counted

import minicnn as mc

try:
    import joblib
    from joblib.externals.loky.process_executor import TerminatedWorkerError
    from sklearn.exceptions import ConvergenceWarning
except ModuleNotFoundError as missing:
    mend = "pip install -e '.[sklearn]'"
    raise SystemExit(f"A search needs scikit-learn (no {missing.name} here): {mend}") from None

EVERYWHERE = ("minicnn", "sklearn", "numpy", "numba")  # what the same result needs in the same version
LIVES = 3  # how often a search is begun before lost workers end it
AHEAD = 32  # slots that a cluster is thought to have: what waits there is for workers that join
STARTING = 30  # seconds that a worker may take to start, or to be started again


def fit(search, x, y, args, say):
    """``search.fit(x, y)`` where ``args`` say; returns that in words.

    Where a loss of workers cannot be made up for, the search begins again: its fits are functions of their
    seed, so it ends the same.
    """
    for life in range(1, LIVES + 1):
        try:
            with workers(args, x, y) as where, warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)  # who diverges is judged by the score
                say(f"By {where}:")
                search.fit(x, y)
                return where
        except (TerminatedWorkerError, CancelledError) as error:  # a process of this machine; data of Dask's
            if life == LIVES:
                raise OSError(f"{LIVES} times workers were killed, most often for want of memory: try fewer "
                              "of them on a machine") from error
            say("A worker was killed: the search begins again.")
    return None


# ------------------------------------------------------------------------------------- where it runs


def threads_per_worker():
    """One, unless MINICNN_NUM_THREADS says otherwise: so many fits at once need no more to fill all cores."""
    return mc.get_num_threads() if "MINICNN_NUM_THREADS" in os.environ else 1


def workers(args, x, y):
    """The block's fits run on the cluster ``args`` name, or on this machine; gives that in words."""
    verbose = 0 if args.quiet else 1  # joblib's line now and then: how many fits are done
    if args.scheduler:
        return on_cluster(args.scheduler, x, y, verbose)
    return here(args.workers or max(1, joblib.cpu_count() // threads_per_worker()), verbose)


@contextlib.contextmanager
def here(workers, verbose):
    """Fits of the block run in processes of this machine, which map x and y from one file.

    One process would gain nothing: it is this one then.
    """
    threads, before = threads_per_worker(), mc.get_num_threads()
    mc.set_num_threads(threads)  # of this process; others are told below
    try:
        with joblib.parallel_config(
            "loky", n_jobs=workers, inner_max_num_threads=threads, verbose=verbose,
            initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN),  # this process ends them
        ):  # fmt: skip
            yield f"{counted(workers, 'process', 'es')} of {counted(threads, 'thread')}"
    finally:
        mc.set_num_threads(before)


@contextlib.contextmanager
def on_cluster(address, x, y, verbose):
    """Fits of the block run on the workers of a Dask scheduler, each of which is sent x and y once."""
    try:
        from distributed import Client, KilledWorker
    except ImportError as error:
        raise OSError("--scheduler needs Dask: python -m pip install distributed") from error

    class EverywhereClient(Client):
        """Leaves a copy of what it sends with every worker: what one alone had would be lost with it."""

        def scatter(self, data, **how):
            return super().scatter(data, **how | {"broadcast": True})

    try:
        client = EverywhereClient(address, timeout=10)
    except (OSError, ValueError) as error:
        raise OSError(f"no Dask scheduler answers at {address}: `dask scheduler` starts one and prints its "
                      "address") from error

    def prepare():  # defined here: what a module holds can only be sent to workers that have the module
        if "MINICNN_NUM_THREADS" not in os.environ:
            mc.set_num_threads(1)

    with client:
        try:
            client.wait_for_workers(1, timeout=STARTING)
        except TimeoutError:
            raise OSError(
                f"the scheduler at {address} has no workers: `dask worker {address}` starts one"
            ) from None
        check_versions(client.get_versions(packages=list(EVERYWHERE)))
        client.register_worker_callbacks(prepare)  # those that come later as well
        with joblib.parallel_config("dask", client=client, scatter=[x, y], verbose=verbose) as config:
            complete(config["backend"])
            try:
                yield f"{counted(len(client.ncores()), 'Dask worker')} of {address}"
            except KilledWorker as error:
                raise OSError(f"Dask gave up a fit that several workers died of: {error}") from error


def complete(backend):
    """Add to joblib's way to Dask what it lacks: one worker is enough, and a fit given up ends the search."""
    slots, submit = backend.effective_n_jobs, backend.submit

    def effective_n_jobs(n_jobs):  # with 1, joblib would run all fits in this process
        return max(AHEAD, slots(n_jobs))

    def submit_and_tell(fits, callback):  # joblib tells itself of results alone, and waits for errors forever
        future = submit(fits, callback)
        future.add_done_callback(lambda done: done.exception() and callback(done.exception()))
        return future

    backend.effective_n_jobs, backend.submit = effective_n_jobs, submit_and_tell


def check_versions(found):
    """Refuse a cluster where a package is missing, which joblib would wait on forever, or is another one.

    ``found``: what Dask's ``Client.get_versions`` gives.
    """
    places = {"scheduler": found["scheduler"]}
    places |= {f"worker {address}": worker for address, worker in found["workers"].items()}
    for place, versions in places.items():
        for package in EVERYWHERE:
            here, there = found["client"]["packages"][package], versions["packages"][package]
            if here != there:
                raise OSError(f"the {place} has {package} {there or '(none)'}, this machine {here}: the same "
                              "versions are needed on all machines, the scheduler's included")


# ------------------------------------------------------------------------------------- what came of it


def candidates_of(search):
    """The candidates, best first: ``{"params": ..., "rounds": [{"pictures", "accuracy", "sd", "seconds"}]}``.

    Who came further is better; of those that came equally far, who scored higher there. ``accuracy`` and
    ``sd`` are mean and standard deviation over the folds, ``seconds`` the mean of their training times.
    """
    results, found = search.cv_results_, {}
    for k, params in enumerate(results["params"]):
        candidate = found.setdefault(str(sorted(params.items())), {"params": plain(params), "rounds": []})
        candidate["rounds"].append({
            "pictures": int(results["n_resources"][k]),
            "accuracy": float(results["mean_test_score"][k]), "sd": float(results["std_test_score"][k]),
            "seconds": round(float(results["mean_fit_time"][k]), 3),
        })  # fmt: skip
    return sorted(found.values(), key=lambda each: (-len(each["rounds"]), -each["rounds"][-1]["accuracy"]))


def plain(params):
    """NumPy's numbers as Python's, which a file of metrics can hold."""
    return {name: value.item() if isinstance(value, np.generic) else value for name, value in params.items()}


def table(candidates, names, most=10):
    """The best candidates as lines of text; ``names``: {parameter: title of its column}."""
    lines = [["", "accuracy", "pictures", *names.values()]]
    for place, each in enumerate(candidates[:most], 1):
        last = each["rounds"][-1]
        scores = [f"{place}", f"{last['accuracy']:.4f} ± {last['sd']:.4f}", f"{last['pictures']:,}"]
        lines.append(scores + [cell(each["params"].get(name, "-")) for name in names])
    widths = [max(map(len, column)) for column in zip(*lines)]
    return "\n".join("  ".join(f"{text:>{width}}" for text, width in zip(line, widths)) for line in lines)


def cell(value):
    return f"{value:.3g}" if isinstance(value, float) else str(value)
