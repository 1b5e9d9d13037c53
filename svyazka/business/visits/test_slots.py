from __future__ import annotations

from datetime import UTC, timedelta
from uuid import uuid4

from svyazka.business.deals.known import facts
from svyazka.business.visits import absences, booking, rota, slots, teams, work
from svyazka.business.visits.models import Resource, VisitKind
from svyazka.kit import clock


def able_to(kind):
    return teams.able_to(rota.read(clock.today(), clock.today()), kind)


def hours_of(found, resource):
    return [f"{clock.local(slot.starts_at):%H:%M}" for slot in found if slot.resource == resource]


def test_a_free_day_offers_every_half_hour_that_ends_before_the_break(measurement, of_egor, monday):
    found = slots.free_slots(measurement, days=1, from_day=monday, resource=of_egor)
    morning = ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30", "12:00"]
    afternoon = ["14:00", "14:30", "15:00", "15:30", "16:00", "16:30", "17:00", "17:30", "18:00"]
    assert hours_of(found, of_egor) == morning + afternoon


def test_more_openings_take_longer(measurement, of_egor, monday):
    found = slots.free_slots(measurement, openings=6, days=1, from_day=monday, resource=of_egor)
    assert {slot.ends_at - slot.starts_at for slot in found} == {timedelta(minutes=120)}
    assert hours_of(found, of_egor)[-1] == "17:00"


def test_a_visit_and_an_absence_take_their_time(visit, measurement, of_egor, monday, hour, roza):
    absences.absent(of_egor, hour(14), hour(17), note="к врачу", by=roza)
    found = slots.free_slots(measurement, days=1, from_day=monday, resource=of_egor)
    assert hours_of(found, of_egor) == ["09:00", "11:00", "11:30", "12:00", "17:00", "17:30", "18:00"]


def test_the_visit_that_is_moved_does_not_stand_in_its_own_way(visit, measurement, of_egor, monday):
    found = slots.free_slots(measurement, days=1, from_day=monday, resource=of_egor, moving=visit)
    assert hours_of(found, of_egor)[:4] == ["09:00", "09:30", "10:30", "11:00"]


def test_only_those_who_can_do_it(measurement, installation, of_egor, of_ilya, boris):
    assert able_to(measurement) == [of_egor, of_ilya]
    assert able_to(installation) == [boris.resource]
    Resource.objects.filter(pk=of_egor.pk).update(is_active=False)
    assert able_to(measurement) == [of_ilya]


def test_nothing_is_offered_in_the_past_or_too_soon(measurement):
    found = slots.free_slots(measurement, from_day=clock.today() - timedelta(days=30))
    assert min(slot.starts_at for slot in found) >= clock.now() + slots.LEAD - timedelta(minutes=1)


def test_days_off_have_no_windows(measurement, of_egor, monday):
    sunday = monday + timedelta(days=6)
    assert slots.free_slots(measurement, days=1, from_day=sunday, resource=of_egor) == []


def test_the_best_are_spread_over_people_and_parts_of_the_day(measurement, of_egor, of_ilya, monday):
    found = slots.best(slots.free_slots(measurement, from_day=monday))
    said = [(slot.resource, f"{clock.local(slot.starts_at):%d %H:%M}") for slot in found]
    days = [f"{monday + timedelta(days=number):%d}" for number in range(3)]
    assert said == [
        (of_egor, f"{days[0]} 09:00"),
        (of_ilya, f"{days[0]} 12:00"),
        (of_egor, f"{days[1]} 09:00"),
        (of_ilya, f"{days[1]} 12:00"),
        (of_egor, f"{days[2]} 09:00"),
    ]


def test_five_questions_to_the_database_for_everybody(measurement, django_assert_num_queries, visit):
    for number in range(30):
        hours = {str(day): [["09:00", "18:00"]] for day in range(7)}
        Resource.objects.create(name=f"Инженер {number}", kind="engineer", skills=["measurement"], hours=hours)
    with django_assert_num_queries(5):  # bookings, resources, shifts, crews, substitutions
        found = slots.free_slots(measurement)
    assert len({slot.resource.pk for slot in found}) == 32


def test_hours_until_midnight(measurement, of_egor, monday):
    of_egor.hours = {"0": [["22:00", "24:00"]]}
    of_egor.save()
    (stretch,) = rota.read(monday, monday).hours(of_egor, monday)
    assert stretch.end == clock.day_bounds(monday)[1].astimezone(UTC)
    found = slots.free_slots(measurement, days=1, from_day=monday, resource=of_egor)
    assert hours_of(found, of_egor) == ["22:00", "22:30", "23:00"]


def test_every_window_that_is_offered_can_be_booked(deal, measurement, of_egor, monday, olga):
    for slot in slots.free_slots(measurement, days=1, from_day=monday, resource=of_egor)[::4]:
        booking.book(deal, measurement, slot.resource, slot.starts_at, request_id=uuid4(), by=olga)


def test_work_of_more_than_a_day_is_booked_day_by_day(deal, installation, boris, hour, monday, olga):
    """180 minutes and an hour for each of 15 openings: eighteen hours, and the crew works twelve."""
    VisitKind.objects.update(most_days=1)
    installation.refresh_from_db()
    facts.change(deal, {"openings": "15"}, by=olga)
    (first,) = slots.free_slots(installation, openings=15, from_day=monday, days=1)
    assert (first.starts_at, first.ends_at) == (hour(8), hour(20))
    visit = booking.book(deal, installation, boris.resource, hour(8), request_id=uuid4(), by=olga)
    assert visit.ends_at == hour(20)
    booked = work.booked_of(deal, installation)
    rest = slots.free_slots(installation, openings=15, booked=booked, from_day=monday + timedelta(days=1), days=1)
    assert {slot.ends_at - slot.starts_at for slot in rest} == {timedelta(hours=6)}
    second = booking.book(deal, installation, boris.resource, hour(8, days=1), request_id=uuid4(), by=olga)
    assert second.ends_at == hour(14, days=1)


def test_work_that_fits_into_a_day_is_never_cut(deal, installation, boris, hour, monday, olga):
    facts.change(deal, {"openings": "9"}, by=olga)
    for day in range(2):
        again = booking.book(deal, installation, boris.resource, hour(8, days=day), request_id=uuid4(), by=olga)
        assert again.ends_at == hour(20, days=day)
