"""``mc.report``: a run as one HTML file that needs no network, no server and no minicnn to be read."""

import base64
import hashlib
import json
import os
import platform
from html import escape
from importlib import resources
from importlib.metadata import version
from string import Template

from minicnn import summary
from minicnn.archive import replacing
from minicnn.checks import number, whole_number
from minicnn.config import VERSION
from minicnn.kernels.threads import get_num_threads
from minicnn.reports import network, results, sections
from minicnn.reports.packing import pack

SCRIPTS = [f"{name}.js" for name in (
    "words", "network", "forward", "explain", "drawing", "sums", "showing", "explorer",
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
    megabytes    how large the page may become; large layers are left out of the explorer rather than more

    Returns ``out``. Raises ValueError for data or names that do not fit, before anything is written.
    """
    if data is None:
        raise ValueError("report needs data=(x_test, y_test): pictures the model was not trained on")
    if not os.fspath(out).lower().endswith((".html", ".htm")):
        raise ValueError(f"report writes a web page, got out={os.fspath(out)!r}: end it in .html")
    pictures = whole_number(pictures, "pictures", least=2)
    size = int(number(megabytes, "megabytes", least=0.5) * 10**6)
    history = model.history if history is None else history
    records = dict(getattr(history, "history", history) or {})
    found = results.judge(model, data, pictures, room=size // 5)
    names = _names(class_names, found.probabilities.shape[1])

    page = Template(_file("page.html"))
    title = title or model.name
    code = "\n".join(map(_file, SCRIPTS))
    parts = {
        "title": escape(title), "css": _file("page.css"), "code": code, "code_hash": _hash(code),
        "headline": sections.headline(model, found, records),
        "learned": sections.learned(records, getattr(history, "epoch", None)),
        "classes": sections.classes(found, names), "mistakes": sections.mistakes(found, names),
        "filters": sections.filters(model), "summary": summary.summary_html(model),
        "recipe": sections.recipe(_recipe(model, history, records) | (recipe or {})), "network": "",
    }  # fmt: skip
    explorer = {
        "classes": names, "input": list(found.pictures.shape[1:]), "pictures": pack(found.pictures),
        "numbers": found.shown.tolist(), "labels": found.labels[found.shown].tolist(),
        "probabilities": pack(found.probabilities[found.shown]), "megabytes": size / 10**6,
        "names": [layer.name for layer in model.layers],
    }  # fmt: skip
    room = size - len(page.substitute(parts).encode()) - len(_json(explorer).encode())
    room -= 1000 * len(model.layers)  # for what is said of each besides its numbers
    explorer["layers"] = network.carry(model, found.pictures, room)
    parts["network"] = _json(explorer)
    with replacing(out) as file:
        file.write(page.substitute(parts).encode())
    return out


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


def _json(document):
    """JSON that may stand inside <script>: no name can end the element."""
    return json.dumps(document, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def _hash(code):
    """What the page's own policy knows its script by: no other is allowed to run."""
    return "sha256-" + base64.b64encode(hashlib.sha256(f"\n{code}\n".encode()).digest()).decode("ascii")
