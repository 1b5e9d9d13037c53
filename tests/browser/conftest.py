"""The product as people see it: Chromium before a served copy of the house.

`open_page(olga)` gives a page on which she is logged in; `accessible(page)` asks axe. Whoever writes a test here
marks it slow: `pytestmark = pytest.mark.slow`.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Collection, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from svyazka.business.staff.models import Person
from svyazka.business.staff.sessions import SessionStore

# Playwright's synchronous interface runs an event loop in the test's thread, which Django takes for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# What has to come may take longer than Playwright's own five seconds, with two browsers on a busy machine.
expect.set_options(timeout=15_000)
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for longer than a file: Playwright's loop runs as long as it, and no other test could run one of its own."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("SVYAZKA_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Browser, live_server: Any, transactional_db: None) -> Iterator[Callable[..., Page]]:
    """`open_page(olga, "/deals/", width=390, dark=True)`. At the end no page may have thrown an error."""
    contexts = []
    thrown: list[str] = []

    def open_one(
        person: Person | None = None,
        path: str = "",
        *,
        width: int = 1440,
        height: int = 900,
        dark: bool = False,
        touch: bool = False,
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale="ru-RU",
            timezone_id="Europe/Moscow",
            has_touch=touch,
            reduced_motion="reduce",
        )
        contexts.append(context)
        if person:
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": log_in(person), "url": live_server.url}]
            )
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.set_default_navigation_timeout(30_000)  # the first one of a file compiles the templates
        page.on("pageerror", lambda error: thrown.append(str(error)))
        if path:
            page.goto(path)
        return page

    yield open_one
    close(contexts)
    assert thrown == []


def close(contexts: Collection[BrowserContext]) -> None:
    """A request that is still being answered, though nobody waits for it any more, would meet an emptied database."""
    browsers = {context.browser for context in contexts if context.browser}
    for context in contexts:
        context.close()
    # Those of another fixture, too: each line that they keep open has a thread that ends with it.
    for context in [one for browser in browsers for one in browser.contexts]:
        context.close()
    deadline = time.monotonic() + 10
    while any("process_request_thread" in thread.name for thread in threading.enumerate()):
        if time.monotonic() > deadline:
            break
        time.sleep(0.01)


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    """Fails with axe's report when the page shuts somebody out."""

    def ask(page: Page) -> None:
        report = Axe().run(page)
        assert report.violations_count == 0, report.generate_report()

    return ask


def log_in(person: Person) -> str:
    """The cookie of a new session of this person."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    assert session.session_key
    return session.session_key
