from __future__ import annotations

from datetime import time, timedelta

import pytest

from svyazka.business.journal.models import Entry
from svyazka.business.notices.models import Notice
from svyazka.business.visits.models import Proposal, Resource
from svyazka.business.visits.planning import job, night
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


@pytest.fixture
def at(monkeypatch, monday):
    """`at(3)`: it is three o'clock on the Sunday before."""

    def turn(hour, *, days=-1):
        now = clock.at(monday + timedelta(days=days), time(hour))
        monkeypatch.setattr("svyazka.kit.clock.now", lambda: now)

    return turn


def test_by_night_the_coming_days_are_planned_once(crossed, at, anna, monday, dina, roza):
    night.change(by_night=True, days=2, by=anna)
    for hour in (0, 3, 4, 12):
        at(hour)
        night.go_round()
    assert list(Proposal.objects.values_list("first_day", "last_day", "asked_by")) == [
        (monday, monday + timedelta(days=1), None)
    ]
    job.work_off()
    told = set(Notice.objects.filter(kind="plan.ready").values_list("person__login", flat=True))
    assert told >= {"dina", "roza"}
    assert told.isdisjoint({"olga", "egor"})
    at(3, days=0)
    night.go_round()
    assert Proposal.objects.count() == 2


def test_in_the_night_before_a_day_off_the_next_working_day_is_planned(crossed, at, anna, monday):
    Resource.objects.update(hours={str(day): [["09:00", "18:00"]] for day in range(5)})
    night.change(by_night=True, days=1, by=anna)
    at(3, days=-3)
    night.go_round()
    assert Proposal.objects.get().first_day == monday


def test_where_nobody_works_it_is_tomorrow(crossed, at, anna, monday):
    Resource.objects.update(hours={})
    night.change(by_night=True, days=1, by=anna)
    at(3, days=-3)
    night.go_round()
    assert Proposal.objects.get().first_day == monday - timedelta(days=2)


def test_nothing_happens_unless_the_company_wants_it(crossed, at):
    at(3)
    night.go_round()
    assert not Proposal.objects.exists()


def test_what_is_switched_stands_in_the_journal(windows, anna):
    night.change(by_night=True, days=1, by=anna)
    night.change(by_night=True, days=1, by=anna)
    assert [one.changes for one in Entry.objects.filter(verb="visits.planning_rules")] == [{"by_night": [False, True]}]
    with pytest.raises(Refused):
        night.change(by_night=True, days=8, by=anna)


def test_plans_of_long_ago_are_forgotten(crossed, at, anna, monday, dina):
    job.ask(monday, 1, by=dina)
    Proposal.objects.update(state="ready", asked_at=clock.now() - timedelta(days=100))
    night.change(by_night=True, days=1, by=anna)
    at(3)
    night.go_round()
    assert list(Proposal.objects.values_list("asked_by", flat=True)) == [None]
