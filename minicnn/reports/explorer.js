"use strict";
// The explorer: which picture, layer and number are chosen, and what happens when another is.

const $ = (id) => document.getElementById(id);
const network = readNetwork($("network").textContent);
const last = network.layers.length;  // layers count from 1 here: 0 is the picture itself
const chosen = { picture: 0, layer: Math.min(1, last), at: -1 };  // at -1: the largest number there is
let outputs = [];  // of every layer for this picture, as far as they are computed
let turn = 0;  // grows with every picture: a computation that is overtaken stops

const SLICE = 30;  // milliseconds that the page computes before it listens again
const KEPT = 4;  // pictures whose outputs are kept: who compares two of them waits once
const computed = new Map();  // their outputs by picture, the one last looked at at the end

// ------------------------------------------------------------------ computing

/** Every layer for the chosen picture, each shown as it comes. A generator: where it yields, it may be left alone. */
function* compute() {
  outputs = remembered(chosen.picture);
  showVerdict();
  for (let k = 0; k <= last; k++) {
    if (k === outputs.length) outputs.push(yield* outputOf(network, k - 1, outputs[k - 1], chosen.picture));
    drawCard(k);
    if (k === chosen.layer) showLayer();
    yield;
  }
}

/** The outputs for a picture, as far as they are computed. */
function remembered(picture) {
  const found = computed.get(picture) ?? [rowOf(network.pictures, picture)];
  computed.delete(picture);
  computed.set(picture, found);
  if (computed.size > KEPT) computed.delete(computed.keys().next().value);
  return found;
}

/** Run through steps in slices, between which the page listens, until they end or other steps are begun. */
async function work(steps) {
  const mine = ++turn;
  let rested = performance.now();
  $("explorer").setAttribute("aria-busy", "true");
  for (const _ of steps) {
    if (performance.now() - rested < SLICE) continue;
    await new Promise((resolve) => setTimeout(resolve));
    if (mine !== turn) return;
    rested = performance.now();
  }
  $("explorer").removeAttribute("aria-busy");
}

// ------------------------------------------------------------------ choosing

/** Show another picture, layer or number; what is not named stays. */
function go(change) {
  const before = { ...chosen };
  Object.assign(chosen, change);
  check("pictures", chosen.picture);
  check("layers", chosen.layer);
  if (chosen.picture !== before.picture || !outputs.length) work(compute());
  else if (chosen.layer !== before.layer) showLayer();
  else showNumber();
  const hash = Object.entries(chosen).map((pair) => pair.join("=")).join("&");
  history.replaceState(null, "", `#${hash}`);
}

/** #picture=3&layer=2&at=517 leads back to the same number. */
function goToHash() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const whole = (name, most) => {
    const value = Number.parseInt(wanted.get(name), 10);
    return value >= 0 && value <= most ? value : null;
  };
  const picture = whole("picture", network.labels.length - 1), layer = whole("layer", last) ?? chosen.layer;
  if (picture === null) return false;
  go({ picture, layer, at: whole("at", asMaps(network.shapes[layer]).count - 1) ?? -1 });
  $("inside").scrollIntoView();
  return true;
}

/** Choose within the map: by how many rows and columns, kept inside. */
function step(down, right, on = 0) {
  const shape = network.shapes[chosen.layer], { H, W, C, count } = asMaps(shape), where = place(shape, chosen.at);
  const within = (value, most) => Math.max(0, Math.min(most - 1, value));
  const at = indexOf(shape, {
    row: within(where.row + down, H), column: within(where.column + right, W), map: within(where.map + on, C),
  });
  go({ at: Math.min(at, count - 1) });
}

const KEYS = {
  ArrowUp: () => step(-1, 0), ArrowDown: () => step(1, 0),
  ArrowLeft: () => step(0, -1), ArrowRight: () => step(0, 1),
  Home: () => step(0, -Infinity), End: () => step(0, Infinity),
  PageUp: () => step(0, 0, -1), PageDown: () => step(0, 0, 1),
};

/** The index under a pointer over a canvas that shows one map of the chosen layer. */
function indexUnder(event, canvas, map) {
  const shape = network.shapes[chosen.layer], { H, W, count } = asMaps(shape), box = canvas.getBoundingClientRect();
  const part = (offset, size, cells) => Math.max(0, Math.min(cells - 1, Math.floor(offset / size * cells)));
  const row = part(event.clientY - box.top, box.height, H), column = part(event.clientX - box.left, box.width, W);
  return Math.min(indexOf(shape, { row, column, map }), count - 1);
}

const mapNow = () => place(network.shapes[chosen.layer], chosen.at).map;

function listen() {
  const map = $("map"), canvas = map.querySelector("canvas");
  map.addEventListener("keydown", (event) => {
    if (!(event.key in KEYS) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    KEYS[event.key]();
  });
  canvas.addEventListener("pointerdown", (event) => go({ at: indexUnder(event, canvas, mapNow()) }));
  canvas.addEventListener("pointermove", (event) => {
    const at = indexUnder(event, canvas, mapNow());
    if (event.buttons) go({ at });
    else if (outputs[chosen.layer]) canvas.title = decimal(outputs[chosen.layer].data[at]);
  });
  for (const name of ["map", "row", "column"]) $(`at-${name}`).addEventListener("change", (event) => {
    const shape = network.shapes[chosen.layer], value = Number.parseInt(event.target.value, 10) || 0;
    const where = { ...place(shape, chosen.at), [name]: Math.max(0, Math.min(value, Number(event.target.max))) };
    go({ at: Math.min(indexOf(shape, where), asMaps(shape).count - 1) });
  });
  window.addEventListener("hashchange", () => {
    if (goToHash()) $("pictures").querySelector(":checked").focus({ preventScroll: true });
  });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    readPalette();
    work(compute());  // which has only to draw anew what is computed
  });
}

readPalette();
makeChoices();
listen();
if (!goToHash()) {
  check("pictures", chosen.picture);
  check("layers", chosen.layer);
  work(compute());
}
