// Hours and days, as the phone has them.
export const hour = (at) => new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });

// The day, YYYY-MM-DD, has not come yet.
export function isAhead(day) {
  const now = new Date();
  return day > [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}
