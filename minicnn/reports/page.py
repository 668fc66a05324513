"""``mc.report``: a run as one HTML file that needs no network, no server and no minicnn to be read."""

import base64
import hashlib
import os
import platform
from html import escape
from importlib import resources
from importlib.metadata import version
from string import Template

from minicnn import summary
from minicnn.checks import number, of_numbers, whole_number
from minicnn.config import VERSION
from minicnn.kernels.threads import get_num_threads
from minicnn.replacing import replacing
from minicnn.reports import network, results, sections
from minicnn.reports.packing import as_json, pack

SCRIPTS = [f"{name}.js" for name in (
    "words", "network", "forward", "explain", "drawing", "sums", "layers", "showing", "explorer",
)]  # fmt: skip


def report(model, history=None, data=None, out="report.html", class_names=None, title=None, recipe=None,
           pictures=24, megabytes=5):
    """Write a page about a trained classifier: how it learned, what it gets right, its mistakes, its inside.

    history      what ``fit`` returned, or a dict {"loss": [...], ...}; None: the model's own last one
    data         what to judge it by: (x_test, y_test), or batches of (x, y); labels as numbers or one-hot
    out          the file to write
    class_names  what to call the classes; their numbers without
    title        the page's; the model's name without
    recipe       a dict of more to note down: {"dataset": "CIFAR-10", "commit": "1a2b3c"}
    pictures     how many pictures the explorer has
    megabytes    how large the page may become: large layers are left out of the explorer, then pictures

    Returns ``out``. Raises ValueError for data or names that do not fit, and where ``megabytes`` are too few
    for the smallest page there can be, before anything is written.
    """
    if data is None:
        raise ValueError("report needs data=(x_test, y_test): pictures the model was not trained on")
    if not os.fspath(out).lower().endswith((".html", ".htm")):
        raise ValueError(f"report writes a web page, got out={os.fspath(out)!r}: end it in .html")
    pictures = whole_number(pictures, "pictures", least=2)
    size = int(number(megabytes, "megabytes", least=0.5) * 10**6)
    found = results.judge(model, data, pictures, room=size // 5)
    names = _names(class_names, found.probabilities.shape[1])
    of_the_model = _about_the_model(model, history, title, recipe)

    def written(found, layers):
        explorer = _explorer(model, found, names, layers) | {"megabytes": size / 10**6}
        parts = of_the_model | _about_the_pictures(found, names) | {"network": as_json(explorer)}
        return Template(_file("page.html")).substitute(parts).encode()

    while (bare := len(written(found, layers=[]))) > size and len(found.shown) > 1:
        found = found.fewer(len(found.shown) // 2)
    if bare > size:
        raise ValueError(
            f"report: with one picture and no layer to look into, this page has {bare / 10**6:.2f} MB, and "
            f"megabytes={megabytes} leaves no room for it: ask for more"
        )
    text = written(found, network.carry(model, found.pictures, size - bare))
    with replacing(out) as file:
        file.write(text)
    return out


def _about_the_model(model, history, title, recipe):
    history = model.history if history is None else history
    records = of_numbers(getattr(history, "history", history) or {})
    code = "\n".join(map(_file, SCRIPTS))
    return {
        "title": escape(title or model.name), "css": _file("page.css"),
        "code": code, "code_hash": _hash(code), "size": sections.size(model, records),
        "learned": sections.learned(records, getattr(history, "epoch", None)),
        "filters": sections.filters(model), "summary": summary.summary_html(model),
        "recipe": sections.recipe(_recipe(model, history, records) | (recipe or {})),
    }  # fmt: skip


def _about_the_pictures(found, names):
    return {"accuracy": sections.accuracy(found), "classes": sections.classes(found, names),
            "mistakes": sections.mistakes(found, names)}  # fmt: skip


def _explorer(model, found, names, layers):
    """What the page's own code is given."""
    return {
        "classes": names, "input": list(found.pictures.shape[1:]), "pictures": pack(found.pictures),
        "numbers": found.shown.tolist(), "labels": found.labels[found.shown].tolist(),
        "probabilities": pack(found.probabilities[found.shown]), "depth": len(model.layers), "layers": layers,
    }  # fmt: skip


def _names(class_names, classes):
    if class_names is None:
        return [str(k) for k in range(classes)]
    if isinstance(class_names, str) or len(class_names) != classes:
        raise ValueError(f"report expects {classes} class_names, one for each class, got {class_names!r}")
    return [str(name) for name in class_names]


def _recipe(model, history, records):
    """What the model, its History and the machine know of how it was trained."""
    params = getattr(history, "params", None) or {}
    compiled = model.get_compile_config() or {}
    epochs = len(next(iter(records.values()), ()))
    return {
        **compiled, "epochs": epochs or None, "batch size": params.get("batch_size"),
        "training pictures": params.get("samples"), "steps": model.step or None, "seed": model.seed,
        "versions": {"minicnn": VERSION, "python": platform.python_version(), "numpy": version("numpy"),
                     "numba": version("numba")},
        "threads": get_num_threads(),
    }  # fmt: skip


def _file(name):
    return resources.files("minicnn.reports").joinpath(name).read_text(encoding="utf-8")


def _hash(code):
    """What the page's own policy knows its script by: no other is allowed to run."""
    return "sha256-" + base64.b64encode(hashlib.sha256(f"\n{code}\n".encode()).digest()).decode("ascii")
