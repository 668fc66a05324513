"use strict";
// The network once more, for one picture at a time: what minicnn/kernels computes, in plain loops.
//
// A tensor is {shape, data}: (H, W, C) or (D,), numbers row by row as in NumPy, data a Float32Array. Letters
// are those of minicnn/kernels/shapes.py. Sums are kept in 64 bits, results in 32, as the framework has them.
// What may take long is a generator: it yields row by row, so that the page can listen in between.

function* convolution(layer, x) {
  const { kernel, bias } = layer.arrays, [OH, OW, F] = layer.shape;
  const [H, W, C] = x.shape, [KH, KW] = kernel.shape, z = new Float32Array(OH * OW * F);
  const sums = new Float64Array(F);
  for (let i = 0; i < OH; i++) {
    for (let j = 0; j < OW; j++) {
      for (let f = 0; f < F; f++) sums[f] = bias ? bias.data[f] : 0;
      const [top, left] = corner(layer, i, j);
      for (let kh = 0, h = top; kh < KH; kh++, h++) for (let kw = 0, w = left; kw < KW; kw++, w++) {
        const inside = h >= 0 && h < H && w >= 0 && w < W;
        for (let c = 0; c < C; c++) {
          const value = inside ? x.data[(h * W + w) * C + c] : 0;
          if (value === 0 && layer.finite) continue;  // after a ReLU that is every other number; 0 NaN is NaN
          for (let f = 0, at = ((kh * KW + kw) * C + c) * F; f < F; f++) sums[f] += value * kernel.data[at + f];
        }
      }
      z.set(sums, (i * OW + j) * F);
    }
    yield;
  }
  return activate(layer.activation, { shape: layer.shape, data: z });
}

function* dense(layer, x) {
  const { kernel, bias } = layer.arrays, [D, units] = kernel.shape, N = x.data.length / D;
  const z = new Float32Array(N * units), sums = new Float64Array(units);
  for (let n = 0; n < N; n++) {
    for (let u = 0; u < units; u++) sums[u] = bias ? bias.data[u] : 0;
    for (let d = 0; d < D; d++) {
      const value = x.data[n * D + d];
      if (value === 0 && layer.finite) continue;
      for (let u = 0; u < units; u++) sums[u] += value * kernel.data[d * units + u];
      yield;
    }
    z.set(sums, n * units);
  }
  return activate(layer.activation, { shape: layer.shape, data: z });
}

function* pool(layer, x, choose) {
  const [OH, OW, C] = layer.shape, [H, W] = x.shape, y = new Float32Array(OH * OW * C);
  for (let i = 0; i < OH; i++) {
    for (let j = 0; j < OW; j++) {
      const cells = windowCells(layer, layer.pool_size, [H, W], i, j).filter((cell) => cell.inside);
      for (let c = 0; c < C; c++)
        y[(i * OW + j) * C + c] = choose(cells.map(({ h, w }) => x.data[(h * W + w) * C + c]));
    }
    yield;
  }
  return { shape: layer.shape, data: y };
}

function meanOfMaps(layer, x) {
  const [H, W, C] = x.shape, sums = new Float64Array(C);
  x.data.forEach((value, at) => { sums[at % C] += value; });
  return { shape: layer.shape, data: Float32Array.from(sums, (sum) => sum / (H * W)) };
}

function normalise(layer, x) {
  const C = x.shape.at(-1), steps = Array.from({ length: C }, (_, c) => normalisation(layer, c));
  const y = x.data.map((value, at) => {
    const { mean, deviation, gamma, beta } = steps[at % C];
    return (value - mean) / deviation * gamma + beta;
  });
  return { shape: layer.shape, data: y };
}

/** Layers that change numbers only while training. */
const asItIs = (layer, x) => x;

// ------------------------------------------------------------------ activations

const ACTIVATIONS = {
  linear: (z) => z,
  relu: (z) => (z < 0 ? 0 : z),
  leaky_relu: (z) => (z > 0 ? z : 0.2 * z),
  tanh: Math.tanh,
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  gelu: (z) => z * (1 + erf(z / Math.SQRT2)) / 2,
};

/** y for z; softmax works on rows, the others on single numbers. */
function activate(name, { shape, data }) {
  if (name !== "softmax") return { shape, data: name === "linear" ? data : data.map(ACTIVATIONS[name]) };
  const C = shape.at(-1), y = new Float32Array(data.length);
  for (let at = 0; at < data.length; at += C) {
    const { exponentials, sum } = softmax(data.subarray(at, at + C));
    y.set(exponentials.map((e) => e / sum), at);
  }
  return { shape, data: y };
}

/** e^(z - largest) of every z, and their sum: y is the one divided by the other. */
function softmax(z) {
  const largest = z.reduce((a, b) => (b > a ? b : a)), exponentials = Array.from(z, (v) => Math.exp(v - largest));
  return { largest, exponentials, sum: exponentials.reduce((a, b) => a + b) };
}

/** Abramowitz & Stegun 1964, 7.1.26: off by 1.5e-7 at most. */
function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const powers = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592];
  return Math.sign(x) * (1 - t * powers.reduce((sum, a) => sum * t + a) * Math.exp(-x * x));
}

// ------------------------------------------------------------------ windows and channels

/** Where the window of output (i, j) begins: row and column of the input, below 0 within the padding. */
function corner(layer, i, j) {
  const [[top], [left]] = layer.pads;
  return [i * layer.strides[0] - top, j * layer.strides[1] - left];
}

/** The inputs that the window of output (i, j) covers, row by row, as {h, w, inside}. */
function windowCells(layer, [KH, KW], [H, W], i, j) {
  const [top, left] = corner(layer, i, j), cells = [];
  for (let h = top; h < top + KH; h++) for (let w = left; w < left + KW; w++)
    cells.push({ h, w, inside: h >= 0 && h < H && w >= 0 && w < W });
  return cells;
}

/** The end of what a generator makes step by step. */
function atOnce(made) {
  let step = made.next();
  while (!step.done) step = made.next();
  return step.value;
}

/** The index of the largest, the first of equals; a NaN is the largest. */
function winner(values) {
  const missing = values.findIndex(Number.isNaN);
  return missing >= 0 ? missing : values.indexOf(values.reduce((a, b) => (b > a ? b : a)));
}

const largest = (values) => values[winner(values)];
const mean = (values) => values.reduce((a, b) => a + b) / values.length;

/** What batch normalisation does to channel c. */
function normalisation(layer, c) {
  const { moving_mean, moving_variance, gamma, beta } = layer.arrays;
  return {
    mean: moving_mean.data[c], deviation: Math.sqrt(moving_variance.data[c] + layer.epsilon),
    gamma: gamma ? gamma.data[c] : 1, beta: beta ? beta.data[c] : 0,
  };
}
