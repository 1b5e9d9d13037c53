"""The form and the button of a site, as its visitors meet them: on a page of another origin, before a real door."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from svyazka.business.consents import texts
from svyazka.business.consents.models import ClientConsent
from svyazka.business.conversations import widget_script, widgets
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.deals.models import Deal, Task
from svyazka.business.intake.work_off import work_off
from svyazka.edge.conftest import House, open_house

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
GIVEN = {
    **{f"field_{name}": "no" for name in widget_script.FIELDS},
    "field_name": "may",
    "field_phone": "must",
    **{f"{name}_{code}": text for code, said in widget_script.USUAL["texts"].items() for name, text in said.items()},
    "color": "#1f5fd0",
    "lift": 20,
    "button": True,
    "call": True,
    "is_on": True,
}
# What a careful site allows: nothing inline, and from us one script and one address to send to.
STRICT = "default-src 'none'; script-src {door}; connect-src {door}; require-trusted-types-for 'script'"


class Visited:
    """Somebody else's site: its styles shout, its pages say in which language they are."""

    def __init__(self) -> None:
        self.language, self.body, self.policy, self.tag = "ru", "", "", ""
        self.style = "button, input, label { font-size: 40px !important; color: red !important; display: none }"

    def page(self) -> str:
        style = "" if self.policy else f"<style>{self.style}</style>"
        return (
            f'<!doctype html><html lang="{self.language}"><meta charset="utf-8"><title>Окна</title>{style}'
            f'<meta name="viewport" content="width=device-width">{self.tag}<main><h1>Окна</h1>{self.body}</main></html>'
        )


@pytest.fixture
def site() -> Iterator[Visited]:
    visited = Visited()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            if visited.policy:
                self.send_header("Content-Security-Policy", visited.policy)
            self.end_headers()
            self.wfile.write(visited.page().encode())

        def log_message(self, *_said: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    visited.url = f"http://127.0.0.1:{server.server_port}/prices?utm_source=ya&yclid=77"  # type: ignore[attr-defined]
    yield visited
    server.shutdown()
    server.server_close()


@pytest.fixture
def house(windows, settings) -> Iterator[House]:
    with open_house(settings.DATABASE_DIRECT_URL, secret_key=settings.SECRET_KEY) as house:
        yield house


@pytest.fixture
def shown(house, site, anna):
    """The tag stands in the page of the site, set up as said."""

    def show(**other: Any) -> str:
        account = ChannelAccount.objects.get(code="web_form/okna")
        account.origins = []
        account.save()
        widgets.change(account, {**GIVEN, **other}, by=anna)
        door = f"http://127.0.0.1:{house.port}"
        site.tag = f'<script src="{door}/widget/demo-okna.js" async></script>'
        return door

    return show


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="ru-RU", timezone_id="Europe/Moscow", reduced_motion="reduce")
    page = context.new_page()
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    yield page
    context.close()
    assert thrown == []


def fill(page: Page, name: str = "Вера", phone: str = "9161234567") -> None:
    page.get_by_role("button", name="Заказать звонок").click()
    page.get_by_label("Как к вам обращаться").fill(name)
    page.get_by_label("Телефон").press_sequentially(phone)
    page.wait_for_timeout(2100)  # nobody types quicker


def stored(house: House) -> list[dict[str, Any]]:
    return [json.loads(body) for _account, _id, _conversation, body in house.arrivals()]


def test_a_visitor_asks_to_be_rung_and_it_becomes_a_call_to_make(shown, site, visitor, house, anna):
    texts.change("processing", {"ru": "Обрабатывайте."}, seen=0, by=anna)
    texts.change("processing", {"ru": "Согласен, чтобы мои данные обрабатывали."}, seen=1, by=anna)
    shown()
    visitor.goto(site.url)
    visitor.evaluate("document.cookie = '_ym_uid=1700000000123'")
    fill(visitor)
    expect(visitor.get_by_label("Телефон")).to_have_value("+7 916 123-45-67")
    visitor.get_by_role("button", name="Жду звонка").click()
    expect(visitor.get_by_text("Без согласия мы не можем принять заявку.")).to_be_visible()
    visitor.get_by_label("Согласен на обработку").check()
    visitor.get_by_role("button", name="Жду звонка").click()
    expect(visitor.get_by_text("Спасибо! Заявка принята")).to_be_visible()
    [said] = stored(house)
    assert (said["name"], said["phone"], said["_ym_uid"], said["yclid"]) == (
        "Вера", "+7 916 123-45-67", "1700000000123", "77",
    )  # fmt: skip
    work_off()
    deal = Deal.objects.get()
    assert deal.origin["utm"] == {"utm_source": "ya"}
    assert deal.origin["marks"] == {"ym_uid": "1700000000123", "yclid": "77", "landing": site.url}
    assert Task.objects.filter(deal=deal, kind="call", what="Перезвонить: просили на сайте", done_at=None).count() == 1
    assert ClientConsent.objects.get().text.version == 2


def test_what_was_sent_without_a_connection_is_kept_and_goes_out_once(shown, site, visitor, house):
    shown()
    visitor.goto(site.url)
    fill(visitor)
    visitor.context.set_offline(True)
    visitor.get_by_role("button", name="Жду звонка").click()
    expect(visitor.get_by_text("Заявка сохранена")).to_be_visible()
    assert stored(house) == []
    visitor.context.set_offline(False)
    visitor.wait_for_function("!JSON.parse(localStorage['svyazka:demo-okna'] || '[]').length")
    visitor.reload()
    visitor.get_by_role("button", name="Заказать звонок").wait_for()
    assert len(stored(house)) == 1


def test_the_keyboard_alone_is_enough(shown, site, visitor, accessible):
    shown()
    visitor.goto(site.url)
    visitor.keyboard.press("Tab")
    visitor.keyboard.press("Enter")
    dialog = visitor.get_by_role("dialog", name="Заказать звонок")
    expect(dialog).to_be_visible()
    expect(visitor.get_by_label("Как к вам обращаться")).to_be_focused()
    for _press in range(12):
        visitor.keyboard.press("Tab")
        inside = visitor.evaluate("document.activeElement.tagName")
        assert inside in ("SVYAZKA-WIDGET", "BODY")
    accessible(visitor)
    visitor.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(visitor.get_by_role("button", name="Заказать звонок")).to_be_focused()


def test_a_form_in_the_page_in_its_language_under_a_strict_policy(shown, site, visitor, house):
    door = shown(button=False, field_email="may")
    site.language, site.body, site.policy = "en", '<div data-svyazka=""></div>', STRICT.format(door=door)
    visitor.goto(site.url)
    expect(visitor.get_by_role("heading", name="Request a call")).to_be_visible()
    expect(visitor.get_by_role("button", name="Request a call")).to_have_count(0)
    box = visitor.get_by_label("Phone").bounding_box()
    assert box["height"] >= 44
    assert visitor.get_by_label("Phone").evaluate("box => getComputedStyle(box).fontSize") == "16px"
    visitor.get_by_label("Phone").fill("12")
    visitor.get_by_role("button", name="Call me").click()
    expect(visitor.get_by_text("Check the phone number.")).to_be_visible()
    visitor.get_by_label("Phone").fill("+44 20 7946 0958")
    visitor.wait_for_timeout(2100)
    visitor.get_by_role("button", name="Call me").click()
    expect(visitor.get_by_text("Thank you!")).to_be_visible()
    assert [one["phone"] for one in stored(house)] == ["+44 20 7946 0958"]


def test_a_second_click_is_no_second_request_and_a_number_can_be_corrected_inside(shown, site, visitor, house):
    shown()
    visitor.goto(site.url)
    fill(visitor, phone="89161234568")
    phone = visitor.get_by_label("Телефон")
    phone.press("Backspace")
    phone.press("7")
    expect(phone).to_have_value("+7 916 123-45-67")
    visitor.get_by_role("button", name="Жду звонка").dblclick()
    expect(visitor.get_by_text("Спасибо!")).to_be_visible()
    assert len(stored(house)) == 1


def test_on_a_phone_nothing_is_wider_than_the_page(shown, site, browser, house):
    shown(field_email="may", field_message="may", field_address="may", field_openings="may")
    context = browser.new_context(viewport={"width": 390, "height": 800}, locale="ru-RU", has_touch=True)
    page = context.new_page()
    page.goto(site.url)
    page.get_by_role("button", name="Заказать звонок").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for button in page.get_by_role("dialog").get_by_role("button").all():
        assert button.bounding_box()["height"] >= 44
    context.close()
