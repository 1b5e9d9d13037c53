// Shows a notice while no page is open; a click on it leads to what it is about, in a tab that is there already.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const { title, text, url, tag } = event.data.json();
  event.waitUntil(show(title, { body: text, tag, data: { url } }));
});

// Whoever looks at a page of ours sees the toast there.
async function show(title, given) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const silent = pages.some(({ focused }) => focused);
  return self.registration.showNotification(title, { ...given, silent });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(new URL(event.notification.data.url, self.location.origin).href));
});

async function open(url) {
  const [page] = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (!page) return self.clients.openWindow(url);
  await page.focus();
  return page.navigate(url).catch(() => self.clients.openWindow(url));
}
