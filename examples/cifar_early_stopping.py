"""Early stopping: training ends when the validation loss no longer falls; then a report on every class.

    python examples/cifar_early_stopping.py                              up to 15 epochs
    python examples/cifar_early_stopping.py --subset 2000 --epochs 3     a first look

Two epochs in a row without a lower validation loss are enough to stop. The weights are then those of the
last epoch, two after the best one: ``EarlyStopping(restore_best_weights=True)`` would put the best ones back.
The report says, class by class, which share of what was taken for a class is of it (precision), and which
share of the class was found (recall); the confusion matrix says what was taken for what.
"""

import common
import numpy as np

import minicnn as mc
from minicnn import layers
from minicnn.utils import to_categorical


def build_model():
    """32x32 pixels -> 14x14x32 -> 5x5x32 -> 256 -> 10 classes; 225,610 parameters."""
    return mc.Sequential(
        [
            layers.Input((32, 32, 3)),
            layers.Conv2D(32, 4, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(32, 4, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(256, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ],
        name="early_stopping",
    )


def main(argv=None):
    args = common.parse_arguments(argv, name="early_stopping", description=__doc__, epochs=15, batch_size=32)
    data = common.load_data(args)
    x_train, x_test = (x / np.float32(255) for x in (data.x_train, data.x_test))  # pixels 0..1
    y_train, y_test = (to_categorical(y, 10) for y in (data.y_train, data.y_test))  # labels as one-hot rows

    mc.set_random_seed(args.seed)
    model = build_model()
    model.compile("adam", loss="categorical_crossentropy", metrics=["accuracy"])

    run = common.Run(args, data)
    if not args.quiet:
        model.summary()
    stop = mc.callbacks.EarlyStopping("val_loss", patience=2, verbose=0 if args.quiet else 1)
    history = model.fit(
        x_train, y_train, batch_size=args.batch_size, epochs=args.epochs, verbose=run.verbose,
        validation_data=(x_test, y_test), callbacks=[stop, *run.callbacks("early_stopping")],
    )  # fmt: skip
    test = model.evaluate(x_test, y_test, batch_size=args.batch_size, verbose=0, return_dict=True)
    run.record("early_stopping", model, history, test)
    run.report("early_stopping", model, history, (x_test, y_test))

    documented = common.DOCUMENTED["D"]
    run.print_scores(documented, show=("val_", "last_val_", "test_"))
    known = documented["models"]["early_stopping"]
    best = int(np.argmin(history.history["val_loss"])) + 1
    epochs = common.counted(len(history.epoch), "epoch")
    print(f"{epochs}, lowest validation loss after epoch {best} (documented: "
          f"{known['epochs']} epochs, {known['best_epoch']})\n")  # fmt: skip

    probabilities = model.predict(x_test)
    print(mc.metrics.classification_report(data.y_test, probabilities, data.class_names))
    confused = mc.metrics.confusion_matrix(data.y_test, probabilities, classes=10)
    mc.plots.confusion_matrix(
        matrix=confused, class_names=data.class_names, title=f"Test pictures of {data.title}",
        path=run.path("_confusion.png"),
    )  # fmt: skip

    mc.plots.training_curves(history, title=f"Early stopping on {data.title}", path=run.path("_curves.png"))
    mc.plots.class_scores(
        probabilities[0], data.class_names, data.x_test[0],
        title=f"predicted: {data.class_names[probabilities[0].argmax()]}, "
              f"true: {data.class_names[int(data.y_test[0, 0])]}\n{data.title}",
        path=run.path("_prediction.png"),
    )  # fmt: skip
    run.draw_samples(3)
    model.save(run.path(".mcnn"))
    run.write(confusion=confused.tolist())


if __name__ == "__main__":
    common.start(main)
