"""The softphone against a real SIP server, with other phones at the other end: Kamailio, and Chromium's own voice."""

from __future__ import annotations

import os
import re
import shutil
from datetime import time
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect, sync_playwright

from svyazka.business.calls.dialling import hours
from svyazka.business.calls.models import Pbx, SipAccount
from svyazka.business.staff.models import CallsBy, Session
from svyazka.kit import secrets
from tests.browser.conftest import QUIET
from tests.browser.sip import server

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(server.missing()), reason=server.missing() or "-")]

VOICE = [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    # A page that the test itself answers comes from no address, and might not connect to this machine.
    "--disable-features=LocalNetworkAccessChecks",
]
PEER = Path(server.__file__).with_name("peer.html")
CLIENT, READABLE, COLLEAGUE = "+79161234567", "+7 916 123-45-67", "102"
# What goes out as tones in the voice, the browser says by itself.
LISTEN_TO_KEYS = """() => {
    const insert = RTCDTMFSender.prototype.insertDTMF;
    const said = document.documentElement.dataset;
    said.pressed = "";
    RTCDTMFSender.prototype.insertDTMF = function (...given) {
        this.ontonechange = ({tone}) => (said.pressed += tone);
        return insert.apply(this, given);
    };
}"""


@pytest.fixture(scope="module")
def browser():
    """With a microphone that hums."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("SVYAZKA_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=[*QUIET, *VOICE])
        yield started
        started.close()


@pytest.fixture(scope="module")
def sip():
    with server.running() as address:
        yield address


@pytest.fixture
def pbx(sip, windows):
    # Whoever runs this in the evening is not asked whether to ring all the same.
    hours.change(begins=time.min, ends=time.max, weekend_begins=time.min, weekend_ends=time.max, by=windows["anna"])
    return Pbx.objects.create(
        code="asterisk/lab1", driver="asterisk", host="127.0.0.1", port=5038,
        options={"softphone_socket": sip, "softphone_domain": server.DOMAIN},
    )  # fmt: skip


@pytest.fixture
def phone(pbx, open_page, olga):
    """`phone()` opens Olga's page; her phone is ready."""
    SipAccount.objects.create(person=olga, secret=secrets.lock_away(server.SECRET))
    olga.calls_by = CallsBy.SOFTPHONE
    olga.save()

    def opened(path="/calls/", **how):
        page = open_page(olga, **how)
        page.context.grant_permissions(["microphone"])
        page.goto(path)
        shows(page.locator("#softphone-pill"), "Готов")
        return page

    return opened


@pytest.fixture
def peer(sip, open_page):
    """`peer("102")`: somebody else's phone, registered."""

    def opened(login, *, name="", answers=True):
        page = open_page()
        page.context.grant_permissions(["microphone"])
        page.route(re.compile("/peer/"), lambda route: route.fulfill(path=PEER, content_type="text/html"))
        asked = {"socket": sip, "domain": server.DOMAIN, "login": login, "secret": server.SECRET, "name": name}
        page.goto(f"/peer/?{urlencode(asked | ({'answers': 1} if answers else {}))}")
        said(page, "ready")
        return page

    return opened


def said(page, *lines):
    """Waits until the other end has seen all of this, in this order."""
    page.wait_for_function(
        """(lines) => { let at = -1; return lines.every((line) => (at = peer.log.indexOf(line, at + 1)) >= 0); }""",
        arg=list(lines),
    )


def shows(part, words):
    """Not only has: what does not fit now stands there, too, hidden."""
    expect(part.get_by_text(words, exact=True)).to_be_visible()


def hears(page):
    before = page.evaluate("peer.heard()")
    page.wait_for_function("(before) => peer.heard().then((now) => now > before + 500)", arg=before)


def takes(page, event, **detail):
    """Whether the phone does what another part of the page asks for."""
    return page.evaluate(
        """([name, detail]) => !document.body.dispatchEvent(
            new CustomEvent(name, {bubbles: true, cancelable: true, detail}))""",
        [event, detail],
    )


def call_of(page, words):
    return page.locator(".softphone-call", has_text=words)


def dial(page, number):
    page.locator("#softphone-pill").click()
    dial_in_panel(page, number)


def dial_in_panel(page, number):
    page.get_by_label("Номер", exact=True).fill(number)
    page.keyboard.press("Enter")


def test_a_call_comes_in_and_is_answered_muted_held_and_hung_up(phone, peer):
    page, client = phone(), peer(CLIENT, name="Вера Павлова")
    client.evaluate("peer.call('101')")
    call = call_of(page, "Вера Павлова")
    shows(call, "Входящий звонок")
    expect(page.locator("#softphone [data-said]")).to_contain_text("Вера Павлова")
    call.get_by_role("button", name="Ответить").click()
    shows(call, "Разговор")
    said(client, "talks")
    hears(client)
    call.get_by_role("button", name="Выключить микрофон").click()
    expect(call.get_by_role("button", name="Выключить микрофон")).to_have_attribute("aria-pressed", "true")
    call.get_by_role("button", name="Удержать").click()
    said(client, "held:remote")
    shows(call, "На удержании")
    call.get_by_role("button", name="Удержать").click()
    said(client, "resumed:remote")
    page.get_by_role("link", name="Сделки").first.click()  # the frame stays, and the call with it
    expect(page).to_have_url(re.compile("/deals/"))
    call.get_by_role("button", name="Завершить").click()
    said(client, "over:Terminated")
    shows(call, "Разговор окончен")
    expect(call).to_have_count(0, timeout=8_000)


def test_a_long_name_pushes_no_button_out_of_the_panel(phone, peer):
    page = phone("/queue/", width=390, touch=True)
    client = peer(CLIENT, name="Константинопольская строительно-монтажная")
    client.evaluate("peer.call('101')")
    call = call_of(page, "Константинопольская")
    shows(call, "Входящий звонок")
    within = """(button) => button.getBoundingClientRect().right <= softphone.getBoundingClientRect().right"""
    assert call.get_by_role("button", name="Отклонить").evaluate(within)
    call.get_by_role("button", name="Ответить").click()
    shows(call, "Разговор")
    for name in ("Выключить микрофон", "Удержать"):  # on the queue's page they were taken for its hints about keys
        expect(call.get_by_role("button", name=name)).to_be_visible()


def test_a_number_is_dialled_keys_are_pressed_and_what_went_wrong_is_said(phone, peer):
    page, client = phone(), peer(CLIENT, answers=False)
    page.evaluate(LISTEN_TO_KEYS)
    dial(page, "+7 916 123-45-67")
    call = call_of(page, READABLE)
    shows(call, "Идут гудки")
    said(client, "rings:101")
    client.evaluate("peer.answer()")
    shows(call, "Разговор")
    call.get_by_role("button", name="Клавиатура").click()
    call.get_by_role("button", name="5", exact=True).click()
    page.keyboard.press("7")
    page.keyboard.press("#")
    expect(call.locator("output")).to_have_text("57#")
    expect(page.locator("html")).to_have_attribute("data-pressed", "57#")
    client.evaluate("peer.decline()")
    shows(call, "Разговор окончен")
    page.get_by_role("button", name="+7 916 123-45-67").click()
    said(client, "rings:101", "talks", "rings:101")
    client.evaluate("peer.decline()")
    shows(page.locator(".softphone-call").last, "Звонок отклонён")
    # A click on a number anywhere asks first who speaks, then the house, and then for this.
    assert takes(page, "svyazka:softphone")
    assert takes(page, "svyazka:dial", number="+79161234567", deal=None)
    said(client, "failed:Rejected", "rings:101")
    client.evaluate("peer.decline()")
    dial_in_panel(page, "555")
    shows(call_of(page, "555"), "Такого номера нет")


def test_who_is_outside_is_rung_as_by_a_click_on_his_number(phone):
    page = phone()
    page.evaluate(
        """() => document.addEventListener("click", (event) => {
            const link = event.target.closest("a[href^='tel:']");
            if (link) (event.preventDefault(), (document.documentElement.dataset.clicked = link.getAttribute("href")));
        })"""
    )
    page.evaluate("document.body.dataset.dials = '1'")
    dial(page, "8 916 123-45-67")
    expect(page.locator("html")).to_have_attribute("data-clicked", "tel:89161234567")
    dial_in_panel(page, "555")  # a colleague, of whom nobody has to be asked
    shows(call_of(page, "555"), "Такого номера нет")


def test_a_call_is_passed_on_at_once_or_comes_back_when_nobody_takes_it(phone, peer):
    page, client, colleague = phone(), peer(CLIENT), peer(COLLEAGUE)
    client.evaluate("peer.call('101')")
    call = call_of(page, READABLE)
    call.get_by_role("button", name="Ответить").click()
    shows(call, "Разговор")
    call.get_by_role("button", name="Перевести").click()
    call.get_by_label("На какой номер").fill("555")
    call.get_by_role("button", name="Перевести").last.click()
    shows(call, "Звонок никто не принял: он снова у вас.")
    hears(client)
    # As the card of the call asks for it, with a button for each colleague.
    assert takes(page, "svyazka:transfer", number=COLLEAGUE, way="blind")
    said(client, "sent to:555", "sent to:102")
    said(colleague, f"rings:{CLIENT}", "talks")
    shows(call, "Разговор окончен")
    hears(client)


def test_a_colleague_is_asked_first(phone, peer):
    page, client, colleague = phone(), peer(CLIENT), peer(COLLEAGUE)
    client.evaluate("peer.call('101')")
    call = call_of(page, READABLE)
    call.get_by_role("button", name="Ответить").click()
    for way in ("back", "connect"):
        shows(call, "Разговор")
        call.get_by_role("button", name="Перевести").click()
        call.get_by_label("На какой номер").fill(COLLEAGUE)
        call.get_by_role("button", name="Сначала спросить").click()
        asked = call_of(page, COLLEAGUE).filter(has=page.get_by_role("button", name="Соединить"))
        shows(asked, "Разговор")
        shows(call, "На удержании")
        if way == "back":
            asked.get_by_role("button", name="К клиенту").click()
    asked.get_by_role("button", name="Соединить").click()
    said(client, "held:remote", "resumed:remote", "held:remote", "sent to:102", "talks")
    said(colleague, "rings:101", "over:Terminated", "rings:101", "replaced", "talks")
    shows(call, "Разговор окончен")
    hears(client)
    hears(colleague)


def test_a_second_call_waits_and_the_first_one_listens_to_music(phone, peer):
    page, client, colleague = phone(), peer(CLIENT), peer(COLLEAGUE, name="Оксана")
    client.evaluate("peer.call('101')")
    call_of(page, READABLE).get_by_role("button", name="Ответить").click()
    said(client, "talks")
    colleague.evaluate("peer.call('101')")
    second = call_of(page, "Оксана")
    second.get_by_role("button", name="Ответить").click()
    said(client, "held:remote")
    shows(second, "Разговор")
    second.get_by_role("button", name="Завершить").click()
    call_of(page, READABLE).get_by_role("button", name="Удержать").click()
    said(client, "resumed:remote")


def test_the_secret_is_wrong_until_the_office_enters_the_right_one(phone, open_page, olga):
    page = phone()
    SipAccount.objects.update(secret=secrets.lock_away("wrong"))
    page.reload()
    shows(page.locator("#softphone-pill"), "Неверный пароль")
    page.locator("#softphone-pill").click()
    expect(page.get_by_text("АТС не принимает пароль.")).to_be_visible()
    assert not takes(page, "svyazka:softphone")  # the desk phone, then
    SipAccount.objects.update(secret=secrets.lock_away(server.SECRET))
    page.get_by_role("button", name="Повторить").click()
    shows(page.locator("#softphone-pill"), "Готов")


def test_whoever_is_logged_out_is_not_rung_any_more(phone, olga):
    page = phone()
    Session.objects.filter(person=olga).delete()
    expect(page.locator("#softphone-pill").get_by_text("Выключен", exact=True)).to_be_visible(timeout=9_000)


def test_one_tab_holds_the_phone_the_others_show_and_steer_it_and_take_over(phone, peer):
    page, client = phone(), peer(CLIENT)
    other = page.context.new_page()
    other.goto("/calls/")
    shows(other.locator("#softphone-pill"), "Готов")
    client.evaluate("peer.call('101')")
    call = call_of(other, READABLE)
    call.get_by_role("button", name="Ответить").click()
    shows(call_of(page, READABLE), "Разговор")
    shows(call, "Разговор")
    hears(client)
    # The tab that held the phone goes, and with it the voice: the other one takes the call up again.
    page.close()
    said(client, "talks", "replaced", "talks")
    shows(call_of(other, READABLE), "Разговор")
    hears(client)
    call_of(other, READABLE).get_by_role("button", name="Завершить").click()
    said(client, "replaced", "over:Terminated")


def test_a_call_outlives_a_reload_of_the_page(phone, peer):
    page, client = phone(), peer(CLIENT, name="Вера Павлова")
    client.evaluate("peer.call('101')")
    call_of(page, "Вера").get_by_role("button", name="Ответить").click()
    said(client, "talks")
    hears(client)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    assert asked == ["beforeunload"]
    said(client, "talks", "replaced", "talks")
    shows(call_of(page, "Вера"), "Разговор")
    hears(client)
    assert client.evaluate("peer.count()") == 1
    client.evaluate("peer.decline()")
    expect(page.locator(".softphone-call")).to_have_count(0, timeout=8_000)
    page.reload()
    assert asked == ["beforeunload"]
