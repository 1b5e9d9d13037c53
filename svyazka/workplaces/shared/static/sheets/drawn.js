// A sketch beside the numbers: <sheet-sketch data-given='{"sashes": […], "width": 1200, "height": 1400}'>.
import { sketch } from "./sketch.js";

customElements.define(
  "sheet-sketch",
  class extends HTMLElement {
    connectedCallback() {
      this.replaceChildren(sketch({ ...JSON.parse(this.dataset.given), label: this.textContent }));
    }
  },
);
