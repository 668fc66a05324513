"""M1, M2 and M3 side by side: what more filters in the second convolution bring.

    python examples/cifar_depth.py                            3 x 10 epochs on CIFAR-10
    python examples/cifar_depth.py --subset 2000 --epochs 2   a first look

The models stand in cifar_m1.py, cifar_m2.py and cifar_m3.py; all are trained by the one recipe below.
"""

import common
import numpy as np
from cifar_m1 import build_model as build_m1
from cifar_m2 import build_model as build_m2
from cifar_m3 import build_model as build_m3

import minicnn as mc
from minicnn.utils import to_categorical


def draw(histories, data_title, training_path, validation_path):
    """Both figures of the comparison, accuracy | loss each: on the training data, on the validation data."""
    title = f"Three networks on {data_title}"
    mc.plots.compare_runs(histories, which="train", title=title, path=training_path)
    mc.plots.compare_runs(histories, which="val", title=title, path=validation_path)


def main(argv=None):
    args = common.parse_arguments(argv, name="depth", description=__doc__, epochs=10, batch_size=40)
    data = common.load_data(args)
    x_train, x_test = (x / np.float32(255) for x in (data.x_train, data.x_test))  # pixels 0..1
    y_train, y_test = (to_categorical(y, 10) for y in (data.y_train, data.y_test))  # labels as one-hot rows

    run = common.Run(args, data)
    for name, build in {"M1": build_m1, "M2": build_m2, "M3": build_m3}.items():
        mc.set_random_seed(args.seed)
        model = build()
        model.compile(mc.optimizers.RMSprop(5e-4), loss="categorical_crossentropy", metrics=["accuracy"])
        if not args.quiet:
            model.summary()
        history = model.fit(
            x_train, y_train, batch_size=args.batch_size, epochs=args.epochs, verbose=run.verbose,
            validation_data=(x_test, y_test), callbacks=run.callbacks(name),
        )  # fmt: skip
        test = model.evaluate(x_test, y_test, batch_size=args.batch_size, verbose=0, return_dict=True)
        run.record(name, model, history, test)
        run.report(name, model, history, (x_test, y_test))
        model.save(run.path(f"_{name.lower()}.mcnn"))

    run.print_scores(common.DOCUMENTED["A"])
    run.draw_samples()
    draw(run.histories(), data.title, run.path("_training.png"), run.path("_validation.png"))
    run.write()


if __name__ == "__main__":
    common.start(main)
