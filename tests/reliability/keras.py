"""Layers, losses, metrics, optimizers and training give Keras's numbers.

Keras's answers were frozen, with the recipe beside them (`tests/oracles`). A single operation is within 1e-12
of them in float64 and 1e-5 in float32; the losses and weights of a hundred training steps of a network with
convolution, batch normalisation, pooling and dense layers within 1e-9 in float64, of twenty within 1e-3 in
float32. The rules of optimizers are also compared with their formulas, written in twenty lines of NumPy.

A line is a test, a case one layer, loss, metric, optimizer or network.
"""

from tests.reliability.counted import counted

PARTS = {  # the tests, and the cases that each has at the least
    "keras": counted("tests/test_against_keras.py", {
        "a layer computes what keras computes": 145, "every answer about layers is looked at": 1,
        "a loss and its gradient": 32, "a metric": 6, "a schedule": 7, "a hundred steps of training": 19,
        "the loss of twenty steps in float32": 4, "fit evaluate and predict": 3,
        "a documented network with keras weights": 4, "the gradients of a documented network": 3,
        "a summary looks as keras prints it": 6,
    }),
    "formulas": counted("tests/test_optimizers.py", {
        "thirty steps follow the formulas": 13, "float32 stays float32 and near float64": 3,
    }),
}  # fmt: skip
