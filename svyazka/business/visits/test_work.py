"""How long a visit takes, and on which days it goes on."""

from __future__ import annotations

from datetime import time, timedelta
from uuid import uuid4

import pytest

from svyazka.business.deals.known import facts
from svyazka.business.visits import booking, shifts, slots, work
from svyazka.business.visits.models import Booking, Resource, VisitKind
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


@pytest.mark.parametrize(
    ("openings", "minutes"), [(0, 180), (1, 240), (3, 240), (4, 480), (8, 480), (9, 540), (1000, 12_000)]
)
def test_duration_by_size(openings, minutes):
    kind = VisitKind(minutes=180, minutes_per_opening=60, steps=[[3, 240], [8, 480]])
    assert work.length_of(kind, openings) == timedelta(minutes=minutes)


def periods(visit, resource):
    rows = visit.bookings.filter(resource=resource).order_by("during")
    return [(clock.local(one.during.lower), clock.local(one.during.upper)) for one in rows]


def test_an_installation_goes_on_for_days_with_a_row_for_each(deal, installation, crew, hour, monday, olga):
    facts.change(deal, {"openings": "15"}, by=olga)  # eighteen hours; the crew works twelve a day
    (first,) = slots.free_slots(installation, openings=15, from_day=monday, days=1)
    assert (first.starts_at, first.ends_at) == (hour(8), hour(14, days=1))
    visit = booking.book(deal, installation, crew, hour(8), request_id=uuid4(), by=olga)
    assert periods(visit, crew) == [(hour(8), hour(20)), (hour(8, days=1), hour(14, days=1))]
    assert (visit.ends_at, visit.work) == (hour(14, days=1), timedelta(hours=18))
    assert Booking.objects.filter(visit=visit).count() == 2 * 5  # the crew, three people, a van
    moved = booking.move(visit, hour(8, days=3), crew, reason="позже", by=olga)
    assert (moved.ends_at, moved.work) == (hour(14, days=4), timedelta(hours=18))


def test_a_day_off_lies_between_its_days(deal, installation, crew, hour, monday, olga, anna):
    facts.change(deal, {"openings": "15"}, by=olga)
    shifts.enter(crew, monday + timedelta(days=1), [], by=anna)
    visit = booking.book(deal, installation, crew, hour(8), request_id=uuid4(), by=olga)
    assert periods(visit, crew) == [(hour(8), hour(20)), (hour(8, days=2), hour(14, days=2))]


def test_what_goes_on_for_days_begins_in_the_morning(deal, installation, crew, hour, olga):
    facts.change(deal, {"openings": "15"}, by=olga)
    with pytest.raises(Refused) as refusal:
        booking.book(deal, installation, crew, hour(10), request_id=uuid4(), by=olga)
    assert list(refusal.value.fields) == ["starts_at"]


def test_what_is_longer_than_its_days_is_another_visit(deal, installation, crew, hour, monday, olga):
    facts.change(deal, {"openings": "37"}, by=olga)  # forty hours; three days have thirty-six
    visit = booking.book(deal, installation, crew, hour(8), request_id=uuid4(), by=olga)
    assert visit.work == timedelta(hours=36)
    rest = booking.book(deal, installation, crew, hour(8, days=3), request_id=uuid4(), by=olga)
    assert rest.work == timedelta(hours=4)


def test_what_is_done_before_and_after_is_taken_as_well(deal, measurement, of_egor, hour, olga, monday):
    VisitKind.objects.filter(pk=measurement.pk).update(before=15, after=30)
    measurement.refresh_from_db()
    visit = booking.book(deal, measurement, of_egor, hour(10), request_id=uuid4(), by=olga)
    assert (visit.starts_at, visit.ends_at) == (hour(10), hour(11))
    assert periods(visit, of_egor) == [(hour(9, 45), hour(11, 30))]
    found = slots.free_slots(measurement, from_day=monday, days=1, resource=of_egor)
    assert [f"{clock.local(slot.starts_at):%H:%M}" for slot in found][:2] == ["14:15", "14:45"]
    for slot in found[::4]:
        booking.book(deal, measurement, of_egor, slot.starts_at, request_id=uuid4(), by=olga)


@pytest.fixture
def all_day(of_egor):
    """Egor from nine to six, with an hour's break somewhere between twelve and three."""
    of_egor.hours = {str(day): [["09:00", "18:00"]] for day in range(5)}
    of_egor.breaks = [[60, "12:00", "15:00"]]
    of_egor.save()
    return of_egor


def test_a_break_is_left_free(deal, measurement, all_day, hour, olga, monday):
    for begin in (hour(12), hour(13)):
        booking.book(deal, measurement, all_day, begin, request_id=uuid4(), by=olga)
    found = {slot.starts_at for slot in slots.free_slots(measurement, from_day=monday, days=1, resource=all_day)}
    assert (hour(14) in found, hour(15) in found, hour(11) in found) == (False, True, True)
    with pytest.raises(booking.SlotTaken) as refusal:
        booking.book(deal, measurement, all_day, hour(14), request_id=uuid4(), by=olga)
    assert "перерыв" in str(refusal.value.message)


def test_whoever_works_through_it_has_it_on_site(deal, measurement, all_day, hour, olga):
    VisitKind.objects.filter(pk=measurement.pk).update(minutes=300)
    measurement.refresh_from_db()
    booking.book(deal, measurement, all_day, hour(11), request_id=uuid4(), by=olga)


@pytest.mark.parametrize("limit", [{"most_visits": 2}, {"most_minutes": 150}])
def test_a_day_has_its_limit(deal, measurement, of_egor, hour, olga, monday, limit):
    Resource.objects.filter(pk=of_egor.pk).update(**limit)
    for begin in (hour(9), hour(15)):
        booking.book(deal, measurement, of_egor, begin, request_id=uuid4(), by=olga)
    assert slots.free_slots(measurement, from_day=monday, days=1, resource=of_egor) == []
    with pytest.raises(booking.SlotTaken):
        booking.book(deal, measurement, of_egor, hour(11), request_id=uuid4(), by=olga)
    booking.book(deal, measurement, of_egor, hour(11, days=1), request_id=uuid4(), by=olga)


def test_a_day_unlike_its_weekday(deal, measurement, of_egor, hour, monday, olga, anna):
    sunday = monday - timedelta(days=1)
    shifts.enter(of_egor, sunday, [(time(10), time(12))], note="срочные", by=anna)
    shifts.enter(of_egor, monday, [], by=anna)
    found = slots.free_slots(measurement, from_day=sunday, days=2, resource=of_egor)
    assert [f"{clock.local(slot.starts_at):%a %H:%M}" for slot in found] == ["Sun 10:00", "Sun 10:30", "Sun 11:00"]
    with pytest.raises(Refused):
        booking.book(deal, measurement, of_egor, hour(10), request_id=uuid4(), by=olga)
    shifts.remove(of_egor.shifts.get(day=monday), by=anna)
    booking.book(deal, measurement, of_egor, hour(10), request_id=uuid4(), by=olga)
