"use strict";
// The sum that made a number, as a bill: an amount in every line, a rule, the total.
//
// `look` is what is looked at: a layer with its input x and output y, the index `at` in y, k (the layer's place), and
// two things to do: follow(index in x) goes where a term comes from, showAll() shows the terms that were left out.

const MOST_MAPS = 6, MOST_INPUTS = 10;  // terms of a long sum that are shown unasked

function convolutionSum(look) {
  const found = explainConvolution(look.layer, look.x, look.at), { KH, KW } = found.window;
  const [shown, rest] = largestFirst(found.terms, look.all ? Infinity : MOST_MAPS);
  const scales = {
    patch: scaleOf(look.x), weights: largestOf(found.terms.flatMap((term) => term.weights)),
    products: largestOf(shown.flatMap(products)),
  };
  const maps = found.terms.length > 1 ? ` on each of ${counted(found.terms.length)} maps` : "";
  return bill(`Number by number, patch ${TIMES} kernel, added up: ${KH} ${TIMES} ${KW} products${maps}.`, [
    ...shown.map((term) => line(product(look, found, term, scales), term.sum)),
    ...leftOut(look, rest, "maps"), ...ending(look, found),
  ]);
}

function denseSum(look) {
  const found = explainDense(look.layer, look.x, look.at);
  const [shown, rest] = largestFirst(found.terms, look.all ? Infinity : MOST_INPUTS);
  const most = largestOf(shown.map(({ sum }) => sum)) || 1;
  const lines = shown.map(({ input, value, weight, sum }) => line([
    source(look, input), element("span", { class: "factors" }, `${decimal(value)} ${TIMES} ${decimal(weight)}`),
    element("span", { class: sum < 0 ? "weight negative" : "weight", style: `--share: ${shareOf(sum, most)}` }),
  ], sum, "input"));
  return bill(`Input ${TIMES} weight, added up over ${counted(found.terms.length)} inputs; the largest first.`,
    [...lines, ...leftOut(look, rest, "inputs"), ...ending(look, found)]);
}

const largestSum = (look) => poolSum(look, ({ inside, winner, patch, indices }) => {
  const what = Number.isNaN(patch[winner]) ? "not a number, which counts as the largest" : "the largest";
  return [line([`${what} of ${inside.length}, framed: `, source(look, indices[winner])], patch[winner], "total")];
});

const meanSum = (look) => poolSum(look, ({ inside, patch }) => [
  line(`the sum of ${inside.length}`, inside.reduce((sum, n) => sum + patch[n], 0)),
  line(`divided by ${inside.length}`, look.y.data[look.at], "total"),
]);

function mapSum(look) {
  const [H, W, C] = look.x.shape, values = look.x.data.filter((_, n) => n % C === look.at);
  return bill("The mean of a whole map.", [
    line(mapFigure(look, look.at, everything(look.x.shape)), ""),
    line(`the sum of its ${counted(H * W)} numbers`, values.reduce((a, b) => a + b)),
    line(`divided by ${counted(H * W)}`, look.y.data[look.at], "total"),
  ]);
}

function normalisationSum(look) {
  const { mean, deviation, gamma, beta } = normalisation(look.layer, look.at % look.x.shape.at(-1));
  return single(look, "Centred and scaled by its channel's averages in training, then scaled and moved.", [
    line("less the moving mean", mean), line(`divided by ${ROOT}(moving variance + ${EPSILON})`, deviation),
    line("times gamma", gamma), line("plus beta", beta), line("", look.y.data[look.at], "total"),
  ]);
}

const rescalingSum = (look) => single(look, "Every number times a scale, plus an offset.", [
  line("times", look.layer.scale), line("plus", look.layer.offset), line("", look.y.data[look.at], "total"),
]);

const leakySum = (look) => single(look, "Numbers below zero are made small, not zero.", [
  line(kept(look.x.data[look.at]) ?? `times ${look.layer.negative_slope}`, look.y.data[look.at], "total"),
]);

const activationSum = (look, activation) => single(look, "One number in, one number out.",
  applied(look, activation, look.x.data[look.at], look.x));

// ------------------------------------------------------------------ lines

function bill(caption, lines) {
  const table = element("table", { class: "bill" }, element("caption", {}, caption), element("tbody", {}, ...lines));
  return element("div", { class: "wide", tabindex: 0, role: "region", "aria-label": "the sum" }, table);
}

function line(what, amount, kind = "") {
  return element("tr", { class: kind }, element("th", { scope: "row" }, ...[what].flat()),
    element("td", {}, typeof amount === "number" ? decimal(amount) : amount));
}

/** A bill that begins with the one number the layer was given for this one. */
const single = (look, caption, lines) => bill(caption, [line(source(look, look.at), look.x.data[look.at]), ...lines]);

const unchanged = (look, caption) => bill(caption, [line(source(look, look.at), look.y.data[look.at], "total")]);

/** The terms that are not shown, in one line. */
function leftOut(look, rest, what) {
  if (!rest.length) return [];
  const more = rest.length > 1000 ? "" : button("show them", look.showAll);
  return [line([`the other ${counted(rest.length)} ${what} `, more], rest.reduce((sum, term) => sum + term.sum, 0))];
}

/** The last lines of a convolution or a Dense layer: bias, sum, activation. */
function ending(look, found) {
  const { layer, x } = look, z = total(found), bias = line("the bias", found.bias ?? "none");
  if (layer.activation === "linear") return [bias, line("the sum", z, "total")];
  const all = layer.activation === "softmax"
    && atOnce(LAYERS[layer.kind].forward({ ...layer, activation: "linear" }, x));
  return [bias, line("the sum", z, "subtotal"), ...applied(look, layer.activation, z, all)];
}

/** What the activation makes of z; `all` are the numbers among which softmax finds those beside z. */
function applied(look, activation, z, all) {
  const y = look.y.data[look.at], C = look.y.shape.at(-1), first = look.at - look.at % C;
  if (activation === "softmax") {
    const { largest, exponentials, sum } = softmax(all.data.subarray(first, first + C));
    return [
      line(`softmax: e to the power of it, less the largest (${decimal(largest)})`, exponentials[look.at - first]),
      line(`divided by the sum of the ${C} of these (${decimal(sum)})`, y, "total"),
    ];
  }
  return [line(activation === "relu" ? `relu: ${kept(z) ?? "not above 0, so 0"}` : `${activation} of it`, y, "total")];
}

/** What is said of a number that passes a ReLU; null of one that does not. */
const kept = (z) => (z > 0 ? "above 0, kept" : Number.isNaN(z) ? "not a number, and stays so" : null);

// ------------------------------------------------------------------ pictures of terms

/** One term of a convolution: where in which map, its patch, its slice of the kernel, their products, one in words. */
function product(look, { window: { cells, inside, KW, box } }, term, scales) {
  const each = products(term), names = each.map((p, n) =>
    `${decimal(term.patch[n])} ${TIMES} ${decimal(term.weights[n])} = ${decimal(p)}`);
  const follow = (n) => look.follow(indexOf(look.x.shape, { row: cells[n].h, column: cells[n].w, map: term.map }));
  const strongest = inside[winner(inside.map((n) => Math.abs(each[n])))];
  const patch = term.patch.map((value, n) => (cells[n].inside ? value : null));
  const told = element("p", { class: "told" }, names[strongest]), ontell = (n) => { told.textContent = names[n]; };
  const grids = [
    numberGrid(patch, KW, scales.patch, "patch", { names, ontell, onpick: follow }), operator(TIMES),
    numberGrid(term.weights, KW, scales.weights, "kernel", { ontell }),
  ];
  if (KW <= 5) grids.push(operator("="), numberGrid(each, KW, scales.products, "products", { ontell }));
  return element("div", { class: "product" }, mapFigure(look, term.map, box, () => follow(strongest)), ...grids, told);
}

/** The window of a pooling, then what is made of it. */
function poolSum(look, lines) {
  const found = explainPool(look.layer, look.x, look.at), { KH, KW, box } = found.window;
  const grid = numberGrid(found.patch, KW, scaleOf(look.x), "window", {
    chosen: look.layer.kind === "MaxPooling2D" ? found.winner : -1, onpick: (n) => look.follow(found.indices[n]),
  });
  const window = element("div", { class: "product" }, mapFigure(look, found.map, box), grid);
  return bill(`A window of ${KH} ${TIMES} ${KW} on one map.`, [line(window, ""), ...lines(found)]);
}

/** A map of the input with a frame around the window, and its name: a button, if there is somewhere to go. */
function mapFigure(look, map, box, onclick) {
  const name = mapName(look.network, look.k, map), title = `go to where it comes from, ${look.before}`;
  return element("figure", {}, framedMap(look.x, map, scaleOf(look.x), box),
    element("figcaption", {}, onclick ? button(name, onclick, { title }) : name));
}

/** A number of the input by its name, which leads there. */
const source = (look, index) => button(inputName(look.network, look.k, index), () => look.follow(index),
  { class: "source", title: `go to where it comes from, ${look.before}` });

const button = (words, onclick, more = {}) => element("button", { type: "button", onclick, ...more }, words);
const operator = (sign) => element("span", { class: "operator" }, sign);

const products = ({ patch, weights }) => patch.map((value, n) => value * weights[n]);

/** The first `most` terms by size, NaN before all, and the others. */
function largestFirst(terms, most) {
  const size = ({ sum }) => (Number.isNaN(sum) ? Infinity : Math.abs(sum));
  const sorted = terms.toSorted((a, b) => (size(a) === size(b) ? 0 : size(b) - size(a)));
  return [sorted.slice(0, most), sorted.slice(most)];
}
