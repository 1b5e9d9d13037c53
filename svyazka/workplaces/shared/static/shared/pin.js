// A map on which a click, or the arrow keys, set a pin. What is set stands in the input beside it, and the other way round.

const MOSCOW = [55.7522, 37.6156];
const TOWN = 11, HOUSE = 16;
const POINT = /^\s*\(?(-?\d{1,3}[.,]\d+)\s*(?:[,;]\s*|\s+)(-?\d{1,3}[.,]\d+)\)?\s*$/;

class PinMap extends HTMLElement {
  async connectedCallback() {
    const { default: L } = await import(this.dataset.leaflet);
    if (!this.isConnected) return;
    const known = this.dataset.lat ? [Number(this.dataset.lat), Number(this.dataset.lon)] : MOSCOW;
    const isPlaced = "placed" in this.dataset;
    this.map = L.map(this, { zoomControl: false, attributionControl: Boolean(this.dataset.tiles) }).setView(known, isPlaced ? HOUSE : TOWN);
    this.map.attributionControl?.setPrefix(false);
    L.control.zoom({ zoomInTitle: this.dataset.in, zoomOutTitle: this.dataset.out }).addTo(this.map);
    this.scale(L).addTo(this.map);
    if (this.dataset.tiles) L.tileLayer(this.dataset.tiles, { maxZoom: 19, attribution: escaped(this.dataset.credit) }).addTo(this.map);
    const colour = getComputedStyle(this).getPropertyValue("--line-strong");
    for (const place of JSON.parse(this.dataset.near)) L.circleMarker(place, { radius: 4, color: colour, weight: 1, fillOpacity: 0.5, interactive: false }).addTo(this.map);
    this.needle = (rough) => L.divIcon({ className: "", html: `<div class="needle${rough ? " rough" : ""}"></div>`, iconSize: [0, 0] });
    if (this.dataset.lat) this.put(L.marker(known, { icon: this.needle(!isPlaced), draggable: true, keyboard: false }));
    this.map.on("click", ({ latlng }) => this.set(L, latlng));
    this.input = this.closest(".pin").querySelector("[data-point]");
    this.input.addEventListener("input", () => this.follow(L));
    // In a dialog it gets its size only now.
    requestAnimationFrame(() => this.map.invalidateSize());
  }

  // Leaflet's own is in English only.
  scale(L) {
    const scale = L.control.scale({ imperial: false }), { metres, kilometres } = this.dataset;
    scale._updateMetric = function (most) {
      const length = this._getRoundNum(most);
      this._updateScale(this._mScale, length < 1000 ? `${length} ${metres}` : `${length / 1000} ${kilometres}`, length / most);
    };
    return scale;
  }

  disconnectedCallback() {
    this.map?.remove();
    this.map = null;
  }

  put(marker) {
    this.marker?.remove();
    this.marker = marker.addTo(this.map);
    marker.on("dragend", () => this.say(marker.getLatLng()));
  }

  set(L, latlng) {
    this.put(L.marker(latlng, { icon: this.needle(false), draggable: true, keyboard: false }));
    this.say(latlng);
  }

  say({ lat, lng }) {
    this.marker.setIcon(this.needle(false));
    this.input.value = `${lat.toFixed(6)}, ${lng.toFixed(6)}`;
  }

  follow(L) {
    const found = POINT.exec(this.input.value)?.slice(1).map((number) => Number(number.replace(",", ".")));
    if (!found || Math.abs(found[0]) > 90 || Math.abs(found[1]) > 180) return;
    this.put(L.marker(found, { icon: this.needle(false), draggable: true, keyboard: false }));
    this.map.setView(found, Math.max(this.map.getZoom(), HOUSE));
  }
}

// Leaflet puts the credit in as markup.
function escaped(text) {
  const box = document.createElement("span");
  box.textContent = text ?? "";
  return box.innerHTML;
}

if (!customElements.get("pin-map")) customElements.define("pin-map", PinMap);
