// Files are chosen, dropped or pasted, and go up piece by piece: several wait their turn, each can be called off, and
// what a bad line breaks goes on where it stopped, also after the page was opened again.
const PAUSES = [1, 2, 4, 8, 15, 30]; // seconds until the next attempt
const AT_ONCE = 2;

const waiting = [];
let running = 0;

const panelOf = (element) => element.closest?.(".kept-files[data-uploads]");
const token = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
const sleep = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

document.addEventListener("change", ({ target }) => {
  if (target.type !== "file" || !panelOf(target)) return;
  add(panelOf(target), [...target.files]);
  target.value = "";
});

const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

for (const name of ["dragenter", "dragover"]) document.addEventListener(name, (event) => {
  if (!carriesFiles(event)) return;
  const panel = panelOf(event.target);
  document.querySelectorAll(".kept-files.dropping").forEach((one) => one !== panel && one.classList.remove("dropping"));
  if (!panel) return;
  event.preventDefault();
  panel.classList.add("dropping");
});

document.addEventListener("dragleave", (event) => {
  const panel = panelOf(event.target);
  if (panel && !panel.contains(event.relatedTarget)) panel.classList.remove("dropping");
});

document.addEventListener("drop", (event) => {
  const panel = panelOf(event.target);
  if (!panel || !carriesFiles(event)) return;
  event.preventDefault();
  panel.classList.remove("dropping");
  add(panel, [...event.dataTransfer.files]);
});

// A picture out of the clipboard has no name. Where somebody writes, pasting is the input's own affair.
document.addEventListener("paste", (event) => {
  const panel = panelOf(event.target) ?? document.querySelector(".kept-files[data-uploads]");
  const files = [...(event.clipboardData?.files ?? [])];
  if (!panel || !files.length || event.target.closest?.("input:not([type=file]), textarea, [contenteditable], #dialog")) return;
  event.preventDefault();
  add(panel, files.map((file) => (/^image\.\w+$/.test(file.name) ? new File([file], named(panel, file), { type: file.type }) : file)));
});

function named(panel, file) {
  const [day, hour] = new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().split("T");
  return `${panel.dataset.wordsPicture} ${day} ${hour.slice(0, 8).replaceAll(":", "-")}.${file.type.split("/")[1]?.replace("jpeg", "jpg") || "png"}`;
}

function add(panel, files) {
  for (const file of files) waiting.push(shown(panel, file));
  goOn();
}

function shown(panel, file) {
  const row = document.createElement("li");
  const name = Object.assign(document.createElement("span"), { className: "file-name", textContent: file.name });
  const bar = Object.assign(document.createElement("progress"), { max: file.size || 1, value: 0, ariaLabel: file.name });
  const said = Object.assign(document.createElement("span"), { className: "said", textContent: panel.dataset.wordsWaits });
  const button = Object.assign(document.createElement("button"), { className: "button quiet small", type: "button", textContent: panel.dataset.wordsCancel });
  row.append(name, bar, said, button);
  const list = panel.querySelector(".coming");
  list.hidden = false;
  list.append(row);
  const one = { panel, file, row, bar, said, button, stop: new AbortController(), url: "", isOver: false };
  button.addEventListener("click", () => callOff(one));
  return one;
}

function goOn() {
  while (running < AT_ONCE && waiting.length) {
    running += 1;
    send(waiting.shift()).finally(() => { running -= 1; goOn(); });
  }
  window.onbeforeunload = running ? (event) => event.preventDefault() : null;
}

function callOff(one) {
  one.stop.abort();
  const place = waiting.indexOf(one);
  if (place >= 0) waiting.splice(place, 1);
  if (one.url && !one.isOver) fetch(one.url, { method: "DELETE", headers: { "X-CSRFToken": token() } }).catch(() => {});
  putAway(one);
}

function putAway(one) {
  const list = one.row.parentElement;
  one.row.remove();
  if (list && !list.children.length) list.hidden = true;
}

async function send(one) {
  if (one.stop.signal.aborted) return;
  try {
    const begun = await begin(one);
    if (!begun) return;
    one.url = begun.url;
    let stand = begun;
    while (stand?.state === "coming") stand = await next(one, stand.received, begun.piece);
    if (stand?.state === "whole") stand = await lookedAt(one);
    if (stand) end(one, stand);
  } catch (trouble) {
    if (trouble.name !== "AbortError") fail(one, one.panel.dataset.wordsFailed);
  }
}

async function begin(one) {
  const { file, panel } = one;
  const mark = `${file.name}|${file.size}|${file.lastModified}`;
  const body = new URLSearchParams({ [panel.dataset.of]: panel.dataset.number, name: file.name, size: file.size, mark: await short(mark) });
  const answer = await stubborn(one, () => fetch(panel.dataset.uploads, { method: "POST", body, headers: { "X-CSRFToken": token() }, signal: one.stop.signal, redirect: "manual" }));
  const said = await read(answer);
  if (answer.ok && said) return said;
  return fail(one, said?.reason);
}

// Of the name only a number leaves the browser: it is compared with nothing but itself.
async function short(text) {
  if (!crypto.subtle) return text.slice(-64);
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function next(one, from, piece) {
  const content = one.file.slice(from, from + piece);
  const answer = await stubborn(one, () => put(one, from, content));
  if (answer.status === 200 || answer.status === 409) {
    tell(one, answer.said.received);
    return answer.said;
  }
  return fail(one, answer.said?.reason);
}

// fetch says nothing of what has gone out so far.
function put(one, from, content) {
  return new Promise((done, failed) => {
    const asked = new XMLHttpRequest();
    asked.open("PUT", `${one.url}?from=${from}`);
    asked.setRequestHeader("X-CSRFToken", token());
    asked.setRequestHeader("Content-Type", "application/octet-stream");
    asked.responseType = "json";
    asked.timeout = 120000;
    asked.upload.onprogress = ({ loaded }) => tell(one, from + loaded);
    asked.onload = () => done({ status: asked.status, said: asked.response });
    asked.onerror = asked.ontimeout = () => failed(new TypeError("no line"));
    asked.onabort = () => failed(new DOMException("", "AbortError"));
    one.stop.signal.addEventListener("abort", () => asked.abort());
    asked.send(content);
  });
}

// Again and again while there is no line, or the house is busy: what is here already stays here.
async function stubborn(one, ask) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await ask();
      if (![502, 503, 504].includes(answer.status)) return answer;
    } catch (trouble) {
      if (trouble.name === "AbortError" || one.stop.signal.aborted) throw new DOMException("", "AbortError");
    }
    one.said.textContent = one.panel.dataset.wordsLine;
    await sleep(PAUSES[Math.min(attempt, PAUSES.length - 1)]);
    if (one.stop.signal.aborted) throw new DOMException("", "AbortError");
  }
}

async function lookedAt(one) {
  one.said.textContent = one.panel.dataset.wordsChecked;
  one.bar.removeAttribute("value");
  for (;;) {
    await sleep(1);
    const answer = await stubborn(one, () => fetch(one.url, { signal: one.stop.signal, redirect: "manual" }));
    const stand = await read(answer);
    if (stand?.state !== "whole") return stand;
  }
}

const read = (answer) => (answer.json ? answer.json().catch(() => null) : null);

function tell(one, received) {
  one.bar.value = received;
  one.said.textContent = `${Math.floor((100 * received) / one.file.size)} %`;
  if (received >= one.file.size) one.said.textContent = one.panel.dataset.wordsChecked;
}

function end(one, stand) {
  one.isOver = true;
  if (stand.state !== "kept") return fail(one, stand.reason);
  one.said.textContent = one.panel.dataset.wordsDone;
  document.body.dispatchEvent(new CustomEvent("files:changed"));
  setTimeout(() => putAway(one), 800);
}

function fail(one, reason) {
  one.isOver = true;
  one.row.classList.add("bad");
  one.bar.remove();
  one.said.textContent = reason || one.panel.dataset.wordsFailed;
  one.button.textContent = "×";
  one.button.ariaLabel = one.panel.dataset.wordsCancel;
  return null;
}

// The search appears with the first handful of files. What "back" brings has no target.
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const list = detail.target?.closest?.(".files-list");
  if (!list) return;
  const wishes = list.parentElement.querySelector(".files-wishes");
  const count = Number(list.querySelector(".files")?.dataset.count ?? 0);
  if (count > 5) wishes.hidden = false;
});
