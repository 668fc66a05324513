"""The figures of the write-ups: pictures, curves, confusion matrices, bars.

    mc.plots.images(x[:8], y[:8], class_names)              a sheet of pictures
    mc.plots.predictions(x[:25], model.predict(x[:25]), y[:25], class_names)
    mc.plots.training_curves(history)                       one run: training against validation
    mc.plots.compare_runs({"M1": h1, "M2": h2})             several runs, one quantity
    mc.plots.confusion_matrix(y, model.predict(x), class_names)
    mc.plots.class_scores(model.predict(x[:1]), class_names, image=x[0])
    mc.plots.filters(model.layers[0])                       what the first convolution looks for
    mc.plots.fit_times({"M1": 310.0, "M2": 402.5})
    mc.plots.architecture(model)                            its layers as blocks
    mc.plots.search(candidates, "optimizer", "optimizer__learning_rate")    what examples/search.py found

Every function returns the figure, which a notebook shows when it is the last line of a cell, and
writes it as a PNG when ``path`` is given. None opens a window or touches pyplot's current figure.
Importing this package does not import matplotlib; drawing the first figure does. Arrays of another shape,
labels without a name, a ``path`` that does not end in .png raise ValueError with what was expected.
"""

from minicnn.plots.architecture import architecture
from minicnn.plots.bars import class_scores, fit_times
from minicnn.plots.confusion import confusion_matrix
from minicnn.plots.curves import compare_runs, training_curves
from minicnn.plots.search import search
from minicnn.plots.sheets import filters, images, predictions

__all__ = [
    "architecture",
    "class_scores",
    "compare_runs",
    "confusion_matrix",
    "filters",
    "fit_times",
    "images",
    "predictions",
    "search",
    "training_curves",
]
