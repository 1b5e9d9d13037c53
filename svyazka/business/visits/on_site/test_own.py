from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.deals.models import Task
from svyazka.business.deals.work import tasks
from svyazka.business.visits.models import Action, Booking, Visit
from svyazka.business.visits.on_site.conftest import Phone
from svyazka.kit import clock


@pytest.fixture
def task(egor, olga, hour):
    return tasks.plan(None, "Сдать инструмент", due_at=hour(18), person=egor, by=olga)


@pytest.fixture
def do(visit, egor):
    """What somebody did without signal, sent twice: both times he is told the same."""
    phone = Phone(egor, visit)

    def put(kind, data=None, at=None):
        phone.put(kind, data or {}, at=at, of_visit=False)
        first = phone.send(hears=False)
        assert phone.send() == first
        return first[0]

    return put


@pytest.fixture
def monday_noon(visit, hour, monkeypatch):
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(12))


def test_who_is_ill_has_been_so_since_he_said_it(do, of_egor, monday, monday_noon, hour):
    assert do("absence", {"until": monday.isoformat(), "note": "температура"}, hour(8, 2))["outcome"] == "done"
    away = Booking.objects.get(kind=Booking.Kind.ABSENCE)
    assert (away.resource, away.during.lower, away.note) == (of_egor, hour(8, 5), "температура")
    assert away.during.upper == clock.day_bounds(monday)[1]
    assert Visit.objects.get().lacks == of_egor


@pytest.mark.parametrize("until", ["", "завтра", "2001-01-01", None, 7, ["2026-01-01"]])
def test_a_day_that_is_none_is_that_very_day(do, monday, monday_noon, hour, until):
    assert do("absence", {"until": until}, hour(8))["outcome"] == "done"
    assert Booking.objects.get(kind=Booking.Kind.ABSENCE).during.upper == clock.day_bounds(monday)[1]


def test_a_day_that_is_over_is_refused_in_words(do, visit, hour, monkeypatch):
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(12, days=2))
    told = do("absence", {}, hour(8))
    assert (told["outcome"], told["words"]) == ("refused", "Это время уже прошло.")
    assert not Booking.objects.filter(kind=Booking.Kind.ABSENCE).exists()


def test_a_task_is_done_when_it_was_ticked_off(do, task, egor):
    at = clock.now() - timedelta(hours=2)
    assert do("task", {"task": str(task.pk)}, at)["outcome"] == "done"
    done = Task.objects.get(pk=task.pk)
    assert (done.done_at, done.done_by) == (at, egor)
    assert do("task", {"task": str(task.pk)})["outcome"] == "done"


@pytest.mark.parametrize("given", ["x", "", "0", "9" * 19, "9" * 400, None, 5, ["1"], "²"])
def test_no_such_task(do, given):
    assert do("task", {"task": given})["outcome"] == "refused"


def test_a_task_of_somebody_else_stays_open(do, visit, ilya, olga, hour):
    other = tasks.plan(None, "Чужое", due_at=hour(18), person=ilya, by=olga)
    assert do("task", {"task": str(other.pk)})["outcome"] == "refused"
    assert Task.objects.get(pk=other.pk).done_at is None


def test_what_is_of_a_visit_is_not_taken_without_one_nor_the_other_way_round(do, visit, egor, task):
    assert do("status", {"status": "done"})["outcome"] == "refused"
    phone = Phone(egor, visit)
    phone.put("task", {"task": str(task.pk)})
    assert [one["outcome"] for one in phone.send()] == ["refused"]
    assert (Task.objects.get(pk=task.pk).done_at, Visit.objects.get().status) == (None, "planned")
    assert set(Action.objects.values_list("visit", flat=True)) == {None, visit.pk}
