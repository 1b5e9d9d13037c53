"""An engineer has agreed that his phone notes arrivals: it asks him, and only what it may is sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from svyazka.business.places import placing
from svyazka.business.visits.models import Action, Consent, Mark, Resource, Visit
from svyazka.business.visits.road import rules
from svyazka.business.visits.whereabouts import consent, marks
from tests.browser.test_field_without_signal import (  # noqa: F401
    cut,
    files,
    line,
    mend,
    phone,
    ready,
    until,
    visit,
    waits,
)

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
THERE = {"latitude": 55.7781, "longitude": 37.5893, "accuracy": 20}
FAR = {"latitude": 55.79, "longitude": 37.62, "accuracy": 20}


@pytest.fixture
def egor(windows):
    return windows["egor"]


@pytest.fixture
def on_site(windows, visit, anna, olga, monkeypatch):  # noqa: F811
    """The company wants it, Vera's house is on the map, and it is working time at any hour of the tests."""
    monkeypatch.setattr(marks, "STAYS", timedelta(seconds=1))
    given = {name: getattr(rules.rules(), name) for name in rules.BOUNDS}
    rules.change(**given, is_on=True, tomorrow_at=None, notes_arrivals=True, by=anna)
    placing.by_hand(visit.address, "55.7781, 37.5893", by=olga)
    week = {str(day): [["00:00", "24:00"]] for day in range(7)}
    Resource.objects.filter(pk=visit.resource_id).update(hours=week)


def stand(page, where):
    """Long enough for the phone to believe it."""
    for step in range(4):
        page.context.set_geolocation({**where, "latitude": where["latitude"] + step * 1e-6})
        page.wait_for_timeout(700)


def allowed(page):
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation(FAR)


def test_it_asks_and_he_answers(phone, on_site, visit, egor):  # noqa: F811
    page = phone(egor, path="/field/whereabouts/")
    allowed(page)
    expect(page.get_by_text("путь с него не уходит")).to_be_visible()
    page.get_by_role("button", name="Согласен").click()
    expect(page.get_by_text("согласие дано:")).to_be_visible()
    page.goto(f"/field/visits/{visit.pk}/")
    stand(page, THERE)
    expect(page.get_by_text("Вы приехали?")).to_be_visible()
    assert Visit.objects.get().status == "planned"
    page.get_by_role("button", name="Да, начинаю").click()
    expect(page.locator("#stop [data-statuses]")).to_have_text("начат")
    expect(page.get_by_text("Вы приехали?")).to_be_hidden()
    stand(page, FAR)
    expect(page.get_by_text("Вы уехали. Готово?")).to_be_visible()
    waits(page, 0)
    assert list(Mark.objects.order_by("at").values_list("kind", flat=True)) == ["came", "left"]
    assert "55.7" not in str(list(Action.objects.values_list("data", "seen", "answer")))
    page.goto("/field/whereabouts/")
    expect(page.get_by_text("Приехал: Замер")).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Отозвать и удалить").click()
    expect(page.get_by_role("button", name="Согласен")).to_be_visible()
    assert not Mark.objects.exists()
    assert not Consent.objects.exists()


def test_without_signal_it_waits_in_the_queue(phone, line, on_site, visit, egor):  # noqa: F811
    consent.give(egor)
    page = phone(egor)
    allowed(page)
    ready(page, visit)
    page.goto(f"/field/visits/{visit.pk}/")
    cut(page, line)
    stand(page, THERE)
    expect(page.get_by_text("Вы приехали?")).to_be_visible()
    waits(page, 1)
    mend(page, line)
    waits(page, 0)
    assert Mark.objects.get().kind == "came"


def test_whoever_has_not_agreed_is_not_asked_for_his_position(phone, on_site, visit, egor):  # noqa: F811
    page = phone(egor)
    allowed(page)
    page.add_init_script("navigator.geolocation.watchPosition = () => { window.watched = true; return 1; };")
    page.goto(f"/field/visits/{visit.pk}/")
    stand(page, THERE)
    assert page.evaluate("window.watched") is None
    assert not Action.objects.exists()


def test_nor_outside_the_working_time(phone, on_site, visit, egor):  # noqa: F811
    consent.give(egor)
    Resource.objects.filter(pk=visit.resource_id).update(hours={})
    page = phone(egor)
    allowed(page)
    page.goto(f"/field/visits/{visit.pk}/")
    stand(page, THERE)
    waits(page, 0)
    assert not Action.objects.exists()
