from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest

from svyazka.business.deals import moves
from svyazka.business.deals.models import Deal, LossReason, Stage, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import my_day, questions, tasks
from svyazka.business.deals.work.my_day import Part
from svyazka.business.staff.models import Person
from svyazka.kit import clock


@pytest.fixture
def deal(windows, vera, mikhail) -> Deal:
    opened = open_deal(vera, by=mikhail, responsible=mikhail)
    opened.tasks.all().delete()
    return opened


def plan(deal: Deal | None, what: str, *, due_at: datetime, person: Person, by: Person | None = None) -> Task:
    task = tasks.plan(deal, what, due_at=clock.now() + timedelta(minutes=1), person=person, by=by or person)
    Task.objects.filter(pk=task.pk).update(due_at=due_at)
    return task


def found(person: Person) -> dict[str, list[str]]:
    parts: dict[str, list[str]] = {}
    for line in my_day.list_tasks(person):
        parts.setdefault(line.part, []).append(line.what)
    return parts


def test_a_day_is_what_is_late_today_soon_later_with_others_and_done(deal, mikhail, dina):
    now, (_morning, midnight) = clock.now(), clock.day_bounds(clock.today())
    plan(deal, "поздно", due_at=now - timedelta(hours=30), person=mikhail)
    plan(None, "сегодня", due_at=midnight - timedelta(seconds=1), person=mikhail)
    plan(deal, "завтра", due_at=midnight, person=mikhail)
    plan(deal, "через месяц", due_at=now + timedelta(days=30), person=mikhail)
    plan(deal, "у Дины", due_at=now + timedelta(days=1), person=dina, by=mikhail)
    tasks.done(plan(deal, "сделано", due_at=now, person=mikhail), by=mikhail)
    assert found(mikhail) == {
        "late": ["поздно"],
        "today": ["сегодня"],
        "soon": ["завтра"],
        "later": ["через месяц"],
        "waiting": ["у Дины"],
        "done": ["сделано"],
    }
    assert my_day.count(mikhail) == 2


def test_what_is_put_off_comes_back_by_itself(deal, mikhail):
    task = plan(deal, "Позвонить", due_at=clock.now() - timedelta(hours=1), person=mikhail)
    tasks.put_off(task, until=clock.now() + timedelta(hours=1), by=mikhail)
    assert found(mikhail) == {}
    Task.objects.update(snoozed_until=clock.now() - timedelta(seconds=1))
    assert found(mikhail) == {"late": ["Позвонить"]}


def test_nothing_of_a_closed_deal_is_to_be_done(deal, mikhail, dina):
    plan(deal, "Позвонить", due_at=clock.now() - timedelta(hours=1), person=mikhail)
    plan(deal, "Замерить", due_at=clock.now() + timedelta(hours=1), person=dina, by=mikhail)
    moves.move(deal, to=Stage.objects.get(code="lost"), loss_reason=LossReason.objects.first(), by=mikhail)
    assert (found(mikhail), my_day.count(mikhail)) == ({}, 0)


def test_many_late_ones_are_cut_and_counted(deal, mikhail):
    due_at = clock.now() - timedelta(days=3)
    made = [Task(deal=deal, what=f"{n}", due_at=due_at + timedelta(minutes=n), person=mikhail) for n in range(60)]
    Task.objects.bulk_create(made)
    late = my_day.list_tasks(mikhail, [Part.LATE])
    assert ([line.what for line in late], late[0].total) == ([str(n) for n in range(25)], 60)
    assert my_day.list_tasks(mikhail, [Part.LATE], counted=50)[0].total == 50


def test_a_question_waits_in_the_day_until_it_is_answered(deal, vera, mikhail, konstantin):
    due_at = clock.now() + timedelta(hours=2)
    questions.ask(deal, [mikhail.pk], "Почему стоит?", due_at=due_at, request_id=uuid.uuid4(), by=konstantin)
    [owed] = my_day.list_owed(mikhail)
    assert (owed.kind, owed.text, owed.by, owed.client) == (
        "question",
        "Почему стоит?",
        konstantin.full_name,
        vera.name,
    )
    questions.answer(deal.questions.get(), "Ждём профиль", by=mikhail)
    assert my_day.list_owed(mikhail) == []


def test_whose_day_one_may_see(mikhail, dina, roza, konstantin, olga, egor):
    assert my_day.may_see(egor, egor)
    assert all(my_day.may_see(one, olga) for one in (roza, konstantin))
    assert not any(my_day.may_see(one, mikhail) for one in (olga, egor))
    assert my_day.may_see(mikhail, dina) == (mikhail.department_id == dina.department_id)
