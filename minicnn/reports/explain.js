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

// ------------------------------------------------------------------ what a number sees
//
// A region is a single number, {at}, or a box of pixels in all maps, {top, left, bottom, right}.

/** The part of the picture that can change output `at` of layer k, as a box; null: a layer on the way is unknown. */
function receptiveField(network, k, at) {
  let region = { at };
  for (; k >= 0; k--) {
    const layer = network.layers[k];
    if (!isKnown(layer)) return null;
    region = LAYERS[layer.kind].sees(layer, network.shapes[k], region);
  }
  return asBox(network.shapes[0], region);
}

/** Whether the page knows all of a layer, its activation too. */
const isKnown = ({ known, activation = "linear" }) => known && (activation in ACTIVATIONS || activation === "softmax");

/** A layer that works on every number by itself. */
const itself = (layer, shape, region) => region;

/** One that works on all maps of a pixel; where there are no pixels, on everything. */
const itsPixels = (layer, shape, region) =>
  (layer.shape.length > 1 ? asBox(layer.shape, region) : everything(shape));

/** One that slides windows over its input. */
function itsWindows(layer, [H, W], region) {
  const box = asBox(layer.shape, region), [KH, KW] = layer.pool_size ?? layer.kernel_size;
  const [top, left] = corner(layer, box.top, box.left), [bottom, right] = corner(layer, box.bottom, box.right);
  return {
    top: Math.max(0, top), left: Math.max(0, left),
    bottom: Math.min(H, bottom + KH) - 1, right: Math.min(W, right + KW) - 1,
  };
}

function everything(shape) {
  const { H, W } = asMaps(shape);
  return { top: 0, left: 0, bottom: H - 1, right: W - 1 };
}

function asBox(shape, region) {
  if (!("at" in region)) return region;
  const { row, column } = place(shape, region.at);
  return { top: row, left: column, bottom: row, right: column };
}

// ------------------------------------------------------------------ what a number is made of

/** Of a convolution: a term for each input map, its patch, its slice of the kernel, the sum of their products. */
function explainConvolution(layer, x, at) {
  const { row, column, map } = place(layer.shape, at), { kernel, bias } = layer.arrays;
  const [KH, KW, C, F] = kernel.shape, [H, W] = x.shape;
  const window = windowAt(layer, [KH, KW], [H, W], row, column), { cells } = window;
  const terms = Array.from({ length: C }, (_, c) => {
    const patch = cells.map(({ h, w, inside }) => (inside ? x.data[(h * W + w) * C + c] : 0));
    const weights = cells.map((_, n) => kernel.data[(n * C + c) * F + map]);
    return { map: c, patch, weights, sum: patch.reduce((sum, value, n) => sum + value * weights[n], 0) };
  });
  return { window, terms, bias: bias ? bias.data[map] : null };
}

/** Of a Dense layer: a term for each input, the number, its weight, their product. */
function explainDense(layer, x, at) {
  const { kernel, bias } = layer.arrays, [D, units] = kernel.shape, unit = at % units;
  const first = Math.floor(at / units) * D;
  const terms = Array.from({ length: D }, (_, d) => {
    const value = x.data[first + d], weight = kernel.data[d * units + unit];
    return { input: first + d, value, weight, sum: value * weight };
  });
  return { terms, bias: bias ? bias.data[unit] : null };
}

/** Of a pooling: its window on one map, null where this hangs over the border, and which number is the largest. */
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
