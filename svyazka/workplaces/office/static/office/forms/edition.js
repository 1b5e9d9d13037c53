// An edition as it was, on a phone.
import { Phone } from "./frame.js";

customElements.define(
  "form-edition",
  class extends HTMLElement {
    connectedCallback() {
      this.phone = new Phone(document.querySelector("[data-phone]"));
      this.phone.show(JSON.parse(document.getElementById("form-definition").textContent));
    }

    disconnectedCallback() {
      this.phone.close();
    }
  },
);
