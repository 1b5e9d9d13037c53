// What was drawn over a photo, as SVG: built out of numbers and plain texts, element by element.
import { svg } from "../sheets/el.js";

export const COLOURS = { red: "#e5132b", yellow: "#ffd60a", green: "#00b84a", blue: "#1466ff", black: "#111111", white: "#ffffff" };
// Behind each line, so that it can be seen on any photo.
const HALO = { yellow: "#1a1a1a", white: "#1a1a1a", green: "#ffffff" };

// One hundredth of the longer side: lines and letters are as large on every photo.
export const unitOf = ({ width, height }) => Math.max(width, height) / 100;

export function picture(drawing, mm) {
  const unit = unitOf(drawing);
  return svg("svg", { class: "photo-lines", viewBox: `0 0 ${drawing.width} ${drawing.height}`, preserveAspectRatio: "xMidYMid slice", "aria-hidden": "true" },
    drawing.shapes.map((shape) => group(shape, unit, mm)));
}

export function group(shape, unit, mm) {
  const colour = COLOURS[shape.colour] ?? COLOURS.red;
  const halo = HALO[shape.colour] ?? "#ffffff";
  const wide = unit * (0.25 + 0.25 * (shape.thick ?? 2));
  const lines = (SHAPES[shape.kind] ?? (() => []))(shape, unit, wide);
  const under = lines.map((points) => line(points, halo, wide + unit * 0.5, 0.85));
  const over = lines.map((points) => line(points, colour, wide, 1));
  return svg("g", { class: "shape" }, ...under, ...over, ...label(shape, unit, colour, halo, mm));
}

const SHAPES = {
  pen: ({ points: [x, y, ...rest] }) => [rest.length ? [x, y, ...rest] : [x, y, x + 0.1, y]],
  measure: ({ points: [ax, ay, bx, by] }, unit) => {
    const [nx, ny] = across(ax, ay, bx, by, unit * 1.6);
    return [[ax, ay, bx, by], [ax - nx, ay - ny, ax + nx, ay + ny], [bx - nx, by - ny, bx + nx, by + ny]];
  },
  arrow: ({ points: [ax, ay, bx, by] }, unit, wide) => {
    const size = Math.min(unit * 3 + wide * 1.5, Math.hypot(bx - ax, by - ay) * 0.6);
    const turn = Math.atan2(by - ay, bx - ax);
    const side = (by_) => [bx - size * Math.cos(turn + by_), by - size * Math.sin(turn + by_)];
    return [[ax, ay, bx, by], [...side(0.5), bx, by, ...side(-0.5)]];
  },
};

function across(ax, ay, bx, by, long) {
  const far = Math.hypot(bx - ax, by - ay) || 1;
  return [(-(by - ay) / far) * long, ((bx - ax) / far) * long];
}

const round = (number) => Number(number.toFixed(1));

function line(points, colour, wide, opacity) {
  const pairs = [];
  for (let at = 0; at < points.length; at += 2) pairs.push(`${round(points[at])},${round(points[at + 1])}`);
  return svg("polyline", { points: pairs.join(" "), fill: "none", stroke: colour, "stroke-width": round(wide), "stroke-linecap": "round", "stroke-linejoin": "round", opacity });
}

function label(shape, unit, colour, halo, mm) {
  if (shape.kind === "text") return [words(shape.text, shape.points[0], shape.points[1], unit, colour, halo, "start", shape.thick)];
  if (shape.kind !== "measure" || shape.mm === undefined) return [];
  const [ax, ay, bx, by] = shape.points;
  // Beside the line, on the side that is up or left, where there is room.
  let [nx, ny] = across(ax, ay, bx, by, unit * 3.2);
  if (ny > 0 || (Math.abs(ny) < unit && nx > 0)) [nx, ny] = [-nx, -ny];
  const text = `${shape.mm} ${mm}`;
  const long = text.length * unit * (1.6 + 0.45 * (shape.thick ?? 2));
  const [x, y] = [(ax + bx) / 2, (ay + by) / 2];
  const isUpright = Math.abs(nx) > Math.abs(ny);
  if (isUpright ? x + nx < long : y + ny < unit * 3) [nx, ny] = [-nx, -ny];
  const anchor = isUpright ? (nx < 0 ? "end" : "start") : "middle";
  return [words(text, anchor === "middle" ? Math.max(x + nx, long / 2) : x + nx, y + ny, unit, colour, halo, anchor, shape.thick)];
}

function words(text, x, y, unit, colour, halo, anchor, thick = 2) {
  const size = unit * (2.6 + 0.7 * thick);
  const said = svg("text", {
    x: round(x), y: round(y), fill: colour, stroke: halo, "stroke-width": round(size / 6), "paint-order": "stroke", "stroke-linejoin": "round",
    "font-size": round(size), "font-weight": 650, "text-anchor": anchor, "dominant-baseline": "middle",
  });
  said.textContent = text;
  return said;
}
