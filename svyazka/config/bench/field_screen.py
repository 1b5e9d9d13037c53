"""A phone as far as Chromium is one: a small screen, a processor slowed down four times, a line that is cut."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import TYPE_CHECKING

from svyazka.config.bench.line import Line
from svyazka.config.bench.screen import QUIET

if TYPE_CHECKING:
    from playwright.sync_api import Page

SLOWER = 4
LONGEST = 180  # seconds that a queue may take

_READY = """async (visits) => {
  const asked = indexedDB.open("svyazka-field");
  const found = await new Promise((done) => (asked.onsuccess = () => done(asked.result)));
  const facts = found.transaction("facts").objectStore("facts").get("ready");
  const ready = await new Promise((done) => (facts.onsuccess = () => done(facts.result)));
  found.close();
  return Object.keys(ready ?? {}).filter((url) => /visits\\/\\d+\\/$/.test(url)).length >= visits;
}"""
_LEFT = """async () => {
  const { isUnsent, waiting } = await import("/static/field/queue.js");
  return (await waiting()).filter(isUnsent).length;
}"""
# When what is on the screen can be pressed, and is there to be seen.
_USABLE = """() => {
  const painted = performance.getEntriesByName("first-contentful-paint")[0];
  const ready = performance.getEntriesByName("field-ready")[0];
  if (!painted || !ready || !document.querySelector("li.stop")) return 0;
  return Math.max(painted.startTime, ready.startTime) / 1000;
}"""
# From the key to the end of everything that it sets going, and until a frame with it has been painted.
_WATCH_KEYS = """() => {
  window.keys = [];
  let from;
  document.addEventListener("keydown", ({ timeStamp }) => { from = timeStamp; }, { capture: true });
  document.addEventListener("input", () => {
    const began = from;
    setTimeout(() => {
      const done = performance.now() - began;
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => window.keys.push([done, performance.now() - began]);
        port2.postMessage(0);
      });
    });
  });
}"""
# A day of work, visit after visit: set out, begun, notes with photos between them, a last word, done.
_QUEUE = """async ([visits, photos, actions]) => {
  const { put } = await import("/static/field/queue.js");
  const canvas = Object.assign(document.createElement("canvas"), { width: 1600, height: 1200 });
  const paper = canvas.getContext("2d");
  const picture = async (number) => {
    for (let spot = 0; spot < 4000; spot += 1) {
      paper.fillStyle = `hsl(${(spot * 37 + number * 11) % 360} 60% ${30 + (spot % 50)}%)`;
      paper.fillRect(Math.random() * 1600, Math.random() * 1200, 60, 40);
    }
    const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.7));
    return new File([made], `${number}.jpg`, { type: "image/jpeg" });
  };
  const [each, shots] = [actions / visits.length, photos / visits.length];
  for (const visit of visits) {
    const status = (word) => put({ kind: "status", visit, data: { status: word } });
    const note = (text) => put({ kind: "note", visit, data: { text } });
    await status("on_way");
    await status("started");
    const notes = each - shots - 4;
    for (let at = 0; at < Math.max(notes, shots); at += 1) {
      if (at < notes) await note(`word ${at}`);
      if (at < shots) await put({ kind: "photo", visit, file: await picture(at) });
    }
    await note("last word");
    await status("done");
  }
}"""


class Phone:
    def __init__(self, page: Page, line: Line) -> None:
        self._page, self._line = page, line
        self._tools = page.context.new_cdp_session(page)

    def keep_pages(self, visits: int) -> None:
        """Until the phone has what it needs without signal."""
        self._page.goto("/field/")
        self._page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        self._until(_READY, visits, seconds=120)

    def usable(self, path: str) -> float:
        """Seconds until the page is there and can be used, without signal, on a slow processor."""
        self._cut()
        self._slow(SLOWER)
        self._page.goto(path)
        self._until(_USABLE, None, seconds=30)
        took: float = self._page.evaluate(_USABLE)
        self._slow(1)
        self._mend()
        return took

    def keys(self, path: str, *, keys: int) -> tuple[list[float], list[float]]:
        """Milliseconds that each key took to be worked off, and until it was painted."""
        self._page.goto(path)
        self._page.locator(".sheet-chip", has_text="20. ").click()
        typed = self._page.locator("#f-room")
        typed.fill("")
        self._page.evaluate(_WATCH_KEYS)
        self._slow(SLOWER)
        for number in range(keys):
            typed.press("Backspace" if number % 20 > 14 else "o", delay=30)
        self._page.wait_for_timeout(500)
        self._slow(1)
        took: list[list[float]] = self._page.evaluate("window.keys")
        return [one[0] for one in took], [one[1] for one in took]

    def queue(self, visits: list[int], *, photos: int, actions: int) -> None:
        self._page.goto("/field/")
        self._page.locator("li.stop").first.wait_for()
        self._cut()
        self._page.evaluate(_QUEUE, [visits, photos, actions])

    def send(self, *, cuts: int) -> None:
        """The line is there again; it is cut at any time, or takes what is said and brings no answer."""
        random = Random(cuts)  # noqa: S311 - the same each time, nothing secret
        for number in range(cuts):
            self._mend()
            self._page.wait_for_timeout(random.randrange(150, 900))
            if number % 2:
                self._line.deafen()
                self._page.wait_for_timeout(random.randrange(50, 400))
            self._cut()
            self._page.wait_for_timeout(random.randrange(50, 300))
        self._mend()
        self._page.evaluate('import("/static/field/queue.js").then(({ sendNow }) => sendNow())')
        self._until(f"async () => (await ({_LEFT})()) === 0", None, seconds=LONGEST)

    def _cut(self) -> None:
        self._line.cut()
        self._page.context.set_offline(True)

    def _mend(self) -> None:
        self._line.mend()
        self._page.context.set_offline(False)

    def _slow(self, times: int) -> None:
        self._tools.send("Emulation.setCPUThrottlingRate", {"rate": times})

    def _until(self, script: str, given: object, *, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._page.evaluate(script, given):
            if time.monotonic() > until:
                raise TimeoutError(f"The phone of the bench does not come to its end: {script[:60]}")
            self._page.wait_for_timeout(50)


@contextmanager
def phone(line: Line, session: str) -> Iterator[Phone]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as missing:
        raise RuntimeError("Chromium is driven by what `make setup-tests` brings.") from missing
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("SVYAZKA_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=QUIET)
        context = browser.new_context(
            base_url=line.url, viewport={"width": 390, "height": 844}, device_scale_factor=2, is_mobile=True,
            has_touch=True, locale="ru-RU", timezone_id="Europe/Moscow",
        )  # fmt: skip
        context.add_cookies([{"name": "svyazka_session", "value": session, "url": line.url}])
        page = context.new_page()
        page.set_default_timeout(30_000)
        yield Phone(page, line)
        browser.close()
