"""Leave and illness, entered and ended."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from threading import Thread

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.journal.models import Entry
from svyazka.business.staff import absences, hire
from svyazka.business.staff.models import Absence, Person
from svyazka.business.staff.presence import absent_now, at_work
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

DAY = timedelta(days=1)


def test_it_is_entered_and_passed_over_and_the_journal_says_so(mikhail, roza):
    now = clock.now()
    absences.enter(mikhail, now - DAY, now + DAY, note="отпуск", by=roza)
    assert mikhail.pk not in at_work(now)
    assert absent_now([mikhail.pk]) == {mikhail.pk: now + DAY}
    entry = Entry.objects.get(verb="staff.absent")
    assert (entry.object_id, entry.by_id, entry.note) == (mikhail.pk, roza.pk, "отпуск")


def test_who_is_back_before_is_at_work_at_once_and_a_second_click_changes_nothing(mikhail, roza):
    now = clock.now()
    absence = absences.enter(mikhail, now - DAY, now + DAY, by=roza)
    absences.end(absence, by=roza)
    assert mikhail.pk in at_work(clock.now())
    absences.end(absence, by=roza)
    assert Entry.objects.filter(verb="staff.back").count() == 1
    assert [one.pk for one in absences.past_of(mikhail)] == [absence.pk]


def test_what_has_not_begun_is_called_off(mikhail, roza):
    absence = absences.enter(mikhail, clock.now() + DAY, clock.now() + 2 * DAY, by=roza)
    assert [one.pk for one in absences.ahead_of(mikhail)] == [absence.pk]
    absences.end(absence, by=roza)
    assert not Absence.objects.exists()


@pytest.mark.parametrize(
    ("begin", "end", "note", "said"),
    [
        (1, 1, "", "Окончание должно быть позже начала."),
        (2, 1, "", "Окончание должно быть позже начала."),
        (-3, -1, "", "Это время уже прошло."),
        (3, 5, "", "Этот сотрудник уже отсутствует"),
        (-1, 1, "я" * 201, "Слишком длинный текст."),
    ],
)
def test_what_cannot_be_is_said_in_words(mikhail, roza, begin, end, note, said):
    now = clock.now()
    absences.enter(mikhail, now + 4 * DAY, now + 6 * DAY, by=roza)
    with pytest.raises(Refused, match=said):
        absences.enter(mikhail, now + begin * DAY, now + end * DAY, note=note, by=roza)
    assert Absence.objects.count() == 1


def test_nobody_who_has_left_is_absent(mikhail, roza, anna):
    hire.let_go(mikhail, by=anna)
    mikhail.refresh_from_db()
    with pytest.raises(Refused):
        absences.enter(mikhail, clock.now(), clock.now() + DAY, by=roza)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 6), st.booleans()), max_size=8))
def test_whatever_the_order_of_clicks_no_two_absences_meet(mikhail, roza, clicks):
    Absence.objects.all().delete()
    now = clock.now()
    for first, length, end in clicks:
        try:
            entered = absences.enter(mikhail, now + first * DAY, now + (first + length) * DAY, by=roza)
        except Refused:
            continue
        if end:
            absences.end(entered, by=roza)
    ahead = absences.ahead_of(mikhail)
    assert all(one.during.upper <= other.during.lower for one, other in pairwise(ahead))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_enter_the_same_leave_at_once_one_is_told_so(mikhail, roza, anna):
    now, said = clock.now(), []

    def enter(by):
        try:
            absences.enter(mikhail, now, now + DAY, by=by)
        except Refused as refusal:
            said.append(str(refusal))
        finally:
            connection.close()

    threads = [Thread(target=enter, args=[by]) for by in (roza, anna)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Absence.objects.count() == len(said) == 1


def test_hours_and_skills_are_changed_and_told_in_words(mikhail, roza):
    changed = hire.change(mikhail, skills=[" English ", "english", "", "Excel"], hours={}, by=roza)
    assert Person.objects.get(pk=mikhail.pk).skills == changed.skills == ["english", "Excel"]
    assert Entry.objects.get(verb="staff.changed").changes == {"skills": ["", "english, Excel"]}
    with pytest.raises(Refused) as refused:
        hire.change(mikhail, skills=["ф" * 31], by=roza)
    assert "skills" in refused.value.fields
