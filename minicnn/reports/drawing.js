"use strict";
// Pictures and numbers: colours, canvases, small elements. Blue is above zero, orange below, paper is zero.

/** An element with attributes and children; texts are put in as text, whatever they contain. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (!value && value !== 0) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

// ------------------------------------------------------------------ colours

const SHADES = 127;  // on either side of zero; more, no eye tells apart
const GREY = [128, 128, 128];
let shades;  // [r, g, b] from the deepest orange over the paper to the deepest blue: the style sheet's

/** Mix the colours, all of them beforehand, since layers have millions of numbers; anew when the page turns dark. */
function readPalette() {
  const style = getComputedStyle(document.documentElement);
  const [zero, positive, negative] = ["--zero", "--positive", "--negative"].map((name) => {
    const hex = style.getPropertyValue(name).trim().slice(1);
    return [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16));
  });
  shades = Array.from({ length: 2 * SHADES + 1 }, (_, k) => {
    const share = k / SHADES - 1, end = share > 0 ? positive : negative;
    return zero.map((from, part) => Math.round(from + Math.abs(share) * (end[part] - from)));
  });
}

/** The colour of a value where `scale` is as far as colours go. */
function colour(value, scale) {
  if (Number.isNaN(value)) return GREY;
  return shades[SHADES + Math.sign(value) * Math.round(SHADES * shareOf(value, scale))];
}

/** How far a value is from zero, of the way to `scale`. */
const shareOf = (value, scale) => (scale > 0 ? Math.min(1, Math.abs(value) / scale) : 0);

/** The size of the largest finite number. */
const largestOf = (values) => values.reduce((most, v) => (Number.isFinite(v) ? Math.max(most, Math.abs(v)) : most), 0);

/** Black or white, whichever is easier to read on it (relative luminance as in WCAG 2). */
function inkOn(rgb) {
  const light = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const [r, g, b] = rgb.map((part) => light(part / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? "#000" : "#fff";
}

/** The value that takes the full colour: of the finite ones, all but the largest one in two hundred are below it. */
function scaleOf({ data }) {
  const step = Math.max(1, Math.floor(data.length / 20000)), found = [];
  for (let at = 0; at < data.length; at += step) if (Number.isFinite(data[at])) found.push(Math.abs(data[at]));
  const sizes = Float64Array.from(found).sort();  // as numbers; an Array would sort them as texts
  return sizes[Math.ceil(0.995 * (sizes.length - 1))] || sizes.at(-1) || 1;
}

// ------------------------------------------------------------------ canvases

/** Pixels are squares where there is room for them, and blend where there is not. */
function resize(canvas, width, height) {
  [canvas.width, canvas.height] = [width, height];
  canvas.style.imageRendering = Math.max(width, height) > 100 ? "auto" : "";
}

function paint(pixels, n, [red, green, blue]) {
  pixels[4 * n] = red;
  pixels[4 * n + 1] = green;
  pixels[4 * n + 2] = blue;
  pixels[4 * n + 3] = 255;
}

/** One map of a tensor, a pixel for each number, its upper left corner at (x, y). */
function drawMap(canvas, tensor, map, scale, x = 0, y = 0) {
  const { H, W, C, count } = asMaps(tensor.shape), context = canvas.getContext("2d");
  const pixels = context.createImageData(W, H);
  for (let n = 0; n < H * W; n++) {
    const at = n * C + map;
    if (at < count) paint(pixels.data, n, colour(tensor.data[at], scale));
  }
  context.putImageData(pixels, x, y);
}

/** A picture as people see it, as pictures.py has it: in colour where it has three channels or more (RGBA). */
function drawPicture(canvas, tensor) {
  if (tensor.shape.length !== 3) return drawWhole(canvas, tensor, 0, scaleOf(tensor));
  const [H, W, C] = tensor.shape, context = canvas.getContext("2d"), pixels = context.createImageData(W, H);
  const rgb = C >= 3 ? [0, 1, 2] : [0, 0, 0];
  const finite = tensor.data.filter((value, at) => Number.isFinite(value) && rgb.includes(at % C));
  let low = finite.reduce((a, b) => Math.min(a, b), 0), high = finite.reduce((a, b) => Math.max(a, b), 0);
  if (low >= 0) [low, high] = [0, high <= 1 ? 1 : high <= 255 ? 255 : high];
  for (let n = 0; n < H * W; n++) {
    paint(pixels.data, n, rgb.map((k) => 255 * (tensor.data[n * C + k] - low) / (high - low || 1)));
  }
  resize(canvas, W, H);
  context.putImageData(pixels, 0, 0);
}

function drawWhole(canvas, tensor, map, scale) {
  const { H, W } = asMaps(tensor.shape);
  resize(canvas, W, H);
  drawMap(canvas, tensor, map, scale);
}

/** Some maps of a layer side by side, those that answer most to the picture. */
function drawMosaic(canvas, tensor) {
  const { H, W, C, count } = asMaps(tensor.shape), most = new Float32Array(C).fill(-Infinity);
  for (let at = 0; at < count; at++) most[at % C] = Math.max(most[at % C], tensor.data[at]);
  const side = Math.max(1, Math.min(Math.floor(96 / Math.max(H, W)), 4, Math.floor(Math.sqrt(C))));
  const chosen = Array.from(most.keys()).sort((a, b) => most[b] - most[a]).slice(0, side * side);
  resize(canvas, side * (W + 1) - 1, side * (H + 1) - 1);
  const scale = scaleOf(tensor);
  chosen.forEach((map, n) =>
    drawMap(canvas, tensor, map, scale, (n % side) * (W + 1), Math.floor(n / side) * (H + 1)));
}

/** A frame over a canvas, around a box of its pixels. */
function frame(mark, { H, W }, { top, left, bottom, right }) {
  const percent = { top: top / H, left: left / W, height: (bottom - top + 1) / H, width: (right - left + 1) / W };
  for (const [side, share] of Object.entries(percent)) mark.style[side] = `${100 * share}%`;
  return mark;
}

/** A map with a frame around some of its pixels. */
function framedMap(tensor, map, scale, box, attributes = {}) {
  const canvas = element("canvas", { "aria-hidden": "true" });
  drawWhole(canvas, tensor, map, scale);
  return element("span", { class: "framed", ...attributes }, canvas,
    frame(element("span", { class: "mark" }), asMaps(tensor.shape), box));
}

// ------------------------------------------------------------------ tables of numbers

/**
 * Numbers as a small table of coloured cells; null is padding outside the picture. `ontell(n)` is called for the
 * number that is pointed at. With `onpick(n)` each is a button, called by what `names` says of it.
 */
function numberGrid(values, columns, scale, caption, { chosen = -1, onpick, ontell, names } = {}) {
  const cells = values.map((value, n) => {
    if (value === null) return element("td", { class: "outside" });
    const rgb = colour(value, scale), text = cellText(value, columns <= 5 ? 3 : 2), tell = ontell && (() => ontell(n));
    const label = names ? names[n] : decimal(value);
    return element("td", {
      class: n === chosen && "chosen", style: `background: rgb(${rgb}); color: ${inkOn(rgb)}`,
      onpointerenter: tell, onfocusin: tell,
    }, onpick ? element("button", { type: "button", "aria-label": label, onclick: () => onpick(n) }, text) : text);
  });
  const rows = [];
  for (let at = 0; at < cells.length; at += columns) rows.push(element("tr", {}, ...cells.slice(at, at + columns)));
  const table = element("table", { class: columns > 7 ? "numbers small" : "numbers", role: onpick && "grid" },
    element("caption", {}, caption), element("tbody", {}, ...rows));
  if (onpick) walkByArrows(table);
  return table;
}

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** A table of buttons as one stop of the Tab key: it leads to the button that was used last, arrow keys to others. */
function walkByArrows(table) {
  const buttons = [...table.querySelectorAll("button")];
  buttons.forEach((button, n) => { button.tabIndex = n === 0 ? 0 : -1; });
  table.addEventListener("keydown", (event) => {
    if (!(event.key in ARROWS) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const cell = event.target.closest("td"), [down, right] = ARROWS[event.key];
    const next = table.rows[cell.parentElement.rowIndex + down]?.cells[cell.cellIndex + right]?.querySelector("button");
    next?.focus();
  });
  table.addEventListener("focusin", (event) => {
    for (const button of buttons) button.tabIndex = button === event.target ? 0 : -1;
  });
}
