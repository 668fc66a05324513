"use strict";
// What is to be seen for the chosen picture, layer and number. explorer.js calls, page.html has the places.

/** A picture to choose: a radio button, so that arrow keys and screen readers know what to do. */
function choice(group, value, label, canvas, words, onchange) {
  return element("label", { class: "choice", title: label },
    element("input", { type: "radio", name: group, value, "aria-label": label, onchange }), canvas, ...words);
}

/** Check the choice with this value, and bring it into view within its strip. */
function check(container, value) {
  const strip = $(container), input = strip.querySelector(`input[value="${value}"]`), label = input?.parentElement;
  if (!input) return;
  input.checked = true;
  const hidden = (begin, size, from, length) => begin < from || begin + size > from + length;
  if (hidden(label.offsetTop, label.offsetHeight, strip.scrollTop, strip.clientHeight)
      || hidden(label.offsetLeft, label.offsetWidth, strip.scrollLeft, strip.clientWidth)) strip.scrollTo({
    top: label.offsetTop - (strip.clientHeight - label.offsetHeight) / 2,
    left: label.offsetLeft - (strip.clientWidth - label.offsetWidth) / 2,
  });
}

/** Put children into a place. The focus stays at the control of the same number, if it was within. */
function refill(id, ...children) {
  const controls = () => [...$(id).querySelectorAll("button, input, [tabindex]")];
  const at = controls().indexOf(document.activeElement);
  $(id).replaceChildren(...children);
  if (at >= 0) controls().slice(0, at + 1).at(-1)?.focus({ preventScroll: true });
}

/** Lead the keyboard to where the chosen number is chosen: the large map, or a radio button where there is none. */
const focusNumber = () => ($("map-figure").hidden ? $("maps").querySelector(":checked") : $("map")).focus();

const newCanvas = () => element("canvas", { "aria-hidden": "true" });

/** The buttons that never change: a picture each, a layer each. */
function makeChoices() {
  $("pictures").append(...network.labels.map((label, n) => {
    const { taken, right } = verdict(network, n), canvas = newCanvas();
    drawPicture(canvas, rowOf(network.pictures, n));
    const words = `picture ${network.numbers[n]}: ${network.classes[label]}, taken for ${network.classes[taken]}`;
    const name = element("span", { class: right ? "" : "wrong" }, network.classes[label]);
    return choice("picture", n, words, canvas, [name], () => go({ picture: n }));
  }));
  $("layers").append(...network.shapes.map((shape, k) => {
    const layer = network.layers[k - 1], name = layer?.name ?? "picture", kind = layer?.kind ?? "input";
    return choice("layer", k, `${name}, ${kind}, ${sizes(shape)}`, newCanvas(),
      [element("b", {}, name), element("span", {}, sizes(shape))], () => go({ layer: k, at: -1 }));
  }));
  if (last < network.depth) $("layers").after(element("p", { class: "aside" }, missing(network)));
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
  $("layer-words").textContent = aboutLayer(network, k - 1);
  $("scale").replaceChildren(...[-scale, 0, scale].map((value) => element("span", {}, decimal(value, 2))));
  const few = C === 1 && W === 1;
  $("maps").hidden = C === 1 && !few;
  $("maps-name").textContent = few ? "A number of it" : "A map of it";
  $("maps").classList.toggle("units", few);
  refill("maps", ...(few ? unitChoices(y) : C > 1 ? mapChoices(y) : []));
  $("map-figure").hidden = $("places").hidden = few;
  showNumber();
}

function mapChoices(y) {
  const scale = scaleOf(y), k = chosen.layer;
  return Array.from({ length: y.shape.at(-1) }, (_, map) => {
    const canvas = newCanvas();
    drawWhole(canvas, y, map, scale);
    canvas.addEventListener("click", (event) => go({ at: indexUnder(event, canvas, map) }));
    return choice("map", map, mapName(network, k, map), canvas, [element("span", {}, map)],
      () => go({ at: indexOf(y.shape, { ...place(y.shape, chosen.at), map }) }));
  });
}

/** The units of a small layer by name, each with a bar for its number. */
function unitChoices(y) {
  const most = largestOf(y.data) || 1;
  return Array.from(y.data, (value, at) => {
    const name = className(network, chosen.layer, at) ?? `number ${at}`;
    const words = [element("span", {}, name), element("span", {}, decimal(value))];
    const label = choice("map", at, name, null, words, () => go({ at }));
    label.style.setProperty("--share", shareOf(value, most));
    return label;
  });
}

/** The chosen number: where it is, what it sees, what it is made of. */
function showNumber(all = false) {
  const { layer: k, at } = chosen, y = outputs[k], layer = network.layers[k - 1];
  if (!y) return;
  const where = place(y.shape, at), maps = asMaps(y.shape), name = className(network, k, at);
  check("maps", maps.C === 1 ? at : where.map);
  showField(k, at);
  showMap(k, y, where, maps);
  for (const [axis, size] of [["map", maps.C], ["row", maps.H], ["column", maps.W]]) {
    [$(`at-${axis}`).max, $(`at-${axis}`).value] = [size - 1, where[axis]];
    $(`at-${axis}`).closest("label").hidden = size === 1;
  }
  $("value").textContent = decimal(y.data[at]);
  $("value-name").textContent = name ? `for ${name}` : inputName(network, k, at);
  const look = {
    network, k: k - 1, layer, x: outputs[k - 1], y, at, all, before: network.layers[k - 2]?.name ?? "the picture",
    follow: (index) => { go({ layer: k - 1, at: index }); focusNumber(); },
    showAll: () => showNumber(true),
  };
  refill("sum", layer?.arrays ? LAYERS[layer.kind].sum(look)
    : element("p", { class: "aside" }, silence(network, layer)));
}

/** The part of the picture that the number can see. */
function showField(k, at) {
  const field = receptiveField(network, k - 1, at), mark = $("field").querySelector(".mark");
  drawPicture($("field").querySelector("canvas"), outputs[0]);
  mark.hidden = !field;
  if (field) frame(mark, asMaps(network.input), field);
  $("field-words").textContent = fieldWords(field, asMaps(network.input));
}

function showMap(k, y, where, maps) {
  const { row, column, map } = where;
  drawWhole($("map").querySelector("canvas"), y, map, scaleOf(y));
  frame($("map").querySelector(".mark"), maps, { top: row, left: column, bottom: row, right: column });
  $("map").style.setProperty("--ratio", maps.W / maps.H);
  $("map-name").textContent = maps.C > 1 ? mapName(network, k, map) : "its numbers";
  const spot = maps.W > 1 ? `row ${row}, column ${column}` : `number ${row}`;
  $("map").setAttribute("aria-valuetext", `${spot}: ${decimal(y.data[chosen.at])}`);
  $("map").setAttribute("aria-valuenow", chosen.at);
  $("map").setAttribute("aria-valuemax", maps.count - 1);
}
