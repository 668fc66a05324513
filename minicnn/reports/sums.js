"use strict";
// The sum that made a number, as a bill: an amount in every line, a rule, the total.

const MOST_TERMS = 6, MOST_INPUTS = 10;

const line = (what, amount, note) => element("tr", { class: note },
  element("th", { scope: "row" }, ...[what].flat()), element("td", {}, typeof amount === "number" ? decimal(amount) : amount));

function bill(caption, lines, extra) {
  return element("div", { class: "wide", tabindex: 0, role: "region", "aria-label": "the sum" },
    element("table", { class: `bill ${extra ?? ""}` }, element("caption", {}, caption), element("tbody", {}, ...lines)));
}

/** `look` has the layer, its input x and output y, the index `at`, the network, k, and follow(index in x). */
const SUMS = {
  Conv2D(look) {
    const { layer, x, at } = look, found = EXPLAIN.Conv2D(layer, x, at), { cells, KH, KW } = found.window;
    const terms = found.terms.toSorted((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
    const most = look.all ? terms.length : MOST_TERMS, shown = terms.slice(0, most), rest = terms.slice(most);
    const scale = scaleOf(x), heaviest = largestOf(found.terms.map((term) => term.weights));
    const strongest = largestOf(shown.map(products));
    const box = asBoxOf(cells, x.shape);
    const lines = shown.map((term) => {
      const titles = term.patch.map((v, n) => `${decimal(v)} ${TIMES} ${decimal(term.weights[n])} = ${decimal(v * term.weights[n])}`);
      const patch = term.patch.map((value, n) => (cells[n].inside ? value : null));
      const pick = (n) => look.follow(indexOf(x.shape, { row: cells[n].h, column: cells[n].w, map: term.map }));
      const largest = term.patch.reduce((best, v, n) => (cells[n].inside && (best < 0 || Math.abs(v * term.weights[n]) > Math.abs(term.patch[best] * term.weights[best])) ? n : best), -1);
      return line([
        element("div", { class: "product" },
          element("figure", {}, framedMap(x, term.map, scale, box),
            element("figcaption", {}, followButton(look, mapName(look, term.map), () => pick(largest)))),
          numberGrid(patch, KW, scale, "patch", { onpick: pick, titles }),
          element("span", { class: "operator" }, TIMES),
          numberGrid(term.weights, KW, heaviest, "kernel", { titles }),
        ...(KW > 5 ? [] : [element("span", { class: "operator" }, "="), numberGrid(products(term), KW, strongest, "products", { titles })])),
      ], term.sum);
    });
    if (rest.length) {
      const sum = rest.reduce((a, term) => a + term.sum, 0);
      lines.push(line([`the other ${rest.length} maps `,
        element("button", { type: "button", onclick: () => look.showAll() }, "show them")], sum));
    }
    const size = `${KH} ${TIMES} ${KW}`;
    return bill(`Number by number, patch ${TIMES} kernel, added up: ${found.terms.length === 1 ? `${size} products` : `${size} products on each of ${found.terms.length} maps`}.`,
      [...lines, ...ending(look, found)], "convolution");
  },

  Dense(look) {
    const found = EXPLAIN.Dense(look.layer, look.x, look.at);
    const terms = found.terms.toSorted((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
    const most = look.all ? terms.length : MOST_INPUTS, rest = terms.slice(most), largest = Math.abs(terms[0].sum);
    const lines = terms.slice(0, most).map((term) => line([
      followButton(look, inputName(look, term.input), () => look.follow(term.input)),
      element("span", { class: "factors" }, `${decimal(term.value)} ${TIMES} ${decimal(term.weight)}`),
      element("span", { class: `weight ${term.sum < 0 ? "negative" : "positive"}`, style: `--share: ${Math.abs(term.sum) / (largest || 1)}` }),
    ], term.sum, "input"));
    if (rest.length) lines.push(line([`the other ${rest.length.toLocaleString("en")} inputs `,
      rest.length <= 1000 ? element("button", { type: "button", onclick: () => look.showAll() }, "show them") : null].filter(Boolean),
      rest.reduce((a, term) => a + term.sum, 0)));
    return bill(`Input ${TIMES} weight, added up over ${found.terms.length.toLocaleString("en")} inputs; the largest first.`,
      [...lines, ...ending(look, found)]);
  },

  MaxPooling2D: (look) => poolSum(look, (found) => [
    line([`the largest of ${found.inside.length}, framed: `, followButton(look, inputName(look, inputAt(look, found, found.winner)),
      () => look.follow(inputAt(look, found, found.winner)))], found.patch[found.winner], "total")]),

  AveragePooling2D: (look) => poolSum(look, (found) => {
    const values = found.inside.map((n) => found.patch[n]), sum = values.reduce((a, b) => a + b);
    return [line(`the sum of ${values.length}`, sum), line(`divided by ${values.length}`, look.y.data[look.at], "total")];
  }),

  GlobalAveragePooling2D(look) {
    const { map, values, total: sum } = EXPLAIN.GlobalAveragePooling2D(look.layer, look.x, look.at);
    const [H, W] = look.x.shape, box = { top: 0, left: 0, bottom: H - 1, right: W - 1 };
    return bill("The mean of a whole map.", [
      line([element("figure", {}, framedMap(look.x, map, scaleOf(look.x), box), element("figcaption", {}, mapName(look, map)))], ""),
      line(`the sum of its ${values.length} numbers`, sum), line(`divided by ${values.length}`, look.y.data[look.at], "total")]);
  },

  BatchNormalization(look) {
    const { value, mean: middle, deviation, gamma, beta } = EXPLAIN.BatchNormalization(look.layer, look.x, look.at);
    return bill("Centred and scaled by what its channel was like in training, then scaled and moved as learned.", [
      line(followButton(look, inputName(look, look.at), () => look.follow(look.at)), value),
      line("less the moving mean", middle), line("divided by \u221a(moving variance + \u03b5)", deviation),
      line("times gamma", gamma), line("plus beta", beta), line("", look.y.data[look.at], "total")]);
  },

  Rescaling: (look) => bill("Every number times a scale, plus an offset.", [
    line(followButton(look, inputName(look, look.at), () => look.follow(look.at)), look.x.data[look.at]),
    line(`times ${decimal(look.layer.scale, 6)}`, look.x.data[look.at] * look.layer.scale),
    line("plus", look.layer.offset), line("", look.y.data[look.at], "total")]),

  Flatten: (look) => same(look, "The maps, written one number after the other; nothing is computed."),
  Dropout: (look) => same(look, `While training, ${decimal(100 * look.layer.rate, 0)} % of the numbers are left out at random. Now all are there, unchanged.`),
  Activation: (look) => bill("One number in, one number out.", [
    line(followButton(look, inputName(look, look.at), () => look.follow(look.at)), look.x.data[look.at]), ...applied(look, look.layer.activation, look.x.data)]),
  ReLU: (look) => SUMS.Activation({ ...look, layer: { ...look.layer, activation: "relu" } }),
  Softmax: (look) => SUMS.Activation({ ...look, layer: { ...look.layer, activation: "softmax" } }),
  LeakyReLU: (look) => bill("Numbers below zero are made small, not zero.", [
    line(followButton(look, inputName(look, look.at), () => look.follow(look.at)), look.x.data[look.at]),
    line(look.x.data[look.at] > 0 ? "above 0: kept" : `times ${look.layer.negative_slope}`, look.y.data[look.at], "total")]),
};
for (const kind of ["RandomFlip", "RandomRotation", "RandomTranslation", "RandomZoom"])
  SUMS[kind] = (look) => same(look, "Pictures are changed at random while training only. Now they pass as they are.");

const same = (look, words) => bill(words, [
  line(followButton(look, inputName(look, look.at), () => look.follow(look.at)), look.x.data[look.at], "total")]);

const products = ({ patch, weights }) => patch.map((value, n) => value * weights[n]);
const largestOf = (rows) => rows.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** The last lines of a convolution or a Dense layer: bias, sum, activation. */
function ending(look, found) {
  const z = total(found), { activation } = look.layer;
  const lines = [line("the bias", found.bias ?? "none")];
  if (activation === "linear") return [...lines, line("the sum", z, "total")];
  return [...lines, line("the sum", z, "subtotal"), ...applied(look, activation, () => zOfRow(look), z)];
}

/** The sums of all units beside this one: what its softmax is given. */
function zOfRow({ layer, x, at }) {
  const units = layer.shape.at(-1), first = at - at % units;
  return Array.from({ length: units }, (_, k) => total(EXPLAIN[layer.kind](layer, x, first + k)));
}

/** What the activation makes of z. `row`: the numbers a softmax works on, or how to get them. */
function applied(look, activation, row, z = row[look.at]) {
  const y = look.y.data[look.at];
  if (activation !== "softmax") {
    const words = { relu: z > 0 ? "relu: above 0, kept" : "relu: not above 0, so 0" }[activation] ?? `${activation} of it`;
    return [line(words, y, "total")];
  }
  const C = look.layer.shape.at(-1), all = typeof row === "function" ? row() : row.slice(look.at - look.at % C, look.at - look.at % C + C);
  const { largest, exponentials, sum } = softmax(all);
  return [
    line(`softmax: e to the power of it, less the largest sum (${decimal(largest)})`, exponentials[look.at % C]),
    line(`divided by the ${C} of these together (${decimal(sum)})`, y, "total"),
  ];
}

function poolSum(look, lines) {
  const found = EXPLAIN[look.layer.kind](look.layer, look.x, look.at), scale = scaleOf(look.x);
  const pick = (n) => look.follow(inputAt(look, found, n));
  return bill(`A window of ${found.window.KH} ${TIMES} ${found.window.KW} on one map.`, [line([
    element("div", { class: "product" },
      element("figure", {}, framedMap(look.x, found.map, scale, asBoxOf(found.window.cells, look.x.shape)),
        element("figcaption", {}, mapName(look, found.map))),
      numberGrid(found.patch, found.window.KW, scale, "window",
        { chosen: look.layer.kind === "MaxPooling2D" ? found.winner : -1, onpick: pick })),
  ], ""), ...lines(found)]);
}

const inputAt = ({ x }, { window: { cells }, map }, n) => indexOf(x.shape, { row: cells[n].h, column: cells[n].w, map });

function asBoxOf(cells, [H, W]) {
  const inside = cells.filter((cell) => cell.inside), first = inside[0], last = inside.at(-1);
  return { top: first.h, left: first.w, bottom: last.h, right: last.w };
}

function followButton(look, words, onclick) {
  return element("button", { type: "button", class: "follow", title: `go there: ${look.before}`, onclick }, words);
}

/** Map number `map` of what layer k is given; of a picture, also of a rescaled one, its colour. */
function mapName({ k, network }, map) {
  const coloured = network.input[2] === 3 && network.layers.slice(0, k).every(({ kind }) => /^(Rescaling|Random(?!Crop))/.test(kind));
  return coloured ? ["red", "green", "blue"][map] : `map ${map}`;
}

/** What to call number `index` of the layer's input; behind a Flatten, by where it was before. */
function inputName(look, index) {
  let k = look.k;
  while (k > 0 && ["Flatten", "Dropout"].includes(look.network.layers[k - 1].kind)) k--;
  const shape = look.network.shapes[k];
  if (shape.length === 1) return `number ${index.toLocaleString("en")}`;
  const { row, column, map } = place(shape, index);
  return `${mapName({ k, network: look.network }, map)}, row ${row}, column ${column}`;
}
