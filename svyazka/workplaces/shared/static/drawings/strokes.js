// A line as a finger has drawn it, with no more points than show.
const MOST = 1_000;

// Points nearer to the line than this are left out (Ramer, Douglas, Peucker).
export function thinned(points, near) {
  let kept = simplified(points, near);
  for (let wider = near * 2; kept.length > MOST; wider *= 2) kept = simplified(points, wider);
  return kept;
}

function simplified(points, near) {
  if (points.length < 3) return points;
  const keep = new Uint8Array(points.length);
  keep[0] = keep[points.length - 1] = 1;
  const open = [[0, points.length - 1]];
  while (open.length) {
    const [from, to] = open.pop();
    let [farthest, far] = [0, near];
    for (let at = from + 1; at < to; at += 1) {
      const off = distance(points[at], points[from], points[to]);
      if (off > far) [farthest, far] = [at, off];
    }
    if (!farthest) continue;
    keep[farthest] = 1;
    open.push([from, farthest], [farthest, to]);
  }
  return points.filter((_point, at) => keep[at]);
}

export function distance([x, y], [ax, ay], [bx, by]) {
  const [wide, high] = [bx - ax, by - ay];
  const long = wide * wide + high * high;
  const along = long ? Math.min(1, Math.max(0, ((x - ax) * wide + (y - ay) * high) / long)) : 0;
  return Math.hypot(x - ax - along * wide, y - ay - along * high);
}

// How far a point is from something drawn.
export function away(point, { points }) {
  const pairs = [];
  for (let at = 0; at < points.length; at += 2) pairs.push([points[at], points[at + 1]]);
  if (pairs.length === 1) return Math.hypot(point[0] - pairs[0][0], point[1] - pairs[0][1]);
  return Math.min(...pairs.slice(1).map((one, at) => distance(point, pairs[at], one)));
}
