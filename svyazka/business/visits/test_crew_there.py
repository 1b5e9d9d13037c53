from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from svyazka.business.journal.models import Entry
from svyazka.business.visits import booking, carry_out, checklist, crew_there, not_done
from svyazka.business.visits.models import Presence, Visit
from svyazka.kit.refusals import Refused

DONE = Visit.Status.DONE


@pytest.fixture
def installed(deal, installation, crew, hour, olga, anna, monkeypatch):
    """It is Monday, half past eight; the crew has been there since eight."""
    checklist.change(installation, [], by=anna)
    visit = booking.book(deal, installation, crew, hour(8), request_id=uuid4(), by=olga)
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(8, 30))
    return visit


def names(found):
    return [one.who.name for one in found]


def test_the_people_of_the_crew_with_its_leader_first(installed):
    found = crew_there.of_visit(installed)
    assert names(found) == ["Борис Орлов", "Сергей Зайцев", "Рустам Ахметов"]
    assert [one.is_leader for one in found] == [True, False, False]


def test_whoever_goes_alone_is_alone(visit):
    assert names(crew_there.of_visit(visit)) == ["Егор Кузнецов"]


def test_the_leader_marks_others_from_when_to_when(installed, named, boris, hour, monkeypatch):
    sergey, rustam = named("Сергей Зайцев"), named("Рустам Ахметов")
    for _twice in range(2):
        crew_there.come(installed, [sergey, rustam], by=boris, at=hour(8, 5))
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(12))
    for _twice in range(2):
        crew_there.leave(installed, [rustam], by=boris, at=hour(11))
    leader, of_sergey, of_rustam = crew_there.of_visit(installed)
    assert (leader.times, of_sergey.since, of_rustam.since) == ([], hour(8, 5), None)
    assert of_rustam.altogether == timedelta(hours=2, minutes=55)
    assert Entry.objects.filter(verb="visits.came").count() == 2
    assert Entry.objects.get(verb="visits.left").changes == {"who": ["Рустам Ахметов", None]}


def test_somebody_comes_again(installed, named, boris, hour, monkeypatch):
    sergey = named("Сергей Зайцев")
    crew_there.come(installed, [sergey], by=boris)
    crew_there.leave(installed, [sergey], by=boris)
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(9))
    crew_there.come(installed, [sergey], by=boris, at=hour(8, 10))
    times = Presence.objects.order_by("id")
    assert [(one.came_at, one.left_at) for one in times] == [(hour(8, 30), hour(8, 30)), (hour(8, 30), None)]


def test_only_the_leader_marks_others(installed, named, ilya, of_ilya, boris, olga):
    with pytest.raises(Refused, match="старший"):
        crew_there.come(installed, [named("Сергей Зайцев")], by=ilya)
    with pytest.raises(Refused, match="не едет"):
        crew_there.come(installed, [of_ilya], by=boris)
    assert not Presence.objects.exists()


def test_a_mistake_is_taken_back(installed, named, boris):
    sergey = named("Сергей Зайцев")
    crew_there.come(installed, [sergey], by=boris)
    crew_there.leave(installed, [sergey], by=boris)
    crew_there.undo(installed, sergey, by=boris)
    assert Presence.objects.get().left_at is None
    crew_there.undo(installed, sergey, by=boris)
    crew_there.undo(installed, sergey, by=boris)
    assert not Presence.objects.exists()


def test_with_the_end_everybody_has_left_and_is_back_when_it_was_a_mistake(installed, named, boris, hour, monkeypatch):
    sergey, rustam = named("Сергей Зайцев"), named("Рустам Ахметов")
    crew_there.come(installed, [sergey, rustam], by=boris)
    crew_there.leave(installed, [rustam], by=boris)
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(14))
    done = carry_out.set_status(installed, DONE, by=boris)
    assert Presence.objects.get(who=sergey).left_at == hour(14)
    with pytest.raises(Refused):
        crew_there.come(done, [rustam], by=boris)
    carry_out.take_back(done, by=boris)
    assert list(Presence.objects.filter(left_at=None).values_list("who", flat=True)) == [sergey.pk]


def test_what_could_not_be_done_ends_it_too(installed, named, boris):
    crew_there.come(installed, [named("Сергей Зайцев")], by=boris)
    not_done.say(installed, None, "нет света", by=boris)
    assert not Presence.objects.filter(left_at=None).exists()


def test_not_before_its_day(visit, egor, of_egor):
    with pytest.raises(Refused):
        crew_there.come(visit, [of_egor], by=egor)


def test_a_crew_costs_as_many_statements_as_one_alone(installed, boris, django_assert_num_queries):
    everybody = [one.who for one in crew_there.of_visit(installed)]
    crew_there.come(installed, everybody, by=boris)
    asked = Visit.objects.select_related("resource__person").get()
    with django_assert_num_queries(2):
        crew_there.of_visit(asked)
    asked.bookings.exclude(resource=everybody[0]).delete()
    asked.presences.exclude(who=everybody[0]).delete()
    with django_assert_num_queries(2):
        crew_there.of_visit(asked)
