from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from svyazka.business.places import placing
from svyazka.business.staff import absences as staff_absences
from svyazka.business.visits import board, booking, confirming
from svyazka.business.visits.models import Resource, Visit
from svyazka.kit import clock

HERE, NEAR, FAR = "Москва, Лесная, 5", "Москва, Лесная, 9", "Москва, Окружная, 1"


@pytest.fixture
def on_the_map(anna, windows):
    for address, point in ((HERE, "55.800, 37.600"), (NEAR, "55.801, 37.601"), (FAR, "55.600, 37.300")):
        placing.by_hand(address, point, by=anna)


@pytest.fixture
def book(deal, measurement, of_egor, olga):
    return lambda at, address: booking.book(
        deal, measurement, of_egor, at, request_id=uuid4(), by=olga, address=address
    )


def egors(day):
    return next(row for row in board.read([day]).rows if row.resource.name == "Егор Кузнецов").cells[0]


def test_a_way_that_takes_longer_than_there_is_time_is_named(on_the_map, book, hour, monday):
    for at, address in ((hour(9), HERE), (hour(10, 30), NEAR), (hour(11, 40), FAR)):
        book(at, address)
    first, second, third = egors(monday).visits
    assert (second.faults, first.faults) == ([], [])
    minutes = -(-third.way // 60)
    assert third.faults == [f"С 11:30 до 11:40 не доехать от «Лесная, 9» до «Окружная, 1»: дорога {minutes} мин."]
    assert first.way > 0  # from home
    assert second.way < 10 * 60 < third.way


def test_of_a_place_that_nobody_knows_no_way_is_said(book, hour, monday):
    book(hour(9), HERE)
    book(hour(10), FAR)
    assert [one.way for one in egors(monday).visits] == [None, None]


def test_the_load_is_work_and_ways(on_the_map, book, hour, monday):
    book(hour(9), HERE)
    cell = egors(monday)
    assert cell.load == round(100 * (cell.worked + cell.driven) / timedelta(hours=9))
    assert 11 < cell.load < 25
    assert egors(monday + timedelta(days=6)).load is None


def test_who_is_away_or_off_or_gone_is_named(visit, egor, anna, monday, hour):
    assert egors(monday).visits[0].faults == []
    staff_absences.enter(egor, hour(8), hour(20), note="болеет", by=anna)
    assert egors(monday).visits[0].faults == ["Егор Кузнецов в это время отсутствует."]
    egor.absences.all().delete()
    Resource.objects.filter(person=egor).update(hours={})
    assert egors(monday).visits[0].faults == ["Егор Кузнецов: в этот день не работает."]
    Resource.objects.filter(person=egor).update(hours={str(monday.weekday()): [["12:00", "18:00"]]})
    assert egors(monday).visits[0].faults == ["Вне рабочего времени: Егор Кузнецов."]
    Resource.objects.filter(person=egor).update(is_active=False)
    assert egors(monday).visits[0].faults == ["Егор Кузнецов больше не работает в компании."]


def test_what_is_not_confirmed_soon_and_what_is_late_is_named(visit, olga):
    at = (clock.now() + timedelta(hours=2)).replace(minute=0, second=0, microsecond=0)
    Visit.objects.update(starts_at=at, ends_at=at + timedelta(hours=1))
    visit.bookings.update(during=(at, at + timedelta(hours=1)))
    day = clock.local(at).date()
    assert "Клиент ещё не подтвердил время." in egors(day).visits[0].faults
    confirming.confirm(Visit.objects.get(), by=olga)
    assert "Клиент ещё не подтвердил время." not in egors(day).visits[0].faults
    earlier = clock.now() - timedelta(minutes=30)
    visit.bookings.update(during=(earlier, clock.now() + timedelta(minutes=30)))
    Visit.objects.update(starts_at=earlier, ends_at=clock.now() + timedelta(minutes=30))
    said = egors(clock.local(earlier).date()).visits[0].faults
    assert f"Должен был начаться в {clock.local(earlier):%H:%M}." in said
