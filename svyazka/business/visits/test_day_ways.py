"""The ways of a day, and when to leave."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.places.models import Place
from svyazka.business.visits import booking, carry_out, day_ways
from svyazka.business.visits.models import Visit
from svyazka.kit import addresses, clock

FAR = "Москва, Лесная, 90"


@pytest.fixture
def put(visit, of_egor):
    """Vera's house not quite eight kilometres from Egor's home, another one far away."""

    def at(address, lat):
        given = {"address": address, "lat": lat, "lon": 37.6, "precision": "house", "source": "hand", "ask_at": None}
        Place.objects.update_or_create(key=addresses.key(address), defaults=given)

    at(visit.address, 55.80)
    at(FAR, 55.95)
    of_egor.lat, of_egor.lon = 55.73, 37.6
    of_egor.save()


@pytest.fixture
def second(visit, measurement, of_egor, hour, olga, new_deal):
    """Half an hour after Vera, and far away."""
    at = visit.ends_at + timedelta(minutes=30)
    return booking.book(new_deal("Дальний"), measurement, of_egor, at, request_id=uuid4(), by=olga, address=FAR)


def ways():
    visits = list(Visit.objects.select_related("resource").order_by("starts_at"))
    return day_ways.of_day(visits, clock.day_bounds(clock.local(visits[0].starts_at).date())[0])


def test_from_home_with_the_time_to_leave(put, visit):
    way = ways()[visit.pk]
    assert way.from_home
    assert 7.7 * 1.35 < way.km < 7.8 * 1.35
    assert visit.starts_at - way.length - timedelta(minutes=5) < way.leave_at <= visit.starts_at - way.length
    assert (way.leave_at.minute % 5, way.short_by) == (0, timedelta())


def test_from_the_visit_before_and_what_cannot_be_done(put, visit, second, egor):
    way = ways()[second.pk]
    assert not way.from_home
    assert way.short_by == visit.ends_at + way.length - second.starts_at > timedelta(minutes=5)
    carry_out.set_status(visit, Visit.Status.DONE, by=egor)
    assert ways()[second.pk].short_by == timedelta()


def test_nobody_is_told_when_to_leave_where_he_has_set_out(put, visit, egor):
    carry_out.set_status(visit, Visit.Status.ON_WAY, by=egor)
    assert ways()[visit.pk].leave_at is None


def test_where_a_place_is_not_known_nothing_is_said(visit, second):
    assert ways() == {}


def test_as_many_questions_for_one_visit_as_for_two(put, visit, new_deal, measurement, of_egor, olga, hour, request):
    def asked():
        visits = list(Visit.objects.select_related("resource").order_by("starts_at"))
        with CaptureQueriesContext(connection) as found:
            day_ways.of_day(visits, clock.day_bounds(clock.local(visits[0].starts_at).date())[0])
        return len(found)

    one = asked()
    request.getfixturevalue("second")
    assert asked() == one
