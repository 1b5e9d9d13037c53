"""Logging in and the office, as people see them. `SVYAZKA_PICTURES=folder` keeps a picture of each page."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from svyazka.business.calls.models import Pbx
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.deals.models import Deal
from svyazka.business.intake.models import Arrival
from svyazka.business.journal.record import About, Automaton, record
from svyazka.business.visits.models import Resource
from svyazka.kit import clock

pytestmark = pytest.mark.slow
PASSWORD = "correct horse battery"  # of the cast, see conftest.py


@pytest.fixture
def ledger(windows) -> Arrival:
    now = clock.now()
    given = {
        "connector": "web_form",
        "conversation": "web_form/okna/1",
        "headers": {"content-type": "application/json"},
    }
    body = '{"name": "Вера", "phone": "перезвоните вечером", "utm_source": "yandex"}'.encode()
    for number, (state, reason) in enumerate(
        [
            ("stuck", "Телефон не похож на номер, эл. почты нет."),
            ("stuck", "Ошибка на нашей стороне (KeyError); попыток: 5."),
            ("again", "Ошибка на нашей стороне (OperationalError); попробуем ещё раз."),
            ("done", ""),
        ]
    ):
        last = Arrival.objects.create(
            received_at=now - timedelta(minutes=7 * number), next_try_at=now, account="web_form/okna", body=body,
            state=state, reason=reason, attempts=number + 1, outside_id=f"form-{number}", **given,
        )  # fmt: skip
    Pbx.objects.create(code="asterisk/main", driver="asterisk", host="10.0.0.5", port=5038, login="crm", lost_at=now)
    olga, anna = windows["olga"], windows["anna"]
    record("clients.created", About("client", 1, client_id=1), by=Automaton("web_form/okna"))
    record("deals.moved", About("deal", 1, deal_id=1), by=olga, changes={"stage": ("new", "contacted")})
    record(
        "deals.changed",
        About("deal", 1, deal_id=1),
        by=olga,
        changes={"amount": (None, "54300.00"), "openings": (2, 3)},
    )
    record("staff.changed", About("person", olga.pk), by=anna, changes={"role": ("operator", "manager")})
    record("intake.set_aside", About("arrival", last.pk), by=anna, changes={"state": ("stuck", "ignored")}, note="спам")
    assert not Deal.objects.exists()
    return Arrival.objects.filter(state="stuck").first()


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("SVYAZKA_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_a_person_logs_in(open_page, windows, accessible):
    page = open_page(None, "/account/")
    expect(page.get_by_label("Логин")).to_be_focused()
    accessible(page)
    picture(page, "login-wide-light")
    page.keyboard.type("olga")
    page.get_by_label("Пароль").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Неверный логин или пароль.")
    expect(page.get_by_label("Пароль")).to_be_focused()
    accessible(page)
    picture(page, "login-wrong")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Мой профиль")).to_be_visible()
    page.get_by_label("Текущий пароль").fill("wrong")
    page.get_by_label("Новый пароль").fill("a new and longer phrase")
    page.get_by_role("button", name="Сменить пароль").click()
    expect(page.get_by_text("Текущий пароль указан неверно.")).to_be_visible()
    page.get_by_label("Текущий пароль").fill(PASSWORD)
    page.get_by_label("Новый пароль").fill("a new and longer phrase")
    page.get_by_role("button", name="Сменить пароль").click()
    expect(page.locator(".toast")).to_contain_text("Пароль изменён.")
    page.locator("main").get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="My account")).to_be_visible()
    page.locator("main").get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_the_ledger_is_put_right_by_hand(open_page, roza, ledger):
    page = open_page(roza, "/office/arrivals/")
    page.get_by_role("button", name="Запустить повторно").click()
    expect(page.locator(".toast")).to_contain_text("2 поступления запущены повторно.")
    expect(page.get_by_text("Всё разобрано.")).to_be_visible()


def test_back_brings_a_pipeline_as_it_was(open_page, anna):
    page = open_page(anna, "/office/pipelines/windows/")
    page.locator(".rail a").first.click()
    expect(page.locator("#stages")).to_have_count(0)
    page.go_back()
    expect(page.locator("#stages")).to_be_visible()


@pytest.mark.parametrize(
    ("look", "width", "dark"),
    [("wide-light", 1440, False), ("phone-light", 390, False), ("wide-dark", 1440, True), ("phone-dark", 390, True)],
)
def test_every_page_fits_and_shuts_nobody_out(open_page, anna, olga, ledger, accessible, look, width, dark):
    bot, pbx = ChannelAccount.objects.get(code="telegram/main"), Pbx.objects.get()
    page = open_page(anna, width=width, dark=dark)
    for name, path in {
        "account": "/account/",
        "staff": "/office/staff/",
        "staff-new": "/office/staff/new/",
        "staff-person": f"/office/staff/{olga.pk}/",
        "resources": "/office/resources/",
        "resource": f"/office/resources/{Resource.objects.first().pk}/",
        "arrivals": "/office/arrivals/",
        "arrival": f"/office/arrivals/{ledger.pk}/",
        "journal": "/office/journal/",
        "channels": "/office/channels/",
        "channel": f"/office/channels/{bot.pk}/",
        "channel-new": "/office/channels/new/",
        "lines": "/office/lines/",
        "pbxs": "/office/pbx/",
        "pbx": f"/office/pbx/{pbx.pk}/",
    }.items():
        page.goto(path)
        picture(page, f"{name}-{look}")
        accessible(page)
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide == 0, f"{path} at {width}"
    outside = open_page(None, "/login/", width=width, dark=dark)
    picture(outside, f"login-{look}")
    accessible(outside)
