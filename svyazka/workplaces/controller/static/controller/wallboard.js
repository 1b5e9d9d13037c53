// The board asks anew when calls or people have moved: at once, and then twice a second at most, however much happens.
const EVERY = 500; // milliseconds
let due = null;
let last = -EVERY;

function ask() {
  if (due || !document.getElementById("wallboard-now")) return;
  due = setTimeout(() => {
    due = null;
    last = performance.now();
    const board = document.getElementById("wallboard-now");
    if (board) htmx.trigger(board, "wallboard:fresh");
  }, Math.max(0, last + EVERY - performance.now()));
}

for (const name of ["calm:call", "calm:counts", "calm:floor"]) document.body.addEventListener(name, ask);
