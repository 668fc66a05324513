"""VGG16 on photographs of flowers: plain, with augmentation, with augmentation and dropout.

    python examples/flowers_vgg16.py                              50 epochs of 2,569 photographs, days
    python examples/flowers_vgg16.py --variant aug                mirrored, turned and zoomed at random
    python examples/flowers_vgg16.py --variant aug_dropout        and a fifth of the features left out
    python examples/flowers_vgg16.py --subset 100 --epochs 1      a first look
    python examples/flowers_vgg16.py --image-size 64              smaller pictures (32 is the least)

Thirteen convolutions of 3 x 3 (Simonyan & Zisserman 2014, configuration D), here for five kinds. The
photographs are of many sizes; they are read from their files while the network trains, and made 224 x 224. A
picture takes 15 billion multiplications; of the 134 million parameters 103 million belong to the first dense
layer.
"""

import common

import minicnn as mc
from minicnn import layers

VARIANTS = ("plain", "aug", "aug_dropout")


def build_model(variant="plain", image_size=224):
    """224x224 pixels -> five groups of convolutions, 7x7x512 -> 4096 -> 4096 -> 5; 134,281,029 parameters."""
    augmentation = [
        layers.RandomFlip("horizontal"),
        layers.RandomRotation(0.1),
        layers.RandomZoom(0.1),
    ]
    conv = {"kernel_size": 3, "padding": "same", "activation": "relu"}
    return mc.Sequential(
        [
            layers.Input((image_size, image_size, 3)),
            *([] if variant == "plain" else augmentation),
            layers.Rescaling(1 / 255),
            layers.Conv2D(64, **conv),
            layers.Conv2D(64, **conv),
            layers.MaxPooling2D(2),
            layers.Conv2D(128, **conv),
            layers.Conv2D(128, **conv),
            layers.MaxPooling2D(2),
            layers.Conv2D(256, **conv),
            layers.Conv2D(256, **conv),
            layers.Conv2D(256, **conv),
            layers.MaxPooling2D(2),
            layers.Conv2D(512, **conv),
            layers.Conv2D(512, **conv),
            layers.Conv2D(512, **conv),
            layers.MaxPooling2D(2),
            layers.Conv2D(512, **conv),
            layers.Conv2D(512, **conv),
            layers.Conv2D(512, **conv),
            layers.MaxPooling2D(2),
            *([layers.Dropout(0.2)] if variant == "aug_dropout" else []),
            layers.Flatten(),
            layers.Dense(4096, activation="relu"),
            layers.Dense(4096, activation="relu"),
            layers.Dense(5, activation="softmax"),
        ],
        name="VGG16" if variant == "plain" else f"VGG16_{variant}",
    )


def add_flags(parser):
    parser.add_argument("--variant", choices=VARIANTS, default="plain", help="default: plain")
    size = {"type": common.whole_number(32), "metavar": "N", "default": 224}
    parser.add_argument("--image-size", **size, help="pictures are made N x N (default: 224)")


def main(argv=None):
    args = common.parse_arguments(
        argv, name="vgg16", description=__doc__, epochs=50, batch_size=32, add_more=add_flags, data="flowers",
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

    small = "64_" if args.image_size == 64 else ""
    name = f"vgg16_{small}{args.variant}"
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
    title = f"VGG16 ({args.variant}) on {data.title} of {args.image_size} x {args.image_size}"
    title += run.pace(name, common.DOCUMENTED["C, flowers"])
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
