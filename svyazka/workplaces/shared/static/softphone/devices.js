// Which microphone, loudspeaker and ring of this machine; and whether the microphone may be used.
const KEY = "softphone-devices";
const USUAL = { microphone: "", speaker: "", ring: "", volume: 0.6 };

export const chosen = () => ({ ...USUAL, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") });

export function choose(values) {
  localStorage.setItem(KEY, JSON.stringify({ ...chosen(), ...values }));
}

// "", or why nobody can speak here: `insecure`, `no_microphone`, `denied`; `ask`: the browser has not asked yet.
export async function trouble() {
  if (!navigator.mediaDevices) return "insecure";
  const devices = await navigator.mediaDevices.enumerateDevices();
  if (!devices.some(({ kind }) => kind === "audioinput")) return "no_microphone";
  const permission = await permitted();
  return { denied: "denied", prompt: "ask" }[permission?.state] ?? "";
}

// Firefox before 132 does not say.
const permitted = () => navigator.permissions.query({ name: "microphone" }).catch(() => null);

export async function whenChanged(tell) {
  navigator.mediaDevices?.addEventListener("devicechange", tell);
  (await permitted())?.addEventListener("change", tell);
}

// The browser asks in the tab that the person looks at, by his click.
export async function allow() {
  if ((await trouble()) === "ask") (await microphone()).getTracks().forEach((track) => track.stop());
}

export async function microphone() {
  const id = chosen().microphone;
  const wished = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  // A head-set that was pulled out must not end in silence: whatever else there is will do.
  return navigator.mediaDevices.getUserMedia({ audio: { ...wished, ...(id && { deviceId: { ideal: id } }) } });
}

export const whyNot = (refusal) => ({ NotAllowedError: "denied", NotFoundError: "no_microphone" })[refusal?.name] ?? "microphone_busy";

export async function list() {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const of = (kind) => devices.filter((one) => one.kind === kind && one.deviceId && one.deviceId !== "default");
  return { microphone: of("audioinput"), speaker: of("audiooutput"), ring: of("audiooutput") };
}

// Where the browser lets nobody choose, it stays with its own; where the sound is over by then, nothing is to be done.
export const playOn = (player, device) => player.setSinkId?.(device).catch(() => player.setSinkId("")).catch(() => {});
