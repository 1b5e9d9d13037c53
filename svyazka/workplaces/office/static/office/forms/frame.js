// The phone beside the editor: a page of our own in a frame.
export class Phone {
  #given = null;
  #isReady = false;

  constructor(place) {
    this.frame = place.querySelector("iframe");
    this.said = place.parentElement.querySelector(".phone-said");
    addEventListener("message", this.#heard);
    for (const button of place.parentElement.querySelectorAll("[data-phone-width]")) button.addEventListener("click", () => {
      place.style.setProperty("--wide", `${button.dataset.phoneWidth}px`);
      for (const other of place.parentElement.querySelectorAll("[data-phone-width]")) other.setAttribute("aria-pressed", String(other === button));
    });
    this.frame.contentWindow?.postMessage("are you ready", location.origin);
  }

  #heard = ({ origin, source, data }) => {
    if (origin !== location.origin || source !== this.frame.contentWindow || data !== "ready") return;
    this.#isReady = true;
    this.#send();
  };

  close() {
    removeEventListener("message", this.#heard);
  }

  get isShown() {
    return this.#given !== null;
  }

  show(form) {
    this.#given = form;
    this.#send();
  }

  say(text) {
    this.said.textContent = text;
  }

  #send() {
    if (this.#isReady && this.#given) this.frame.contentWindow.postMessage({ form: this.#given }, location.origin);
  }
}
