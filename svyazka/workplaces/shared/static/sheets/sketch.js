// An opening as a drawing, seen from inside the room: its sashes, how they open, and what was measured.
import { svg } from "./el.js";

const WIDE = 260;
const TALL = 200;
const LEFT = 46;
const BELOW = 44;
const FRAME = 5;
// In a balcony block the sashes that are no doors stand on a parapet.
const PARAPET = 0.38;

const middle = (numbers) => {
  const known = [numbers].flat().filter((one) => typeof one === "number" && one > 0);
  return known.length ? Math.round(known.reduce((sum, one) => sum + one, 0) / known.length) : null;
};

// Width and height are those by which the diagonals are checked; without such a check the first two lengths.
export function measures(section) {
  const diagonals = (section.checks ?? []).find((check) => check.rule === "diagonals");
  if (diagonals) return diagonals.fields.slice(0, 2);
  const lengths = section.fields.filter((field) => ["triple", "whole", "decimal"].includes(field.kind) && ["mm", "cm", "m"].includes(field.unit));
  return lengths.slice(0, 2).map((field) => field.code);
}

export function sketch({ sashes = [], width: across, height: up, label }) {
  const [width, height] = [middle(across), middle(up)];
  const shape = (width ?? 1200) / (height ?? 1400);
  const high = Math.min(TALL, WIDE / Math.max(shape, 0.05));
  const wide = Math.max(Math.min(WIDE, high * shape), 24);
  const drawing = svg("svg", {
    class: "sketch", viewBox: `0 0 ${LEFT + wide + 8} ${high + BELOW}`, role: "img", "aria-label": label,
    style: `max-width: ${Math.round((LEFT + wide + 8) * 1.25)}px`,
  });
  drawing.append(...frame(sashes, LEFT, 2, wide, high, width));
  drawing.append(...ruled(LEFT, high + 30, wide, width), ...upright(high, height));
  return drawing;
}

function frame(sashes, left, top, wide, high, width) {
  const parts = sashes.length ? sashes : [{ opens: "fixed" }];
  const widths = shares(parts, width ?? wide).map((share) => share * wide);
  const isBlock = parts.some((sash) => sash.opens === "door") && parts.some((sash) => sash.opens !== "door");
  let x = left;
  return parts.flatMap((sash, place) => {
    const tall = isBlock && sash.opens !== "door" ? high * (1 - PARAPET) : high;
    const drawn = one(sash, x, top, widths[place], tall);
    if (sash.width) drawn.push(text(x + widths[place] / 2, top + high + 13, sash.width, "small"));
    x += widths[place];
    return drawn;
  });
}

// What was measured takes its part, the others share the rest.
function shares(sashes, width) {
  const known = sashes.reduce((sum, sash) => sum + (sash.width ?? 0), 0);
  const open = sashes.filter((sash) => !sash.width).length;
  const rest = open ? Math.max(width - known, width * 0.1 * open) / open : 0;
  const given = sashes.map((sash) => sash.width || rest);
  const whole = given.reduce((sum, one) => sum + one, 0);
  return given.map((one) => one / whole);
}

function one(sash, x, y, wide, high) {
  const drawn = [box(x, y, wide, high, "frame")];
  if (wide < 3 * FRAME) return drawn;
  const [left, right, top, bottom] = [x + FRAME, x + wide - FRAME, y + FRAME, y + high - FRAME];
  drawn.push(box(left, top, right - left, bottom - top, sash.opens === "fixed" ? "glass" : "glass leaf"));
  if (sash.opens !== "fixed") drawn.push(...signs(sash, left, right, top, bottom));
  if (sash.opens === "door") drawn.push(box(left, bottom - (bottom - top) * PARAPET, right - left, (bottom - top) * PARAPET, "panel"));
  return drawn;
}

// The point of the sign is where the handle is, its open side where the sash hangs.
function signs({ opens, hangs }, left, right, top, bottom) {
  const [hinge, handle] = hangs === "left" ? [left, right] : [right, left];
  const [across, up] = [(left + right) / 2, (top + bottom) / 2];
  const turn = line([[hinge, top], [handle, up], [hinge, bottom]]);
  const tilt = line([[left, bottom], [across, top], [right, bottom]]);
  if (opens === "tilt") return [tilt];
  if (opens === "tilt_turn") return [turn, tilt];
  if (opens === "slide") return slide(hangs, across, up, (right - left) / 3);
  return [turn];
}

function slide(hangs, across, up, long) {
  const way = hangs === "left" ? -1 : 1;
  const tip = across + (way * long) / 1.5;
  return [line([[across - (way * long) / 1.5, up], [tip, up]]), line([[tip - way * 7, up - 5], [tip, up], [tip - way * 7, up + 5]])];
}

function ruled(x, y, wide, width) {
  return [
    line([[x, y - 5], [x, y + 5]], "rule"), line([[x + wide, y - 5], [x + wide, y + 5]], "rule"), line([[x, y], [x + wide, y]], "rule"),
    text(x + wide / 2, y + 13, width ?? "?"),
  ];
}

function upright(high, height) {
  const x = LEFT - 12;
  const words = text(x - 6, 2 + high / 2, height ?? "?");
  words.setAttribute("transform", `rotate(-90 ${x - 6} ${2 + high / 2})`);
  return [line([[x - 5, 2], [x + 5, 2]], "rule"), line([[x - 5, high + 2], [x + 5, high + 2]], "rule"), line([[x, 2], [x, high + 2]], "rule"), words];
}

const round = (number) => Number(number.toFixed(1));
const box = (x, y, width, height, name) => svg("rect", { x: round(x), y: round(y), width: round(Math.max(width, 0)), height: round(Math.max(height, 0)), class: name });
const line = (points, name = "sign") => svg("polyline", { points: points.map((point) => point.map(round).join(",")).join(" "), class: name });

function text(x, y, said, name = "") {
  const words = svg("text", { x: round(x), y: round(y), class: name });
  words.textContent = said;
  return words;
}
