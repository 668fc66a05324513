"""One training step of the large models: parameters, time, memory.

    python examples/one_step.py                   Base, final, AlexNet and VGG16, each in its own process
    python examples/one_step.py AlexNet --steps 5

A step is a batch there and back and an update of all weights. The pixels are random numbers: arithmetic
takes as long on any. The first step, which compiles kernels and fills memory, is timed by itself. Memory is
the most the process ever held, Python and the compiler included.
"""

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import cifar_base
import cifar_overfitting
import common
import flowers_alexnet
import flowers_vgg16
import numpy as np
from common_run import git_commit, versions, write_json
from rows import read_json

import minicnn as mc

NESTEROV = {"momentum": 0.9, "nesterov": True}
MODELS = {  # how it is built, batch size, pixels a side, optimizer: as in its script
    "Base": (cifar_base.build_model, 32, 32, lambda: mc.optimizers.SGD(0.01, **NESTEROV)),
    "final": (cifar_overfitting.build_final, 128, 32, mc.optimizers.Adam),
    "AlexNet": (flowers_alexnet.build_model, 32, 227, lambda: mc.optimizers.SGD(0.01, **NESTEROV)),
    "VGG16": (flowers_vgg16.build_model, 32, 224, lambda: mc.optimizers.SGD(0.01, **NESTEROV)),
}
UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes


def measure(name, steps, batch_size=None):
    """Parameters, seconds and peak memory of training ``name`` for ``steps`` steps after the first."""
    import resource  # which Windows has not

    build, documented_batch, side, make_optimizer = MODELS[name]
    N = batch_size or documented_batch
    mc.set_random_seed(0)
    model = build()
    model.compile(make_optimizer(), "sparse_categorical_crossentropy")
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 1, (N, side, side, 3)).astype(np.float32)
    y = rng.integers(0, model.output_shape[1], N)
    seconds = []
    for _ in range(1 + steps):
        began = time.perf_counter()
        model.train_on_batch(x, y)
        seconds.append(time.perf_counter() - began)
    return {
        "params": model.count_params(), "batch_size": N, "image_size": side,
        "first_step": round(seconds[0], 3), "step": round(median(seconds[1:]), 4), "steps": steps,
        "peak_memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT,
        "threads": mc.get_num_threads(), "versions": versions(), "commit": git_commit(),
    }  # fmt: skip


def main(argv=None):
    parser = common.make_parser(__doc__)
    parser.add_argument("models", nargs="*", metavar="MODEL", help=f"of {', '.join(MODELS)} (default: all)")
    count = {"type": common.whole_number(1), "metavar": "N"}
    parser.add_argument("--steps", **count, default=3, help="timed after the first; the median counts")
    parser.add_argument("--batch-size", **count, help="default: as documented")
    out = Path("runs", "one_step.json")
    parser.add_argument("--out", type=Path, metavar="FILE", default=out, help=f"default: {out}")
    args = parser.parse_args(argv)
    for name in args.models:
        if name not in MODELS:
            parser.error(f"{name!r} is none of {', '.join(MODELS)}")
    names = args.models or list(MODELS)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    if len(names) > 1:  # each in its own process: so the memory is its own
        for name in names:
            command = [sys.executable, "-m", "examples.one_step", name, "--steps", str(args.steps)]
            command += ["--batch-size", str(args.batch_size)] if args.batch_size else []
            command += ["--out", str(args.out.resolve())]
            subprocess.run(command, check=True, cwd=Path(__file__).resolve().parent.parent)
        return
    (name,) = names
    found = measure(name, args.steps, args.batch_size)
    write_json(args.out, (read_json(args.out) if args.out.exists() else {}) | {name: found})
    print(f"{name:<8}{found['params']:>12,} parameters, {found['batch_size']} pictures: {found['step']:.2f} s"
          f" a step (first {found['first_step']:.1f} s), {found['peak_memory'] / 2**30:.2f} GiB")  # fmt: skip


if __name__ == "__main__":
    common.start(main)
