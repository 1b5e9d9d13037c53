// Rings and signals, made on the spot: no file has to be fetched while the phone rings.
import { chosen, playOn } from "./devices.js";

// [from, until, frequency] in seconds of a round, and how long the round is.
const SOUNDS = {
  ring: { tones: [[0, 0.35, 784], [0.4, 0.75, 988], [0.8, 1.15, 784], [1.2, 1.55, 988]], round: 3.2, device: "ring", loud: 1 },
  waiting: { tones: [[0, 0.15, 425], [0.3, 0.45, 425]], round: 4, device: "speaker", loud: 0.4 },
  ringback: { tones: [[0, 1, 425]], round: 5, device: "speaker", loud: 0.25 },
};

let audio = null;
let playing = "";
let next = 0;

export function play(name) {
  if (name === playing) return;
  stop();
  playing = name;
  if (name) round(SOUNDS[name]);
}

// What the person chose is heard at once.
export function rehearse() {
  play("ring");
  setTimeout(() => playing === "ring" && play(""), 2000);
}

function round(sound) {
  audio = new AudioContext();
  playOn(audio, chosen()[sound.device]);
  const volume = new GainNode(audio, { gain: sound.loud * (sound.device === "ring" ? chosen().volume : 1) });
  volume.connect(audio.destination);
  const again = () => {
    for (const [from, until, frequency] of sound.tones) tone(volume, audio.currentTime + from, audio.currentTime + until, frequency);
    next = setTimeout(again, sound.round * 1000);
  };
  again();
}

function tone(volume, from, until, frequency) {
  const swell = new GainNode(audio, { gain: 0 });
  // Without a ramp it clicks.
  swell.gain.setTargetAtTime(0.5, from, 0.01);
  swell.gain.setTargetAtTime(0, until - 0.06, 0.02);
  const pitch = new OscillatorNode(audio, { frequency });
  pitch.connect(swell).connect(volume);
  pitch.start(from);
  pitch.stop(until);
}

function stop() {
  clearTimeout(next);
  audio?.close();
  audio = null;
}
