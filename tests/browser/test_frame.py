"""The frame around every page: the way back, the stream of what others do, the keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from svyazka.business.calls.models import Call
from svyazka.business.clients import change, history
from svyazka.business.deals import opening
from svyazka.business.deals.known import facts
from svyazka.business.notices import tell
from svyazka.edge.conftest import open_house
from svyazka.kit import clock
from tests.browser.conftest import log_in

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def deal(vera, mikhail):
    return opening.open_deal(vera, address="Лесная, 5", responsible=mikhail, by=mikhail)


def test_a_link_inside_a_form_leads_to_a_whole_page(open_page, roza, olga, vera):
    lead = opening.open_deal(vera, by=olga)
    page = open_page(roza, "/distribution/")
    page.get_by_role("link", name=f"№ {lead.pk}").click()
    expect(page.locator("#deal-page")).to_be_visible()
    expect(page.locator("#sharing")).to_have_count(0)


def test_back_brings_the_page_as_it_was(open_page, olga, deal):
    page = open_page(olga, "/pipelines/windows/")
    width = page.locator(".column").first.evaluate("(column) => column.offsetWidth")
    page.locator(".deal a").first.click()
    expect(page.locator("#deal-page")).to_be_visible()
    page.get_by_role("link", name="Звонки").click()
    expect(page.get_by_role("heading", name="Звонки")).to_be_visible()
    page.go_back()
    expect(page.locator("#deal-page")).to_be_visible()
    assert page.locator(".path").evaluate("(path) => getComputedStyle(path).display") == "flex"
    page.go_back()
    expect(page.locator(".column").first).to_be_visible()
    assert page.locator(".column").first.evaluate("(column) => column.offsetWidth") == width
    expect(page.locator(".rail [aria-current]")).to_have_text("Сделки")
    page.go_forward()
    page.go_forward()
    expect(page.get_by_role("heading", name="Звонки")).to_be_visible()


def test_what_others_do_appears_by_itself_also_after_a_break(browser, live_server, settings, vera, olga, mikhail, deal):
    """Through a real edge and its stream, in two kinds of browser: with a worker that all tabs share, and without."""
    url = settings.DATABASE_DIRECT_URL
    for without_worker in (False, True):
        with open_house(url, web=live_server.url) as house:
            context = browser.new_context(base_url=f"http://127.0.0.1:{house.port}", locale="ru-RU")
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": log_in(olga), "url": f"http://127.0.0.1:{house.port}"}]
            )
            if without_worker:
                context.add_init_script("delete window.SharedWorker")
            page = context.new_page()
            page.goto(f"/deals/{deal.pk}/")
            expect(page.locator("#live-light .whole")).to_be_visible()
            note = history.note(vera.pk, f"Звонил муж {without_worker}", deal_id=deal.pk, by=mikhail)
            expect(page.locator(f"#happened-{note.pk}")).to_contain_text("Звонил муж", timeout=2_000)
            port = house.port
        expect(page.locator("#live-light .broken")).to_be_visible()
        missed = history.note(vera.pk, "Пока связи не было", deal_id=deal.pk, by=mikhail)
        change.change(vera, {"name": f"Вера Новая {without_worker}"}, by=mikhail)
        with open_house(url, web=live_server.url, port=port):
            expect(page.locator(f"#happened-{missed.pk}")).to_be_visible(timeout=15_000)
            # The history may have tried again by itself before the stream is there again.
            expect(page.locator("#deal-client")).to_contain_text(f"Вера Новая {without_worker}", timeout=15_000)
            context.close()


def test_what_cannot_be_asked_for_just_now_is_asked_for_again(open_page, vera, olga, mikhail, deal):
    page = open_page(olga, f"/deals/{deal.pk}/")
    refused: list[str] = []

    def refuse_once(route):
        if route.request.url in refused:
            return route.continue_()
        refused.append(route.request.url)
        return route.fulfill(status=503) if "history" in route.request.url else route.abort()

    page.route(re.compile("/(parts|history)/"), refuse_once)
    note = history.note(vera.pk, "Звонил муж", deal_id=deal.pk, by=mikhail)
    change.change(vera, {"name": "Вера Новая"}, by=mikhail)
    for topic, detail in (("client", {"id": vera.pk}), ("interaction", {"client": vera.pk})):
        told = "([name, detail]) => document.body.dispatchEvent(new CustomEvent(name, {detail}))"
        page.evaluate(told, [f"live:{topic}", detail])
    expect(page.locator("#deal-client")).to_contain_text("Вера Новая", timeout=8_000)
    expect(page.locator(f"#happened-{note.pk}")).to_be_visible(timeout=8_000)
    assert len(refused) == 2
    expect(page.locator(".toast.bad")).to_have_count(0)


def test_at_a_rush_three_notices_are_shown_and_the_bell_has_them_all(open_page, olga, mikhail, deal):
    told = [tell.tell([olga.pk], "note.mentioned", by=mikhail, deal_id=deal.pk)[0].pk for _number in range(6)]
    page = open_page(olga, "/queue/")
    for number, seen in zip(told, (1, 2, 3, 3, 3, 3), strict=True):
        heard = "(id) => document.body.dispatchEvent(new CustomEvent('live:notice', { detail: { id } }))"
        page.evaluate(heard, number)
        expect(page.locator(".toast.notice")).to_have_count(seen)
    page.wait_for_timeout(300)
    expect(page.locator(".toast.notice")).to_have_count(3)


def test_a_tab_that_was_drawn_before_the_stream_began_asks_anew(open_page, olga):
    page = open_page(olga, "/queue/")
    assert page.evaluate(
        """() => new Promise((done) => {
            const { port } = new SharedWorker(document.body.dataset.liveWorker, { type: "module" });
            port.onmessage = ({ data }) => data.reload && done(true);
            port.postMessage({ heard: -1 });
        })"""
    )


def test_lists_follow_too(browser, live_server, settings, vera, olga, mikhail, deal):
    with open_house(settings.DATABASE_DIRECT_URL, web=live_server.url) as house:
        context = browser.new_context(base_url=f"http://127.0.0.1:{house.port}", locale="ru-RU")
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": log_in(olga), "url": f"http://127.0.0.1:{house.port}"}]
        )
        pages = {}
        for path in ("/deals/list/", "/clients/", f"/clients/{vera.pk}/", "/pipelines/windows/"):
            pages[path] = context.new_page()
            pages[path].goto(path)
            expect(pages[path].locator("#live-light .whole")).to_be_visible()
        change.change(vera, {"name": "Вера Иная"}, by=mikhail)
        facts.change(deal, {"amount": 54300}, by=mikhail)
        expect(pages["/clients/"].locator("#latest-clients")).to_contain_text("Вера Иная")
        expect(pages[f"/clients/{vera.pk}/"].locator("h1")).to_have_text("Вера Иная")
        expect(pages["/deals/list/"].locator("#first-deals")).to_contain_text("54\u00a0300")
        expect(pages["/pipelines/windows/"].locator(f"#d{deal.pk}")).to_contain_text("Вера Иная")
        context.close()


def test_the_search_opens_in_the_russian_layout(open_page, olga):
    page = open_page(olga, "/queue/")
    page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '.', code: 'Slash', bubbles: true}))")
    expect(page.locator("#search input")).to_be_focused()


@pytest.mark.parametrize("person", ["roza", "anna"])
def test_on_a_phone_the_current_room_is_in_sight_and_the_bar_shows_that_it_scrolls(open_page, windows, person):
    page = open_page(windows[person], "/office/staff/", width=390, height=844)
    here, bar = page.locator(".rail [aria-current]"), page.locator(".rail nav")
    expect(here).to_have_text("Сотрудники")
    expect(here).to_be_in_viewport(ratio=1)
    expect(bar).to_have_class(re.compile("more-before"))
    bar.evaluate("(bar) => bar.scrollTo(0, 0)")
    expect(bar).to_have_class("more-after")
    page.get_by_role("link", name="Журнал").click()
    expect(here).to_have_text("Журнал")
    expect(here).to_be_in_viewport(ratio=1)


def test_what_is_clipped_on_a_phone_shows_that_it_goes_on(open_page, olga, deal, vera):
    history.add(vera.pk, kind="message", deal_id=deal.pk, direction="in", text="Когда?", by=olga, waiting=True)
    page = open_page(olga, "/queue/", width=390, height=844)
    tabs = page.locator("main .segments")
    clipped = tabs.evaluate("(box) => box.scrollWidth > box.clientWidth")
    expect(tabs).to_have_class("segments more-after" if clipped else "segments")
    page.goto("/deals/list/")
    expect(page.locator("#filters .more-after")).to_be_visible()
    page.goto("/queue/?kind=message")
    expect(page.locator("main .segments [aria-current]")).to_be_in_viewport(ratio=1)


def test_call_cards_stand_in_the_middle_and_leave_the_bar_free(open_page, olga):
    page = open_page(olga, "/queue/", width=390, height=700)
    for number in ("1", "2"):
        call = Call.objects.create(
            started_at=clock.now(), pbx_code="asterisk/lab1", key=number, direction="in", state="ringing",
            client_number=f"+7916555000{number}", our_number="74951000200", legs=[],
        )  # fmt: skip
        event = {"topic": "call", "id": call.pk, "to_me": True}
        page.evaluate("event => document.body.dispatchEvent(new CustomEvent('live:call', {detail: event}))", event)
        expect(page.locator(f"#call-{call.pk}")).to_be_attached()
    cards, bar = page.locator("#call-cards").bounding_box(), page.locator(".rail").bounding_box()
    assert cards["x"] == 390 - cards["x"] - cards["width"]
    assert cards["y"] + cards["height"] <= bar["y"]
    assert page.locator("#call-cards").evaluate("(box) => box.scrollHeight > box.clientHeight")
