"""A visit takes everybody and everything that goes there, or nothing."""

from __future__ import annotations

from uuid import uuid4

import pytest

from svyazka.business.deals.opening import open_deal
from svyazka.business.visits import absences, booking, holding, slots
from svyazka.business.visits.models import Booking, CrewMember, Resource, Visit, VisitKind
from svyazka.kit.refusals import Refused

CREW = ["Бригада Орлова", "Борис Орлов", "Сергей Зайцев", "Рустам Ахметов"]
VAN, OTHER_VAN, SET = "Газель, А123ВС", "Газель, М456ОР", "Ремонтный набор"


@pytest.fixture
def book(deal, olga):
    return lambda kind, resource, at, **more: booking.book(
        more.pop("deal", deal), kind, resource, at, request_id=uuid4(), by=olga, **more
    )


def team(visit):
    rows = Booking.objects.filter(visit=visit).order_by("resource__position")
    return [one.resource.name for one in rows.select_related("resource")]


def test_the_people_of_the_crew_and_a_van_are_taken_with_it(book, installation, crew, hour):
    visit = book(installation, crew, hour(8))
    assert team(visit) == [*CREW, VAN]
    assert {(one.during.lower, one.during.upper) for one in visit.bookings.all()} == {(hour(8), hour(11))}


@pytest.mark.parametrize("name", CREW)
def test_whoever_of_them_is_taken_the_crew_is_not_booked(book, installation, crew, hour, named, roza, name):
    absences.absent(named(name), hour(9), hour(10), by=roza)
    with pytest.raises(booking.SlotTaken) as refusal:
        book(installation, crew, hour(8))
    assert (len(refusal.value.slots) > 0, Visit.objects.exists()) == (True, False)
    book(installation, crew, refusal.value.slots[0].starts_at)
    assert hour(8) not in {slot.starts_at for slot in refusal.value.slots}


def test_a_member_is_booked_alone_and_then_not_with_the_crew(
    book, service, installation, crew, hour, named, monday, olga
):
    book(service, named("Сергей Зайцев"), hour(9))
    offered = {slot.starts_at for slot in slots.free_slots(installation, from_day=monday, days=1)}
    assert (hour(9) in offered, hour(10) in offered) == (False, True)
    with pytest.raises(booking.SlotTaken):
        book(installation, crew, hour(8))
    visit = book(installation, crew, hour(10))
    with pytest.raises(booking.SlotTaken):
        book(service, named("Борис Орлов"), hour(12))
    booking.cancel(visit, reason="передумали", by=olga)
    book(service, named("Борис Орлов"), hour(12))


def test_the_second_van_goes_where_the_first_is_taken_and_without_any_it_is_said(
    book, installation, crew, hour, named, roza
):
    absences.absent(named(VAN), hour(8), hour(20), note="в ремонте", by=roza)
    assert team(book(installation, crew, hour(8)))[-1] == OTHER_VAN
    absences.absent(named(OTHER_VAN), hour(12), hour(20), by=roza)
    with pytest.raises(booking.SlotTaken) as refusal:
        book(installation, crew, hour(12))
    assert "автомобиль" in str(refusal.value.message).lower()


def test_a_tool_is_in_one_place_at_a_time(book, service, hour, named, monday):
    assert team(book(service, named("Борис Орлов"), hour(9))) == ["Борис Орлов", SET]
    with pytest.raises(booking.SlotTaken) as refusal:
        book(service, named("Сергей Зайцев"), hour(9))
    assert "ремонтный набор" in str(refusal.value.message)
    at = {slot.starts_at for slot in slots.free_slots(service, from_day=monday, days=1)}
    assert (hour(9) in at, hour(10) in at) == (False, True)


def test_a_helper_comes_along_where_one_is_not_enough(book, measurement, of_egor, of_ilya, hour, roza):
    VisitKind.objects.filter(code="measurement").update(people=2)
    measurement.refresh_from_db()
    assert team(book(measurement, of_egor, hour(10))) == [of_egor.name, of_ilya.name]
    absences.absent(of_ilya, hour(15), hour(16), by=roza)
    with pytest.raises(booking.SlotTaken):
        book(measurement, of_egor, hour(15))


def test_what_only_one_of_the_crew_knows_is_enough(book, installation, crew, hour, named):
    VisitKind.objects.filter(code="installation").update(more_skills=["высота"])
    installation.refresh_from_db()
    with pytest.raises(Refused) as refusal:
        book(installation, crew, hour(8))
    assert list(refusal.value.fields) == ["resource"]
    Resource.objects.filter(name="Сергей Зайцев").update(skills=["service", "высота"])
    assert len(team(book(installation, crew, hour(8)))) == 5


def test_a_move_takes_all_of_them_along_and_frees_all(book, installation, crew, hour, olga, vera, monday):
    visit = book(installation, crew, hour(8))
    booking.move(visit, hour(12), crew, reason="попозже", by=olga)
    assert {one.during.lower for one in Booking.objects.all()} == {hour(12)}
    assert team(visit) == [*CREW, VAN]
    book(installation, crew, hour(8), deal=open_deal(vera, by=olga))


def test_all_who_go_there_hear_of_it(book, installation, crew, hour, ilya, of_ilya, heard, olga):
    CrewMember.objects.create(crew=crew, member=of_ilya)
    visit = book(installation, crew, hour(10))
    assert (heard(crew.person), heard(ilya)) == (1, 1)
    assert list(Visit.objects.with_person(ilya)) == [visit]
    booking.cancel(visit, reason="передумали", by=olga)
    assert (heard(crew.person), heard(ilya)) == (2, 2)
    assert list(Visit.objects.still_on().with_person(ilya)) == []


@pytest.fixture
def heard():
    from svyazka.business.journal.models import LiveEvent

    return lambda person: LiveEvent.objects.filter(topic="visit", people__contains=[person.pk]).count()


def test_a_hold_keeps_everything_that_the_visit_needs(book, deal, installation, crew, hour, olga, service, named):
    request_id = uuid4()
    holding.hold(deal, installation, crew, hour(8), request_id=request_id, by=olga)
    assert set(Booking.objects.values_list("kind", flat=True)) == {"hold"}
    with pytest.raises(booking.SlotTaken):
        book(service, named("Борис Орлов"), hour(9))
    visit = book(installation, crew, hour(8), hold=request_id)
    assert team(visit) == [*CREW, VAN]
    assert set(Booking.objects.values_list("kind", flat=True)) == {"visit"}
