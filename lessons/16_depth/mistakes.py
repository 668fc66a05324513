"""Lesson 16: the classic mistakes, all of them edited lines of the model answers in check.py."""

from lessons.harness.tasks import Wrong

HIDDEN, OVERLAPPING = 'Dense(256, activation="relu")', "layers.MaxPooling2D(3, strides=2)"
SOFTMAX = 'layers.Dense(classes, activation="softmax")'

COMMON = [
    Wrong("the size of the picture is fixed: it must be input_shape.",
          [("layers.Input(input_shape)", "layers.Input((32, 32, 3))")]),
    Wrong("the number of classes is fixed: it must be classes.", [("Dense(classes", "Dense(10")]),
    Wrong("the last layer has no softmax: its outputs are not probabilities.",
          [(SOFTMAX, "layers.Dense(classes)")]),
    Wrong("the last layer has a relu in place of the softmax.",
          [(SOFTMAX, SOFTMAX.replace("softmax", "relu"))]),
    Wrong("the last layer has a sigmoid in place of the softmax: its outputs do not sum to 1.",
          [(SOFTMAX, SOFTMAX.replace("softmax", "sigmoid"))]),
    Wrong("the flattening is missing: a dense layer then works on each pixel for itself.",
          [("        layers.Flatten(),\n", ""), ("    network.add(layers.Flatten())\n", "")]),
]  # fmt: skip
ALIKE = "all weights of a layer begin with the same number, so all its filters stay alike."
DENSE_AS_WELL = Wrong(
    "he_normal is asked of the convolutions; the dense layers begin as they do by default.",
    [(HIDDEN, HIDDEN[:-1] + ', kernel_initializer="he_normal")')],
)


def common(answer_is_a_loop):
    """The mistakes of all three; the flattening stands there in one of two ways."""
    *others, flattening = COMMON
    return [*others, Wrong(flattening.says, [flattening.edit[answer_is_a_loop]])]


LENET = [
    *common(False),
    Wrong("the convolutions put zeros around the picture: padding=\"valid\", which is the default.",
          [("(6, 5, ", '(6, 5, padding="same", '), ("(16, 5, ", '(16, 5, padding="same", ')]),
    Wrong("the first pooling is missing.",
          [('layers.Conv2D(6, 5, activation="relu"),\n        layers.MaxPooling2D(),',
            'layers.Conv2D(6, 5, activation="relu"),')]),
    Wrong("the convolutions move by 2 themselves; it is the pooling that makes the picture smaller.",
          [('Conv2D(6, 5, ', 'Conv2D(6, 5, strides=2, '), ('Conv2D(16, 5, ', 'Conv2D(16, 5, strides=2, ')]),
    Wrong("the numbers of filters have changed places: few and then many, 6 and 16.",
          [("Conv2D(6,", "Conv2D(0,"), ("Conv2D(16,", "Conv2D(6,"), ("Conv2D(0,", "Conv2D(16,")]),
    Wrong("size and number of the filters have changed places: Conv2D(filters, kernel_size).",
          [("Conv2D(6, 5", "Conv2D(5, 6"), ("Conv2D(16, 5", "Conv2D(5, 16")]),
    Wrong("no convolution has an activation: each is to end in a relu.",
          [("Conv2D(6, 5, activation=\"relu\")", "Conv2D(6, 5)"),
           ("Conv2D(16, 5, activation=\"relu\")", "Conv2D(16, 5)")]),
    Wrong("tanh in place of relu, as in the article of 1998; asked for is relu.", [('"relu"', '"tanh"')]),
    Wrong("the layer of 120 is a convolution, as in the article of 1998; asked for is F, then a dense layer.",
          [("layers.Flatten(),\n        layers.Dense(120", "layers.Conv2D(120, 5"),
           ("        layers.Dense(84", "        layers.Flatten(),\n        layers.Dense(84")]),
    Wrong("the dense layers of 120 and 84 have no activation: with the last they are then as good as one.",
          [('Dense(120, activation="relu")', "Dense(120)"), ('Dense(84, activation="relu")', "Dense(84)")]),
    Wrong("120 and 84 have changed places.",
          [("Dense(120", "Dense(0"), ("Dense(84", "Dense(120"), ("Dense(0", "Dense(84")]),
    Wrong("the windows of the convolutions are 3 x 3; C6k5 and C16k5 are 5 x 5.", [("6, 5, ", "6, 3, ")]),
    Wrong("the second pooling is missing.",
          [("layers.MaxPooling2D(),\n        layers.Flatten", "layers.Flatten")]),
    Wrong("the poolings move by 1: without strides a pooling moves by its own size.",
          [("MaxPooling2D()", "MaxPooling2D(2, strides=1)")]),
    Wrong("the poolings reach beyond the edge: padding=\"valid\", which is the default.",
          [("MaxPooling2D()", 'MaxPooling2D(padding="same")')]),
    Wrong("the dense layer of 120 is missing.", [('        layers.Dense(120, activation="relu"),\n', "")]),
    Wrong("the dense layer of 84 is missing.", [('        layers.Dense(84, activation="relu"),\n', "")]),
    Wrong("that is a pooling by the mean, as in the article of 1998; asked for is the maximum.",
          [("layers.MaxPooling2D()", "layers.AveragePooling2D()")]),
    Wrong(ALIKE, [('activation="relu"', 'activation="relu", kernel_initializer="zeros"')]),
    Wrong("he_normal is not asked for here: the layers begin as they do by default.",
          [('activation="relu"', 'activation="relu", kernel_initializer="he_normal"')]),
]  # fmt: skip

# What takes long to build stands last: it is built only where nothing before it is the learner's network.

ALEXNET = [
    *common(False),
    Wrong("the poolings are 2 x 2; asked for are overlapping ones, 3 x 3 with strides=2.",
          [("MaxPooling2D(3, strides=2)", "MaxPooling2D()")]),
    Wrong("the poolings move by 3: without strides=2 a pooling moves by its own size.",
          [("MaxPooling2D(3, strides=2)", "MaxPooling2D(3)")]),
    Wrong("the poolings put cells around the picture: without padding 32 pixels become 15.",
          [("MaxPooling2D(3, strides=2)", 'MaxPooling2D(3, strides=2, padding="same")')]),
    Wrong('the convolutions have no padding="same": the picture then gets smaller with each of them.',
          [('"padding": "same", ', "")]),
    Wrong("the convolutions have no activation: two in a row are then as good as one.",
          [('"activation": "relu", ', "")]),
    Wrong("the first window is that of the original, 11 x 11 with strides of 4: here it is C24k5, for small "
          "pictures.", [("(24, 5", "(24, 11, strides=4")]),
    Wrong("all windows are 3 x 3: the first two convolutions have 5 x 5.", [("4, 5, ", "4, 3, ")]),
    Wrong("all windows are 5 x 5: the last three convolutions have 3 x 3.", [(", 3, **", ", 5, **")]),
    Wrong("the last convolution has the 96 filters of those before it: C64k3.", [("(64, 3", "(96, 3")]),
    Wrong("the last pooling is missing.",
          [("        layers.MaxPooling2D(3, strides=2),\n        layers.Flatten", "        layers.Flatten")]),
    Wrong("there is a pooling after every convolution; the three of C96k3 C96k3 C64k3 share one.",
          [("layers.Conv2D(96, 3, **same),", f"layers.Conv2D(96, 3, **same), {OVERLAPPING},")]),
    Wrong("dropout, as the original has it: it is not in the list.",
          [(f"layers.{HIDDEN},", f"layers.{HIDDEN}, layers.Dropout(0.5),")]),
    Wrong("one of the two convolutions with 96 filters is missing.",
          [("layers.Conv2D(96, 3, **same),\n        layers.Conv2D(96, 3, **same)",
            "layers.Conv2D(96, 3, **same)")]),
    Wrong("one of the two dense layers of 256 is missing.",
          [('layers.Dense(256, activation="relu"),\n        layers.Dense(256, activation="relu"),',
            'layers.Dense(256, activation="relu"),')]),
    Wrong("the weights begin too small for so many relus: he_normal was asked for.",
          [(', "kernel_initializer": "he_normal"', "")]),
    Wrong(ALIKE, [('"he_normal"', '"zeros"')]),
    Wrong("the filters are as many as in the original; asked for is a quarter of them.",
          [("(24, 5", "(96, 5"), ("(64, 5", "(256, 5"), ("(96, 3", "(384, 3"), ("(64, 3", "(256, 3")]),
    DENSE_AS_WELL,
]  # fmt: skip

VGG = [
    *common(True),
    Wrong("there is a pooling after every convolution: it stands in the inner loop. Each group has one.",
          [("        network.add(layers.MaxP", "            network.add(layers.MaxP")]),
    Wrong("every group begins with its pooling, and should end with it.",
          [("        for _ in range", "        network.add(layers.MaxPooling2D())\n        for _ in range"),
           ("        network.add(layers.MaxPooling2D())\n    network", "    network")]),
    Wrong('the convolutions have no padding="same": the picture then gets smaller with each of them.',
          [('"padding": "same", ', "")]),
    Wrong("size and number of the filters have changed places: Conv2D(filters, kernel_size).",
          [("(filters, 3", "(3, filters")]),
    Wrong("every group has three convolutions; only the last one has.",
          [("(32, 2), (64, 2)", "(32, 3), (64, 3)")]),
    Wrong("the first group has three convolutions; it is the last one that has.",
          [("(32, 2)", "(32, 3)"), ("(128, 3)", "(128, 2)")]),
    Wrong("the return stands inside the loop: the network ends after its first group.",
          [("        network.add(layers.MaxPooling2D())\n",
            "        network.add(layers.MaxPooling2D())\n        return network\n")]),
    Wrong("two dense layers of 256, as the original has two of its own; asked for is one.",
          [(f"    network.add(layers.{HIDDEN})\n", f"    network.add(layers.{HIDDEN})\n" * 2)]),
    Wrong("the dense layer of 256 is missing.", [(f"    network.add(layers.{HIDDEN})\n", "")]),
    Wrong("the dense layer of 256 has no activation: with the last one it is then as good as one.",
          [(HIDDEN, "Dense(256)")]),
    Wrong("every group has two convolutions; the last one has three.", [("(128, 3)", "(128, 2)")]),
    Wrong("every group has one convolution: is the inner loop missing?", [("range(times)", "range(1)")]),
    Wrong("all groups have the filters of the first: their number doubles from group to group.",
          [("Conv2D(filters,", "Conv2D(32,")]),
    Wrong("the convolutions have no activation: two in a row are then as good as one of 5 x 5.",
          [('"activation": "relu", ', "")]),
    Wrong("the windows are 5 x 5; here they are 3 x 3, always.", [("(filters, 3", "(filters, 5")]),
    Wrong("the weights begin too small for so many relus: he_normal was asked for.",
          [(', "kernel_initializer": "he_normal"', "")]),
    Wrong(ALIKE, [('"he_normal"', '"zeros"')]),
    Wrong("there is only one pooling, after all convolutions; each group has one, at its end.",
          [("        network.add(layers.MaxP", "    network.add(layers.MaxP")]),
    Wrong("the filters are twice as many, as in the original; asked for is half of them.",
          [("(32, 2), (64, 2), (128, 3)", "(64, 2), (128, 2), (256, 3)")]),
    DENSE_AS_WELL,
]  # fmt: skip
