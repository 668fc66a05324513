"use strict";
// What is to be seen for the chosen picture, layer and number. explorer.js calls, index.html has the places.

/** A picture to choose: a radio button, so that arrow keys and screen readers know what to do. */
function choice(group, value, label, canvas, words, onchange) {
  return element("label", { class: "choice", title: label },
    element("input", { type: "radio", name: group, value, "aria-label": label, onchange }), canvas, ...words);
}

function check(container, value) {
  const input = $(container).querySelector(`input[value="${value}"]`);
  if (input) input.checked = true;
}

const newCanvas = () => element("canvas", { "aria-hidden": "true" });
const sizes = (shape) => shape.join(` ${TIMES} `);

/** The buttons that never change: a picture each, a layer each. */
function makeChoices() {
  $("pictures").append(...network.labels.map((label, n) => {
    const { taken, right } = verdict(network, n), canvas = newCanvas();
    drawPicture(canvas, rowOf(network.pictures, n));
    const words = `picture ${network.numbers[n]}: ${network.classes[label]}, taken for ${network.classes[taken]}`;
    return choice("picture", n, words, canvas, [element("span", { class: right ? "" : "wrong" }, network.classes[label])],
      () => go({ picture: n }));
  }));
  $("layers").append(...network.shapes.map((shape, k) => {
    const layer = network.layers[k - 1], name = layer?.name ?? "picture", kind = layer?.kind ?? "input";
    return choice("layer", k, `${name}, ${kind}, ${sizes(shape)}`, newCanvas(),
      [element("b", {}, name), element("span", {}, sizes(shape))], () => go({ layer: k, at: -1 }));
  }));
  const left = network.names.slice(last);
  if (left.length) $("layers").after(element("p", { class: "aside" }, `Not on this page, for want of room: ${left.join(", ")}. `
    + `A page larger than ${network.megabytes} MB has them: report(..., megabytes=...).`));
}

function drawCard(k) {
  const canvas = $("layers").querySelectorAll("canvas")[k];
  (k === 0 ? drawPicture : drawMosaic)(canvas, outputs[k]);
}

/** What the framework made of the chosen picture: the three classes it holds likeliest. */
function showVerdict() {
  const { data, right } = verdict(network, chosen.picture), label = network.labels[chosen.picture];
  const order = Array.from(data.keys()).sort((a, b) => data[b] - data[a]).slice(0, 3);
  $("verdict").replaceChildren(
    element("p", {}, `Test picture ${network.numbers[chosen.picture].toLocaleString("en")}, `,
      element("b", {}, network.classes[label]), right ? ", was named rightly:" : ", was taken for something else:"),
    element("ul", { class: "bars" }, ...order.map((k) => element("li", { style: `--share: ${data[k]}` },
      element("span", {}, network.classes[k]), element("span", {}, `${(100 * data[k]).toFixed(1)} %`)))));
}

/** The chosen layer: what it does, and all its maps. */
function showLayer() {
  const k = chosen.layer, y = outputs[k], layer = network.layers[k - 1];
  if (!y) return;  // not computed yet: compute shows it when it is
  if (chosen.at < 0) chosen.at = loudestInside(y);
  const { C, W } = asMaps(y.shape), scale = scaleOf(y);
  $("layer-name").textContent = layer ? layer.name : "The picture";
  $("layer-words").textContent = [aboutLayer(layer), agreement(layer)].join(" ");
  $("scale").replaceChildren(...[-scale, 0, scale].map((value) => element("span", {}, decimal(value, 2))));
  const few = C === 1 && W === 1;
  $("maps").hidden = C === 1 && !few;
  $("maps-name").textContent = few ? "A number of it" : "A map of it";
  $("maps").classList.toggle("units", few);
  $("maps").replaceChildren(...(few ? unitChoices(y) : C > 1 ? mapChoices(y) : []));
  $("map-figure").hidden = $("places").hidden = few;
  showNumber();
}

function mapChoices(y) {
  const scale = scaleOf(y), k = chosen.layer;
  return Array.from({ length: y.shape.at(-1) }, (_, map) => {
    const canvas = newCanvas();
    drawWhole(canvas, y, map, scale);
    canvas.addEventListener("click", (event) => go({ at: indexUnder(event, canvas, map) }));
    return choice("map", map, mapName({ k, network }, map), canvas, [element("span", {}, map)],
      () => go({ at: indexOf(y.shape, { ...place(y.shape, chosen.at), map }) }));
  });
}

/** The units of a small layer by name, each with a bar for its number. */
function unitChoices(y) {
  const largest = y.data.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
  return Array.from(y.data, (value, at) => {
    const name = className(chosen.layer, at) ?? `number ${at}`;
    const label = choice("map", at, name, null, [element("span", {}, name), element("span", {}, decimal(value))], () => go({ at }));
    label.style.setProperty("--share", Math.abs(value) / largest);
    return label;
  });
}

/** The chosen number: where it is, what it sees, what it is made of. */
function showNumber(all = false) {
  const { layer: k, at } = chosen, y = outputs[k], layer = network.layers[k - 1];
  if (!y) return;
  const where = place(y.shape, at), maps = asMaps(y.shape), name = className(k, at);
  check("maps", maps.C === 1 ? at : where.map);
  showField(k, at);
  showMap(k, y, where, maps);
  for (const [axis, size] of [["map", maps.C], ["row", maps.H], ["column", maps.W]]) {
    [$(`at-${axis}`).max, $(`at-${axis}`).value] = [size - 1, where[axis]];
    $(`at-${axis}`).closest("label").hidden = size === 1;
  }
  $("value").textContent = decimal(y.data[at]);
  $("value-name").textContent = name ? `for ${name}` : maps.C > 1 ? `${mapName({ k, network }, where.map)}, row ${where.row}, column ${where.column}` : "";
  const look = {
    network, k: k - 1, layer, x: outputs[k - 1], y, at, all, before: network.layers[k - 2]?.name ?? "the picture",
    follow: (index) => { go({ layer: k - 1, at: index }); $("map").focus(); }, showAll: () => showNumber(true),
  };
  const known = layer && SUMS[layer.kind] && layer.arrays;
  $("sum").replaceChildren(known ? SUMS[layer.kind](look) : element("p", { class: "aside" }, silence(layer)));
}

/** The part of the picture that the number can see. */
function showField(k, at) {
  const field = receptiveField(network, k - 1, at), { H, W } = asMaps(network.input);
  const { top, left, bottom, right } = field ?? { top: 0, left: 0, bottom: H - 1, right: W - 1 };
  drawPicture($("field").querySelector("canvas"), outputs[0]);
  frame($("field").querySelector(".mark"), { H, W }, { top, left, bottom, right });
  const whole = !field || (bottom - top + 1 === H && right - left + 1 === W);
  $("field-words").textContent = whole ? "the whole picture"
    : `rows ${top} to ${bottom}, columns ${left} to ${right}: ${bottom - top + 1} ${TIMES} ${right - left + 1} pixels`;
}

function showMap(k, y, where, maps) {
  const { row, column, map } = where;
  drawWhole($("map").querySelector("canvas"), y, map, scaleOf(y));
  frame($("map").querySelector(".mark"), maps, { top: row, left: column, bottom: row, right: column });
  $("map").style.setProperty("--ratio", maps.W / maps.H);
  $("map-name").textContent = maps.C > 1 ? mapName({ k, network }, map) : "its numbers";
  const spot = maps.W > 1 ? `row ${row}, column ${column}` : `number ${row}`;
  $("map").setAttribute("aria-valuetext", `${spot}: ${decimal(y.data[chosen.at])}`);
  $("map").setAttribute("aria-valuenow", chosen.at);
  $("map").setAttribute("aria-valuemax", maps.count - 1);
}

// ------------------------------------------------------------------ words

const ABOUT = {
  Conv2D: ({ strides, shape, kernel_size: [KH, KW] }) => `${shape[2]} kernels of ${KH} ${TIMES} ${KW} are slid over all maps before`
    + `${strides[0] * strides[1] > 1 ? `, ${strides.join(` ${TIMES} `)} pixels at a time` : ""}; each makes a map of where it found what it looks for.`,
  MaxPooling2D: ({ pool_size }) => `Of every ${pool_size.join(` ${TIMES} `)} numbers of a map the largest is kept.`,
  AveragePooling2D: ({ pool_size }) => `Of every ${pool_size.join(` ${TIMES} `)} numbers of a map the mean is kept.`,
  GlobalAveragePooling2D: () => "Of every map its mean is kept.",
  Dense: ({ shape }) => `Each of the ${shape.at(-1).toLocaleString("en")} units weighs every number before.`,
  BatchNormalization: () => "Every map is brought to a range the next layer can work with.",
  Dropout: () => "At work only while training; here numbers pass as they are.",
  Flatten: () => "All maps as one row of numbers.",
  Rescaling: () => "Every number times a scale, plus an offset.",
};

const aboutLayer = (layer) => (layer ? ABOUT[layer.kind]?.(layer) ?? "" : "What the network is given, one map for each channel.");

/** How far the page's numbers are from the framework's. */
function agreement(layer) {
  if (!layer || layer.outputs) return layer?.outputs ? "These numbers are the framework's own." : "";
  const { difference } = layer;
  if (difference === null) return "Not all of its numbers are finite.";
  if (difference === 0) return "";
  return `Weights before or in it are rounded to 16 bits here, which changes its numbers by ${difference.toExponential(0)} at most.`;
}

/** Why there is no sum to show. */
function silence(layer) {
  if (!layer) return "A pixel, as the network is given it.";
  if (layer.weights) return `Its ${layer.weights.toLocaleString("en")} weights have no room on a page of ${network.megabytes} MB, so the sum cannot be `
    + "shown: report(..., megabytes=...) makes room.";
  return `${layer.kind} is a layer this page has no arithmetic for.`;
}

/** Which class a number of the last layer speaks for. */
const className = (k, at) => (k === network.names.length && network.shapes[k].length === 1 && network.shapes[k][0] === network.classes.length
  ? network.classes[at] : null);
