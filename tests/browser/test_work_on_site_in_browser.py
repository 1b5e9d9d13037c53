"""A day on site, on a phone: it could not be done, a break, the checklist, the crew, a colleague, what comes next."""

# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
from __future__ import annotations

import time
from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from svyazka.business.problems import sweep
from svyazka.business.visits import booking, carry_out, checklist
from svyazka.business.visits.conftest import (  # noqa: F401
    deal,
    hour,
    installation,
    measurement,
    monday,
    of_egor,
    of_ilya,
    visit,
)
from svyazka.business.visits.models import Presence, Stint, Tick, Visit
from tests.browser.test_field_without_signal import waits

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844, "touch": True}


@pytest.fixture
def its_day(monkeypatch, hour):
    """It is Monday, a quarter past ten."""
    _it_is(hour(10, 15), monkeypatch)


def test_nobody_at_home_and_the_office_books_again(open_page, accessible, visit, deal, egor, olga, its_day):
    page = open_page(egor, f"/field/visits/{visit.pk}/", **PHONE)
    page.get_by_text("Идёт не по плану").click()
    accessible(page)
    page.get_by_text("Никого нет дома").click()
    page.get_by_role("button", name="Выезд не состоялся").click()
    expect(page.locator("#stop")).to_contain_text("Никого нет дома")
    waits(page, 0)
    sweep.sweep_all()
    office = open_page(olga, f"/deals/{deal.pk}/")
    office.get_by_text("Назначить снова").click()
    expect(office.locator("dialog button.window").first).to_be_visible()
    page.get_by_role("button", name="Вернуть статус").click()
    expect(page.get_by_role("button", name="Еду")).to_be_visible()
    waits(page, 0)
    assert Visit.objects.get().status == "planned"


def _it_is(moment, monkeypatch):
    """And time goes on: a page knows by it what has come after it was drawn."""
    began = time.monotonic()
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: moment + timedelta(seconds=time.monotonic() - began))


def test_a_break_and_a_checklist_before_it_is_done(
    open_page, accessible, visit, measurement, egor, anna, its_day, hour, monkeypatch
):
    points = [{"ru": "Замки проверены", "must": True}, {"ru": "Акт подписан", "must": True}, {"ru": "Бахилы надеты"}]
    checklist.change(measurement, points, by=anna)
    carry_out.set_status(visit, Visit.Status.STARTED, by=egor)
    _it_is(hour(11, 30), monkeypatch)
    page = open_page(egor, f"/field/visits/{visit.pk}/", width=320, height=640, touch=True)
    page.get_by_role("button", name="Перерыв").click()
    expect(page.locator("#stop")).to_contain_text("на перерыве")
    page.get_by_role("button", name="Продолжить").click()
    page.get_by_role("link", name="Готово…").click()
    expect(page.locator(".field-missing")).to_contain_text("Замки проверены")
    accessible(page)
    # One after the other, faster than anybody answers.
    page.get_by_role("checkbox", name="Замки").click()
    page.get_by_role("checkbox", name="Акт").click()
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(2)
    expect(page.locator(".field-missing")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name="Готово").click()
    expect(page.locator("#stop")).to_contain_text("выполнен")
    waits(page, 0)
    assert (Visit.objects.get().status, Stint.objects.count(), Tick.objects.count()) == ("done", 2, 2)


def test_the_leader_marks_the_crew(open_page, accessible, deal, installation, boris, olga, hour, monkeypatch):
    made = booking.book(deal, installation, boris.resource, hour(8), request_id=uuid4(), by=olga)
    _it_is(hour(8, 30), monkeypatch)
    page = open_page(boris, f"/field/visits/{made.pk}/", **PHONE)
    sergey = page.locator(".crew-line", has_text="Сергей Зайцев")
    sergey.get_by_role("button", name="На месте").click()
    expect(sergey.get_by_role("button", name="Ушёл")).to_be_visible()
    page.get_by_role("button", name="Все на месте").click()
    expect(page.get_by_role("button", name="Ушёл")).to_have_count(3)
    accessible(page)
    waits(page, 0)
    assert Presence.objects.filter(left_at=None).count() == 3


def test_a_colleague_takes_the_visit_over(open_page, accessible, visit, monday, egor, ilya, of_ilya):
    page = open_page(egor, f"/field/visits/{visit.pk}/", **PHONE)
    page.get_by_text("Идёт не по плану").click()
    page.get_by_role("link", name="Передать коллеге").click()
    page.get_by_text("Илья Фомин").click()
    page.get_by_label("Почему?").fill("сломалась машина")
    accessible(page)
    page.get_by_role("button", name="Спросить коллегу").click()
    expect(page.get_by_text("Спросили: Илья Фомин")).to_be_visible()
    other = open_page(ilya, f"/field/?day={monday}", **PHONE)
    accessible(other)
    other.get_by_role("button", name="Беру").click()
    expect(other.locator("#stop")).to_contain_text("Вера Павлова")
    assert Visit.objects.get().resource == of_ilya


def test_the_installation_is_booked_at_the_door(open_page, accessible, visit, installation, egor):
    carry_out.set_status(visit, Visit.Status.DONE, by=egor)
    page = open_page(egor, f"/field/visits/{visit.pk}/", **PHONE)
    page.get_by_role("link", name="Назначить: Монтаж").click()
    expect(page.locator("button.window").first).to_be_visible()
    accessible(page)
    page.locator("button.window").first.click()
    expect(page.get_by_text("Монтаж назначен:")).to_be_visible()
    assert Visit.objects.filter(kind=installation).count() == 1
