"use strict";
// The layers this page knows, one row each. minicnn/reports/network.py says what the page is given of them.
//
//   about(layer)                what it does, in a sentence
//   forward(layer, x)           its output                                          forward.js
//   sees(layer, shape, region)  the part of its input, of this shape, that a part
//                               of its output is made of                            explain.js
//   sum(look)                   how one number of the output came about, to read    sums.js

const AUGMENTATION = {
  about: () => "Changes pictures at random, but only while training; here they pass as they are.",
  forward: asItIs, sees: itself,
  sum: (look) => unchanged(look, "Pictures are changed at random in training only. Now they are left alone."),
};

const LAYERS = {
  Activation: {
    about: ({ activation }) => `Every number becomes its ${activation}.`,
    forward: (layer, x) => activate(layer.activation, x),
    sees: (layer, ...more) => (layer.activation === "softmax" ? itsPixels : itself)(layer, ...more),
    sum: (look) => activationSum(look, look.layer.activation),
  },
  AveragePooling2D: {
    about: ({ pool_size }) => `Of every ${sizes(pool_size)} numbers of a map the mean is kept.`,
    forward: (layer, x) => pool(layer, x, mean), sees: itsWindows, sum: meanSum,
  },
  BatchNormalization: {
    about: () => "Every map is brought to a range the next layer can work with.",
    forward: normalise, sees: itself, sum: normalisationSum,
  },
  Conv2D: {
    about({ strides: [down, across], shape, kernel_size }) {
      const stride = down * across > 1 ? `, ${sizes([down, across])} pixels at a time` : "";
      return `${shape[2]} kernels of ${sizes(kernel_size)} are slid over all maps before${stride}; each makes a map of `
        + "where it found what it looks for.";
    },
    forward: convolution, sees: itsWindows, sum: convolutionSum,
  },
  Dense: {
    about: ({ shape }) => `Each of the ${counted(shape.at(-1))} units weighs every number before.`,
    forward: dense, sees: itsPixels, sum: denseSum,
  },
  Dropout: {
    about: () => "At work only while training; here numbers pass as they are.",
    forward: asItIs, sees: itself,
    sum: (look) => unchanged(look, `While training, ${decimal(100 * look.layer.rate, 0)} % of the numbers are left out `
      + "at random. Now all are there, unchanged."),
  },
  Flatten: {
    about: () => "All maps as one row of numbers.",
    forward: (layer, x) => ({ shape: layer.shape, data: x.data }),
    sees: (layer, shape, region) => ("at" in region ? region : everything(shape)),  // the same index, another shape
    sum: (look) => unchanged(look, "The maps, written one number after the other; nothing is computed."),
  },
  GlobalAveragePooling2D: {
    about: () => "Of every map its mean is kept.",
    forward: meanOfMaps, sees: (layer, shape) => everything(shape), sum: mapSum,
  },
  LeakyReLU: {
    about: ({ negative_slope }) => `Numbers below zero are multiplied by ${negative_slope}; all others are kept.`,
    forward: (layer, { shape, data }) => ({ shape, data: data.map((v) => (v > 0 ? v : layer.negative_slope * v)) }),
    sees: itself, sum: leakySum,
  },
  MaxPooling2D: {
    about: ({ pool_size }) => `Of every ${sizes(pool_size)} numbers of a map the largest is kept.`,
    forward: (layer, x) => pool(layer, x, largest), sees: itsWindows, sum: largestSum,
  },
  RandomFlip: AUGMENTATION,
  RandomRotation: AUGMENTATION,
  RandomTranslation: AUGMENTATION,
  RandomZoom: AUGMENTATION,
  ReLU: {
    about: () => "Numbers below zero become zero; all others are kept.",
    forward: (layer, x) => activate("relu", x), sees: itself, sum: (look) => activationSum(look, "relu"),
  },
  Rescaling: {
    about: () => "Every number times a scale, plus an offset.",
    forward: (layer, { shape, data }) => ({ shape, data: data.map((v) => v * layer.scale + layer.offset) }),
    sees: itself, sum: rescalingSum,
  },
  Softmax: {
    about: () => "Makes shares of numbers, which add up to one; the largest gets most.",
    forward: (layer, x) => activate("softmax", x), sees: itsPixels, sum: (look) => activationSum(look, "softmax"),
  },
};
