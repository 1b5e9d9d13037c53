"""Egor falls ill at eight, a measurement takes its installation along, a visit is moved for the third time."""

from __future__ import annotations

import re
from datetime import time, timedelta
from uuid import uuid4

import pytest

from svyazka.business.deals import opening
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Task
from svyazka.business.notices.models import Notice
from svyazka.business.problems.sweep import sweep_all
from svyazka.business.visits import booking
from svyazka.business.visits.models import MoveReason, RoadNews, Visit, VisitKind, VisitMove
from svyazka.kit import clock

HTMX = {"HX-Request": "true"}


@pytest.fixture
def monday(windows):
    """Next Monday; nothing of it has begun."""
    today = clock.today()
    return today + timedelta(days=(8 if today.weekday() == 6 else 7 - today.weekday()))


@pytest.fixture
def book(vera, olga, monday):
    def booked(resource, hour, *, kind="measurement", deal=None, days=0):
        deal = deal or opening.open_deal(vera, by=olga)
        deal = facts.change(deal, {"address": "Москва, Тверская, 1"}, by=olga)
        at = clock.at(monday + timedelta(days=days), time(hour))
        return booking.book(deal, VisitKind.objects.get(code=kind), resource, at, request_id=uuid4(), by=olga)

    return booked


def value(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


def test_w8_egor_falls_ill_at_eight(windows, egor, ilya, dina, konstantin, book, enter, monkeypatch, monday):
    """He says so himself on his phone; the dispatcher hears of it, takes a way out by one click, and undoes it."""
    visits = [book(egor.resource, 12), book(egor.resource, 15)]
    at_eight = clock.at(monday, time(8))
    monkeypatch.setattr(clock, "now", lambda: at_eight)

    assert enter(egor).post("/field/absence/", {"until": monday.isoformat(), "note": "температура"}).status_code == 302
    assert "без исполнителя" in enter(egor).get("/field/").content.decode()
    (notice,) = Notice.objects.filter(person=dina, kind="visit.orphaned")
    sweep_all()
    listed = enter(konstantin).get("/problems/?kind=visit_orphaned").content.decode()
    assert "Не сможет приехать: Егор Кузнецов" in listed

    dispatcher = enter(dina)
    where = dispatcher.get(f"/notices/{notice.pk}/")["Location"]
    page = dispatcher.get(where).content.decode()
    assert "2 выезда переходят к другим" in page
    assert "всё обещанное клиентам в силе" in page
    assert Visit.objects.orphaned().count() == 2

    assert dispatcher.post("/calendar/what-to-do/", {"way": value(page, "way")}).status_code == 302
    assert {one.resource for one in Visit.objects.all()} == {ilya.resource}
    assert RoadNews.objects.filter(person=ilya).count() == 2  # gathered for a while, then told
    done = dispatcher.get("/calendar/what-to-do/").content.decode()
    assert "План выполняется" in done
    assert "План изменён для 2 выездов" in done
    sweep_all()
    assert "Не сможет приехать: Егор" not in enter(konstantin).get("/problems/").content.decode()

    undoing = re.search(r'action="(/calendar/what-to-do/\d+/undoing/)"', done)[1]
    undone = enter(dina).post(undoing)
    assert undone.status_code == 302
    assert [one.resource for one in Visit.objects.order_by("pk")] == [egor.resource, egor.resource]
    assert [one.pk for one in Visit.objects.orphaned().order_by("pk")] == [one.pk for one in visits]


def test_w8_a_measurement_that_moves_takes_its_installation_along(windows, egor, boris, olga, book, enter, monday):
    measured = book(egor.resource, 12)
    installed = book(boris.resource, 9, kind="installation", deal=measured.deal, days=7)
    page = enter(olga)
    given = {
        "slot": f"{egor.resource.pk}@{clock.at(monday + timedelta(days=1), time(12)).isoformat()}",
        "why": "client_asked",
        "asked": "client",
        "version": str(measured.version),
    }
    asked = page.post(f"/visits/{measured.pk}/time/", given, headers=HTMX)
    shown = asked.content.decode()
    assert asked.status_code == 409
    assert "окажутся слишком рано" in shown
    assert Visit.objects.get(pk=measured.pk).starts_at == measured.starts_at

    again = {name: value(shown, name) for name in given} | {"seen": value(shown, "seen")}
    assert page.post(f"/visits/{measured.pk}/time/", again, headers=HTMX).status_code == 200
    installed.refresh_from_db()
    assert installed.starts_at == clock.at(monday + timedelta(days=8), time(9))
    assert Notice.objects.filter(person=boris, kind="visit.moved").count() == 1
    assert Task.objects.filter(kind="call", what__startswith="Сообщить клиенту: Монтаж").count() == 1


def test_w8_the_third_move_is_a_problem_and_says_why(windows, egor, olga, anna, konstantin, book, enter, monday):
    visit = book(egor.resource, 12)
    reason = MoveReason.objects.get(code="not_at_home")
    for number, hour in enumerate((14, 15, 16)):
        sweep_all()
        assert "переносился" not in enter(konstantin).get("/problems/?kind=visit_moved").content.decode()
        at = clock.at(monday, time(hour))
        current = Visit.objects.get(pk=visit.pk)
        booking.move(current, at, egor.resource, reason="", why=reason, asked="client", by=olga)
        assert VisitMove.objects.count() == number + 1
    sweep_all()
    page = enter(konstantin).get("/problems/?kind=visit_moved").content.decode()
    assert "Клиента не было дома" in page
    assert "переносов за 90 дней: 3 (клиент: 3)" in enter(anna).get("/office/move-reasons/").content.decode()

    assert enter(anna).post("/office/move-rules/", {"moves_are_many": "4"}).status_code == 302
    sweep_all()
    assert "Клиента не было дома" not in enter(konstantin).get("/problems/?kind=visit_moved").content.decode()
