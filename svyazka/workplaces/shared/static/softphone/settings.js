// Which microphone and loudspeaker, on what it rings, and how loud.
import { allow, choose, chosen, list } from "./devices.js";
import { rehearse } from "./sounds.js";

export class Settings {
  constructor(box, order) {
    Object.assign(this, { box, order });
    box.addEventListener("change", ({ target }) => this.#take(target));
    box.querySelector("[data-rehearse]").addEventListener("click", rehearse);
  }

  async open() {
    this.box.hidden = !this.box.hidden;
    const button = document.querySelector('[data-do="settings"]');
    button.setAttribute("aria-expanded", String(!this.box.hidden));
    if (this.box.hidden) return;
    await this.allow();
    this.box.querySelector("select").focus();
  }

  // Before it is allowed the browser does not even say what the devices are called.
  async allow() {
    await allow().catch(() => {});
    this.order({ what: "look" });
    const devices = await list();
    const known = chosen();
    for (const select of this.box.querySelectorAll("select")) {
      const usual = select.options[0];
      select.replaceChildren(usual, ...devices[select.name].map(({ deviceId, label }) => new Option(label, deviceId, false, deviceId === known[select.name])));
    }
    this.box.querySelector('[name="volume"]').value = known.volume;
  }

  #take({ name, value }) {
    choose({ [name]: name === "volume" ? Number(value) : value });
    this.order({ what: "devices" });
  }
}
