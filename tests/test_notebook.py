"""In a notebook: curves that change in place, models and histories as HTML. Elsewhere: nothing of it."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

import minicnn as mc
from minicnn import layers, notebook, progress
from minicnn.svg import digits

X, Y = np.eye(4, dtype=np.float32).repeat(5, axis=0), np.arange(4).repeat(5)


def fit(**more):
    mc.set_random_seed(0)
    model = mc.Sequential([layers.Dense(4, activation="softmax")], name="<b>")
    model.compile("sgd", "sparse_categorical_crossentropy", ["accuracy"])
    return model, model.fit(X, Y, batch_size=5, validation_data=(X, Y), **more)


@pytest.fixture
def shown(monkeypatch):
    """What a notebook shows: (the place, the HTML, the text) one after the other."""
    found = []

    class Handle:
        def update(self, bundle, raw):
            found.append((self, bundle["text/html"], bundle["text/plain"]))

    def display(bundle, raw, display_id):
        assert raw and display_id
        handle = Handle()
        handle.update(bundle, raw)
        return handle

    ipython, inner = ModuleType("IPython"), ModuleType("IPython.display")
    ipython.get_ipython = lambda: SimpleNamespace(kernel=None)
    inner.display = display
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", inner)
    return found


def test_training_shows_its_curves_in_one_place(shown, monkeypatch, capsys):
    monkeypatch.setattr(progress, "SECONDS", 0.0)
    _, history = fit(epochs=3)
    assert len({place for place, _, _ in shown}) == 1
    assert len(shown) == 3 * (4 + 1)  # after every batch, and at the end of an epoch
    assert "<progress" in shown[-2][1] and "<progress" not in shown[-1][1]
    assert shown[-1][1].count("<svg") == 2
    loss = history.history["loss"]
    assert f"loss from epoch 1 to 3: training from {digits(loss[0])} to {digits(loss[-1])}" in shown[-1][1]
    assert shown[-1][2].startswith("Epoch 3/3 - ") and f"loss: {loss[-1]:.4f}" in shown[-1][2]
    assert "<svg" not in shown[0][1] and "epoch 1 to 2" in shown[-2][1]  # the epochs that are over
    assert capsys.readouterr().out == ""


def test_not_more_often_than_one_can_look(shown, monkeypatch):
    monkeypatch.setattr(progress, "SECONDS", 3600.0)
    fit(epochs=3)
    assert len(shown) == 3 or (len(shown) == 4 and "<progress" in shown[0][1])


def test_a_callback_may_log_what_has_no_curve(shown):
    class Note(mc.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["note"] = [None, "a", {"a": 1}][epoch]

    _, history = fit(epochs=3, callbacks=[Note()])
    assert history.history["note"] == [None, "a", {"a": 1}]
    for html in (shown[-1][1], history._repr_html_()):
        assert html.count("<svg") == 2 and "note" not in html
    history.history = {"note": [None, "a", "b"]}
    assert history._repr_html_() == "<p>History of no epoch with numbers</p>"


def test_epochs_from_a_backup_are_in_the_curves(shown, tmp_path):
    class Stop(mc.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    backup = mc.callbacks.BackupAndRestore(tmp_path / "backup")
    with pytest.raises(KeyboardInterrupt):
        fit(epochs=3, callbacks=[backup, Stop()])
    fit(epochs=3, callbacks=[mc.callbacks.BackupAndRestore(tmp_path / "backup")])
    assert "loss from epoch 1 to 3" in shown[-1][1]


@pytest.mark.parametrize("verbose", [0, 2])
def test_who_wants_silence_or_lines_gets_them(shown, verbose, capsys):
    fit(epochs=2, verbose=verbose)
    assert shown == []
    assert capsys.readouterr().out.count("Epoch") == verbose


def test_a_terminal_is_no_notebook(monkeypatch):
    assert "IPython" in sys.modules or not notebook.is_running()
    for shell in (None, SimpleNamespace()):  # no IPython at work, or one in a terminal
        ipython = ModuleType("IPython")
        ipython.get_ipython = lambda shell=shell: shell
        monkeypatch.setitem(sys.modules, "IPython", ipython)
        assert not notebook.is_running()


def test_a_model_and_a_history_show_themselves():
    model, history = fit(epochs=2, verbose=0)
    table = model._repr_html_()
    assert "dense (Dense)" in table and "(None, 4)" in table and "20 parameters" in table
    assert "<b>" not in table
    assert history._repr_html_().count("<svg") == 2
    assert "no epoch" in mc.callbacks.History()._repr_html_()
    assert "not built yet" in mc.Sequential([layers.Dense(3)])._repr_html_()


@pytest.mark.slow
def test_a_real_notebook():
    nbformat = pytest.importorskip("nbformat", reason="needs nbformat and nbclient")
    nbclient = pytest.importorskip("nbclient", reason="needs nbformat and nbclient")
    pytest.importorskip("ipykernel", reason="needs ipykernel")
    cells = [
        "import numpy as np, minicnn as mc\n"
        "model = mc.Sequential([mc.layers.Dense(4, activation='softmax')])\n"
        "model.compile('sgd', 'sparse_categorical_crossentropy')\n"
        "history = model.fit(np.eye(4), np.arange(4), epochs=3)",
        "model",
        "history",
    ]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(book, kernel_name="python3", timeout=120).execute()
    (training,), (model,), (history,) = (
        [each for each in cell.outputs if each.output_type in ("display_data", "execute_result")]
        for cell in book.cells
    )
    assert "loss from epoch 1 to 3" in training.data["text/html"]
    assert "Epoch 3/3" in training.data["text/plain"]
    assert "dense (Dense)" in model.data["text/html"] and "<svg" in history.data["text/html"]
