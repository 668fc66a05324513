"""Base: three pairs of convolutions with dropout between them, on CIFAR-10.

    python examples/cifar_base.py                             50 epochs, an hour or more
    python examples/cifar_base.py --subset 2000 --epochs 2    a first look

The plainest of four architectures; cifar_lenet5.py, flowers_alexnet.py and flowers_vgg16.py hold the others,
compare_architectures.py sets them side by side. Its large dense layer is kept in check by ``max_norm``: after
each step, what goes into one of its 1,024 units is shortened where it is longer than 2.
"""

import common
import numpy as np

import minicnn as mc
from minicnn import layers
from minicnn.constraints import MaxNorm
from minicnn.utils import to_categorical


def build_model():
    """32x32 pixels -> 16x16x32 -> 8x8x64 -> 4x4x128 -> 1024 -> 10 classes; 2,395,434 parameters."""
    return mc.Sequential(
        [
            layers.Input((32, 32, 3)),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Dropout(0.2),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.Dropout(0.2),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(128, 3, padding="same", activation="relu"),
            layers.Dropout(0.2),
            layers.Conv2D(128, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(1024, activation="relu", kernel_constraint=MaxNorm(2)),
            layers.Dropout(0.2),
            layers.Dense(10, activation="softmax"),
        ],
        name="Base",
    )


def main(argv=None):
    args = common.parse_arguments(argv, name="base", description=__doc__, epochs=50, batch_size=32)
    data = common.load_data(args)
    x_train, x_test = (x / np.float32(255) for x in (data.x_train, data.x_test))  # pixels 0..1
    y_train, y_test = (to_categorical(y, 10) for y in (data.y_train, data.y_test))  # labels as one-hot rows

    mc.set_random_seed(args.seed)
    model = build_model()
    model.compile(
        mc.optimizers.SGD(0.01, momentum=0.9, nesterov=True), loss="categorical_crossentropy",
        metrics=["accuracy", "binary_accuracy", "categorical_accuracy", "categorical_crossentropy"],
    )  # fmt: skip

    run = common.Run(args, data)
    if not args.quiet:
        model.summary()
    history = model.fit(
        x_train, y_train, batch_size=args.batch_size, epochs=args.epochs, verbose=run.verbose,
        validation_data=(x_test, y_test), callbacks=run.callbacks("base"),
    )  # fmt: skip
    test = model.evaluate(x_test, y_test, batch_size=args.batch_size, verbose=0, return_dict=True)
    run.record("base", model, history, test)
    run.report("base", model, history, (x_test, y_test))

    metrics = ("accuracy", "loss", "binary_accuracy")
    run.print_scores(common.DOCUMENTED["C"], show=("last_", "test_"), metrics=metrics)
    run.draw_architecture(model)
    mc.plots.training_curves(history, title=f"Base on {data.title}", path=run.path("_curves.png"))
    first = int(np.argmax(data.y_test[:, 0] == 0))  # the first airplane among the test pictures
    mc.plots.class_scores(
        model.predict(x_test[first : first + 1]), data.class_names, data.x_test[first],
        title=f"A test picture: {data.class_names[0]}\n{data.title}", path=run.path("_scores.png"),
    )  # fmt: skip
    model.save(run.path(".mcnn"))
    run.write()


if __name__ == "__main__":
    common.start(main)
