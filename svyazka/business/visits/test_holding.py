"""A time is held for the caller, for some minutes."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from svyazka.business.deals.opening import open_deal
from svyazka.business.journal.models import Entry
from svyazka.business.visits import absences, booking, holding, periods, slots
from svyazka.business.visits.models import Booking, Visit
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


@pytest.fixture
def hold(deal, measurement, of_egor, hour, olga):
    def held(at=None, by=olga, request_id=None, of=deal):
        return holding.hold(of, measurement, of_egor, at or hour(10), request_id=request_id or uuid4(), by=by)

    return held


@pytest.fixture
def over():
    """As if ten minutes had gone by."""
    return lambda: Booking.objects.filter(kind="hold").update(expires_at=clock.now() - timedelta(seconds=1))


@pytest.fixture
def other(vera, olga):
    return open_deal(vera, by=olga)


def test_nobody_else_gets_it_and_the_caller_does(hold, deal, other, measurement, of_egor, hour, olga, monday):
    held = hold()
    assert held.expires_at - clock.now() > timedelta(minutes=9)
    found = slots.free_slots(measurement, from_day=monday, days=1, resource=of_egor)
    assert hour(10) not in {slot.starts_at for slot in found}
    with pytest.raises(booking.SlotTaken) as refusal:
        booking.book(other, measurement, of_egor, hour(10, 30), request_id=uuid4(), by=olga)
    assert refusal.value.slots
    row = Booking.objects.get()
    assert (row.held_by, row.deal, row.note) == (olga, deal, "Вера Павлова")
    visit = booking.book(deal, measurement, of_egor, hour(10), request_id=uuid4(), by=olga, hold=held.request_id)
    turned = Booking.objects.get()
    assert (turned.pk, turned.kind, turned.visit, turned.expires_at, turned.note) == (row.pk, "visit", visit, None, "")


def test_the_same_click_twice_holds_once(hold):
    request_id = uuid4()
    assert hold(request_id=request_id) == hold(request_id=request_id)
    assert Booking.objects.count() == 1


def test_a_request_of_another_deal_holds_nothing_for_it(hold, other):
    held = hold()
    with pytest.raises(Refused):
        hold(request_id=held.request_id, of=other)


def test_another_time_for_the_same_caller_frees_the_first(hold, hour, mikhail):
    hold()
    second = hold(hour(15))
    assert [row.request_id for row in Booking.objects.all()] == [second.request_id]
    hold(hour(9), by=mikhail)
    assert Booking.objects.count() == 2


def test_it_is_released(hold, olga, hour):
    held = hold()
    for _click in range(2):
        holding.release(held.request_id, by=olga)
    assert not Booking.objects.exists()
    assert Entry.objects.filter(verb="visits.released").count() == 1
    hold(hour(10, 30))


def test_when_it_is_over_the_time_is_free_at_once(hold, over, other, deal, measurement, of_egor, hour, olga, monday):
    held = hold()
    over()
    found = slots.free_slots(measurement, from_day=monday, days=1, resource=of_egor)
    assert hour(10) in {slot.starts_at for slot in found}
    booking.book(other, measurement, of_egor, hour(10), request_id=uuid4(), by=olga)
    with pytest.raises(booking.SlotTaken):
        booking.book(deal, measurement, of_egor, hour(10), request_id=uuid4(), by=olga, hold=held.request_id)
    assert Visit.objects.count() == 1


def test_whoever_comes_late_is_booked_all_the_same_where_it_is_still_free(
    hold, over, deal, measurement, of_egor, hour, olga
):
    held = hold()
    over()
    booking.book(deal, measurement, of_egor, hour(10), request_id=uuid4(), by=olga, hold=held.request_id)
    assert Booking.objects.get().kind == "visit"


def test_another_time_than_the_one_held(hold, deal, measurement, of_egor, hour, olga):
    held = hold()
    visit = booking.book(deal, measurement, of_egor, hour(10, 30), request_id=uuid4(), by=olga, hold=held.request_id)
    row = Booking.objects.get()
    assert (row.visit, row.during.lower) == (visit, hour(10, 30))


def test_a_round_takes_away_what_is_over(hold, over):
    hold()
    holding.let_lapse()
    assert Booking.objects.count() == 1
    over()
    holding.let_lapse()
    assert not Booking.objects.exists()
    assert periods.purge() == set()


def test_nobody_goes_on_leave_while_a_caller_thinks(hold, over, of_egor, hour, roza):
    hold()
    with pytest.raises(Refused) as refusal:
        absences.absent(of_egor, hour(9), hour(18), by=roza)
    assert not isinstance(refusal.value, absences.InTheWay)
    over()
    absences.absent(of_egor, hour(9), hour(18), by=roza)
