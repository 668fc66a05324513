"""LeNet5: a network of 1998 on CIFAR-10, plain, with augmentation, with augmentation and dropout.

    python examples/cifar_lenet5.py                             50 epochs, plain
    python examples/cifar_lenet5.py --variant aug               pictures mirrored, turned, zoomed at random
    python examples/cifar_lenet5.py --variant aug_dropout       and a fifth of the features left out
    python examples/cifar_lenet5.py --subset 2000 --epochs 2    a first look, seconds

Plain, it soon fits its training pictures better than new ones. Augmentation shows it other pictures every
epoch: the two losses stay together, and the validation loss ends lower.
"""

import common
import numpy as np

import minicnn as mc
from minicnn import layers
from minicnn.utils import to_categorical

VARIANTS = ("plain", "aug", "aug_dropout")


def build_model(variant="plain"):
    """32x32 pixels -> 14x14x6 -> 5x5x16 -> 120 -> 84 -> 10 classes; 62,006 parameters."""
    augmentation = [
        layers.RandomFlip("horizontal"),
        layers.RandomRotation(0.1),
        layers.RandomZoom(0.1),
    ]
    return mc.Sequential(
        [
            layers.Input((32, 32, 3)),
            *([] if variant == "plain" else augmentation),
            layers.Conv2D(6, 5, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(16, 5, activation="relu"),
            layers.MaxPooling2D(2),
            *([layers.Dropout(0.2)] if variant == "aug_dropout" else []),
            layers.Flatten(),
            layers.Dense(120, activation="relu"),
            layers.Dense(84, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ],
        name="LeNet5" if variant == "plain" else f"LeNet5_{variant}",
    )


def add_variant(parser):
    parser.add_argument("--variant", choices=VARIANTS, default="plain", help="default: plain")


def main(argv=None):
    args = common.parse_arguments(
        argv, name="lenet5", description=__doc__, epochs=50, batch_size=32, add_more=add_variant
    )
    data = common.load_data(args)
    x_train, x_test = (x / np.float32(255) for x in (data.x_train, data.x_test))  # pixels 0..1
    y_train, y_test = (to_categorical(y, 10) for y in (data.y_train, data.y_test))  # labels as one-hot rows

    mc.set_random_seed(args.seed)
    model = build_model(args.variant)
    model.compile(
        mc.optimizers.SGD(0.01, momentum=0.9, nesterov=True), loss="categorical_crossentropy",
        metrics=["accuracy", "binary_accuracy", "categorical_accuracy", "categorical_crossentropy"],
    )  # fmt: skip

    name = f"lenet5_{args.variant}"
    run = common.Run(args, data, name)
    if not args.quiet:
        model.summary()
    history = model.fit(
        x_train, y_train, batch_size=args.batch_size, epochs=args.epochs, verbose=run.verbose,
        validation_data=(x_test, y_test), callbacks=run.callbacks(name),
    )  # fmt: skip
    test = model.evaluate(x_test, y_test, batch_size=args.batch_size, verbose=0, return_dict=True)
    run.record(name, model, history, test)
    run.report(name, model, history, (x_test, y_test))

    metrics = ("accuracy", "loss", "binary_accuracy")
    run.print_scores(common.DOCUMENTED["C"], show=("last_", "test_"), metrics=metrics)
    run.draw_architecture(model)
    title = f"LeNet5 ({args.variant}) on {data.title}"
    mc.plots.training_curves(history, title=title, path=run.path("_curves.png"))
    first = int(np.argmax(data.y_test[:, 0] == 0))  # the first airplane among the test pictures
    mc.plots.class_scores(
        model.predict(x_test[first : first + 1]), data.class_names, data.x_test[first],
        title=f"A test picture: {data.class_names[0]}\n{data.title}", path=run.path("_scores.png"),
    )  # fmt: skip
    model.save(run.path(".mcnn"))
    run.write()


if __name__ == "__main__":
    common.start(main)
