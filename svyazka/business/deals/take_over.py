"""Deals that a company brings along from elsewhere: many at once, as they stood there, without rules and notices."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from svyazka.business.clients import search
from svyazka.business.clients.models import SearchPosting
from svyazka.business.deals.known import searched
from svyazka.business.deals.models import Deal, Field, Stage, Task
from svyazka.business.deals.work import next_steps
from svyazka.kit import clock


@dataclass
class Brought:
    """`closed_at` counts only at an end; `moved_at`: since when it stands there."""

    client_id: int
    stage: Stage
    source_id: int | None = None
    responsible_id: int | None = None
    department_id: int | None = None
    loss_reason_id: int | None = None
    address: str = ""
    amount: Decimal | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    origin: dict[str, Any] = field(default_factory=dict)
    opened_at: datetime | None = None
    moved_at: datetime | None = None
    closed_at: datetime | None = None


def open_all(brought: Sequence[Brought]) -> list[int]:
    """In the order in which they were given. No limit of a stage runs and no next step is asked for: what is long past
    is nobody's fault. The caller writes the journal."""
    if not brought:
        return []
    now = clock.now()
    with connection.cursor() as cursor:
        # Numbers are drawn first: what `returning` brings need not come in the order of what was given.
        cursor.execute(_NUMBERS, [len(brought)])
        numbers: list[int] = [number for (number,) in cursor.fetchall()]
        given = [{"id": number, **_row(one, now)} for number, one in zip(numbers, brought, strict=True)]
        cursor.execute(_OPEN, [json.dumps(given, ensure_ascii=False, default=str)])
    found_by = {
        number: (one.address, *searched.words_of(one.facts, Field.Of.DEAL))
        for number, one in zip(numbers, brought, strict=True)
        if one.address or one.facts
    }
    search.index_many("deal", found_by)
    return numbers


_NUMBERS = "select nextval(pg_get_serial_sequence('deals_deal', 'id')) from generate_series(1, %s) order by 1"
_OPEN = """
insert into deals_deal (id, client_id, pipeline_id, stage_id, source_id, responsible_id, department_id, address, amount,
    facts, origin, assigned_at, opened_at, stage_since, closed_at, loss_reason_id, next_step, version)
select id, client_id, pipeline_id, stage_id, source_id, responsible_id, department_id, address, amount,
    facts, origin, assigned_at, opened_at, stage_since, closed_at, loss_reason_id, '', 1
from jsonb_to_recordset(%s) as given (
    id bigint, client_id bigint, pipeline_id bigint, stage_id bigint, source_id bigint, responsible_id bigint,
    department_id bigint, address text, amount numeric, facts jsonb, origin jsonb, assigned_at timestamptz,
    opened_at timestamptz, stage_since timestamptz, closed_at timestamptz, loss_reason_id bigint)
"""


def _row(one: Brought, now: datetime) -> dict[str, Any]:
    moved_at = one.moved_at or one.closed_at or one.opened_at or now
    opened_at = min(one.opened_at or moved_at, now)
    moved_at = min(max(moved_at, opened_at), now)
    return {
        "client_id": one.client_id,
        "pipeline_id": one.stage.pipeline_id,
        "stage_id": one.stage.pk,
        "source_id": one.source_id,
        "responsible_id": one.responsible_id,
        "department_id": one.department_id,
        "address": one.address,
        "amount": one.amount,
        "facts": one.facts,
        "origin": one.origin,
        "assigned_at": opened_at if one.responsible_id else None,
        "opened_at": opened_at,
        "stage_since": moved_at,
        "closed_at": None if one.stage.is_open else min(max(one.closed_at or moved_at, opened_at), now),
        "loss_reason_id": one.loss_reason_id if one.stage.kind == Stage.Kind.LOST else None,
    }


@dataclass
class BroughtTask:
    """One that is open there. Without a deal it is this person's own."""

    what: str
    due_at: datetime
    deal_id: int | None = None
    person_id: int | None = None

    def stored(self) -> dict[str, Any]:
        return {**asdict(self), "due_at": self.due_at.isoformat()}

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> BroughtTask:
        return cls(**{**stored, "due_at": datetime.fromisoformat(stored["due_at"])})


def plan_all(brought: Sequence[BroughtTask]) -> list[int]:
    """In the order in which they were given; nobody is told. The first one of a deal is its next step."""
    made = Task.objects.bulk_create(
        [Task(what=one.what[:200], due_at=one.due_at, deal_id=one.deal_id, person_id=one.person_id) for one in brought]
    )
    next_steps.show_on_deals({one.deal_id for one in brought if one.deal_id})
    return [task.pk for task in made]


def untouched_tasks(task_ids: Collection[int]) -> list[int]:
    """Those that nobody has ticked off or changed since they were brought."""
    found = Task.objects.filter(pk__in=task_ids, done_at=None, version=1, snoozed_until=None)
    return list(found.values_list("pk", flat=True))


def take_away(task_ids: Collection[int]) -> dict[int, BroughtTask]:
    """Those that nobody has touched since they were brought, as they were: they are done where they came from."""
    rows = Task.objects.filter(pk__in=untouched_tasks(task_ids))
    taken = {one.pk: BroughtTask(one.what, one.due_at, one.deal_id, one.person_id) for one in rows}
    unplan(list(taken))
    return taken


def unplan(task_ids: Collection[int]) -> set[int]:
    """As if they had never been brought; those that somebody has touched stay, and are named."""
    gone = Task.objects.filter(pk__in=untouched_tasks(task_ids))
    deal_ids = set(gone.exclude(deal=None).values_list("deal_id", flat=True))
    gone.delete()
    next_steps.show_on_deals(deal_ids)
    return set(Task.objects.filter(pk__in=task_ids).values_list("pk", flat=True))


def change_all(changes: Mapping[int, Mapping[str, Any]]) -> set[int]:
    """Amounts, stages, people and ends that have changed there; which of the deals there are still."""
    given = [{"id": number, **values} for number, values in changes.items()]
    with connection.cursor() as cursor:
        cursor.execute(_CHANGE, [clock.now(), json.dumps(given, default=str)])
        return {number for (number,) in cursor.fetchall()}


_CHANGE = """
update deals_deal d set version = version + 1,
    amount = given.amount, stage_id = given.stage_id, pipeline_id = stage.pipeline_id,
    responsible_id = given.responsible_id, stage_due_at = null,
    stage_since = case when d.stage_id = given.stage_id then d.stage_since else %s end,
    closed_at = case when stage.kind = 'open' then null else coalesce(given.closed_at, d.closed_at, now()) end
from jsonb_to_recordset(%s) as given (
    id bigint, amount numeric, stage_id bigint, responsible_id bigint, closed_at timestamptz)
join deals_stage stage on stage.id = given.stage_id
where d.id = given.id returning d.id
"""


def put_back(deal_id: int, *, was: Mapping[str, Any], made: Mapping[str, Any]) -> bool:
    """As `change_all` has found it. False: somebody has changed it since, or it is gone."""
    deal = Deal.objects.select_for_update().filter(pk=deal_id).first()
    if deal is None:
        return False
    now = {"amount": deal.amount, "stage_id": deal.stage_id, "responsible_id": deal.responsible_id}
    if any(_plain(now[code]) != _plain(new) for code, new in made.items()):
        return False
    back = {code: was.get(code, value) for code, value in now.items()}
    change_all({deal_id: back})
    return True


def _plain(value: Any) -> Any:
    return Decimal(value) if isinstance(value, (str, Decimal)) else value


def touched(deal_ids: Collection[int], *, verbs: str, ours: Collection[int], tasks: Collection[int] = ()) -> set[int]:
    """Those with which something has happened besides what we brought. `verbs`: what entries of our own begin with;
    `ours`: numbers of our interactions, `tasks`: of our tasks that nobody has touched."""
    given: dict[str, Any] = {"ids": list(deal_ids), "verbs": f"{verbs}%", "ours": list(ours), "tasks": list(tasks)}
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED, given)
        return {number for (number,) in cursor.fetchall()}


_TOUCHED = """
select d.id from deals_deal d where d.id = any(%(ids)s) and (
    exists (select from journal_entry e where e.deal_id = d.id and e.verb not like %(verbs)s)
    or exists (select from clients_interaction i where i.deal_id = d.id and i.id <> all(%(ours)s))
    or exists (select from deals_task t where t.deal_id = d.id and t.id <> all(%(tasks)s))
    or exists (select from deals_deal other where other.parent_id = d.id or other.first_id = d.id))
"""


def forget(deal_ids: Collection[int]) -> None:
    """As if they had never been brought."""
    SearchPosting.objects.filter(kind="deal", object_id__in=deal_ids).delete()
    Deal.objects.filter(pk__in=deal_ids).delete()
