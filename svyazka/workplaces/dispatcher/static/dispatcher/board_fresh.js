// What others did while something was carried over the board.

// Why it cannot be carried on, as a word of the board; nothing where it can. Work beside the board and what a month
// shows on asking is looked at by the server when it is dropped.
export function whyLost(board, item) {
  if (!item.visit || board.view === "month" || item.row === undefined) return "";
  const now = board.data.rows.flatMap((row) => row.cells.flatMap((cell) => cell.all)).find((one) => one.v === item.visit && one.x);
  if (!now) return "gone";
  return now.n === item.version ? "" : "changed";
}
