"""What is measured. Each function yields ``(name, record)`` as soon as one is known; report.py reads them.

``args`` are those of ``python -m benchmarks``: frameworks, threads, rounds, seconds, models.
"""

import contextlib
import tempfile
import time

from benchmarks.contest import MINICNN, Contest, workers
from benchmarks.machine import available_cores
from benchmarks.networks import NETWORKS, SGD, Network
from benchmarks.processes import Beside, Process, WorkerFailed

DEFAULT, LIMIT = f"{MINICNN}, default", "BLAS"  # of those in the ladder: the layer, the pace of products
COPIES = f"{MINICNN}, two copies"  # on one thread each, at the same time
PEERS = ("torch", "keras")
THREADS = (1, 2, 4)
PREDICTED = 128  # pictures
PRODUCT = 1536  # rows and columns of the matrices that show how fast BLAS multiplies


def train(args):
    """Seconds of a training step, with the documented batch, loss and optimizer."""
    for name in args.models:
        yield name, _contest(args, "train", NETWORKS[name], NETWORKS[name].batch)


def inference(args):
    """Seconds for the probabilities of 128 pictures."""
    for name in args.models:
        yield name, _contest(args, "infer", NETWORKS[name], PREDICTED)


def _contest(args, task, network, batch, threads=None):
    with workers(args.frameworks, threads or args.threads) as processes:
        contest = Contest(network, batch)
        for framework, process in processes.items():
            contest.enter(framework, process, task, args.seconds)
        return contest.run(args.rounds)


# ------------------------------------------------------------------------------------- memory, first step


def memory(args):
    """Bytes at the peak of a training step, less what the process had after importing its framework.

    A new process for each; the way is the one that trains fastest, found out in another process.
    """
    for name in args.models:
        record = {"batch": NETWORKS[name].batch, "bytes": {}, "errors": {}}
        for framework in args.frameworks:
            try:
                record["bytes"][framework] = _memory(args, framework, NETWORKS[name])
            except WorkerFailed as problem:
                record["errors"][framework] = str(problem)
        yield name, record


def _memory(args, framework, network):
    what = {"task": "train", "network": network, "batch": network.batch}
    with Process(framework, args.threads) as process:
        trials = process.ask("tries", **what)
        way = min(trials, key=trials.get)
    with Process(framework, args.threads) as process:
        process.ask("build", name="train", way=way, **what)
        return {"way": way, **process.ask("memory", name="train", count=3)}


def first_step(args):
    """Seconds from the start of a process to the end of its first training step.

    Importing, building and compiling included. minicnn keeps compiled kernels, so it is measured twice:
    with an empty cache ("cold") and with the one the first run filled. Of several ways the quickest counts.
    """
    for name in args.models:
        record = {"batch": NETWORKS[name].batch, "seconds": {}, "ways": {}, "errors": {}}
        for framework in args.frameworks:
            with tempfile.TemporaryDirectory() as cache:
                try:
                    _first_steps(args, framework, NETWORKS[name], cache, record)
                except WorkerFailed as problem:
                    record["errors"][framework] = str(problem)
        yield name, record


def _first_steps(args, framework, network, cache, record):
    with Process(framework, args.threads) as process:
        ways = process.ask("ways", task="train")
    once = {way: _first_step(args, framework, network, cache, way) for way in ways}
    way = min(once, key=once.get)
    again = [_first_step(args, framework, network, cache, way) for _ in range(args.rounds)]
    record["ways"][framework] = way
    if framework == MINICNN:
        record["seconds"][f"{framework}, cold"] = [once[way]]
    record["seconds"][framework] = again


def _first_step(args, framework, network, cache, way):
    began = time.perf_counter()
    with Process(framework, args.threads, MINICNN_CACHE=cache) as process:
        process.ask("build", name="train", task="train", network=network, batch=network.batch, way=way)
        return round(time.perf_counter() - began, 3)


# ------------------------------------------------------------------------------------- scaling


def scaling(args):
    """Seconds of a training step as one thing grows: the batch, channels, the picture, threads."""
    for name, (network, batch, threads) in scaling_cases(len(available_cores())).items():
        yield name, _contest(args, "train", network, batch, threads or args.threads)


def scaling_cases(cores):
    """``{"batch 32": (network, batch, threads)}``; threads None: as many as asked for."""
    cases = {f"batch {n}": (NETWORKS["e"], n, None) for n in (8, 32, 128, 512)}
    for channels in (16, 32, 64, 128, 256):
        network = Network(f"C{channels}k3S C{channels}k3S P F 10", (16, 16, 3), 32, SGD)
        cases[f"channels {channels}"] = network, 32, None
    for size in (16, 32, 64, 128):
        cases[f"pixels {size} x {size}"] = Network("C32k3S C32k3S P F 10", (size, size, 3), 32, SGD), 32, None
    for name in ("m1", "first"):
        for count in (n for n in THREADS if n <= cores):
            cases[f"{name}, threads {count}"] = NETWORKS[name], NETWORKS[name].batch, count
    return cases


# ------------------------------------------------------------------------------------- threads


def threads(args):
    """Seconds of minicnn's training step on 1, 2 and 4 threads, taking turns, as far as there are cores.

    And on one thread while a copy of it, which shares nothing with it, computes on a second core: so much
    these cores take from each other, whatever they do.
    """
    counts = [count for count in THREADS if count <= len(available_cores())]
    for name in args.models:
        contest = Contest(NETWORKS[name], NETWORKS[name].batch)
        with contextlib.ExitStack() as stack:
            processes = {count: stack.enter_context(Process(MINICNN, count)) for count in counts}
            for count, process in processes.items():
                contest.enter(on_threads(count), process, "train", args.seconds)
            if len(counts) > 1 and on_threads(1) in contest.counts:
                copy = stack.enter_context(Process(MINICNN, 1, core=1))
                contest.enter(COPIES, Beside(processes[1], on_threads(1), copy), "train", args.seconds)
            yield name, contest.run(args.rounds)


def on_threads(count):
    """What minicnn on so many threads is called."""
    return f"{MINICNN}, {count} thread{'s' if count > 1 else ''}"


# ------------------------------------------------------------------------------------- the ladder


def ladder(args):
    """Seconds of each documented convolution, forward and backward, by every rung, and of one matrix product.

    The arithmetic limit of a convolution is its multiplications and additions at the pace of that product.
    """
    product = Network("10", (1, 1, 1))
    for name, (network, batch) in convolutions(args.models).items():
        with workers(args.frameworks, args.threads) as processes:
            contest = Contest(network, batch)
            for framework, process in processes.items():
                if framework != MINICNN:
                    contest.enter(framework, process, "convolve", args.seconds)
                    continue
                for way in process.ask("rungs", network=network, batch=batch):
                    contest.enter(f"{MINICNN}, {way}", process, "convolve", args.seconds, way)
                contest.network, contest.batch = product, PRODUCT
                contest.enter(LIMIT, process, "multiply", args.seconds)
                contest.network, contest.batch = network, batch
            record = contest.run(args.rounds)
        yield name, record | {"operations": operations(network, batch), "product": 2 * PRODUCT**3}


def convolutions(models):
    """``{"m1 C32k5s2S of 32 x 32 x 3": (network of one convolution, batch)}``, none twice."""
    found, seen = {}, set()
    for name in models:
        network = NETWORKS[name]
        for token, shape in zip(network.tokens, shapes(network)):
            if token[0] == "C" and (token, shape, network.batch) not in seen:
                seen.add((token, shape, network.batch))
                found[f"{name} {token} of {' x '.join(map(str, shape))}"] = (
                    Network(token, shape, network.batch), network.batch,
                )  # fmt: skip
    return found


def shapes(network):
    """The shape (H, W, C) that goes into every layer; () behind Flatten."""
    shape = network.shape
    for kind, arguments in network.layers:
        yield shape
        shape = output_shape(kind, arguments, shape)


def output_shape(kind, arguments, shape):
    """(H, W, C) or () of what a layer gives for ``shape``."""
    if kind in ("Flatten", "Dense"):
        return ()
    if kind == "Conv2D":
        size, channels = arguments["kernel_size"], arguments["filters"]
    elif kind == "MaxPooling2D":
        size, channels = arguments["pool_size"], shape[2]
    else:
        return shape
    size = 1 if arguments.get("padding") == "same" else size
    H, W = ((each - size) // arguments["strides"] + 1 for each in shape[:2])
    return H, W, channels


def operations(network, batch):
    """Multiplications and additions of a convolution's definition: y once, then dw and dx, as many each."""
    ((kind, arguments),) = network.layers
    OH, OW, F = output_shape(kind, arguments, network.shape)
    return 3 * 2 * batch * OH * OW * F * arguments["kernel_size"] ** 2 * network.shape[2]


# ------------------------------------------------------------------------------------- what records say

MEASURES = {each.__name__: each for each in (train, inference, memory, first_step, scaling, threads, ladder)}


def medians(record, label):
    """Somebody's time in every round."""
    return [times[label]["median"] for times in record["rounds"] if label in times]


def ratios(record, ours=MINICNN):
    """Per round: somebody's time divided by that of the faster peer. Below 1 they are faster."""
    result = []
    for times in record["rounds"]:
        theirs = [times[each]["median"] for each in PEERS if each in times]
        if theirs and ours in times:
            result.append(times[ours]["median"] / min(theirs))
    return result


def quickenings(record, more):
    """Per round: how many times as many steps ``more``, on threads or two copies, does as one thread."""
    one, steps = on_threads(1), 2 if more == COPIES else 1
    return [steps * t[one]["median"] / t[more]["median"] for t in record["rounds"] if one in t and more in t]
