from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from svyazka.business.journal.models import Entry
from svyazka.business.notices.models import Notice
from svyazka.business.problems import digest, listing, rounds
from svyazka.business.problems.models import DayCount, Morning, Problem
from svyazka.business.staff.models import Absence
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

MONDAY = date(2026, 11, 23)


@pytest.fixture
def at(monkeypatch):
    """`at(MONDAY, "08:31")`: it is that time in the company's zone."""

    def go(day: date, hour: str) -> datetime:
        moment = clock.at(day, time.fromisoformat(hour))
        monkeypatch.setattr(clock, "now", lambda: moment)
        return moment

    return go


@pytest.fixture
def trouble(deal, mikhail):
    """`trouble("no_step", 2)`: so many of Mikhail's problems, as the sweep would have found them."""

    def make(kind, number=1, person=mikhail):
        now = clock.now()
        Problem.objects.bulk_create(
            Problem(
                deal=deal, kind=kind, subject_id=n, since=now, found_at=now, person=person,
                department_id=person.department_id,
            )
            for n in range(number)
        )  # fmt: skip

    return make


def told() -> list[tuple[str, dict[str, int]]]:
    found = Notice.objects.filter(kind="digest").order_by("id").select_related("person")
    return [(one.person.login, one.data["problems"]) for one in found]


def test_everybody_hears_what_is_his_and_nobody_else_anything(at, trouble, dina):
    trouble("step_overdue", 3)
    trouble("question", 2)
    at(MONDAY, "08:30")
    rounds.morning()
    assert told() == [("mikhail", {"step_overdue": 3, "question": 2})]


def test_not_before_its_time_and_once_a_day_whoever_asks(at, trouble):
    trouble("stuck")
    at(MONDAY, "08:29")
    rounds.morning()
    assert told() == []
    at(MONDAY, "08:30")
    rounds.morning()
    digest.send()  # another worker that had looked before the first one was ready; or one that was started again
    at(MONDAY, "11:00")
    rounds.morning()
    assert len(told()) == 1
    at(MONDAY + timedelta(days=1), "08:30")
    rounds.morning()
    assert len(told()) == 2


def test_a_day_off_is_counted_but_nobody_is_told(at, trouble):
    trouble("stuck", 4)
    at(MONDAY + timedelta(days=5), "08:30")
    rounds.morning()
    assert told() == []
    assert DayCount.objects.get().number == 4


def test_who_starts_the_house_in_the_afternoon_tells_nobody(at, trouble):
    trouble("stuck")
    at(MONDAY, "12:31")
    rounds.morning()
    assert told() == []
    assert DayCount.objects.count() == 1


def test_whoever_is_away_is_not_told(at, trouble, mikhail):
    trouble("stuck")
    now = at(MONDAY, "08:30")
    Absence.objects.create(person=mikhail, during=(now - timedelta(days=1), now + timedelta(days=1)))
    rounds.morning()
    assert told() == []


def test_the_head_hears_of_the_department_and_what_has_changed(at, trouble, mikhail, roza):
    trouble("stuck", 2)
    at(MONDAY, "08:30")
    rounds.morning()
    assert "change" not in Notice.objects.get(kind="digest.department").data
    Notice.objects.all().delete()
    trouble("no_step", 3)
    at(MONDAY + timedelta(days=3), "08:30")  # a jump: nobody counted in between
    rounds.morning()
    heard = Notice.objects.get(kind="digest.department")
    assert (heard.person, heard.data["change"], heard.data["of"]) == (roza, 3, mikhail.department_id)
    Problem.objects.all().delete()
    at(MONDAY + timedelta(days=4), "08:30")
    rounds.morning()
    last = Notice.objects.filter(kind="digest.department").latest("id")
    assert (last.data["problems"], last.data["change"]) == ({}, -5)


def test_the_curve_has_a_figure_for_each_counted_day_and_reaches_as_far_as_the_right(at, trouble, mikhail, dina, roza):
    trouble("stuck", 2)
    trouble("no_step", 1, person=dina)
    for passed in (0, 1, 4):
        at(MONDAY + timedelta(days=passed), "08:30")
        rounds.morning()
    days = [MONDAY + timedelta(days=passed) for passed in (0, 1, 4)]
    assert listing.days(roza, since=MONDAY) == dict.fromkeys(days, 3)
    assert listing.days(mikhail, since=days[1]) == dict.fromkeys(days[1:], 2)


def test_a_year_is_kept(at, trouble):
    trouble("stuck")
    for passed in (0, 365, 367):
        at(MONDAY + timedelta(days=passed), "08:30")
        rounds.morning()
    assert DayCount.objects.order_by("day").values_list("day", flat=True)[0] == MONDAY + timedelta(days=365)


def test_the_company_says_when(at, trouble, anna):
    digest.change(time(7), [5], by=anna)
    assert Entry.objects.get(verb="problems.digest_set").changes == {"at": ["08:30", "07:00"]}
    trouble("stuck")
    at(MONDAY, "07:00")
    rounds.morning()
    assert told() == []
    at(MONDAY + timedelta(days=5), "07:00")
    rounds.morning()
    assert len(told()) == 1
    with pytest.raises(Refused):
        digest.change(time(7), [7], by=anna)


def test_asking_whether_it_is_time_costs_one_statement(windows, at, django_assert_num_queries):
    Morning.objects.create()
    with django_assert_num_queries(1):
        digest.is_due(at(MONDAY, "10:00"))
