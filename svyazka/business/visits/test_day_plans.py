"""Whatever happens to a day, what lies ready of it is what its bookings say."""

from __future__ import annotations

from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.places import times
from svyazka.business.visits import (
    absences,
    booking,
    change,
    crews,
    day_packing,
    day_plans,
    holding,
    on_the_map,
    resources,
    shifts,
)
from svyazka.business.visits.day_packing import DayOf
from svyazka.business.visits.models import Booking, DayChange, DayPlan, Resource, Visit
from svyazka.engines.routing import day_plan
from svyazka.engines.routing.day_plan import Kind
from svyazka.engines.routing.problem import Key
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

DAYS = 3


class UndoEverything(Exception):
    pass


@pytest.fixture
def ready(windows, monday):
    """What a call reads, by name and day: the stops with their beginnings, in hours."""

    def read():
        names = dict(Resource.objects.values_list("pk", "name"))
        found = day_plans.read(list(names), monday, DAYS, times.travel())
        plans = {key: day_plan.unpack(key, packed) for key, packed in found}
        return {(names[key.worker], key.day): [one.start / 3600 for one in plan.stops] for key, plan in plans.items()}

    return read


def compare(monday):
    """What lies ready, beside what is packed out of the bookings just now."""
    travel, ids = times.travel(), list(Resource.objects.values_list("pk", flat=True))
    wanted = [DayOf(pk, monday + timedelta(days=number)) for pk in ids for number in range(DAYS)]
    fresh = {
        Key(one.resource_id, (one.day - monday).days): made.stops
        for one, made in day_packing.pack(wanted, travel).items()
    }
    assert dict(day_plans.read(ids, monday, DAYS, travel)) == {key: stops for key, stops in fresh.items() if stops}


def test_a_booking_is_in_it_at_once_and_gone_when_it_is_called_off(visit, ready, olga):
    assert ready()["Егор Кузнецов", 0] == [10]
    booking.cancel(visit, reason="передумали", by=olga)
    assert ready()["Егор Кузнецов", 0] == []


def test_what_has_not_changed_is_not_packed_again(visit, ready, olga, django_assert_num_queries):
    ready()
    versions = dict(DayPlan.objects.values_list("pk", "version"))
    ready()
    booking.cancel(visit, reason="передумали", by=olga)
    ready()
    changed = {pk for pk, version in DayPlan.objects.values_list("pk", "version") if versions[pk] != version}
    assert [(one.resource, one.day) for one in DayPlan.objects.filter(pk__in=changed)] == [
        (visit.resource, clock.local(visit.starts_at).date())
    ]
    assert not DayChange.objects.exists()


def test_a_member_who_is_taken_is_away_from_his_crew(deal, service, crew, named, hour, monday, olga, ready):
    ready()
    booking.book(deal, service, named("Сергей Зайцев"), hour(9), request_id=uuid4(), by=olga)
    (packed,) = [packed for key, packed in day_plans.read([crew.pk], monday, 1, times.travel())]
    (away,) = day_plan.unpack(Key(crew.pk, 0), packed).day.away
    assert away.start == 9 * 3600


def test_hours_home_and_members_are_noticed(of_egor, crew, named, monday, ready, anna):
    ready()
    resources.change(of_egor, hours={0: [(time(12), time(15))]}, by=anna)
    resources.change(crew, members=[named("Борис Орлов")], by=anna)
    compare(monday)
    Resource.objects.filter(pk=of_egor.pk).update(lat=55.7, lon=37.5)
    compare(monday)


def test_a_hold_stands_in_it_until_it_is_over(deal, measurement, of_egor, hour, olga, ready, monday):
    holding.hold(deal, measurement, of_egor, hour(10), request_id=uuid4(), by=olga)
    assert ready()["Егор Кузнецов", 0] == [10]
    found = dict(day_plans.read([of_egor.pk], monday, 1, times.travel()))
    assert [one.kind for one in day_plan.unpack(Key(of_egor.pk, 0), found[Key(of_egor.pk, 0)]).stops] == [Kind.HOLD]
    over = clock.now() - timedelta(seconds=1)
    Booking.objects.update(expires_at=over)
    DayPlan.objects.filter(holds_until__isnull=False).update(holds_until=over)
    assert ready()["Егор Кузнецов", 0] == []


def test_a_change_that_comes_while_somebody_packs_is_not_lost(visit, monday, olga, of_egor):
    travel = times.travel()
    _ready, stale = day_plans.look([of_egor.pk], monday, DAYS, travel)
    booking.cancel(visit, reason="передумали", by=olga)
    made = day_plans.renew(stale, travel)
    assert made[DayOf(of_egor.pk, monday)].stops
    compare(monday)


def test_of_two_who_pack_at_once_the_later_one_does_not_overwrite(visit, monday, olga, of_egor):
    travel = times.travel()
    _ready, stale = day_plans.look([of_egor.pk], monday, DAYS, travel)
    compare(monday)
    before = list(DayPlan.objects.order_by("pk").values_list("version", "packed"))
    booking.cancel(visit, reason="передумали", by=olga)
    day_plans.renew(stale, travel)
    after = list(DayPlan.objects.order_by("pk").values_list("version", "packed"))
    assert [(version, bytes(packed)) for version, packed in after] == [
        (version, bytes(packed)) for version, packed in before
    ]
    compare(monday)


def test_the_worker_packs_ahead_and_forgets_the_past(visit, ready, monday):
    assert day_plans.pack_ahead() > 0
    assert day_plans.pack_ahead() == 0
    DayPlan.objects.filter(day=monday).update(day=clock.today() - timedelta(days=1))
    gone = DayPlan.objects.filter(day__lt=clock.today()).count()
    number = DayPlan.objects.count()
    day_plans.forget_past()
    assert (gone > 0, DayPlan.objects.count()) == (True, number - gone)


def test_a_place_that_becomes_known_is_noticed(visit, monday, ready):
    from svyazka.business.places.models import Place

    ready()
    on_the_map.want_ahead()
    Place.objects.update(lat=55.9, lon=37.4, precision="house", source="hand")
    on_the_map.want_ahead()
    visit.refresh_from_db()
    assert (visit.lat, visit.lon) == (55.9, 37.4)
    compare(monday)


verbs = ["book", "book", "book crew", "book member", "hold", "release", "move", "cancel", "absent", "back", "shift"]
verbs += ["no shift", "swap", "address", "read", "read"]
numbers = st.integers(0, 8)
steps = st.lists(st.tuples(st.sampled_from(verbs), numbers, numbers), max_size=14)


@given(steps=steps)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_lies_ready_is_what_is_packed_anew(world, monday, steps):
    try:
        with transaction.atomic():
            for verb, which, at in steps:
                world.play(verb, which, at)
            compare(monday)
            raise UndoEverything
    except UndoEverything:
        pass


@pytest.fixture
def world(deal, measurement, installation, service, of_egor, crew, named, hour, monday, olga, roza):
    return World(
        deal, (measurement, of_egor), (installation, crew), (service, named("Сергей Зайцев")), monday, hour, olga
    )


class World:
    def __init__(self, deal, alone, crew, member, monday, hour, olga):
        self.deal, self.monday, self.hour, self.olga = deal, monday, hour, olga
        self.kinds = {"book": alone, "book crew": crew, "book member": member, "hold": alone}
        self.crew, self.resources = crew[1], [alone[1], crew[1], member[1]]

    def play(self, verb, which, at):
        try:
            with transaction.atomic():
                self._play(verb, which, self.hour(9 + at, days=which % DAYS), which)
        except Refused:
            pass

    def _play(self, verb, which, start, number):
        one = self.resources[which % 3]
        visits = list(Visit.objects.still_on().order_by("pk"))
        visit = visits[which % len(visits)] if visits else None
        if verb.startswith("book"):
            booking.book(self.deal, *self.kinds[verb], start, request_id=uuid4(), by=self.olga)
        elif verb == "hold":
            holding.hold(self.deal, *self.kinds[verb], start, request_id=uuid4(), by=self.olga)
        elif verb == "release" and (row := Booking.objects.filter(kind="hold").first()):
            holding.release(row.request_id, by=self.olga)
        elif verb == "absent":
            absences.absent(one, start, start + timedelta(hours=which + 1), by=self.olga)
        elif verb == "back" and (row := Booking.objects.filter(kind="absence").first()):
            absences.back(row, by=self.olga)
        elif verb == "shift":
            shifts.enter(one, clock.local(start).date(), [(time(10), time(12 + which))], by=self.olga)
        elif verb == "no shift" and (row := one.shifts.first()):
            shifts.remove(row, by=self.olga)
        elif verb == "swap":
            boris, rustam = (Resource.objects.get(name=name) for name in ("Борис Орлов", "Егор Кузнецов"))
            crews.substitute(self.crew, clock.local(start).date(), boris, instead=rustam, by=self.olga)
        elif verb == "read":
            compare(self.monday)
        elif visit:
            self._change(verb, visit, start)

    def _change(self, verb, visit, start):
        if verb == "move":
            booking.move(visit, start, visit.resource, reason="так", by=self.olga)
        elif verb == "cancel":
            booking.cancel(visit, reason="так", by=self.olga)
        elif verb == "address":
            change.change(visit, address=f"Химки, Мира, {start.hour}", wishes="", by=self.olga)
