"""The recipe of classification_reports.json: scikit-learn's classification_report of drawn labels.

    pip install scikit-learn
    python tests/oracles/make_sklearn.py

Drawn are numbers of classes and of pictures, how good the predictions are, names of all lengths, digits
up to the last (where the order of a sum shows), classes that never occur and classes that are never
predicted. scikit-learn 1.9.1 made the file; nothing here imports minicnn.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.metrics import classification_report, confusion_matrix


def draw(rng):
    classes, N = int(rng.integers(2, 12)), int(rng.integers(1, 60))
    y_true = rng.integers(0, max(1, classes - rng.integers(0, 3)), N)
    guessed = rng.random(N) < rng.random()
    y_pred = np.where(guessed, rng.integers(0, classes, N), y_true)
    named = rng.random() < 0.7
    names = ["class" + "x" * int(rng.integers(0, 12)) + f" {k}" for k in range(classes)] if named else None
    return y_true, y_pred, names, int(rng.choice([2, 2, 3, 16]))


def main():
    rng, cases = np.random.default_rng(0), []
    for _ in range(80):
        y_true, y_pred, names, digits = draw(rng)
        if not np.any(y_true == y_pred):  # then scikit-learn prints the support as 3.0; we do not
            continue
        labels = None if names is None else list(range(len(names)))
        case = {"y_true": "".join(map("{:x}".format, y_true)), "y_pred": "".join(map("{:x}".format, y_pred))}
        case |= {"class_names": names, "digits": digits}  # labels below 12, a hexadecimal digit each
        case["report"] = classification_report(
            y_true, y_pred, labels=labels, target_names=names, digits=digits, zero_division=0
        )
        if len(cases) < 20:
            case["matrix"] = confusion_matrix(y_true, y_pred, labels=range(12)).tolist()
        cases.append(case)
    lines = ",\n".join(json.dumps(case) for case in cases)
    Path(__file__).with_name("classification_reports.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
