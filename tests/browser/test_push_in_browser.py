"""A change reaches the phone of whoever goes there: the push worker and the one of the engineer's app, side by side."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from svyazka.business.notices.models import Notice
from svyazka.business.visits.models import RoadNews, Visit
from svyazka.business.visits.road import sending as road
from svyazka.business.visits.road.told import of_visit
from svyazka.business.visits.telling import tell
from svyazka.kit import clock
from svyazka.workplaces.shared import push
from tests.browser.test_field_without_signal import (  # noqa: F401
    cut,
    files,
    line,
    mend,
    phone,
    ready,
    until,
    visit,
)

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
REGISTER = """async () => {
    const registered = await navigator.serviceWorker.register(document.getElementById("push").dataset.pushWorker);
    const worker = registered.installing ?? registered.waiting ?? registered.active;
    if (worker.state !== "activated") await new Promise((done) => {
        worker.addEventListener("statechange", () => worker.state === "activated" && done());
    });
    return registered.scope;
}"""
SHOWN = """async () => {
    const found = [];
    for (const one of await navigator.serviceWorker.getRegistrations()) found.push(...(await one.getNotifications()));
    return found.map(({ title, body }) => [title, body]);
}"""
CLICK = """async () => {
    self.opened = [];
    self.clients.openWindow = async (url) => void self.opened.push(url); // a test has no finger to allow it
    const [notification] = await self.registration.getNotifications();
    self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
}"""


class Browser:
    """What delivers a push in the place of the browser's maker."""

    def __init__(self, page) -> None:
        self.page = page
        self.found: dict[str, str] = {}
        self._devtools = page.context.new_cdp_session(page)
        self._devtools.on("ServiceWorker.workerRegistrationUpdated", self._learn)
        self._devtools.send("ServiceWorker.enable")

    def _learn(self, told) -> None:
        self.found |= {one["scopeURL"]: one["registrationId"] for one in told["registrations"]}

    def deliver(self, scope, letter) -> None:
        deadline = time.monotonic() + 10
        while scope not in self.found and time.monotonic() < deadline:
            self.page.wait_for_timeout(50)
        origin = scope.split("/static/")[0]
        given = {"origin": origin, "registrationId": self.found[scope], "data": json.dumps(asdict(letter))}
        self._devtools.send("ServiceWorker.deliverPushMessage", given)

    def worker(self):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for one in self.page.context.service_workers:
                if "push_worker" in one.url:
                    return one
            self.page.wait_for_timeout(50)
        raise AssertionError("no push worker")


@pytest.fixture
def moved(visit, olga):  # noqa: F811
    """`moved()`: the house has moved Vera's visit to a time in two hours, and tells Egor of it."""

    def in_two_hours():
        was, begins = visit.starts_at, clock.now().replace(second=0, microsecond=0) + timedelta(hours=2)
        Visit.objects.filter(pk=visit.pk).update(starts_at=begins, ends_at=begins + timedelta(hours=1))
        changed = Visit.objects.select_related("kind", "resource", "client", "deal", "lacks").get(pk=visit.pk)
        tell(changed, "moved", by=olga, changes={}, was=was, also=[visit.resource.person_id])
        RoadNews.objects.update(try_at=clock.now())
        road.send_due()
        notice = Notice.objects.get()
        return changed, notice, push.write([notice])[notice.pk]

    return in_two_hours


def test_both_workers_and_a_tap_without_signal(phone, line, visit, moved, windows):  # noqa: F811
    page = phone(windows["egor"])
    page.context.grant_permissions(["notifications"])
    page.goto("/account/")
    scope = page.evaluate(REGISTER)
    page.goto("/field/")
    ready(page, visit)
    browser = Browser(page)
    changed, notice, letter = moved()
    browser.deliver(scope, letter)
    until(page, f"async () => (await ({SHOWN})()).length === 1", None)
    ((title, body),) = page.evaluate(SHOWN)
    assert title.startswith("Замер: сегодня ")
    assert "→" in title
    assert body == ""
    hour = f"{clock.local(changed.starts_at):%H:%M}"
    until(page, KEPT, [f"/field/visits/{visit.pk}/", hour])
    cut(page, line)
    browser.worker().evaluate(CLICK)
    page.wait_for_url(f"**/field/visits/{visit.pk}/#news-{notice.pk}")
    expect(page.locator("#stop .stop-hours")).to_contain_text(hour)
    assert Notice.objects.get().read_at is None
    mend(page, line)
    deadline = time.monotonic() + 40
    while Notice.objects.get().read_at is None and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    assert of_visit(changed)[0].seen_at
    scopes = page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.map(({ scope }) => scope))")
    assert sorted(one.removeprefix(line.url) for one in scopes) == ["/field/", "/static/shared/"]


KEPT = """async ([url, hour]) => {
    for (const name of await caches.keys()) {
        const page = name.startsWith("field-pages-") && (await (await caches.open(name)).match(url));
        if (page && (await page.text()).includes(hour)) return true;
    }
    return false;
}"""


def test_where_no_page_is_open_one_is_opened(phone, visit, moved, windows):  # noqa: F811
    page = phone(windows["egor"])
    page.context.grant_permissions(["notifications"])
    page.goto("/account/")
    scope = page.evaluate(REGISTER)
    browser = Browser(page)
    _changed, notice, letter = moved()
    browser.deliver(scope, letter)
    until(page, f"async () => (await ({SHOWN})()).length === 1", None)
    worker = browser.worker()
    worker.evaluate(CLICK)
    deadline = time.monotonic() + 10
    while not worker.evaluate("self.opened") and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert worker.evaluate("self.opened") == [page.evaluate("location.origin") + letter.url]
    assert letter.url.endswith(f"#news-{notice.pk}")


def test_what_has_changed_stands_on_the_visit_and_has_been_seen_there(phone, visit, moved, windows):  # noqa: F811
    _changed, _notice, _letter = moved()
    page = phone(windows["egor"], path=f"/field/visits/{visit.pk}/")
    expect(page.locator(".field-news")).to_contain_text("→")
    deadline = time.monotonic() + 10
    while Notice.objects.get().read_at is None and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    assert Notice.objects.get().read_at
