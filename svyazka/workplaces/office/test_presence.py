"""Working hours, skills, absences and letting go, on the page of a person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.deals.models import Deal
from svyazka.business.deals.opening import open_deal
from svyazka.business.staff import absences
from svyazka.business.staff.models import Absence, Person
from svyazka.kit import clock

DAY = timedelta(days=1)


def page_of(person):
    return f"/office/staff/{person.pk}/"


def test_the_head_enters_hours_and_skills(roza, mikhail, dina, enter):
    Person.objects.filter(pk=dina.pk).update(skills=["english"])
    client = enter(roza)
    assert 'name="skill" value="english">' in client.get(page_of(mikhail)).content.decode()
    typed = {"from_0": ["09:00", "14:00"], "to_0": ["13:00", "18:00"], "skill": "english", "others": "excel, 1С"}
    assert client.post(page_of(mikhail) + "work/", typed)["Location"] == page_of(mikhail)
    changed = Person.objects.get(pk=mikhail.pk)
    assert changed.hours == {"0": [["09:00", "13:00"], ["14:00", "18:00"]]}
    assert changed.skills == ["1С", "english", "excel"]


def test_what_was_typed_stays_beside_the_refusal(roza, mikhail, enter):
    typed = {"from_2": ["18:00"], "to_2": ["09:00"], "others": "excel"}
    answer = enter(roza).post(page_of(mikhail) + "work/", typed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Работа должна заканчиваться позже, чем начинается." in page
    assert 'value="18:00"' in page
    assert 'value="excel"' in page


def test_an_absence_is_entered_shown_and_ended(roza, mikhail, enter):
    client, today = enter(roza), clock.today()
    typed = {"from": today.isoformat(), "until": (today + 3 * DAY).isoformat(), "note": "отпуск"}
    assert client.post(page_of(mikhail) + "absences/", typed).status_code == 302
    absence = Absence.objects.get()
    # Whole days: from midnight to the midnight after the last one.
    assert absence.during.lower == clock.day_bounds(today)[0]
    assert absence.during.upper == clock.day_bounds(today + 3 * DAY)[1]
    assert "отпуск" in client.get(page_of(mikhail)).content.decode()
    assert "отсутствует по " in client.get("/office/staff/?q=mikhail").content.decode()
    refused = client.post(page_of(mikhail) + "absences/", typed)
    assert refused.status_code == 422
    assert "уже отсутствует" in refused.content.decode()
    assert client.post(f"/office/staff/absences/{absence.pk}/ending/").status_code == 302
    assert "отсутствует по " not in client.get("/office/staff/?q=mikhail").content.decode()


@pytest.mark.parametrize(
    "typed",
    [{}, {"from": "x", "until": "y"}, {"from": "2026-12-01", "until": "2026-12-02", "until_hour": "25:00"},
     {"from": "0001-01-01", "until": "9999-12-31"}],
)  # fmt: skip
def test_nonsense_is_refused_in_words(roza, mikhail, enter, typed):
    assert enter(roza).post(page_of(mikhail) + "absences/", typed).status_code == 422
    assert not Absence.objects.exists()


def test_who_only_sees_the_staff_changes_nothing_and_everybody_sees_his_own(mikhail, olga, roza, enter):
    absences.enter(mikhail, clock.now() + DAY, clock.now() + 2 * DAY, note="отпуск", by=roza)
    assert enter(olga).post(page_of(mikhail) + "absences/", {}).status_code == 403
    assert "отпуск" in enter(mikhail).get("/account/").content.decode()


def test_it_is_asked_who_gets_what_is_on_the_table(anna, mikhail, dina, vera, enter):
    deal = open_deal(vera, responsible=mikhail, by=anna)
    client = enter(anna)
    assert "1 открытая сделка" in client.get(page_of(mikhail)).content.decode()
    refused = client.post(page_of(mikhail) + "dismissal/")
    assert refused.status_code == 422
    assert Person.objects.get(pk=mikhail.pk).is_active
    now = clock.now()
    Absence.objects.create(person=dina, during=(now - DAY, now + DAY))
    given = {"to": "person", "receiver": dina.pk}
    asked = client.post(page_of(mikhail) + "dismissal/", given)
    assert asked.status_code == 422
    assert f'name="anyway" value="{dina.pk}"' in asked.content.decode()
    assert client.post(page_of(mikhail) + "dismissal/", {**given, "anyway": dina.pk}).status_code == 302
    assert Deal.objects.get(pk=deal.pk).responsible == dina
    assert not Person.objects.get(pk=mikhail.pk).is_active
