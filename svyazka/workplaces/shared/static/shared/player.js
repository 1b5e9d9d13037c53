// Recordings of calls: <call-recording data-src="/calls/17/recording/">. One line of time over all files of the call;
// what was not recorded is passed over. Whoever presses "play" is written down as a listener by the server, once.
const STEP = 5000; // milliseconds, for the arrow keys
const JUMP = 0.15; // seconds; less than this is no other place
const REMEMBERED = "svyazka:speed";
let playing = null;

class CallRecording extends HTMLElement {
  #line; // [begin, end, file, offset] in milliseconds
  #sounds = null; // file → Audio
  #at = 0;
  #here = null; // the stretch that is being played
  #frame = 0;

  connectedCallback() {
    this.addEventListener("click", this);
    document.body.addEventListener(`live:recording-${this.dataset.call}`, this);
    if (this.#line) return; // it was only moved
    if (this.#player) this.#prepare();
    else if (this.hasAttribute("data-open")) this.#load();
  }

  // A history that is renewed takes the player along; one that has gone for good falls silent.
  disconnectedCallback() {
    document.body.removeEventListener(`live:recording-${this.dataset.call}`, this);
    setTimeout(() => this.isConnected || this.#pause());
  }

  handleEvent(event) {
    if (event.type.startsWith("live:")) return this.#sounds || (this.#opened && this.#load());
    if (event.target.closest("[data-listen]")) this.#load().then(() => this.#play());
    else if (event.target.closest(".play")) this.#toggle();
  }

  get #player() {
    return this.querySelector(".player");
  }

  get #opened() {
    return this.hasAttribute("data-open") || !this.querySelector("[data-listen]");
  }

  async #load() {
    const answer = await fetch(this.dataset.src, { headers: { "HX-Request": "true" } }).catch(() => null);
    const redirect = answer?.headers.get("HX-Redirect");
    if (redirect) return location.assign(redirect);
    if (!answer || ![200, 404].includes(answer.status)) return this.#say(document.body.dataset.noConnection);
    this.innerHTML = await answer.text();
    if (this.#player) this.#prepare();
  }

  #prepare() {
    this.#line = JSON.parse(this.#player.dataset.stretches);
    this.querySelector(".whole").textContent = clock(this.#length);
    const wave = this.querySelector(".wave");
    wave.addEventListener("keydown", (event) => this.#byKey(event));
    wave.addEventListener("pointerdown", (event) => this.#byPointer(event));
    const speed = this.querySelector(".speed");
    speed.value = localStorage.getItem(REMEMBERED) ?? "1";
    if (!speed.value) speed.value = "1";
    speed.addEventListener("change", () => (localStorage.setItem(REMEMBERED, speed.value), this.#keepPace()));
    const second = this.hasAttribute("data-open") ? Number(new URLSearchParams(location.search).get("t")) : 0;
    this.#show(second > 0 ? second * 1000 : this.#firstSound());
    if (second > 0) this.#play();
  }

  get #length() {
    return Number(this.#player.dataset.length);
  }

  #firstSound() {
    return this.#line.find(([, , file]) => file !== null)?.[0] ?? 0;
  }

  #toggle() {
    if (playing === this) this.#pause();
    else this.#play();
  }

  async #play() {
    if (!this.#player || !(await this.#listen())) return;
    playing?.pause();
    playing = this;
    this.#mark();
    if (this.#at >= this.#length) this.#at = 0;
    this.#goOn();
  }

  pause() {
    this.#pause();
  }

  #pause() {
    cancelAnimationFrame(this.#frame);
    this.#sound?.pause();
    if (playing === this) playing = null;
    this.#mark();
  }

  // Two hours later the addresses open nothing any more; then loading the page again helps.
  async #listen() {
    if (this.#sounds) return true;
    const answer = await fetch(this.#player.dataset.listenings, { method: "POST", headers: { ...token(), "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) return this.#say(this.#player.dataset.trouble);
    const { sounds } = await answer.json();
    this.#sounds = new Map(Object.entries(sounds).map(([file, address]) => [Number(file), this.#soundAt(address)]));
    return true;
  }

  #soundAt(address) {
    const sound = new Audio(address);
    sound.preload = "auto";
    sound.addEventListener("error", () => (this.#pause(), this.#say(this.#player.dataset.trouble)));
    sound.addEventListener("ended", () => playing === this && this.#here && this.#next(this.#here));
    return sound;
  }

  get #sound() {
    return this.#here && this.#sounds?.get(this.#here[2]);
  }

  // Plays from #at on; a stretch without sound is passed over.
  #goOn() {
    const stretch = this.#line.find(([, end, file]) => end > this.#at && this.#sounds.has(file));
    if (!stretch) return this.#end();
    if (stretch[0] > this.#at) this.#at = stretch[0];
    if (this.#here && this.#here[2] !== stretch[2]) this.#sound?.pause();
    this.#here = stretch;
    const second = (stretch[3] + this.#at - stretch[0]) / 1000;
    const sound = this.#sound;
    // From one stretch of a file into the next one without a jump nothing is asked for anew.
    if (Math.abs(sound.currentTime - second) > JUMP) sound.currentTime = second;
    this.#keepPace();
    sound.play().then(() => this.#follow(), (refusal) => this.#stopped(refusal));
  }

  // A browser may refuse to make a sound before somebody has clicked.
  #stopped(refusal) {
    if (refusal.name !== "AbortError") this.#pause();
  }

  #follow() {
    cancelAnimationFrame(this.#frame);
    if (playing !== this) return this.#sound?.pause();
    const [begin, end, , offset] = this.#here;
    if (!this.#sound.seeking) this.#show(Math.min(Math.max(begin + this.#sound.currentTime * 1000 - offset, begin), end));
    if (this.#at >= end) return this.#next(this.#here);
    this.#frame = requestAnimationFrame(() => this.#follow());
  }

  #next([, end]) {
    this.#show(end);
    if (end >= this.#length) this.#end();
    else this.#goOn();
  }

  #end() {
    this.#pause();
    this.#show(this.#length);
  }

  #seek(at) {
    this.#show(Math.min(Math.max(at, 0), this.#length));
    if (playing === this) this.#goOn();
  }

  #keepPace() {
    if (this.#sound) this.#sound.playbackRate = Number(this.querySelector(".speed").value);
  }

  #byKey(event) {
    const moves = { ArrowRight: this.#at + STEP, ArrowUp: this.#at + STEP, ArrowLeft: this.#at - STEP, ArrowDown: this.#at - STEP, Home: 0, End: this.#length };
    if (event.key in moves) this.#seek(moves[event.key]);
    else if (event.key === " " || event.key === "Enter") this.#toggle();
    else return;
    event.preventDefault();
  }

  #byPointer(event) {
    const wave = event.currentTarget;
    const seek = ({ clientX }) => {
      const { left, width } = wave.getBoundingClientRect();
      this.#seek(((clientX - left) / width) * this.#length);
    };
    seek(event);
    wave.setPointerCapture(event.pointerId);
    wave.addEventListener("pointermove", seek);
    wave.addEventListener("lostpointercapture", () => wave.removeEventListener("pointermove", seek), { once: true });
  }

  #show(at) {
    this.#at = at;
    const second = Math.floor(at / 1000);
    const wave = this.querySelector(".wave");
    this.#player.style.setProperty("--played", `${(at / this.#length) * 100}%`);
    if (wave.ariaValueNow === String(second) && at) return;
    const speaks = [...this.querySelectorAll(".spoken > li")].filter(({ dataset }) => Number(dataset.begin) <= at && at < Number(dataset.end));
    const names = speaks.map((one) => one.title).join(", ");
    this.querySelectorAll(".spoken > li").forEach((one) => one.classList.toggle("now", speaks.includes(one)));
    this.querySelector(".who").textContent = names;
    this.querySelector(".at").textContent = clock(at);
    wave.ariaValueNow = String(second);
    wave.ariaValueText = names ? `${clock(at)}, ${names}` : clock(at);
    this.querySelector("[data-copy]").dataset.copy = new URL(`${this.#player.dataset.page}?t=${second}`, location.href).href;
  }

  #mark() {
    const button = this.querySelector(".play");
    if (!button) return;
    button.classList.toggle("is-playing", playing === this);
    button.ariaLabel = playing === this ? button.dataset.pause : button.dataset.play;
  }

  #say(words) {
    const place = this.querySelector(".trouble") ?? this.appendChild(Object.assign(document.createElement("p"), { className: "trouble small bad" }));
    place.textContent = words;
  }
}

function clock(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  const hours = Math.floor(seconds / 3600);
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

const token = () => JSON.parse(document.body.getAttribute("hx-headers"));

if (!customElements.get("call-recording")) customElements.define("call-recording", CallRecording);
