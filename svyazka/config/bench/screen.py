"""An operator's real browser, in which the moment is noted at which each card of a ringing call has been painted."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
# A frame's own functions run before it is painted; a message that is sent there comes after the paint. Whoever gets the
# next call has closed the cards of those before: nobody has thirty of them on the screen.
_NOTE = """
window.painted = [];
const close = (now) => document.querySelectorAll("#call-cards > .call-card").forEach((card) => {
  if (card !== now && !card.matches(".ringing")) card.querySelector("[data-close]")?.click();
});
new MutationObserver((changes) => {
  for (const { addedNodes } of changes) for (const node of addedNodes) if (node.classList?.contains("call-card")) {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => (window.painted.push(Date.now() / 1000), setTimeout(close, 500, node));
      port2.postMessage(0);
    });
  }
}).observe(document.getElementById("call-cards"), { childList: true });
"""


@dataclass
class Painted:
    """`times` is there after the end of the watch."""

    times: Sequence[float] = ()

    def since(self, rung: Sequence[float]) -> list[float]:
        """Milliseconds from each ring to the first card that was painted after it and before the next ring."""
        ends = [*rung[1:], float("inf")] if rung else []
        firsts = (
            (began, next((at for at in self.times if began <= at < end), None))
            for began, end in zip(rung, ends, strict=True)
        )
        return [(at - began) * 1000 for began, at in firsts if at is not None]


@contextmanager
def watching(port: int, session: str) -> Iterator[Painted]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as missing:
        raise RuntimeError("Chromium is driven by what `make setup-tests` brings.") from missing
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("SVYAZKA_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=QUIET)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": "svyazka_session", "value": session, "url": f"http://127.0.0.1:{port}"}])
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/my-day/")
        page.evaluate(_NOTE)
        watched = Painted()
        yield watched
        watched.times = page.evaluate("window.painted")
        browser.close()
