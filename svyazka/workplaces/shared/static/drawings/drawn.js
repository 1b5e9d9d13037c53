// What is drawn over a photo, laid over it: <photo-drawing data-given="{…}" data-mm="mm"></photo-drawing> behind the <img>.
import { picture } from "./svg.js";

class PhotoDrawing extends HTMLElement {
  static observedAttributes = ["data-given"];

  connectedCallback() {
    this.#draw();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#draw();
  }

  #draw() {
    const given = this.dataset.given ? JSON.parse(this.dataset.given) : null;
    this.replaceChildren(...(given?.shapes.length ? [picture(given, this.dataset.mm)] : []));
  }
}

if (!customElements.get("photo-drawing")) customElements.define("photo-drawing", PhotoDrawing);
