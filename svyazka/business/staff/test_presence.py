from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from svyazka.business.staff.hire import let_go
from svyazka.business.staff.models import Absence
from svyazka.business.staff.presence import at_work, back_at, presences

# A Thursday in Moscow.
NOON = datetime(2026, 11, 26, 9, tzinfo=UTC)
WEEKDAYS = {str(day): [["09:00", "13:00"], ["14:00", "18:00"]] for day in range(5)}


@pytest.fixture(autouse=True)
def only_in_working_hours(mikhail):
    mikhail.hours = WEEKDAYS
    mikhail.save()


def absent(person, begin, end, note=""):
    return Absence.objects.create(person=person, during=(begin, end), note=note)


def test_whose_hours_nobody_entered_is_at_work_at_any_time(dina):
    assert dina.pk in at_work(NOON + timedelta(hours=14))


@pytest.mark.parametrize(("hour", "works"), [(8, False), (9, True), (13, False), (14, True), (18, False)])
def test_the_working_hours_are_the_companys_clock(mikhail, hour, works):
    moment = NOON + timedelta(hours=hour - 12)
    assert (mikhail.pk in at_work(moment)) == works


def test_a_day_without_hours_is_a_day_off(mikhail):
    assert mikhail.pk not in at_work(NOON + timedelta(days=2))


def test_a_shift_until_midnight_and_on_after_it(mikhail):
    mikhail.hours = {"3": [["20:00", "24:00"]], "4": [["00:00", "08:00"]]}
    mikhail.save()
    nights = [NOON + timedelta(hours=hours) for hours in (7, 8, 11, 12, 19, 20)]
    assert [mikhail.pk in at_work(moment) for moment in nights] == [False, True, True, True, True, False]


def test_whoever_is_absent_is_not_at_work_until_he_is_back(mikhail):
    absent(mikhail, NOON - timedelta(days=1), NOON + timedelta(hours=1), "отпуск")
    found = presences(NOON, people=[mikhail.pk])[mikhail.pk]
    assert (found.is_at_work, found.absent_until, found.note) == (False, NOON + timedelta(hours=1), "отпуск")
    assert mikhail.pk in at_work(NOON + timedelta(hours=2))


def test_whoever_left_is_nowhere(mikhail, dina, anna):
    let_go(mikhail, by=anna)
    assert at_work(NOON, people=[mikhail.pk, dina.pk]) == {dina.pk}
    assert back_at(mikhail, moment=NOON) is None


def test_the_day_of_return_counts_leave_and_hours(mikhail):
    assert back_at(mikhail, moment=NOON) == NOON
    assert back_at(mikhail, moment=NOON + timedelta(hours=7)) == NOON + timedelta(hours=21)
    absent(mikhail, NOON - timedelta(hours=1), NOON + timedelta(hours=4))
    absent(mikhail, NOON + timedelta(hours=4), NOON + timedelta(days=1))
    # Back on Friday at noon, in the middle of the morning's stretch.
    assert back_at(mikhail, moment=NOON) == NOON + timedelta(days=1)


def test_whoever_is_away_for_months_has_no_day_of_return(mikhail, dina):
    absent(dina, NOON, NOON + timedelta(days=200))
    assert back_at(dina, moment=NOON) is None


def test_nobody_is_absent_twice_at_once(mikhail):
    absent(mikhail, NOON, NOON + timedelta(days=2))
    with pytest.raises(IntegrityError), transaction.atomic():
        absent(mikhail, NOON + timedelta(days=1), NOON + timedelta(days=3))


def test_one_statement_for_the_whole_staff(windows):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        at_work(NOON)
    assert len(asked) == 1
