from __future__ import annotations

import pytest

from svyazka.business.visits import resources, soundness
from svyazka.business.visits.models import CrewMember, Resource, VisitKind


@pytest.fixture
def wrong(windows):
    """Name or code → what is wrong with it."""

    def found():
        every, kinds = list(Resource.objects.select_related("person")), list(VisitKind.objects.all())
        faults = soundness.faults(every, kinds)
        names = {one.pk: one.name for one in every}
        codes = {one.pk: one.code for one in kinds}
        return {
            **{names[pk]: said for pk, said in faults.of_resources.items()},
            **{codes[pk]: said for pk, said in faults.of_kinds.items()},
        }

    return found


def test_the_demonstration_is_sound(wrong):
    assert wrong() == {}


def test_who_is_never_offered(wrong, of_egor, ilya, crew, anna):
    Resource.objects.filter(pk=of_egor.pk).update(hours={}, skills=["cooking"], person=None)
    resources.let_go(ilya, by=anna)
    CrewMember.objects.all().delete()
    found = wrong()
    assert found["Егор Кузнецов"] == [
        "Нет рабочего времени: это время никому не предложат.",
        "Не делает ни одного из видов выездов.",
        "Выезды не видны ни на чьём телефоне.",
    ]
    assert found["Илья Фомин"] == ["Илья Фомин больше не работает в компании."]
    assert len(found["Бригада Орлова"]) == 1
    assert found["measurement"] == ["Этого никто не делает: окон не будет."]


def test_whoever_only_goes_with_a_crew_needs_no_hours_of_his_own(wrong):
    Resource.objects.filter(name="Сергей Зайцев").update(hours={}, skills=[])
    assert wrong() == {}


def test_a_member_who_left_the_crew_of_those_in_use(wrong):
    Resource.objects.filter(name="Сергей Зайцев").update(is_active=False)
    assert wrong() == {"Бригада Орлова": ["Членов бригады, которых больше нельзя записать: 1."]}


@pytest.mark.parametrize(
    ("values", "number"),
    [
        ({"more_skills": ["высота"]}, 1),
        ({"people": 9}, 1),
        ({"vehicles": 3}, 1),
        ({"equipment": ["кран"]}, 1),
        ({"minutes": 1000, "most_days": 1}, 1),
        ({"minutes": 1000, "most_days": 3}, 0),
    ],
)
def test_what_an_installation_lacks(wrong, values, number):
    VisitKind.objects.filter(code="installation").update(**values)
    assert len(wrong().get("installation", [])) == number


def test_whoever_can_do_it_has_no_hours(wrong, crew):
    Resource.objects.filter(pk=crew.pk).update(hours={})
    assert wrong()["installation"] == ["У тех, кто это делает, нет рабочего времени."]


def test_the_same_number_of_questions_for_one_and_for_thirty(windows, django_assert_num_queries):
    for number in range(30):
        one = Resource.objects.create(name=f"Бригада {number}", kind="crew", skills=["installation"])
        for member in range(3):
            person = Resource.objects.create(name=f"{number} {member}", kind="engineer")
            CrewMember.objects.create(crew=one, member=person)
        every, kinds = list(Resource.objects.select_related("person")), list(VisitKind.objects.all())
        if number in (0, 29):
            with django_assert_num_queries(5):
                soundness.faults(every, kinds)
