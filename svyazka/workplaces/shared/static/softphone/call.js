// One call of the softphone: a SIP session, and what the pages show of it.
import { chosen, microphone, playOn, whyNot } from "./devices.js";

const ICE_PATIENCE = 700; // milliseconds: a STUN server that does not answer must not hold the call up
const ENDS = {
  Busy: "busy",
  Rejected: "declined",
  Redirected: "not_found",
  Unavailable: "nobody",
  "Not Found": "not_found",
  "Address Incomplete": "not_found",
  "No Answer": "nobody",
  Expires: "nobody",
  "Request Timeout": "failed",
  "Connection Error": "failed",
  "Authentication Error": "failed",
  "SIP Failure Code": "failed",
  "Incompatible SDP": "no_codec",
  "Missing SDP": "no_codec",
  "WebRTC Error": "failed",
  "RTP Timeout": "failed",
  "User Denied Media Access": "denied",
};

export class Call {
  #stream;
  #player = new Audio();

  // `consults`: the call whose client waits meanwhile. `since`, `name`: it went on in a page that is gone. `stream`: our
  // voice, opened beforehand, so that whoever has none does not ring anybody.
  constructor(session, { tell, number, title = "", consults = "", since = 0, name = null, stream = null }) {
    Object.assign(this, { session, tell, number, title, consults, since, name });
    this.#stream = stream;
    this.id = crypto.randomUUID();
    this.way = session.direction === "incoming" ? "in" : "out";
    this.state = since ? "resuming" : this.way === "in" ? "ringing" : "calling";
    this.trouble = "";
    this.#follow(session);
  }

  get isOver() {
    return this.state === "ended";
  }

  get shown() {
    const { id, way, number, title, state, since, consults, trouble } = this;
    const { local, remote } = this.isOver ? {} : this.session.isOnHold();
    return { id, way, number, title, state, since, consults, trouble, muted: !!this.muted, held: !!local, waits: !!remote, passing: this.passing ?? "" };
  }

  async answer(servers) {
    if (this.state !== "ringing") return;
    this.#change("connecting");
    try {
      this.#stream = await microphone();
    } catch (refusal) {
      this.trouble = whyNot(refusal);
      return this.#change("ringing");
    }
    if (this.isOver) return this.#letGo();
    this.session.answer({ mediaStream: this.#stream, pcConfig: { iceServers: servers } });
  }

  hangUp() {
    if (this.isOver) return;
    if (this.session.isEnded()) return this.#end("");
    this.session.terminate(this.state === "ringing" ? { status_code: 486 } : {});
  }

  mute(on = !this.muted) {
    this.muted = on;
    on ? this.session.mute({ audio: true }) : this.session.unmute({ audio: true });
    this.tell();
  }

  // Resolves when the other side listens to music.
  hold(on = !this.session.isOnHold().local) {
    if (this.state !== "talking" || on === this.session.isOnHold().local) return Promise.resolve();
    return new Promise((done) => {
      this.session.once("ended", done);
      if (!this.session[on ? "hold" : "unhold"]({}, done)) done();
    }).then(() => this.tell());
  }

  press(digit) {
    if (this.state === "talking") this.session.sendDTMF(digit, { transportType: "RFC2833" });
  }

  // The other side is sent on to `target`; with `instead`, into that call. It comes back if nobody takes it.
  passOn(target, { instead = null, to }) {
    this.passing = to;
    this.trouble = "";
    const failed = () => {
      this.passing = "";
      this.trouble = "not_passed_on";
      this.tell();
    };
    this.session.refer(target, {
      ...(instead && { replaces: instead.session }),
      eventHandlers: {
        requestFailed: failed,
        failed,
        accepted: () => {
          this.hangUp();
          instead?.hangUp();
        },
      },
    });
    this.tell();
  }

  playOn(device) {
    playOn(this.#player, device);
  }

  #follow(session) {
    const hear = (connection) => connection.addEventListener("track", ({ streams, track }) => this.#play(streams[0] ?? new MediaStream([track])));
    session.connection ? hear(session.connection) : session.on("peerconnection", ({ peerconnection }) => hear(peerconnection));
    session.on("icecandidate", ({ ready }) => {
      clearTimeout(this.gathering);
      this.gathering = setTimeout(ready, ICE_PATIENCE);
    });
    session.on("progress", ({ originator }) => originator === "remote" && this.state === "calling" && this.#change("rings_there"));
    session.on("accepted", () => this.#change("connecting"));
    session.on("confirmed", () => this.#begin());
    for (const change of ["hold", "unhold", "muted", "unmuted"]) session.on(change, () => this.tell());
    // Who rang us and gave up is no fault of anybody's.
    session.on("failed", ({ cause, originator }) => this.#end(this.way === "in" && originator !== "system" ? "" : ENDS[cause] ?? ""));
    session.on("ended", ({ cause }) => this.#end(ENDS[cause] ?? ""));
  }

  #begin() {
    if (this.isOver || this.state === "talking") return;
    const { call_id: id, local_tag: ours, remote_tag: theirs } = this.session._dialog.id;
    this.name = { id, ours, theirs };
    this.since ||= Date.now();
    this.#change("talking");
  }

  #play(stream) {
    this.#player.srcObject = stream;
    this.#player.autoplay = true;
    playOn(this.#player, chosen().speaker);
  }

  #end(trouble) {
    if (this.isOver) return;
    this.trouble = trouble;
    this.name = null;
    this.#letGo();
    this.#change("ended");
  }

  #letGo() {
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#player.srcObject = null;
  }

  #change(state) {
    this.state = state;
    this.tell();
  }
}
