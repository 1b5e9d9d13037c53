// The board of those who go out: drawn out of its data, lane by lane as they come into sight, and kept fresh.
import { faults, height, lane, top } from "./board_draw.js";
import { Dragging } from "./board_drag.js";
import { walkAndMove } from "./board_keys.js";
import { Locks } from "./board_lock.js";
import { OneDay } from "./board_month.js";

const narrow = matchMedia("(max-width: 60rem)");

class VisitBoard extends HTMLElement {
  connectedCallback() {
    if (this.lanes) return; // moved within the page
    this.view = this.dataset.view;
    this.may = "book" in this.dataset;
    this.words = JSON.parse(this.dataset.words);
    this.data = JSON.parse(this.querySelector("script").textContent);
    this.filters = document.getElementById("board-filters");
    this.lanes = document.createElement("div");
    this.lanes.className = `lanes ${this.view}`;
    this.append(this.lanes);
    this.seen = new IntersectionObserver((entries) => entries.forEach((entry) => this.show(entry)), { rootMargin: "400px 0px" });
    this.dragging = new Dragging(this);
    this.quiet = walkAndMove(this);
    this.locks = new Locks(this);
    this.oneDay = new OneDay(this);
    this.readFilters();
    this.draw();
    this.listen();
  }

  disconnectedCallback() {
    this.seen.disconnect();
    this.dragging.stop();
    this.ends.abort();
    this.oneDay.close();
    clearInterval(this.ticking);
  }

  listen() {
    this.ends = new AbortController();
    const { signal } = this.ends;
    for (const name of ["calm:visit", "calm:resource", "live:again", "live:missed"]) document.body.addEventListener(name, () => this.refresh(), { signal });
    // A visit has the colour of its deal's stage.
    document.body.addEventListener("live:deal", ({ detail }) => this.has((one) => one.d === detail.id) && this.refresh(), { signal });
    this.filters?.addEventListener("input", () => this.narrow(), { signal });
    this.filters?.addEventListener("submit", (event) => event.preventDefault(), { signal });
    this.addEventListener("click", (event) => this.click(event), { signal });
    narrow.addEventListener("change", () => this.draw(), { signal });
    this.ticking = setInterval(() => this.showNow(), 30_000);
  }

  get isCarrying() { return this.dragging.isOn || this.quiet.isPlacing; }

  say(word) { return this.words[word] ?? word; }
  icon(name) { return `<svg class="icon" aria-hidden="true"><use href="${this.dataset.icons}#${name}"/></svg>`; }
  kind(id) { return this.data.kinds.find((one) => one.id === id)?.name ?? ""; }
  skill(id) { return this.data.kinds.find((one) => one.id === id)?.skill; }
  row(id) { return this.data.rows.find((one) => one.id === Number(id)); }
  has(condition) { return this.data.rows.some((row) => row.cells.some((cell) => cell.all?.some(condition))); }

  // Where this moment lies on the day of that number; before it is nothing, after it everything.
  minuteNow(at) {
    const here = new Date((Date.now() / 1000 + this.data.offset * 60) * 1000);
    const today = here.toISOString().slice(0, 10), { day } = this.data.days[at];
    if (day !== today) return day < today ? 24 * 60 : 0;
    return here.getUTCHours() * 60 + here.getUTCMinutes();
  }

  draw() {
    this.seen.disconnect();
    this.locks.hide();
    this.lanes.replaceChildren();
    const head = Object.assign(document.createElement("div"), { className: "lane-top", innerHTML: top(this) });
    this.lanes.append(head, ...this.shown().map((row) => this.made(row)));
    this.lanes.style.setProperty("--hours", (this.data.to - this.data.from) / 60 || 1);
    this.lanes.style.setProperty("--days", this.data.days.length);
    if (this.view === "day" && this.data.days[0].today) this.lanes.append(Object.assign(document.createElement("i"), { className: "lane-now" }));
    if (!this.lanes.querySelector(".lane")) this.lanes.append(Object.assign(document.createElement("p"), { className: "lane-none muted", textContent: this.say("nothing") }));
    this.showNow();
    this.showFaults();
  }

  made(row) {
    const box = document.createElement("section");
    box.className = "lane";
    box.dataset.row = row.id;
    box.setAttribute("aria-label", row.name);
    if (!narrow.matches) box.style.height = `${height(this, row)}px`;
    this.seen.observe(box);
    return box;
  }

  show({ target, isIntersecting }) {
    if (isIntersecting && !target.firstChild) this.fill(target);
    else if (!isIntersecting && !narrow.matches && !target.contains(document.activeElement)) target.replaceChildren();
  }

  fill(box) {
    const row = this.row(box.dataset.row);
    if (row) box.innerHTML = lane(this, row);
  }

  laneOf(id) { return this.lanes.querySelector(`.lane[data-row="${id}"]`); }

  // Also where it is out of sight.
  find(row, visit) {
    const box = this.laneOf(row);
    if (box && !box.firstChild) this.fill(box);
    return box?.querySelector(`[data-visit="${visit}"]`);
  }

  showNow() {
    const now = this.lanes.querySelector(".lane-now");
    if (!now) return;
    const { from, to } = this.data, part = (this.minuteNow(0) - from) / (to - from);
    now.hidden = part < 0 || part > 1;
    now.style.setProperty("--now", part);
  }

  showFaults() {
    const box = document.getElementById("board-faults"), found = faults(this);
    if (!box) return;
    box.hidden = !found.length;
    box.querySelector(".count").textContent = found.length;
    box.querySelector("ul").innerHTML = found.slice(0, 100).join("");
    box.onclick = ({ target }) => {
      const to = target.closest("[data-fault]");
      if (!to) return;
      const block = this.find(to.dataset.row, to.dataset.fault);
      block?.scrollIntoView({ block: "center" });
      block?.focus({ preventScroll: true });
    };
  }

  // --- narrowed ---------------------------------------------------------------------------------------------------

  readFilters() {
    const asked = new URLSearchParams(location.search);
    for (const input of this.filters?.elements ?? []) {
      if (!input.name || !asked.has(input.name)) continue;
      if (input.type === "checkbox") input.checked = true;
      else input.value = asked.get(input.name);
    }
    this.wanted = this.typed();
    if (Object.keys(this.wanted).length) this.carry();
  }

  typed() {
    return Object.fromEntries([...new FormData(this.filters ?? undefined)].filter(([, value]) => value.trim()));
  }

  narrow() {
    this.wanted = this.typed();
    this.carry();
    this.draw();
  }

  // What is wanted goes along to the next day, and stays in the address.
  carry() {
    history.replaceState(history.state, "", this.filled(location.href));
    for (const link of document.querySelectorAll("[data-carry]")) link.setAttribute("href", this.filled(link.href));
  }

  filled(address) {
    const url = new URL(address, location.href);
    for (const { name } of this.filters?.elements ?? []) if (name) url.searchParams.delete(name);
    Object.entries(this.wanted).forEach(([name, value]) => url.searchParams.set(name, value));
    return url.pathname + url.search;
  }

  matches(row, one) {
    const { q, work, faulty } = this.wanted;
    if (work && one.k !== Number(work)) return false;
    if (faulty && !one.p) return false;
    return !q || `${row.name} ${one.t} ${one.s}`.toLowerCase().includes(q.trim().toLowerCase());
  }

  shown() {
    const { who, area, q, work, faulty } = this.wanted;
    return this.data.rows.filter((row) => {
      if (who && row.kind !== who && String(row.id) !== who) return false;
      if (area && !row.areas.includes(area)) return false;
      if (!q && !work && !faulty) return true;
      if (q && row.name.toLowerCase().includes(q.trim().toLowerCase()) && !work && !faulty) return true;
      return row.cells.some((cell) => cell.all?.some((one) => one.v && this.matches(row, one)));
    });
  }

  // --- kept fresh -------------------------------------------------------------------------------------------------

  async refresh() {
    if (this.dragging.isTouching) return void (this.late = true); // a finger lets go of what is drawn anew
    this.late = false;
    this.asking?.abort();
    this.asking = new AbortController();
    try {
      const answer = await fetch(this.dataset.url, { signal: this.asking.signal, headers: { Accept: "application/json" } });
      if (answer.ok && !answer.redirected) this.take(await answer.json());
      else if (answer.redirected) location.reload(); // the session has ended
    } catch (fault) {
      if (fault.name !== "AbortError") setTimeout(() => this.isConnected && this.refresh(), 4_000);
    }
  }

  // Only lanes that are unlike what they were are drawn again, and what has changed in them shines for a moment.
  take(data) {
    if (!this.isConnected) return;
    if (this.dragging.isTouching) return void (this.late = true);
    const before = new Map(this.data.rows.map((row) => [row.id, row]));
    const held = document.activeElement?.closest?.("[data-visit]")?.dataset.visit;
    const frame = ({ from, to, rows }) => JSON.stringify([from, to, rows.map((row) => row.id)]);
    const alike = frame(this.data) === frame(data);
    this.data = data;
    if (!alike || Object.keys(this.wanted).length) this.draw();
    else for (const row of data.rows) {
      const box = this.laneOf(row.id);
      if (!box || JSON.stringify(row) === JSON.stringify(before.get(row.id))) continue;
      if (!narrow.matches) box.style.height = `${height(this, row)}px`;
      if (!box.firstChild) continue;
      this.fill(box);
      this.shine(box, before.get(row.id), row);
    }
    this.showFaults();
    if (held) this.lanes.querySelector(`[data-visit="${held}"]`)?.focus({ preventScroll: true });
    this.locks.hide();
    this.oneDay.renewed();
    this.dragging.renewed();
    this.quiet.renewed();
  }

  shine(box, before, after) {
    const said = (row) => new Map(row.cells.flatMap((cell) => cell.all ?? []).filter((one) => one.v).map((one) => [one.v, JSON.stringify([one.a, one.b, one.st, one.ok])]));
    const was = said(before);
    for (const [visit, now] of said(after)) if (was.get(visit) !== now) box.querySelector(`[data-visit="${visit}"]`)?.classList.add("changed");
  }

  // --- opened and placed ------------------------------------------------------------------------------------------

  click(event) {
    const link = event.target.closest(".lanes a, .day-visits a");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    // Under a thumb nothing is dragged: a tap says what can be done.
    if (link.matches("[data-movable]") && narrow.matches) open(`${link.getAttribute("href")}at-hand/`);
    else if (link.matches(".block")) open(link.getAttribute("href"));
    else if (link.matches("[aria-haspopup]")) this.oneDay.show(link);
    else this.go(this.filled(link.href));
  }

  // Within the frame, as links do that came with the page.
  go(href) {
    const link = Object.assign(document.createElement("a"), { href, hidden: true });
    this.append(link);
    htmx.process(link);
    link.click();
  }

  // `item`: a visit or work that stands nowhere yet. The server says what it would do, or why it does not go.
  place(item, row, at, minute) {
    const { day } = this.data.days[at];
    if (this.view === "month" && !item.visit) return item.deal && open(`/deals/${item.deal}/visits/new/?${new URLSearchParams({ kind: item.kind, resource: row.id, day })}`);
    const begins = minute + (item.o ?? 0), zone = Math.abs(this.data.offset);
    const time = (minutes) => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
    const slot = `${row.id}@${day}T${time(begins)}:00${this.data.offset < 0 ? "-" : "+"}${time(zone)}`;
    const asked = item.visit ? { slot, version: item.version } : { slot, kind: item.kind };
    open(`${item.visit ? `/visits/${item.visit}` : `/deals/${item.deal}`}/placing/?${new URLSearchParams(asked)}`);
  }

  lock(visit) { open(`/visits/${visit}/lock/`); }

  tell(word) { document.dispatchEvent(new CustomEvent("toast", { detail: { message: this.say(word), tone: "bad" } })); }

  settle() {
    if (this.late) this.refresh();
  }
}

const open = (address) => htmx.ajax("GET", address, { source: document.getElementById("dialog"), target: "#dialog", swap: "innerHTML" });

if (!customElements.get("visit-board")) customElements.define("visit-board", VisitBoard);
