"""A study of overfitting: three networks on CIFAR-10, and how far training and validation part.

    python examples/cifar_overfitting.py                             20, 20 and 30 epochs
    python examples/cifar_overfitting.py --model first               one of the three
    python examples/cifar_overfitting.py --subset 2000 --epochs 2    a first look

The first learns its training pictures by heart; the second, with four times the weights, does so sooner; the
final one is held back by dropout, normalizes, and sees more with more convolutions. The last fifth of the
training pictures is kept for validation; the test pictures are looked at once, at the end. Pixels stay
0..255.
"""

import common
import numpy as np

import minicnn as mc
from minicnn import layers

MODELS = ("first", "second", "final")


def build_first():
    """32x32 pixels -> 16x16x32 -> 8x8x64 -> 4x4x64 -> 1024 -> 10 classes; 1,116,170 parameters."""
    return mc.Sequential(
        [
            layers.Input((32, 32, 3)),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(1024, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ],
        name="first",
    )


def build_second():
    """32x32 pixels -> 32x32x32 -> 16x16x64 -> 8x8x64 -> 1024 -> 10 classes; 4,361,738 parameters."""
    return mc.Sequential(
        [
            layers.Input((32, 32, 3)),
            layers.Conv2D(32, 5, padding="same", activation="relu"),
            layers.Conv2D(64, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(1024, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ],
        name="second",
    )


def build_final():
    """32x32 pixels -> 16x16x128 -> 8x8x256 -> 4x4x512 -> 512 -> 10 classes; 6,417,034 parameters."""
    return mc.Sequential(
        [
            layers.Input((32, 32, 3)),
            layers.Conv2D(128, 3, padding="same", activation="relu"),
            layers.Conv2D(128, 3, padding="same", activation="relu"),
            layers.BatchNormalization(),  # 256 of its 512 numbers are averages: no gradient trains them
            layers.MaxPooling2D(2),
            layers.Dropout(0.3),
            layers.Conv2D(256, 3, padding="same", activation="relu"),
            layers.Conv2D(256, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Dropout(0.3),
            layers.Conv2D(512, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Dropout(0.3),
            layers.Flatten(),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(10, activation="softmax"),
        ],
        name="final",
    )


def build_model(name="final"):
    """One of the three by its name."""
    return {"first": build_first, "second": build_second, "final": build_final}[name]()


def add_model(parser):
    parser.add_argument("--model", choices=MODELS, help="train one alone (default: all three, in turn)")


def main(argv=None):
    args = common.parse_arguments(
        argv, name="overfitting", description=__doc__, epochs="20, 20 and 30", batch_size=128,
        add_more=add_model,
    )  # fmt: skip
    data = common.load_data(args)
    x_train, x_test = data.x_train.astype(np.float32), data.x_test.astype(np.float32)  # pixels 0..255
    y_train, y_test = data.y_train, data.y_test  # labels as class numbers

    name = f"overfitting_{args.model}" if args.model else "overfitting"
    recipe = {"pixels": "0..255", "labels": "class numbers", "validation_data": "the last fifth"}
    run = common.Run(args, data, name, **recipe)
    for name in [args.model] if args.model else MODELS:
        mc.set_random_seed(args.seed)
        model = build_model(name)
        model.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        if not args.quiet:
            model.summary()
        epochs = args.epochs or {"first": 20, "second": 20, "final": 30}[name]
        history = model.fit(
            x_train, y_train, batch_size=args.batch_size, epochs=epochs, verbose=run.verbose,
            validation_split=0.2, callbacks=run.callbacks(name),
        )  # fmt: skip
        test = model.evaluate(x_test, y_test, batch_size=args.batch_size, verbose=0, return_dict=True)
        run.record(name, model, history, test)
        run.report(name, model, history, (x_test, y_test))
        model.save(run.path(f"_{name}.mcnn"))
        title = f"The {name} model on {data.title}"
        mc.plots.training_curves(history, title=title, path=run.path(f"_{name}_curves.png"))

    run.print_scores(common.DOCUMENTED["B"], show=("last_", "last_val_", "test_"))
    print("\nTraining accuracy above validation accuracy, at the end:")
    for name, history in run.histories().items():
        known = common.DOCUMENTED["B"]["models"][name]
        gap = history["accuracy"][-1] - history["val_accuracy"][-1]
        documented = known["last_accuracy"] - known["last_val_accuracy"]
        print(f"  {name:<7} {gap:+.4f} (documented {documented:+.4f})")
    run.draw_samples(10, columns=10)
    run.write()


if __name__ == "__main__":
    common.start(main)
