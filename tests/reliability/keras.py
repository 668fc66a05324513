"""Layers, losses, metrics, optimizers and training give Keras's numbers.

Keras's answers were frozen, with the recipe beside them (`tests/oracles`). A single operation is within 1e-12
of them in float64 and 1e-5 in float32; the losses and weights of a hundred training steps of a network with
convolution, batch normalisation, pooling and dense layers within 1e-9 in float64, of twenty within 1e-3 in
float32. The rules of optimizers are also compared with their formulas, written in twenty lines of NumPy.

A line is a test, a case one layer, loss, metric, optimizer or network.
"""

from tests.reliability.counted import counted

PARTS = {
    "keras": counted("tests/test_against_keras.py"),
    "formulas": counted("tests/test_optimizers.py", only="formulas or near_float64"),
}
