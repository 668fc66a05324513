"""Ten epochs and a grid of predictions; then on, until the network has overfitted.

    python examples/cifar_predictions.py                              10 epochs, then up to 60 in all
    python examples/cifar_predictions.py --subset 2000 --epochs 2     a first look

The write-up gives a validation loss of 1.58 after ten epochs, with a training loss of 0.21. That is not what
ten epochs from new weights lead to: its author's training went on from an earlier one. So both are shown: ten
epochs as written ("fresh"), and after how many more ("on") the validation loss, long rising again, is 1.58.
"""

import common
import numpy as np

import minicnn as mc
from minicnn import layers


def build_model():
    """32x32 pixels -> 15x15x32 -> 6x6x64 -> 64 -> 10 classes; 167,562 parameters."""
    return mc.Sequential(
        [
            layers.Input((32, 32, 3)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ],
        name="predictions",
    )


def risen_again(losses, loss):
    """Whether the last of ``losses`` is ``loss`` or more, and one before it was less."""
    return min(losses) < loss <= losses[-1]


class StopAgain(mc.callbacks.Callback):
    """Stop when the validation loss has risen to ``loss`` again; ``before``: those of earlier epochs."""

    runs_last = True  # when the model's history has the epoch that ends

    def __init__(self, loss, before):
        self.loss, self.before = loss, before

    def on_epoch_end(self, epoch, logs=None):
        losses = [*self.before, *self.model.history.history["val_loss"]]
        if risen_again(losses, self.loss):
            self.model.stop_training = True


def add_at_most(parser):
    help = "epochs in all, where the documented loss is not reached again before (default: 60)"
    parser.add_argument("--at-most", type=common.whole_number(1), metavar="N", default=60, help=help)


def main(argv=None):
    args = common.parse_arguments(
        argv, name="predictions", description=__doc__, epochs=10, batch_size=64, add_more=add_at_most
    )
    if args.at_most <= args.epochs:
        raise ValueError(f"--at-most {args.at_most} leaves nothing to go on with after the first "
                         f"{common.counted(args.epochs, 'epoch')} (--epochs): make it more")  # fmt: skip
    data = common.load_data(args)
    x_train, x_test = (x / np.float32(255) for x in (data.x_train, data.x_test))  # pixels 0..1
    y_train, y_test = data.y_train, data.y_test  # labels as class numbers
    documented = common.DOCUMENTED["E"]
    known = documented["models"]["fresh"]["last_val_loss"]

    mc.set_random_seed(args.seed)
    model = build_model()
    # The loss is its own metric, as in the write-up: no accuracy is measured.
    loss = "sparse_categorical_crossentropy"
    model.compile("adam", loss=loss, metrics=[loss])

    run = common.Run(args, data, labels="class numbers")
    if not args.quiet:
        model.summary()
    history = model.fit(
        x_train, y_train, batch_size=args.batch_size, epochs=args.epochs, verbose=run.verbose,
        validation_data=(x_test, y_test), callbacks=run.callbacks("fresh"),
    )  # fmt: skip
    test = model.evaluate(x_test, y_test, batch_size=args.batch_size, verbose=0, return_dict=True)
    run.record("fresh", model, history, test)
    run.report("fresh", model, history, (x_test, y_test))
    some = slice(0, 25)
    mc.plots.predictions(
        data.x_test[some], model.predict(x_test[some]), y_test[some], data.class_names,
        title=f"{data.title}, test pictures", path=run.path("_predictions.png"),
    )  # fmt: skip
    model.save(run.path("_fresh.mcnn"))

    run.say(f"\nOn, until the validation loss is {known} again")
    on = model.fit(
        x_train, y_train, batch_size=args.batch_size, verbose=run.verbose, validation_data=(x_test, y_test),
        initial_epoch=args.epochs, epochs=args.at_most,
        callbacks=[StopAgain(known, history.history["val_loss"]), *run.callbacks("on")],
    )  # fmt: skip
    test = model.evaluate(x_test, y_test, batch_size=args.batch_size, verbose=0, return_dict=True)
    run.record("on", model, on, test)
    run.report("on", model, on, (x_test, y_test))
    model.save(run.path("_on.mcnn"))

    run.print_scores(documented, show=("last_", "last_val_", "test_"))
    whole = {name: values + on.history[name] for name, values in history.history.items()}
    reached = "reached again" if risen_again(whole["val_loss"], known) else "not reached again"
    print(f"Going on, a validation loss of {known} was {reached} after {on.epoch[-1] + 1} epochs, with a "
          f"training loss of {on.history['loss'][-1]:.4f}.")  # fmt: skip
    mc.plots.training_curves(history, ["loss"], title=data.title, path=run.path("_losses.png"))
    title = f"Going on: {data.title}"
    mc.plots.training_curves(whole, ["loss"], title=title, path=run.path("_losses_on.png"))
    run.draw_samples(25, columns=5)
    run.write()


if __name__ == "__main__":
    common.start(main)
