"""Next steps: every open deal has one, or it is a problem."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection

from svyazka.business.deals.models import Deal, Task
from svyazka.business.journal.record import About, Actor, announce, record
from svyazka.business.staff.models import Person
from svyazka.kit import clock, rows


def plan_for_stage(deal: Deal, *, by: Actor) -> None:
    """The step that the stage asks for takes the place of the last stage's, which nobody has to do any more."""
    _take_away(deal)
    if step := deal.stage.next_step:
        due_at = deal.stage_due_at or clock.now() + timedelta(days=1)
        _ask(deal, step, due_at)
    show_on_deal(deal)


def replace_stages(deal: Deal, what: str, *, due_at: datetime, by: Actor) -> None:
    """Another step in the place of the one that the stage asks for; the next stage takes it away again."""
    _take_away(deal)
    _ask(deal, what, due_at)
    show_on_deal(deal)
    changes = {"what": (None, what), "due_at": (None, due_at.isoformat())}
    record("deals.step_planned", _about(deal), by=by, changes=changes)


def drop_stages(deal: Deal) -> None:
    """Nobody has to do what the stage asks for: the deal is nobody's work any more."""
    _take_away(deal)
    show_on_deal(deal)


def set_due(deal: Deal, due_at: datetime) -> None:
    """When the step that the stage asks for has to be done, where that hangs on more than the stage's limit."""
    if Task.objects.filter(deal=deal, done_at=None, of_stage=True).exclude(due_at=due_at).update(due_at=due_at):
        show_on_deal(deal)


def open_tasks(deal: Deal) -> list[Task]:
    tasks: list[Task] = []
    for task, person in rows.read_joined(_OPEN_TASKS, [deal.pk], Task, Person):
        task.deal, task.person = deal, person
        tasks.append(task)
    return tasks


_OPEN_TASKS = f"""
select {rows.columns(Task, Person)} from deals_task left join staff_person on staff_person.id = person_id
where deal_id = %s and done_at is null order by due_at, deals_task.id
"""  # noqa: S608  # of our own models' names only


def _ask(deal: Deal, what: str, due_at: datetime) -> None:
    kind = deal.stage.next_step_kind
    person = deal.responsible
    task = Task.objects.create(deal=deal, kind=kind, what=what, due_at=due_at, person=person, of_stage=True)
    ring(task)


def ring(task: Task, *, also: int | None = None) -> None:
    """Whose day has changed: who has to do it, who gave it, and `also` who had it before."""
    if concerned := {number for number in (task.person_id, task.by_id, also) if number}:
        announce("task", task.pk, people=concerned)


def show_on_deal(deal: Deal) -> None:
    """Its first open task. The caller holds the deal: of two who plan at once, each would see only his own step."""
    with connection.cursor() as cursor:
        cursor.execute(_SHOW, [deal.pk, deal.pk])
        deal.next_step, deal.next_step_at = cursor.fetchone()


_SHOW = """
update deals_deal set next_step = coalesce(first.what, ''), next_step_at = first.due_at
from (select) one left join (
    select what, due_at from deals_task where deal_id = %s and done_at is null order by due_at, id limit 1
) first on true
where deals_deal.id = %s returning next_step, next_step_at
"""


def show_on_deals(deal_ids: Collection[int]) -> None:
    """The same for many that the caller holds."""
    with connection.cursor() as cursor:
        cursor.execute(_SHOW_ALL, [list(deal_ids)])


_SHOW_ALL = """
update deals_deal set next_step = coalesce(first.what, ''), next_step_at = first.due_at
from unnest(%s::bigint[]) as one (id) left join lateral (
    select what, due_at from deals_task where deal_id = one.id and done_at is null order by due_at, id limit 1
) first on true
where deals_deal.id = one.id
"""


def _take_away(deal: Deal) -> None:
    """The open step of the stage, also out of the chain of those that come again."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_AWAY, [deal.pk])


_TAKE_AWAY = """
with gone as (select id from deals_task where deal_id = %s and done_at is null and of_stage),
freed as (update deals_task set after_id = null where after_id in (select id from gone))
delete from deals_task where id in (select id from gone)
"""


def _about(deal: Deal) -> About:
    return About("deal", deal.pk, client_id=deal.client_id, deal_id=deal.pk)
