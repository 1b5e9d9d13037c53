"""Measurement, production, installation: whatever people do, the order holds."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.deals.models import Task
from svyazka.business.visits import booking, carry_out, chain, kinds, offering, taking_along
from svyazka.business.visits.models import Resource, Visit, VisitKind
from svyazka.business.visits.taking_along import TakesAlong
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


@pytest.fixture
def installed(visit, installation, crew, hour, olga):
    """The installation of the same deal, as early as it can be: five working days after Monday's measurement."""
    return booking.book(visit.deal, installation, crew, hour(9, days=7), request_id=uuid4(), by=olga)


def move(visit, at, by, **more):
    return booking.move(visit, at, more.pop("to", visit.resource), reason="так надо", by=by, **more)


def test_working_days_are_counted_without_the_weekend(hour):
    friday = hour(11, days=4)
    assert chain.earliest(friday, 0) == friday
    assert chain.earliest(friday, 1) == hour(0, days=7)
    assert chain.earliest(friday, 5) == hour(0, days=11)


def test_an_installation_too_early_is_refused_in_words(visit, installation, crew, hour, olga):
    with pytest.raises(chain.TooEarly) as refusal:
        booking.book(visit.deal, installation, crew, hour(9, days=4), request_id=uuid4(), by=olga)
    assert "5 рабочих дней после «Замер»" in str(refusal.value)
    assert refusal.value.at == hour(0, days=7)


def test_without_a_measurement_an_installation_can_be_at_any_time(deal, installation, crew, hour, olga):
    from svyazka.business.deals.known import facts

    deal = facts.change(deal, {"address": "Москва, Тверская, 1"}, by=olga)
    assert booking.book(deal, installation, crew, hour(9), request_id=uuid4(), by=olga).pk


def test_whoever_moves_the_measurement_sees_first_what_waits_for_it(visit, installed, hour, olga):
    with pytest.raises(TakesAlong) as refusal:
        move(visit, hour(10, days=1), olga)
    (effect,) = refusal.value.effects
    assert (effect.visit, effect.slot.starts_at) == (installed, hour(9, days=8))
    visit.refresh_from_db()
    assert visit.starts_at == hour(10)


def test_the_installation_goes_along_with_the_same_people(visit, installed, hour, olga):
    with pytest.raises(TakesAlong) as refusal:
        move(visit, hour(10, days=1), olga)
    move(visit, hour(10, days=1), olga, seen=taking_along.token(refusal.value.effects))
    installed.refresh_from_db()
    assert (installed.starts_at, installed.resource.name) == (hour(9, days=8), "Бригада Орлова")
    assert installed.reason == "«Замер» этой сделки перенесён."
    assert Task.objects.filter(kind="call", what__startswith="Сообщить клиенту: Монтаж").count() == 1


def test_what_was_shown_and_is_not_so_any_more_is_shown_again(visit, installed, hour, olga):
    with pytest.raises(TakesAlong) as refusal:
        move(visit, hour(10, days=1), olga)
    seen = taking_along.token(refusal.value.effects)
    move(installed, hour(12, days=7), olga)
    with pytest.raises(TakesAlong):
        move(visit, hour(10, days=1), olga, seen=seen)


def test_what_finds_no_time_is_called_off_and_asked_about(visit, installed, hour, olga):
    Resource.objects.filter(pk=installed.resource_id).update(hours={str(day): [] for day in range(7)})
    with pytest.raises(TakesAlong) as refusal:
        move(visit, hour(10, days=1), olga)
    assert refusal.value.effects[0].slot is None
    move(visit, hour(10, days=1), olga, seen=taking_along.token(refusal.value.effects))
    installed.refresh_from_db()
    assert installed.status == "cancelled"
    assert Task.objects.filter(what__startswith="Сообщить клиенту, что мы не приедем", done_at=None).count() == 1
    assert not Task.objects.filter(what__startswith="Сообщить клиенту: Монтаж").exists()


def test_windows_are_offered_only_after_what_comes_first(visit, installation, crew, hour):
    offered = booking.others(visit.deal, installation, "Москва, Тверская, 1").windows
    assert offered
    assert min(one.starts_at for one in offered) >= hour(0, days=7)


def test_an_installation_is_not_offered_a_time_before_its_measurement(visit, installed, hour):
    offered = offering.offer(installed.kind, installed.address, moving=installed).windows
    assert offered
    assert min(one.starts_at for one in offered) >= hour(0, days=7)


def test_of_a_measurement_that_is_called_off_the_installation_is_asked_about(visit, installed, olga):
    booking.cancel(visit, reason="передумали", by=olga)
    installed.refresh_from_db()
    assert installed.status == "planned"
    assert Task.objects.filter(what="«Замер» отменён: что делать с «Монтаж»?", done_at=None).count() == 1


def test_a_second_measurement_does_not_push_the_installation(visit, installed, measurement, of_ilya, hour, olga):
    with pytest.raises(Refused, match="Сначала перенесите"):
        booking.book(visit.deal, measurement, of_ilya, hour(11, days=2), request_id=uuid4(), by=olga)


def test_no_kind_comes_after_itself_by_any_way_round(measurement, installation, anna):
    def wish(**more):
        return kinds.Wish(minutes=60, skill="measurement", **more)

    with pytest.raises(Refused) as refusal:
        kinds.change(measurement, measurement.words, wish(comes_after="installation"), by=anna)
    assert "comes_after" in refusal.value.fields
    with pytest.raises(Refused) as refusal:
        kinds.change(measurement, measurement.words, wish(comes_after="нет такого"), by=anna)
    assert "comes_after" in refusal.value.fields


class UndoEverything(Exception):
    pass


steps = st.lists(
    st.tuples(
        st.sampled_from(["book", "book", "move", "move", "move", "cancel", "start", "back"]),
        st.sampled_from(["first", "second", "third"]),
        st.integers(0, 20),
        st.integers(0, 9),
        st.booleans(),
    ),
    max_size=10,
)


@given(steps=steps)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_sequence_of_clicks_breaks_the_order(three_kinds, steps):
    try:
        with transaction.atomic():
            for step in steps:
                three_kinds.play(*step)
                three_kinds.check()
            raise UndoEverything
    except UndoEverything:
        pass


@pytest.fixture
def three_kinds(visit, of_egor, hour, olga):
    """One after the other: two working days, and none."""
    names = {"first": ("", 0), "second": ("first", 2), "third": ("second", 0)}
    made = {
        code: VisitKind.objects.create(
            code=code, words={"ru": code}, skill="measurement", minutes=60, comes_after=after, gap_days=gap
        )
        for code, (after, gap) in names.items()
    }
    visit.delete()
    everybody = {str(day): [["00:00", "24:00"]] for day in range(7)}
    Resource.objects.filter(pk=of_egor.pk).update(hours=everybody)
    of_egor.refresh_from_db()
    return Clicks(visit.deal, made, of_egor, hour(8), olga)


class Clicks:
    def __init__(self, deal, kinds, egor, begins, olga):
        self.deal, self.kinds, self.egor, self.begins, self.olga = deal, kinds, egor, begins, olga

    def play(self, verb, kind, day, hour, looks):
        at = self.begins + timedelta(days=day, hours=hour)
        there = Visit.objects.filter(kind__code=kind).order_by("pk").last()
        try:
            with transaction.atomic():
                self.do(verb, self.kinds[kind], there, at, looks)
        except Refused:
            pass

    def do(self, verb, kind, there, at, looks):
        if verb == "book":
            booking.book(self.deal, kind, self.egor, at, request_id=uuid4(), by=self.olga, address="Москва")
        elif there and verb == "move":
            self.move(there, at, looks)
        elif there and verb == "cancel":
            booking.cancel(there, reason="так", by=self.olga)
        elif there and verb == "start":
            carry_out.set_status(there, Visit.Status.STARTED, by=self.olga)
        elif there and verb == "back":
            carry_out.take_back(there, by=self.olga)

    def move(self, there, at, looks):
        try:
            with transaction.atomic():
                move(there, at, self.olga)
        except TakesAlong as refusal:
            if looks:
                move(there, at, self.olga, seen=taking_along.token(refusal.effects))

    def check(self):
        rows = list(Visit.objects.still_on().select_related("kind"))
        for later in rows:
            for first in rows:
                if first.kind.code == later.kind.comes_after and later.status in chain.AHEAD:
                    assert later.starts_at >= chain.earliest(first.ends_at, later.kind.gap_days), (first, later)
        assert clock.now() < self.begins
