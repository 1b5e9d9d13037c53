// The phone itself, in the tab that holds it: registered at the PBX, with its calls, obeying the buttons of all tabs.
import JsSIP from "../vendor/jssip.min.js";
import { Call } from "./call.js";
import { chosen, microphone, trouble, whenChanged, whyNot } from "./devices.js";
import { replacing, takeUp, writeDown } from "./leaving.js";
import { play } from "./sounds.js";

const SHOWN_AFTER = 4000; // milliseconds that an ended call is still seen
const AGAIN_AFTER = 5000;
const MOST = 3; // one is spoken with, one asked, one waits
const NO_SECRET = [401, 403, 407];

export class Line {
  calls = [];
  state = "connecting";
  microphone = "";
  fault = "";
  #agent = null;
  #access = null;
  #left = []; // calls of the page before, to be taken up again

  constructor({ person, address, tell }) {
    Object.assign(this, { person, address, say: tell });
    this.#left = takeUp(person);
    setInterval(() => this.#remember(), 5000);
    this.#look();
    whenChanged(() => this.#look());
    addEventListener("beforeunload", (leaving) => this.calls.some(({ name }) => name) && leaving.preventDefault());
    addEventListener("pagehide", () => this.#leave());
    this.begin();
  }

  async begin() {
    this.#change("connecting");
    try {
      this.#access = await this.#ask();
    } catch {
      this.#change("lost");
      return setTimeout(() => this.begin(), AGAIN_AFTER);
    }
    if (!this.#access) return this.#change("no_access");
    this.#register();
  }

  // Says how everything stands; to all tabs.
  tell() {
    this.#remember();
    const first = this.calls.find(({ state }) => state === "ringing");
    const busy = this.calls.some(({ state }) => ["talking", "connecting"].includes(state));
    play(first ? (busy ? "waiting" : "ring") : this.calls.some(({ state }) => state === "rings_there") ? "ringback" : "");
    this.say({ line: this.state, microphone: this.microphone, fault: this.fault, calls: this.calls.map(({ shown }) => shown) });
  }

  obey({ what, id, number, value }) {
    const call = this.calls.find((one) => one.id === id && !one.isOver);
    const orders = {
      dial: () => this.dial(number),
      answer: () => call && this.#alone(call).then(() => call.answer(this.#access.ice)),
      hang_up: () => call?.hangUp(),
      mute: () => call?.mute(),
      hold: () => call && (call.shown.held ? this.#alone(call).then(() => call.hold(false)) : call.hold(true)),
      press: () => call?.press(value),
      blind: () => call?.passOn(this.#address(number), { to: number }),
      consult: () => call && call.hold(true).then(() => call.shown.held && this.dial(number, { consults: call.id })),
      connect: () => call && this.#connect(call),
      come_back: () => call && this.#comeBack(call),
      devices: () => this.calls.forEach((one) => one.playOn(chosen().speaker)),
      look: () => this.#look(),
      again: () => this.#again(),
      end: () => this.#stop(),
    };
    orders[what]?.();
  }

  async dial(number, { consults = "", taken = null } = {}) {
    if (this.state !== "ready" || this.calls.filter((one) => !one.isOver).length >= MOST) return;
    this.fault = "";
    if (!taken) await this.#alone(null);
    let stream;
    try {
      stream = await microphone();
    } catch (refusal) {
      this.fault = whyNot(refusal);
      return this.tell();
    }
    const extraHeaders = taken ? [replacing(taken)] : [];
    this.#agent.call(this.#address(number), {
      mediaStream: stream,
      pcConfig: { iceServers: this.#access.ice },
      extraHeaders,
      data: { ...taken, number, consults, stream },
    });
  }

  // What to register with; null: whoever opened this page does not call out of the browser, or is not logged in any more.
  async #ask() {
    const answer = await fetch(this.address);
    if (answer.status >= 500) throw new Error(answer.status);
    return answer.ok && !answer.redirected ? answer.json() : null;
  }

  // A page that was left open after the log-in has ended must not go on ringing. A call is not cut off for that.
  async #renew() {
    const access = await this.#ask().catch(() => this.#access);
    if (access || this.calls.length) this.#agent.register();
    else this.#stop();
  }

  #register() {
    JsSIP.debug.disable();
    const { socket, domain, login, secret, name } = this.#access;
    this.#agent = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(socket)],
      uri: `sip:${login}@${domain}`,
      authorization_user: login,
      password: secret,
      display_name: name,
      user_agent: "Svyazka",
      register_expires: 300,
      no_answer_timeout: 180,
      connection_recovery_max_interval: 15,
    });
    this.#agent.on("registered", () => this.#ready());
    this.#agent.on("unregistered", () => this.#lose());
    this.#agent.on("disconnected", () => this.#lose());
    this.#agent.on("registrationExpiring", () => this.#renew());
    this.#agent.on("registrationFailed", ({ response }) => this.#refused(response));
    this.#agent.on("newRTCSession", ({ session, originator, request }) => this.#take(session, originator, request));
    this.#agent.start();
  }

  #ready() {
    this.#change("ready");
    for (const taken of this.#left.splice(0)) this.dial(taken.number, { taken });
  }

  #lose() {
    if (["connecting", "ready"].includes(this.state)) this.#change("lost");
  }

  // Whoever knocks with a wrong secret again and again is locked out by the PBX: only by hand.
  #refused(response) {
    if (!response) return this.#lose();
    this.#change(NO_SECRET.includes(response.status_code) ? "wrong_secret" : "refused");
    this.#agent.stop();
  }

  #take(session, originator, request) {
    if (originator === "remote" && this.calls.filter((one) => !one.isOver).length >= MOST) return session.terminate({ status_code: 486 });
    const known = originator === "remote" ? caller(request.from) : session.data;
    const call = new Call(session, { ...known, tell: () => this.#heard(call) });
    this.calls.push(call);
    this.tell();
  }

  #heard(call) {
    if (call.isOver) setTimeout(() => {
      this.calls = this.calls.filter((one) => one !== call);
      this.tell();
    }, SHOWN_AFTER);
    this.tell();
  }

  // Everybody else listens to music.
  async #alone(call) {
    await Promise.all(this.calls.filter((one) => one !== call).map((one) => one.hold(true)));
  }

  #connect(asked) {
    const waiting = this.calls.find(({ id }) => id === asked.consults);
    if (!waiting || waiting.isOver || asked.state !== "talking") return;
    waiting.passOn(asked.session.remote_identity.uri, { instead: asked, to: asked.number });
  }

  #comeBack(asked) {
    asked.hangUp();
    this.calls.find(({ id }) => id === asked.consults)?.hold(false);
  }

  #address(number) {
    return `sip:${encodeURIComponent(number.replace(/[^\d+*#a-z._-]/gi, "")).replace("%2B", "+")}@${this.#access.domain}`;
  }

  async #look() {
    this.microphone = await trouble();
    this.tell();
  }

  #again() {
    this.#agent?.removeAllListeners();
    this.#agent?.stop();
    this.begin();
  }

  #remember() {
    writeDown(this.person, [...this.#left, ...this.calls]);
  }

  #leave() {
    this.tell();
    if (!this.calls.some(({ name }) => name)) this.#agent?.stop();
  }

  #stop() {
    this.calls.forEach((one) => one.hangUp());
    this.#agent?.stop();
    this.#change("no_access");
  }

  #change(state) {
    this.state = state;
    this.tell();
  }
}

const caller = ({ uri, display_name: title }) => ({ number: uri.user ?? "", title: title === uri.user ? "" : (title ?? "") });
