"use strict";
// What layers, maps and numbers are called, and what is said about them.

const MINUS = "\u2212", TIMES = "\u00d7", ROOT = "\u221a", EPSILON = "\u03b5";

/** A number to read: four decimals, or as many digits as tell something. */
function decimal(value, digits = 4) {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value), tiny = size > 0 && size < 0.5 * 10 ** -digits;
  const kept = size >= 1000 ? 1 : size >= 100 ? Math.min(digits, 2) : digits;
  return (value < 0 ? MINUS : "") + (tiny || size >= 1e5 ? size.toExponential(2) : size.toFixed(kept));
}

/** A number for a small cell: .071, or .07 where there is less room. */
function cellText(value, digits) {
  const size = Math.abs(value);
  if (size === 0 || !(size < 1e4)) return decimal(value, 0);
  const text = size.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : digits).replace(/^0\./, ".");
  return (value < 0 && Number(text) ? MINUS : "") + text;
}

const counted = (number) => number.toLocaleString("en");
const sizes = (shape) => shape.join(` ${TIMES} `);

const changesNothing = ({ known, kind }) => known && LAYERS[kind].forward === asItIs;

/** Map number `map` of what layer k is given; of a picture, rescaled or not, its colour. */
function mapName(network, k, map) {
  const untouched = network.layers.slice(0, k).every((layer) => changesNothing(layer) || layer.kind === "Rescaling");
  return untouched && network.input[2] === 3 ? ["red", "green", "blue"][map] : `map ${map}`;
}

/** What to call number `index` of what layer k is given; behind a Flatten, by where it was before. */
function inputName(network, k, index) {
  while (k > 0 && (changesNothing(network.layers[k - 1]) || network.layers[k - 1].kind === "Flatten")) k--;
  const shape = network.shapes[k];
  if (shape.length === 1) return `number ${counted(index)}`;
  const { row, column, map } = place(shape, index);
  return `${mapName(network, k, map)}, row ${row}, column ${column}`;
}

/** Which class a number of the last layer speaks for; null for all other numbers. */
function className(network, k, at) {
  const isLast = k === network.depth && network.shapes[k].length === 1;
  return isLast && network.shapes[k][0] === network.classes.length ? network.classes[at] : null;
}

// ------------------------------------------------------------------ layers

/** What layer k does, and how far its numbers are from the framework's. */
function aboutLayer(network, k) {
  const layer = network.layers[k];
  if (!layer) return "What the network is given, one map for each channel.";
  return `${layer.known ? LAYERS[layer.kind].about(layer) : ""} ${agreement(network, k)}`.trim();
}

function agreement({ layers }, k) {
  const { outputs, difference } = layers[k];
  if (outputs) return "These numbers are the framework's own.";
  if (difference === null) return "Not all of its numbers are finite. Around those that are not, the framework, which "
    + "often computes in tiles, may have fewer that are.";
  const arrays = layers.slice(0, k + 1).flatMap((layer) => Object.values(layer.arrays ?? {}));
  const bits = arrays.some(({ format }) => format === "uint16") ? 16 : 32;
  return difference === 0 ? "" : `Weights before or in it are rounded to ${bits} bits here, which changes its numbers `
    + `by ${difference.toExponential(0)} at most.`;
}

function fieldWords(field, { H, W }) {
  if (!field) return "not known: the page does not know all layers on the way";
  const { top, left, bottom, right } = field, height = bottom - top + 1, width = right - left + 1;
  if (height === H && width === W) return "the whole picture";
  return `rows ${top} to ${bottom}, columns ${left} to ${right}: ${height} ${TIMES} ${width} pixels`;
}

/** Why there is no sum to show. */
function silence(network, layer) {
  if (!layer) return "A number of the picture, as the network is given it.";
  if (!layer.known) return `${layer.kind} is a layer this page has no arithmetic for.`;
  return `Its ${counted(layer.weights)} weights have no room on a page of ${network.megabytes} MB, so the sum cannot `
    + "be shown: report(..., megabytes=...) makes room.";
}

/** Where the network goes on when the page does not. */
function missing({ depth, layers, megabytes }) {
  const left = depth - layers.length;
  return `Not on this page, for want of room: ${left > 1 ? `the last ${counted(left)} layers` : "the last layer"}. `
    + `A page larger than ${megabytes} MB has more: report(..., megabytes=...).`;
}
