"""AlexNet on photographs of flowers: plain, with augmentation, with augmentation and dropout.

    python examples/flowers_alexnet.py                              50 epochs of 2,569 photographs, hours
    python examples/flowers_alexnet.py --variant aug                mirrored, turned and zoomed at random
    python examples/flowers_alexnet.py --variant aug_dropout        and a fifth of the features left out
    python examples/flowers_alexnet.py --subset 100 --epochs 1      a first look
    python examples/flowers_alexnet.py --image-size 67 --epochs 5   smaller pictures (67 is the least)

The network that won ImageNet's contest in 2012, here for five kinds. The photographs are of many sizes; they
are read from their files while the network trains, and made 227 x 227. Of its 62 million weights 38 million
belong to the first dense layer.
"""

import common

import minicnn as mc
from minicnn import layers

VARIANTS = ("plain", "aug", "aug_dropout")


def build_model(variant="plain", image_size=227):
    """227x227 pixels -> 55x55x96 -> 27x27x256 -> 6x6x256 -> 4096 -> 4096 -> 1000 -> 5; 62,383,349 weights."""
    augmentation = [
        layers.RandomFlip("horizontal"),
        layers.RandomRotation(0.1),
        layers.RandomZoom(0.1),
    ]
    he = {"activation": "relu", "kernel_initializer": "he_normal"}
    return mc.Sequential(
        [
            layers.Input((image_size, image_size, 3)),
            *([] if variant == "plain" else augmentation),
            layers.Rescaling(1 / 255),
            layers.Conv2D(96, 11, strides=4, **he),
            layers.MaxPooling2D(3, strides=2),
            layers.Conv2D(256, 5, padding="same", **he),
            layers.MaxPooling2D(3, strides=2),
            layers.Conv2D(384, 3, padding="same", **he),
            layers.Conv2D(384, 3, padding="same", **he),
            layers.Conv2D(256, 3, padding="same", **he),
            layers.MaxPooling2D(3, strides=2),
            *([layers.Dropout(0.2)] if variant == "aug_dropout" else []),
            layers.Flatten(),
            layers.Dense(4096, activation="relu"),
            layers.Dense(4096, activation="relu"),
            layers.Dense(1000, activation="relu"),
            layers.Dense(5, activation="softmax"),
        ],
        name="AlexNet" if variant == "plain" else f"AlexNet_{variant}",
    )


def add_flags(parser):
    parser.add_argument("--variant", choices=VARIANTS, default="plain", help="default: plain")
    size = {"type": common.whole_number(67), "metavar": "N", "default": 227}
    parser.add_argument("--image-size", **size, help="pictures are made N x N (default: 227)")


def main(argv=None):
    args = common.parse_arguments(
        argv, name="alexnet", description=__doc__, epochs=50, batch_size=32, add_more=add_flags,
        data="flowers",
    )  # fmt: skip
    data = common.find_flowers(args)
    parts = mc.utils.image_dataset_from_directory(
        data.folder, class_names=list(data.class_names), label_mode="categorical", batch_size=args.batch_size,
        image_size=(args.image_size, args.image_size), validation_split=0.3, subset="both", seed=42,
        verbose=False,
    )  # fmt: skip
    data.take(*parts, args.subset)

    mc.set_random_seed(args.seed)
    model = build_model(args.variant, args.image_size)
    model.compile(
        mc.optimizers.SGD(0.01, momentum=0.9, nesterov=True), loss="categorical_crossentropy",
        metrics=["accuracy", "binary_accuracy", "categorical_accuracy", "categorical_crossentropy"],
    )  # fmt: skip

    name = f"alexnet_{args.variant}"
    recipe = {"pixels": "0..255", "validation_data": "three of ten", "image_size": args.image_size}
    run = common.Run(args, data, name, **recipe)
    if not args.quiet:
        model.summary()
    history = model.fit(
        data.train, epochs=args.epochs, verbose=run.verbose, validation_data=data.validation,
        callbacks=run.callbacks(name),
    )  # fmt: skip
    test = model.evaluate(data.validation, verbose=0, return_dict=True)
    run.record(name, model, history, test)
    run.report(name, model, history, data.validation)

    metrics = ("accuracy", "loss", "binary_accuracy")
    run.print_scores(common.DOCUMENTED["C, flowers"], show=("last_", "test_"), metrics=metrics)
    run.draw_samples()
    run.draw_architecture(model)
    title = f"AlexNet ({args.variant}) on {data.title}"
    mc.plots.training_curves(history, title=title, path=run.path("_curves.png"))
    kind, picture = data.unseen(2)  # a rose it was not trained on
    p, shown = model.predict(picture[None]), picture.astype("uint8")
    title = f"Never seen before: {kind}\n{data.title}"
    mc.plots.class_scores(p, data.class_names, title=title, path=run.path("_scores.png"))
    mc.plots.class_scores(p, data.class_names, shown, title=title, path=run.path("_scores_beside.png"))
    model.save(run.path(".mcnn"))
    run.write()


if __name__ == "__main__":
    common.start(main)
