// The day's routes: a line and numbers for everybody who goes out, in a colour of his own; what stands nowhere yet besides.
const MOSCOW = [55.7522, 37.6156];
const TOWN = 11;
const GOLDEN = 137.508; // degrees: neighbours in the list are far from each other in colour
const LOOSE = "loose";

class RouteMap extends HTMLElement {
  async connectedCallback() {
    if (this.map) return;
    this.data = JSON.parse(this.querySelector("script").textContent);
    this.putAway = new Set();
    const { default: L } = await import(this.dataset.leaflet);
    if (!this.isConnected) return;
    this.L = L;
    this.begin();
    this.draw();
    this.look();
    this.list();
    this.ends = new AbortController();
    const { signal } = this.ends;
    for (const name of ["calm:visit", "calm:resource", "calm:place", "live:again", "live:missed"]) document.body.addEventListener(name, () => this.refresh(), { signal });
    this.querySelector(".tray").addEventListener("change", (event) => this.choose(event.target), { signal });
  }

  disconnectedCallback() {
    this.ends?.abort();
    this.map?.remove();
  }

  begin() {
    const { L } = this, { lat, lon, tiles, credit } = this.dataset;
    this.map = L.map(this.querySelector(".map"), { zoomControl: false, preferCanvas: true, attributionControl: Boolean(tiles) });
    this.map.setView(lat ? [Number(lat), Number(lon)] : MOSCOW, TOWN);
    this.map.attributionControl?.setPrefix(false);
    L.control.zoom({ zoomInTitle: this.dataset.in, zoomOutTitle: this.dataset.out }).addTo(this.map);
    scale(L, this.dataset).addTo(this.map);
    if (tiles) L.tileLayer(tiles, { maxZoom: 19, attribution: escaped(credit) }).addTo(this.map);
    else this.squares().addTo(this.map);
    this.layers = new Map();
  }

  // Without tiles, squares and the scale say how far it is.
  squares() {
    const layer = new this.L.GridLayer({ tileSize: 128 });
    layer.createTile = () => Object.assign(document.createElement("div"), { className: "square" });
    return layer;
  }

  colour(at) {
    return `hsl(${Math.round((at * GOLDEN) % 360)} 62% 42%)`;
  }

  draw() {
    for (const layer of this.layers.values()) layer.remove();
    this.layers = new Map(this.data.rows.map((row, at) => [String(row.id), this.route(row, this.colour(at))]));
    this.layers.set(LOOSE, this.L.layerGroup(this.data.loose.map((one) => this.marker(one.at, "!", "loose", "", `${one.t}, ${one.k}, ${one.s}. ${one.p}`, one.url))));
    for (const [name, layer] of this.layers) if (!this.putAway.has(name)) layer.addTo(this.map);
  }

  route(row, colour) {
    const { L } = this, points = row.stops.map((stop) => stop.at);
    const line = L.polyline(row.home ? [row.home, ...points] : points, { color: colour, weight: 3, opacity: 0.75, interactive: false });
    const home = row.home ? [this.marker(row.home, "", "home", colour, `${row.name}: ${this.dataset.home}`)] : [];
    const stops = row.stops.map((stop) => this.marker(stop.at, stop.n, `${stop.st}${stop.p.length ? " faulty" : ""}`, colour, `${row.name}, ${stop.a}–${stop.b}, ${stop.t}, ${stop.s} ${stop.p.join(" ")}`, `/visits/${stop.v}/`));
    return L.layerGroup([line, ...home, ...stops]);
  }

  marker(at, sign, kind, colour, said, url) {
    const icon = this.L.divIcon({ className: "", iconSize: kind === "home" ? [14, 14] : [22, 22], html: `<div class="stop ${kind}" style="--colour:${colour}">${sign}</div>` });
    const marker = this.L.marker(at, { icon, keyboard: Boolean(url), alt: said, interactive: true });
    marker.bindTooltip(escaped(said));
    if (url) marker.on("click keypress", ({ originalEvent: event }) => {
      if (!event?.key || event.key === "Enter") htmx.ajax("GET", url, { target: "#dialog", swap: "innerHTML" });
    });
    marker.on("add", () => url && Object.entries({ role: "button", "aria-label": said }).forEach((pair) => marker.getElement().setAttribute(...pair)));
    return marker;
  }

  // All of it in sight.
  look() {
    const points = [...this.data.rows.flatMap((row) => [...row.stops.map((stop) => stop.at), ...(row.home ? [row.home] : [])]), ...this.data.loose.map((one) => one.at)];
    if (points.length) this.map.fitBounds(points, { padding: [30, 30], maxZoom: 15 });
  }

  list() {
    const line = (id, name, count, colour) => {
      const item = document.createElement("li"), label = Object.assign(document.createElement("label"), { className: "check" });
      const box = Object.assign(document.createElement("input"), { type: "checkbox", value: id, checked: !this.putAway.has(id) });
      const dot = Object.assign(document.createElement("i"), { className: "dot" });
      dot.style.setProperty("--colour", colour);
      label.append(box, dot, Object.assign(document.createElement("span"), { className: "grow cut", textContent: name }), Object.assign(document.createElement("span"), { className: "count", textContent: count }));
      item.append(label);
      return item;
    };
    const told = (words) => Object.assign(document.createElement("li"), { className: "none small muted", textContent: words });
    const { rows, loose, unknown } = this.data;
    const items = rows.map((row, at) => line(String(row.id), row.name, row.stops.length, this.colour(at)));
    if (loose.length) items.unshift(line(LOOSE, this.dataset.loose, loose.length, "var(--bad)"));
    if (!items.length) items.push(told(this.dataset.none));
    if (unknown) items.push(told(`${this.dataset.unknown} ${unknown}`));
    this.querySelector(".tray > .list").replaceChildren(...items);
  }

  choose(box) {
    const names = "all" in box.dataset ? [...this.layers.keys()] : [box.value];
    for (const name of names) {
      if (box.checked) this.putAway.delete(name);
      else this.putAway.add(name);
      this.layers.get(name)?.[box.checked ? "addTo" : "removeFrom"](this.map);
    }
    if ("all" in box.dataset) this.list();
  }

  async refresh() {
    this.asking?.abort();
    this.asking = new AbortController();
    try {
      const answer = await fetch(this.dataset.url, { signal: this.asking.signal });
      if (!answer.ok || answer.redirected) return;
      this.data = await answer.json();
      if (!this.isConnected) return;
      this.draw();
      this.list();
    } catch (fault) {
      if (fault.name !== "AbortError") setTimeout(() => this.isConnected && this.refresh(), 4_000);
    }
  }
}

// Leaflet's own is in English only.
function scale(L, { metres, kilometres }) {
  const shown = L.control.scale({ imperial: false });
  shown._updateMetric = function (most) {
    const length = this._getRoundNum(most);
    this._updateScale(this._mScale, length < 1000 ? `${length} ${metres}` : `${length / 1000} ${kilometres}`, length / most);
  };
  return shown;
}

// Leaflet puts text in as markup.
function escaped(text) {
  const box = document.createElement("span");
  box.textContent = text ?? "";
  return box.innerHTML;
}

if (!customElements.get("route-map")) customElements.define("route-map", RouteMap);
