"use strict";
// One number taken apart: which inputs it was made of, with which weights, and how they add up.
//
// An activation is named by its index `at` in the layer's output, as NumPy counts: (row W + column) C + map.

/** Any shape as maps: (H, W, C) as it is; (D,) as one map, about twice as wide as high; (T, D) as a column. */
function asMaps(shape) {
  if (shape.length === 3) return { H: shape[0], W: shape[1], C: shape[2], count: shape[0] * shape[1] * shape[2] };
  if (shape.length === 2) return { H: shape[0], W: 1, C: shape[1], count: shape[0] * shape[1] };
  const W = shape[0] <= 24 ? 1 : Math.ceil(Math.sqrt(2 * shape[0]));
  return { H: Math.ceil(shape[0] / W), W, C: 1, count: shape[0] };
}

function place(shape, at) {
  const { W, C } = asMaps(shape);
  return { row: Math.floor(at / (W * C)), column: Math.floor(at / C) % W, map: at % C };
}

function indexOf(shape, { row, column, map }) {
  const { W, C } = asMaps(shape);
  return (row * W + column) * C + map;
}

/** The part of the picture that can change output `at` of layer k, as {top, left, bottom, right}; null: all of it. */
function receptiveField(network, k, at) {
  let region = { at };  // a single number, a box of pixels, or null for everything
  for (; k >= 0 && region; k--) region = looksAt(network.layers[k], network.shapes[k], region);
  if (!region || network.shapes[0].length !== 3) return null;
  return asBox(network.shapes[0], region);
}

/** What of its input a layer looks at for a region of its output. */
function looksAt(layer, shape, region) {
  const spatial = layer.shape.length === 3;
  switch (layer.kind) {
    case "Conv2D": case "MaxPooling2D": case "AveragePooling2D": {
      const box = asBox(layer.shape, region), size = layer.pool_size ?? layer.kernel_size;
      const [top, left] = corner(layer, box.top, box.left), [bottom, right] = corner(layer, box.bottom, box.right);
      return {
        top: Math.max(0, top), left: Math.max(0, left),
        bottom: Math.min(shape[0], bottom + size[0]) - 1, right: Math.min(shape[1], right + size[1]) - 1,
      };
    }
    case "Flatten": return region;  // the index stays, the shape around it changes
    case "Dense": return spatial ? asBox(layer.shape, region) : null;
    case "Softmax": return spatial ? asBox(layer.shape, region) : null;
    case "Activation": return layer.activation === "softmax" && !spatial ? null : region;
    case "ReLU": case "LeakyReLU": case "BatchNormalization": case "Rescaling": case "Dropout":
    case "RandomFlip": case "RandomRotation": case "RandomTranslation": case "RandomZoom": return region;
    default: return null;  // global pooling, and layers the page does not know
  }
}

function asBox(shape, region) {
  if (!("at" in region)) return region;
  const { row, column } = place(shape, region.at);
  return { top: row, left: column, bottom: row, right: column };
}

// ------------------------------------------------------------------ the arithmetic, kind by kind
//
// Each gives {terms, ...}: what the number is the sum, the largest or the mean of.

const EXPLAIN = {
  /** One term for each input map: its patch, its slice of the kernel, the sum of their products. */
  Conv2D(layer, x, at) {
    const { row, column, map } = place(layer.shape, at), { kernel, bias } = layer.arrays;
    const [KH, KW, C, F] = kernel.shape, [H, W] = x.shape;
    const window = windowAt(layer, [KH, KW], [H, W], row, column), { cells } = window;
    const terms = Array.from({ length: C }, (_, c) => {
      const patch = cells.map(({ h, w, inside }) => (inside ? x.data[(h * W + w) * C + c] : 0));
      const weights = cells.map((_, n) => kernel.data[(n * C + c) * F + map]);
      return { map: c, patch, weights, sum: patch.reduce((sum, value, n) => sum + value * weights[n], 0) };
    });
    return { window, terms, bias: bias ? bias.data[map] : null };
  },

  /** One term for each input: the number, its weight, their product. */
  Dense(layer, x, at) {
    const { kernel, bias } = layer.arrays, [D, units] = kernel.shape, unit = at % units;
    const first = Math.floor(at / units) * D;
    const terms = Array.from({ length: D }, (_, d) => {
      const value = x.data[first + d], weight = kernel.data[d * units + unit];
      return { input: first + d, value, weight, sum: value * weight };
    });
    return { terms, bias: bias ? bias.data[unit] : null };
  },

  MaxPooling2D: explainPool,
  AveragePooling2D: explainPool,

  GlobalAveragePooling2D(layer, x, at) {
    const [H, W, C] = x.shape, values = Array.from({ length: H * W }, (_, n) => x.data[n * C + at]);
    return { map: at, values, total: values.reduce((a, b) => a + b) };
  },

  BatchNormalization: (layer, x, at) => ({ value: x.data[at], ...normalisation(layer, at % x.shape.at(-1)) }),
};

function explainPool(layer, x, at) {
  const { row, column, map } = place(layer.shape, at), [H, W, C] = x.shape, [KH, KW] = layer.pool_size;
  const window = windowAt(layer, [KH, KW], [H, W], row, column), { cells, inside } = window;
  const indices = cells.map(({ h, w }) => (h * W + w) * C + map);
  const patch = indices.map((index, n) => (cells[n].inside ? x.data[index] : null));
  return { window, map, indices, patch, inside, winner: inside[winner(inside.map((n) => patch[n]))] };
}

/** The window of output (row, column): its cells, the numbers of those inside the input, and a box around these. */
function windowAt(layer, [KH, KW], [H, W], row, column) {
  const cells = windowCells(layer, [KH, KW], [H, W], row, column);
  const inside = cells.flatMap((cell, n) => (cell.inside ? [n] : []));
  const first = cells[inside[0]], last = cells[inside.at(-1)];
  return { cells, inside, KH, KW, box: { top: first.h, left: first.w, bottom: last.h, right: last.w } };
}

/** Sums of products and bias: what the activation of a convolution or a Dense layer is given. */
function total({ terms, bias }) {
  return terms.reduce((sum, term) => sum + term.sum, 0) + (bias ?? 0);
}
