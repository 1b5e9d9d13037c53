from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from svyazka.business.journal.models import Entry
from svyazka.business.visits import absences, booking, crews, resources
from svyazka.business.visits.models import Substitution
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


def team(visit):
    rows = visit.bookings.select_related("resource").order_by("resource__position")
    return [one.resource.name for one in rows]


@pytest.fixture
def installed(deal, installation, crew, hour, olga):
    return booking.book(deal, installation, crew, hour(8), request_id=uuid4(), by=olga)


def test_members_are_chosen_and_stand_in_the_journal(crew, of_ilya, named, anna):
    resources.change(crew, members=[named("Борис Орлов"), of_ilya], by=anna)
    assert crews.members_of(crew) == [named("Борис Орлов"), of_ilya]
    changed = Entry.objects.get(verb="visits.resource_changed").changes
    assert changed == {"members": ["Борис Орлов, Сергей Зайцев, Рустам Ахметов", "Борис Орлов, Илья Фомин"]}
    resources.change(crew, members=[named("Борис Орлов"), of_ilya], by=anna)
    assert Entry.objects.filter(verb="visits.resource_changed").count() == 1


def test_only_people_belong_to_a_crew_and_only_a_crew_has_members(crew, of_egor, of_ilya, named, anna):
    for one, members in ((of_egor, [of_ilya]), (crew, [named("Газель, А123ВС")]), (crew, [crew])):
        with pytest.raises(Refused) as refusal:
            resources.change(one, members=members, by=anna)
        assert list(refusal.value.fields) == ["members"]
    assert len(crews.members_of(crew)) == 3


def test_another_goes_in_his_place_to_what_is_booked_and_to_what_will_be(
    installed, crew, named, of_ilya, monday, hour, anna, roza, deal, installation, olga
):
    away = named("Сергей Зайцев")
    with pytest.raises(absences.InTheWay):
        absences.absent(away, hour(8), hour(20), by=roza)
    row = crews.substitute(crew, monday, away, instead=of_ilya, by=anna)
    assert ("Сергей Зайцев" in team(installed), "Илья Фомин" in team(installed)) == (False, True)
    absences.absent(away, hour(8), hour(20), note="болеет", by=roza)
    later = booking.book(deal, installation, crew, hour(12), request_id=uuid4(), by=olga)
    assert "Илья Фомин" in team(later)
    with pytest.raises(Refused):  # he is ill: taking it back would book him
        crews.take_back(row, by=anna)
    tuesday = booking.book(deal, installation, crew, hour(8, days=1), request_id=uuid4(), by=olga)
    assert "Сергей Зайцев" in team(tuesday)


def test_nobody_goes_in_his_place_and_it_is_taken_back(installed, crew, named, monday, anna):
    away = named("Сергей Зайцев")
    row = crews.substitute(crew, monday, away, instead=None, by=anna)
    assert len(team(installed)) == 4
    for _click in range(2):
        crews.take_back(row, by=anna)
    assert (len(team(installed)), Substitution.objects.exists()) == (5, False)
    assert Entry.objects.filter(verb="visits.substituted").count() == 2


def test_whoever_has_something_else_to_do_cannot_go(installed, crew, named, of_ilya, monday, hour, anna, roza):
    absences.absent(of_ilya, hour(9), hour(10), by=roza)
    with pytest.raises(Refused) as refusal:
        crews.substitute(crew, monday, named("Сергей Зайцев"), instead=of_ilya, by=anna)
    assert list(refusal.value.fields) == ["instead"]
    assert "Сергей Зайцев" in team(installed)
    assert not Substitution.objects.exists()


def test_what_cannot_be_is_refused(crew, named, of_ilya, of_egor, monday, anna):
    member, yesterday = named("Сергей Зайцев"), clock.today() - timedelta(days=1)
    wrong = [
        (yesterday, member, of_ilya),
        (monday, of_egor, of_ilya),
        (monday, member, named("Борис Орлов")),
        (monday, member, named("Газель, А123ВС")),
        (monday, member, member),
    ]
    for day, away, instead in wrong:
        with pytest.raises(Refused):
            crews.substitute(crew, day, away, instead=instead, by=anna)
    assert not Substitution.objects.exists()
