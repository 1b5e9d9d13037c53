// Photos of the form: made small on the phone, and sent by a number that the phone gives them.

import { uuid } from "./uuid.js";

const LARGEST_SIDE = 2_000;
const QUALITY = 0.85;
const AGAIN_AFTER = 5_000;

// Throws where the phone cannot read the picture.
export async function compressed(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LARGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const brush = canvas.getContext("2d");
  brush.fillStyle = "#fff";
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return await new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("no picture"))), "image/jpeg", QUALITY));
}

export class Photos extends EventTarget {
  #urls = new Map();
  #waiting = [];
  #busy = false;

  constructor(address) {
    super();
    this.address = address;
    addEventListener("online", () => this.#go());
  }

  // → the number by which a field names it.
  put(blob) {
    const id = uuid();
    this.#urls.set(id, URL.createObjectURL(blob));
    this.#waiting.push({ id, blob });
    this.#go();
    return id;
  }

  url(id) {
    return this.#urls.get(id) ?? `${this.address}${id}/`;
  }

  waits(id) {
    return this.#waiting.some((one) => one.id === id);
  }

  get isIdle() {
    return !this.#waiting.length;
  }

  async #go() {
    if (this.#busy) return;
    this.#busy = true;
    let sent = true;
    while (this.#waiting.length && (sent = await this.#send(this.#waiting[0]))) {
      const { id } = this.#waiting.shift();
      this.dispatchEvent(new CustomEvent("sent", { detail: id }));
    }
    this.#busy = false;
    if (!sent) setTimeout(() => this.#go(), AGAIN_AFTER);
  }

  async #send({ id, blob }) {
    const body = new FormData();
    body.append("request_id", id);
    body.append("photo", blob, "photo.jpg");
    try {
      const answer = await fetch(this.address, { method: "POST", headers: JSON.parse(document.body.getAttribute("hx-headers")), body });
      return answer.ok && !answer.redirected;
    } catch {
      return false;
    }
  }
}
