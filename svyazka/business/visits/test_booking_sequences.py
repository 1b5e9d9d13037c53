"""Whatever people book, move and cancel, the bookings are what a plain list would say."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.visits import booking
from svyazka.business.visits.models import Booking, Visit
from svyazka.kit.refusals import Refused

LENGTH = 60
minutes = st.integers(0, 200).map(lambda tens: tens * 5)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("book"), minutes, st.booleans(), st.just(0)),
        st.tuples(st.just("move"), minutes, st.booleans(), st.integers(0, 5)),
        st.tuples(st.just("cancel"), st.just(0), st.just(False), st.integers(0, 5)),
    ),
    max_size=12,
)


class UndoEverything(Exception):
    pass


@pytest.fixture
def day(hour, of_egor, of_ilya):
    """Working hours without breaks, so that only the bookings decide."""
    for resource in (of_egor, of_ilya):
        resource.hours = {"0": [["00:00", "24:00"]]}
        resource.save()
    return hour(0)


@given(steps=steps)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bookings_are_what_a_plain_list_would_say(day, deal, measurement, of_egor, of_ilya, olga, steps):
    try:
        with transaction.atomic():
            _play(steps, day, deal, measurement, (of_egor, of_ilya), olga)
            raise UndoEverything
    except UndoEverything:
        pass


def _play(steps, day, deal, kind, resources, olga):
    on: dict[int, tuple[int, int]] = {}
    for verb, minute, second, which in steps:
        resource = resources[second]
        starts_at = day + timedelta(minutes=minute)
        chosen = sorted(on)[which % len(on)] if on else None
        if verb == "book":
            expected = _fits(on, resource.pk, minute)
            try:
                visit = booking.book(deal, kind, resource, starts_at, request_id=uuid4(), by=olga)
                assert expected
                on[visit.pk] = (resource.pk, minute)
            except Refused:
                assert not expected
        elif chosen and verb == "move":
            others = {key: value for key, value in on.items() if key != chosen}
            expected = _fits(others, resource.pk, minute) and on[chosen] != (resource.pk, minute)
            try:
                booking.move(Visit.objects.get(pk=chosen), starts_at, resource, reason="так", by=olga)
                assert expected
                on[chosen] = (resource.pk, minute)
            except Refused:
                assert not expected
        elif chosen:
            booking.cancel(Visit.objects.get(pk=chosen), reason="так", by=olga)
            del on[chosen]
        rows = Booking.objects.values_list("visit_id", "resource_id", "during")
        held = {visit: (who, int((during.lower - day).total_seconds() // 60)) for visit, who, during in rows}
        assert held == on


def _fits(on, resource_id, minute):
    return all(who != resource_id or abs(begun - minute) >= LENGTH for who, begun in on.values())
