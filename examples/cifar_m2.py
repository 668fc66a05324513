"""M2: two convolutions, 32 and 64 filters, then two dense layers, on CIFAR-10.

    python examples/cifar_m2.py                             10 epochs, a few minutes
    python examples/cifar_m2.py --subset 2000 --epochs 2    a first look, seconds

The middle one of three networks that differ in one number, the filters of the second convolution.
"""

import common
import numpy as np

import minicnn as mc
from minicnn import layers
from minicnn.utils import to_categorical


def build_model():
    """32x32 pixels -> 16x16x32 -> 8x8x64 -> 4x4x64 -> 512 -> 10 classes; 583,626 parameters."""
    return mc.Sequential(
        [
            layers.Input((32, 32, 3)),
            layers.Conv2D(32, 5, strides=2, padding="same", activation="relu"),
            layers.Conv2D(64, 5, strides=2, padding="same", activation="relu"),
            layers.MaxPooling2D(2, strides=2, padding="same"),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ],
        name="M2",
    )


def main(argv=None):
    args = common.parse_arguments(argv, name="m2", description=__doc__, epochs=10, batch_size=40)
    data = common.load_data(args)
    x_train, x_test = (x / np.float32(255) for x in (data.x_train, data.x_test))  # pixels 0..1
    y_train, y_test = (to_categorical(y, 10) for y in (data.y_train, data.y_test))  # labels as one-hot rows

    mc.set_random_seed(args.seed)
    model = build_model()
    model.compile(mc.optimizers.RMSprop(5e-4), loss="categorical_crossentropy", metrics=["accuracy"])

    run = common.Run(args, data)
    if not args.quiet:
        model.summary()
    history = model.fit(
        x_train, y_train, batch_size=args.batch_size, epochs=args.epochs, verbose=run.verbose,
        validation_data=(x_test, y_test), callbacks=run.callbacks("M2"),
    )  # fmt: skip
    test = model.evaluate(x_test, y_test, batch_size=args.batch_size, verbose=0, return_dict=True)
    run.record("M2", model, history, test)
    run.report("M2", model, history, (x_test, y_test))

    run.print_scores(common.DOCUMENTED["A"])
    run.draw_samples()
    mc.plots.training_curves(history, title=f"M2 on {data.title}", path=run.path("_curves.png"))
    model.save(run.path(".mcnn"))
    run.write()


if __name__ == "__main__":
    common.start(main)
