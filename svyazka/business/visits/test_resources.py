from __future__ import annotations

from datetime import time
from uuid import uuid4

import pytest

from svyazka.business.journal.models import Entry, LiveEvent
from svyazka.business.staff import hire
from svyazka.business.visits import booking, resources, slots
from svyazka.business.visits.models import Resource
from svyazka.kit.refusals import Refused

DAY = [(time(9), time(13)), (time(14), time(18))]


@pytest.fixture
def nina(windows, anna):
    return hire.hire(login="nina", full_name="Нина Котова", role="engineer", password="quite a long phrase", by=anna)


@pytest.fixture
def given(nina):
    return {
        "name": "Нина Котова",
        "kind": "engineer",
        "person": nina,
        "skills": ["measurement"],
        "hours": dict.fromkeys(range(5), DAY),
    }


def test_who_was_added_is_offered_and_booked(deal, measurement, given, hour, monday, anna, olga):
    added = resources.add(**given, by=anna)
    assert added.position > Resource.objects.exclude(pk=added.pk).last().position
    assert added in {slot.resource for slot in slots.free_slots(measurement, from_day=monday, days=1)}
    booking.book(deal, measurement, added, hour(14), request_id=uuid4(), by=olga)
    entry = Entry.objects.get(verb="visits.resource_added")
    assert (entry.by_id, entry.object_id, entry.changes) == (anna.pk, added.pk, {"name": [None, "Нина Котова"]})
    assert LiveEvent.objects.filter(topic="resource", object_id=added.pk, people=None).count() == 1


def test_a_change_leaves_what_was_there_in_words(of_egor, anna):
    changed = resources.change(
        of_egor, name="Егор", hours={0: [(time(9), time(18))], 6: [(time(20), time(0))]}, by=anna
    )
    assert changed.hours == {"0": [["09:00", "18:00"]], "6": [["20:00", "24:00"]]}
    assert Entry.objects.get(verb="visits.resource_changed").changes == {
        "name": ["Егор Кузнецов", "Егор"],
        "hours": ["Пн–Сб 09:00–13:00, 14:00–19:00", "Пн 09:00–18:00; Вс 20:00–24:00"],
    }


def test_the_same_again_changes_nothing(of_egor, anna):
    resources.change(of_egor, name="Егор  Кузнецов", skills=["measurement"], is_active=True, by=anna)
    assert not Entry.objects.filter(verb="visits.resource_changed").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", " "),
        ("kind", "tank"),
        ("skills", ["cooking"]),
        ("hours", {0: [(time(18), time(9))]}),
        ("hours", {0: [(time(9), time(14)), (time(13), time(18))]}),
    ],
)
def test_what_cannot_be_is_refused_beside_its_input(given, anna, name, value):
    with pytest.raises(Refused) as refusal:
        resources.add(**{**given, name: value}, by=anna)
    assert list(refusal.value.fields) == [name]
    assert not Resource.objects.filter(name="Нина Котова").exists()


def test_a_person_goes_out_under_one_name_and_an_operator_never(given, egor, olga, anna):
    for person in (egor, olga):
        with pytest.raises(Refused) as refusal:
            resources.add(**{**given, "person": person}, by=anna)
        assert list(refusal.value.fields) == ["person"]


def test_who_could_carry_out(of_egor, nina, egor):
    assert list(resources.could_carry_out()) == [nina]
    assert list(resources.could_carry_out(of_egor)) == [egor, nina]


def test_whoever_was_let_go_is_neither_offered_nor_booked(deal, measurement, of_egor, egor, hour, monday, anna, olga):
    resources.let_go(egor, by=anna)
    assert of_egor not in {slot.resource for slot in slots.free_slots(measurement, from_day=monday, days=1)}
    with pytest.raises(Refused) as refusal:
        booking.book(deal, measurement, Resource.objects.get(pk=of_egor.pk), hour(10), request_id=uuid4(), by=olga)
    assert list(refusal.value.fields) == ["resource"]
    resources.take_back(egor, by=anna)
    booking.book(deal, measurement, Resource.objects.get(pk=of_egor.pk), hour(10), request_id=uuid4(), by=olga)
    assert LiveEvent.objects.filter(topic="resource", object_id=of_egor.pk).count() == 2


def test_what_is_ahead_of_somebody(visit, egor, olga):
    assert resources.ahead_of(egor) == [visit]
    booking.cancel(visit, reason="передумали", by=olga)
    assert resources.ahead_of(egor) == []
