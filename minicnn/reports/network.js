"use strict";
// The network that the page carries: its text becomes numbers, its layers compute.

/** The network with its arrays as numbers, and `shapes`: of the picture, then of every layer's output. */
function readNetwork(text) {
  const network = JSON.parse(text);
  for (const layer of network.layers) {
    for (const name of Object.keys(layer.arrays ?? {})) layer.arrays[name] = unpack(layer.arrays[name]);
    layer.finite = Object.values(layer.arrays ?? {}).every(({ data }) => data.every(Number.isFinite));
    if (layer.outputs) layer.outputs = unpack(layer.outputs);
  }
  network.pictures = unpack(network.pictures);
  network.probabilities = unpack(network.probabilities);
  network.shapes = [network.input, ...network.layers.map((layer) => layer.shape)];
  return network;
}

/** See packing.py: value = low + step q. */
function unpack({ shape, format, low, step, data }) {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const q = new { uint8: Uint8Array, uint16: Uint16Array, float32: Float32Array }[format](bytes.buffer);
  return { shape, format, data: format === "float32" ? q : Float32Array.from(q, (number) => low + step * number) };
}

/** Row n of an array whose first axis counts pictures. */
function rowOf({ shape, data }, n) {
  const size = data.length / shape[0];
  return { shape: shape.slice(1), data: data.subarray(n * size, (n + 1) * size) };
}

/** The output of layer k (0 for the first) for input x: as the framework gave it, or computed, in steps. */
function* outputOf(network, k, x, picture) {
  const layer = network.layers[k];
  if (layer.outputs) return rowOf(layer.outputs, picture);
  const made = LAYERS[layer.kind].forward(layer, x);
  return made.next ? yield* made : made;
}

/** What the framework took picture n for, and how sure it was. */
function verdict(network, n) {
  const { data } = rowOf(network.probabilities, n), taken = winner(data);
  return { data, taken, right: taken === network.labels[n] };
}

/** The index of the largest number, off the border where there is enough inside: padding makes for strange numbers. */
function loudestInside({ shape, data }) {
  const { H, W, C } = asMaps(shape);
  if (shape.length < 3 || Math.min(H, W) < 5) return winner(data);
  let best = indexOf(shape, { row: 1, column: 1, map: 0 });
  for (let row = 1; row < H - 1; row++)
    for (let at = (row * W + 1) * C; at < (row * W + W - 1) * C; at++) if (data[at] > data[best]) best = at;
  return best;
}
