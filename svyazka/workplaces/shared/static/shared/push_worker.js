// Shows a notice while no page is open; a click on it leads to what it is about, in a tab that is there already.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const { title, text, url, tag } = event.data.json();
  event.waitUntil(Promise.all([show(title, { body: text, tag, data: { url } }), keepFresh(url)]));
});

// Whoever looks at a page of ours sees the toast there.
async function show(title, given) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const silent = pages.some(({ focused }) => focused);
  return self.registration.showNotification(title, { ...given, silent });
}

// There is signal just now. When it is opened there may be none, and what the engineer's app has kept would be old.
async function keepFresh(given) {
  const url = new URL(given, self.location.origin);
  if (!url.pathname.startsWith("/field/")) return;
  for (const name of (await caches.keys()).filter((one) => one.startsWith("field-pages-"))) {
    const answer = await fetch(url.pathname + url.search, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) continue;
    const page = await answer.text();
    if (!page.includes(`data-person="${name.slice("field-pages-".length)}"`)) continue;
    const kept = new Response(page, { headers: { "Content-Type": "text/html; charset=utf-8" } });
    await (await caches.open(name)).put(url.pathname + url.search, kept).catch(() => {});
  }
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(new URL(event.notification.data.url, self.location.origin).href));
});

// A page of the engineer's app goes there by itself: it is another worker's, and a tab that is not ours cannot be sent.
async function open(url) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const isField = new URL(url).pathname.startsWith("/field/");
  const page = (isField && pages.find((one) => new URL(one.url).pathname.startsWith("/field/"))) || pages[0];
  if (!page) return self.clients.openWindow(url);
  await page.focus().catch(() => {});
  return page.navigate(url).catch(() => (isOpenTo(page, isField) ? page.postMessage({ goTo: url }) : self.clients.openWindow(url)));
}

const isOpenTo = (page, isField) => isField && new URL(page.url).pathname.startsWith("/field/");
