"""What somebody has seen of a visit, and what is different since."""

from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.clients.models import ContactPoint
from svyazka.business.visits import booking, change, looked
from svyazka.business.visits.models import Booking, Look, Visit
from svyazka.business.visits.on_site.sent import Unreadable
from svyazka.kit import clock


def as_now(visit):
    return Visit.objects.select_related("client", "kind", "resource").prefetch_related(*DAY).get(pk=visit.pk)


DAY = (looked.PHONES, looked.TAKEN)


@pytest.fixture
def shown(visit):
    return looked.shown(as_now(visit))


def news(visit, person):
    return looked.news(as_now(visit), looked.of_visits([visit], person).get(visit.pk))


def names(visit, person):
    return [one.what for one in news(visit, person).differences]


def test_new_until_it_has_been_opened(visit, egor, shown):
    assert (news(visit, egor).is_new, news(visit, egor).is_open) == (True, True)
    looked.look(visit, shown, by=egor)
    assert news(visit, egor) == looked.News()


def test_all_that_matters_is_a_difference(visit, egor, ilya, olga, of_egor, of_ilya, hour, shown):
    looked.look(visit, shown, by=egor)
    moved = booking.move(visit, hour(14), of_egor, reason="позже", by=olga)
    change.change(moved, address="Москва, Арбат, 1", wishes="домофон", brief="возьмите стремянку", by=olga)
    ContactPoint.objects.filter(client=visit.client).update(value="+79990000000")
    Booking.objects.create(resource=of_ilya, during=(moved.starts_at, moved.ends_at), visit=moved)
    assert names(visit, egor) == ["time", "address", "phone", "wishes", "brief", "joined"]
    assert news(visit, egor).differences[-1].now == ["Илья Фомин"]
    looked.look(visit, looked.shown(as_now(visit)), by=egor)
    Booking.objects.filter(resource=of_ilya).delete()
    assert names(visit, egor) == ["left"]


def test_what_was_read_stays_on_the_page_for_a_while(visit, egor, olga, shown, monkeypatch):
    looked.look(visit, shown, by=egor)
    change.change(visit, address=visit.address, wishes="домофон", by=olga)
    looked.look(visit, looked.shown(as_now(visit)), by=egor)
    assert (names(visit, egor), news(visit, egor).is_open) == (["wishes"], False)
    later = clock.now() + looked.READ_FOR + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert news(visit, egor) == looked.News()


def test_a_page_that_was_kept_has_not_shown_what_came_later(visit, egor, olga, shown):
    """Opened without signal in the morning's form: what the office has changed meanwhile is marked all the same."""
    change.change(visit, address="Москва, Арбат, 1", wishes="", by=olga)
    looked.look(visit, shown, by=egor)
    assert names(visit, egor) == ["address"]


def test_an_earlier_look_that_comes_late_counts_no_more(visit, egor, olga, shown):
    change.change(visit, address="Москва, Арбат, 1", wishes="", by=olga)
    looked.look(visit, looked.shown(as_now(visit)), by=egor)
    looked.look(visit, shown, by=egor, at=clock.now() - timedelta(hours=2))
    assert names(visit, egor) == []


def test_it_is_kept_for_each_person(visit, egor, ilya, of_ilya, shown):
    Booking.objects.create(resource=of_ilya, during=(visit.starts_at, visit.ends_at), visit=visit)
    looked.look(visit, shown, by=egor)
    assert (news(visit, ilya).is_new, news(visit, egor).is_new) == (True, False)


def test_what_is_there_no_longer_stands_in_the_day_until_it_was_seen(visit, egor, olga, of_egor, of_ilya, hour, shown):
    begins, ends = clock.day_bounds(clock.local(visit.starts_at).date())
    looked.look(visit, shown, by=egor)
    moved = booking.move(visit, hour(10, days=1), of_egor, reason="позже", by=olga)
    _looks, (gone,) = looked.of_day([], egor, begins, ends)
    assert (gone.visit, gone.was_at, gone.is_his) == (visit, visit.starts_at, True)
    looked.look(visit, looked.shown(as_now(visit)), by=egor)
    assert looked.of_day([], egor, begins, ends) == ({}, [])
    given = booking.move(moved, hour(12, days=1), of_ilya, reason="ближе", by=olga)
    tomorrow = clock.day_bounds(clock.local(moved.starts_at).date())
    _looks, (gone,) = looked.of_day([], egor, *tomorrow)
    assert gone.is_his is False
    looked.look(given, {}, by=egor)
    assert not Look.objects.exists()


def test_called_off_before_anybody_looked_is_nothing(visit, egor, olga):
    begins, ends = clock.day_bounds(clock.local(visit.starts_at).date())
    booking.cancel(visit, reason="передумали", by=olga)
    assert looked.of_day([], egor, begins, ends) == ({}, [])


@pytest.mark.parametrize(
    "given",
    [None, [], {}, {"people": []}, "text", {"starts_at": "now"}],
)
def test_nonsense_is_refused_and_nothing_is_stored(visit, egor, given):
    with pytest.raises(Unreadable):
        looked.look(visit, given, by=egor)
    assert not Look.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("starts_at", "2026-11-30T10:00"),
        ("starts_at", "9999-11-30T10:00+00:00"),
        ("ends_at", ""),
        ("address", "я" * 301),
        ("address", "a\x00"),
        ("people", ["я" * 200]),
        ("people", "Илья"),
        ("brief", 5),
    ],
)
def test_a_part_that_cannot_be_is_refused(visit, egor, shown, name, value):
    with pytest.raises(Unreadable):
        looked.look(visit, {**shown, name: value}, by=egor)
