"""Windows during the call: each with its reason, and none that cannot be kept."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.deals.known import facts
from svyazka.business.deals.opening import open_deal
from svyazka.business.places import times
from svyazka.business.places.models import Place
from svyazka.business.visits import absences, booking, holding, offering
from svyazka.business.visits.models import Resource, Visit, VisitKind
from svyazka.business.visits.offering import Wishes
from svyazka.engines.routing.problem import Point
from svyazka.kit import addresses, clock
from svyazka.kit.refusals import Refused

HERE = "Москва, Лесная, 5"
NEXT = "Москва, Лесная, 15"
FAR = "Москва, Островная, 2"
PLACES = {HERE: (55.7800, 37.5900), NEXT: (55.7815, 37.5930), FAR: (55.6600, 37.3000)}


@pytest.fixture
def town(windows):
    """Addresses that are known to the map, and everybody sets out at work."""
    for address, (lat, lon) in PLACES.items():
        key = addresses.key(address)
        Place.objects.create(key=key, address=address, lat=lat, lon=lon, precision="house", source="hand")
    Resource.objects.update(home="", lat=None, lon=None, territory=[])


@pytest.fixture
def book(deal, olga):
    def booked(kind, resource, at, address=HERE):
        return booking.book(deal, kind, resource, at, request_id=uuid4(), by=olga, address=address)

    return booked


def said(offer):
    return [(one.resource.name, f"{clock.local(one.starts_at):%H:%M}") for one in offer.windows]


def test_three_to_five_each_with_a_reason_and_a_span_for_the_client(town, measurement):
    found = offering.offer(measurement, HERE)
    assert 3 <= len(found.windows) <= 5
    for one in found.windows:
        assert one.reasons
        assert one.told_from <= one.starts_at < one.told_until
        assert one.ends_at - one.starts_at == timedelta(minutes=60)
    assert found.why_not == ()


def test_whoever_is_nearby_comes_first_and_it_is_said_why(town, book, measurement, of_egor, of_ilya, hour, monday):
    Resource.objects.update(lat=55.70, lon=37.50)
    book(measurement, of_egor, hour(11), NEXT)
    book(measurement, of_ilya, hour(11), FAR)
    with translation.override("ru"):
        best = offering.offer(measurement, HERE, wishes=Wishes(from_day=monday)).windows[0]
    assert (best.resource, best.day) == (of_egor, monday)
    assert best.reasons[0] == "Егор Кузнецов в 11:00 на соседней улице"
    assert best.added < timedelta(minutes=10)


def test_nothing_is_said_of_ways_to_an_address_of_which_only_the_town_is_known(town, book, measurement, of_egor, hour):
    elsewhere = "Москва, Дмитровское шоссе, 49"
    book(measurement, of_egor, hour(11), address="Москва, Профсоюзная, 3")
    reasons = {reason for one in offering.offer(measurement, elsewhere).windows for reason in one.reasons}
    assert reasons  # all the same
    assert not [reason for reason in reasons if "доме" in reason or "улице" in reason or "пут" in reason]


def test_nobody_is_sent_where_he_cannot_be_in_time(town, book, measurement, of_egor, hour, monday):
    """Far away until eleven, and on the way for the better part of an hour."""
    book(measurement, of_egor, hour(10), FAR)
    found = offering.offer(measurement, HERE, resource=of_egor, wishes=Wishes(from_day=monday), days=1)
    way = times.estimate().to_many(Point(*PLACES[FAR]), [Point(*PLACES[HERE])])[0]
    assert way > 30 * 60
    for one in found.windows:
        assert one.starts_at >= hour(11) + timedelta(seconds=int(way)) or one.ends_at <= hour(10)


def test_wishes_are_followed(town, measurement, monday):
    wishes = Wishes(from_day=monday, parts=frozenset({"evening"}), not_weekdays=frozenset({0, 1}))
    found = offering.offer(measurement, HERE, wishes=wishes)
    assert found.windows
    for one in found.windows:
        begins = clock.local(one.starts_at)
        assert (begins.hour >= 16, begins.weekday() in (0, 1), begins.date() >= monday) == (True, False, True)


def test_whom_the_client_knows_comes_first(town, measurement, of_egor, of_ilya):
    for known in (of_egor, of_ilya):
        best = offering.offer(measurement, HERE, wishes=Wishes(knows=known.pk)).windows[0]
        assert best.resource == known


def test_later_than_promised_comes_last(town, book, measurement, of_egor, of_ilya, hour):
    """On Monday somebody is next door, but within three days somebody else can come."""
    book(measurement, of_egor, hour(11, days=7), NEXT)
    VisitKind.objects.filter(pk=measurement.pk).update(promised_days=3)
    measurement.refresh_from_db()
    first = offering.offer(measurement, HERE).windows[0]
    assert first.day <= clock.today() + timedelta(days=3)


def test_a_district_is_kept_to(town, measurement, of_egor, of_ilya):
    Resource.objects.filter(pk=of_egor.pk).update(territory=["Химки"])
    Resource.objects.filter(pk=of_ilya.pk).update(territory=["Москва"])
    assert {one.resource for one in offering.offer(measurement, HERE).windows} == {of_ilya}
    assert {one.resource for one in offering.offer(measurement, "г. Химки, Мира, 1").windows} == {of_egor}
    assert {one.resource for one in offering.offer(measurement, "Тула, Мира, 1").windows} == {of_egor, of_ilya}


def test_why_not_in_words(town, measurement, of_egor, of_ilya, roza):
    Resource.objects.filter(pk=of_egor.pk).update(territory=["Химки"])
    Resource.objects.filter(pk=of_ilya.pk).update(territory=["Москва"])
    absences.absent(of_ilya, clock.now() - timedelta(days=1), clock.now() + timedelta(days=30), by=roza)
    with translation.override("ru"):
        found = offering.offer(measurement, HERE)
    assert found.windows == ()
    assert [words.split()[0] for words in found.why_not[1:]] == ["В", "У"]
    assert found.why_not[1] == "В этот район не ездит 1 исполнитель."
    assert "Такую работу не делают" in found.why_not[0]


def test_nobody_at_all(measurement):
    Resource.objects.all().delete()
    with translation.override("ru"):
        assert offering.offer(measurement, HERE).why_not == ("Записать на такую работу пока некого.",)


def test_a_visit_that_is_moved_is_no_hindrance_and_is_not_offered_its_own_time(
    town, book, measurement, of_egor, hour, monday
):
    visit = book(measurement, of_egor, hour(10))
    Resource.objects.filter(pk=of_egor.pk).update(hours={"0": [["10:00", "11:30"]]})
    found = offering.offer(measurement, HERE, moving=visit, resource=of_egor, days=7)
    assert [one.starts_at for one in found.windows if one.day == monday] in ([], [hour(10, 30)])
    assert visit.starts_at not in {one.starts_at for one in found.windows}


def test_what_the_caller_holds_is_offered_to_nobody_else(town, deal, measurement, of_egor, hour, monday, olga):
    Resource.objects.filter(pk=of_egor.pk).update(hours={"0": [["10:00", "11:00"]]})
    asked = {"resource": of_egor, "wishes": Wishes(from_day=monday), "days": 1}
    held = holding.hold(deal, measurement, of_egor, hour(10), request_id=uuid4(), by=olga)
    assert said(offering.offer(measurement, HERE, **asked)) == []
    assert said(offering.offer(measurement, HERE, holds=[held.request_id], **asked)) == [("Егор Кузнецов", "10:00")]


def test_a_lost_race_offers_the_next_best_at_once(town, book, measurement, of_egor, hour):
    book(measurement, of_egor, hour(10))
    with pytest.raises(booking.SlotTaken) as refusal:
        book(measurement, of_egor, hour(10, 30))
    assert len(refusal.value.slots) >= 3
    assert all(one.reasons for one in refusal.value.slots)


def test_a_crew_comes_with_all_its_people_and_a_van(town, book, installation, crew, named, hour, monday, roza):
    absences.absent(named("Газель, А123ВС"), hour(8), hour(20), by=roza)
    absences.absent(named("Газель, М456ОР"), hour(8), hour(20), by=roza)
    found = offering.offer(installation, HERE, wishes=Wishes(from_day=monday))
    assert found.windows
    assert monday not in {one.day for one in found.windows}


def test_work_of_several_days_begins_in_the_morning(town, deal, installation, crew, hour, monday, olga):
    facts.change(deal, {"openings": "15"}, by=olga)
    first = offering.offer(installation, HERE, openings=15, wishes=Wishes(from_day=monday)).windows[0]
    assert (first.resource, first.starts_at, clock.local(first.ends_at).date()) == (
        crew,
        hour(8),
        monday + timedelta(1),
    )


def test_the_same_number_of_questions_for_two_and_for_thirty(town, measurement, django_assert_num_queries):
    def number():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        offering.offer(measurement, HERE)
        with CaptureQueriesContext(connection) as asked:
            offering.offer(measurement, HERE)
        return len(asked)

    few = number()
    for one in range(30):
        hours = {str(day): [["09:00", "18:00"]] for day in range(7)}
        Resource.objects.create(name=f"Инженер {one}", kind="engineer", skills=["measurement"], hours=hours)
    assert number() == few


class UndoEverything(Exception):
    pass


addresses_of = st.sampled_from(sorted(PLACES))
kinds = st.sampled_from(["measurement", "installation", "service"])
busy = st.lists(st.tuples(kinds, st.integers(0, 40), addresses_of), max_size=10)
wishes = st.builds(
    Wishes,
    parts=st.frozensets(st.sampled_from(sorted(offering.PARTS)), max_size=2),
    not_weekdays=st.frozensets(st.integers(0, 6), max_size=3),
)


@given(busy=busy, kind=kinds, place=addresses_of, openings=st.integers(0, 20), wished=wishes)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_window_keeps_the_rules_and_can_be_booked(
    town, deal, vera, olga, monday, busy, kind, place, openings, wished
):
    try:
        with transaction.atomic():
            _fill(busy, deal, monday, olga)
            _judge(VisitKind.objects.get(code=kind), place, openings, wished, monday, vera, olga)
            raise UndoEverything
    except UndoEverything:
        pass


def _fill(busy, deal, monday, olga):
    for code, number, address in busy:
        kind = VisitKind.objects.get(code=code)
        able = [one for one in Resource.objects.order_by("position") if one.goes_out and kind.skill in one.skills]
        start = clock.day_bounds(monday + timedelta(days=number % 4))[0] + timedelta(
            hours=8, minutes=30 * (number % 20)
        )
        try:
            with transaction.atomic():
                one = able[number % len(able)]
                booking.book(deal, kind, one, start, request_id=uuid4(), by=olga, address=address)
        except Refused:
            continue


def _judge(kind, place, openings, wished, monday, vera, olga):
    deal = facts.change(open_deal(vera, by=olga), {"openings": str(openings)} if openings else {}, by=olga)
    found = offering.offer(kind, place, openings=openings, wishes=wished)
    assert found.windows or found.why_not
    for one in found.windows:
        assert kind.skill in one.resource.skills
        assert wished.allow_day(one.day)
        assert wished.allow_hour(clock.local(one.starts_at).hour)
        assert one.starts_at > clock.now()
        if not kind.takes_others and one.ends_at - one.starts_at < offering.LONG:
            _is_in_time(one, place)
        try:
            with transaction.atomic():
                booking.book(deal, kind, one.resource, one.starts_at, request_id=uuid4(), by=olga, address=place)
                raise UndoEverything
        except UndoEverything:
            pass


def _is_in_time(one, place):
    """Of whoever goes there, from the visit before and on to the next one of that day."""
    estimate = times.estimate()
    day = clock.day_bounds(one.day)
    others = Visit.objects.filter(bookings__resource=one.resource, bookings__during__overlap=day).distinct()
    for other in others:
        way = timedelta(seconds=int(estimate.to_many(Point(*PLACES[other.address]), [Point(*PLACES[place])])[0]))
        assert one.starts_at >= other.ends_at + way or one.ends_at + way <= other.starts_at
