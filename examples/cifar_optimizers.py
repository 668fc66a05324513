"""RMSprop, SGD and Adam on M3, 10 epochs and a learning rate of 5e-4 each.

    python examples/cifar_optimizers.py                       chained, as the write-up's author did it
    python examples/cifar_optimizers.py --protocol fresh      each from the same new weights

The author wrote ``M3_SGD = M3``, which gives the same model a second name and not a second model: SGD went
on from what RMSprop had learned, and Adam from what both had. So "chained" says how far 30 epochs lead, and
only "fresh" compares optimizers.
"""

import common
import numpy as np
from cifar_m3 import build_model

import minicnn as mc
from minicnn.utils import to_categorical

PROTOCOLS = {
    "chained": "chained: each goes on from the weights before",
    "fresh": "fresh: each from the same new weights",
}


def draw(histories, protocol, data_title, path):
    """Validation accuracy | loss of the optimizers; the title says what was compared."""
    title = f"M3 on {data_title}\n{PROTOCOLS[protocol]}"
    mc.plots.compare_runs(histories, which="val", title=title, path=path)


def add_protocol(parser):
    parser.add_argument("--protocol", choices=sorted(PROTOCOLS), default="chained", help="default: chained")


def main(argv=None):
    args = common.parse_arguments(
        argv, name="optimizers", description=__doc__, epochs=10, batch_size=40, add_more=add_protocol
    )
    data = common.load_data(args)
    x_train, x_test = (x / np.float32(255) for x in (data.x_train, data.x_test))  # pixels 0..1
    y_train, y_test = (to_categorical(y, 10) for y in (data.y_train, data.y_test))  # labels as one-hot rows

    run = common.Run(args, data, name=f"optimizers_{args.protocol}")
    run.say(f"{PROTOCOLS[args.protocol]}\n")
    mc.set_random_seed(args.seed)
    model = build_model()
    if not args.quiet:
        model.summary()
    for optimizer in (mc.optimizers.RMSprop(5e-4), mc.optimizers.SGD(5e-4), mc.optimizers.Adam(5e-4)):
        name = type(optimizer).__name__
        if args.protocol == "fresh":
            model = build_model()  # the same seed, so the same weights as before
        model.compile(optimizer, loss="categorical_crossentropy", metrics=["accuracy"])
        run.say(name)
        # A chain with other numbers of epochs is another chain: its backups have another name.
        history = model.fit(
            x_train, y_train, batch_size=args.batch_size, epochs=args.epochs, verbose=run.verbose,
            validation_data=(x_test, y_test), callbacks=run.callbacks(name, backup=f"{name}_{args.epochs}"),
        )  # fmt: skip
        test = model.evaluate(x_test, y_test, batch_size=args.batch_size, verbose=0, return_dict=True)
        run.record(name, model, history, test)
        run.report(name, model, history, (x_test, y_test))
        model.save(run.path(f"_{name.lower()}.mcnn"))

    run.print_scores(common.DOCUMENTED["A, optimizers"], label="documented, chained")
    print(f"Documented: {PROTOCOLS['chained']}. Obtained: {PROTOCOLS[args.protocol]}.")
    run.draw_samples()
    draw(run.histories(), args.protocol, data.title, run.path("_validation.png"))
    run.write(protocol=args.protocol)


if __name__ == "__main__":
    common.start(main)
