"""What the board of distribution shows: leads that nobody has, and what everybody has on the table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from svyazka.business.clients.naming import CONTACT
from svyazka.business.staff import roles
from svyazka.kit import clock

MOST = 500


@dataclass(frozen=True, slots=True)
class Lead:
    id: int
    client: str
    contact: str | None  # only where there is no name
    pipeline_id: int
    source_id: int | None
    facts: Mapping[str, Any]
    opened_at: datetime
    came_back: int


@dataclass(frozen=True, slots=True)
class Load:
    person_id: int
    name: str
    department_id: int | None
    hours: Mapping[str, Any]
    open: int
    new: int  # of them, those that he got today
    overdue: int  # steps


def waiting(pipeline_id: int | None = None) -> tuple[list[Lead], bool]:
    """Whoever waits longest comes first. Whether there are more than these."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"pipeline": pipeline_id, "most": MOST + 1})
        found = cursor.fetchall()
    leads = [
        Lead(number, client, contact, pipeline, source, json.loads(facts), opened_at, came_back)
        for number, client, contact, pipeline, source, facts, opened_at, came_back in found
    ]
    return leads[:MOST], len(leads) > MOST


def loads() -> list[Load]:
    """Everybody who can be responsible for deals, by department."""
    midnight = clock.day_bounds(clock.today())[0]
    wish: dict[str, Any] = {"roles": roles.having("deals.change"), "midnight": midnight, "now": clock.now()}
    with connection.cursor() as cursor:
        cursor.execute(_LOADS, wish)
        found = cursor.fetchall()
    return [
        Load(number, name, department, json.loads(week), open_, new, overdue)
        for number, name, department, week, open_, new, overdue in found
    ]


_WAITING = f"""
select d.id, c.name, case when c.name = '' then {CONTACT} end, d.pipeline_id, d.source_id, d.facts, d.opened_at,
       (select count(*) from journal_entry e where e.deal_id = d.id and e.verb = 'deals.came_back')
from deals_deal d join clients_client c on c.id = d.client_id
where d.responsible_id is null and d.closed_at is null
  and (%(pipeline)s::bigint is null or d.pipeline_id = %(pipeline)s)
order by d.opened_at, d.id limit %(most)s
"""  # noqa: S608  # of our own words only
_LOADS = """
select person.id, person.full_name, person.department_id, person.hours, his.open, his.new,
       (select count(*) from deals_task task
        where task.person_id = person.id and task.done_at is null and task.due_at < %(now)s)
from staff_person person cross join lateral (
    select count(*) as open, count(*) filter (where deal.assigned_at >= %(midnight)s) as new
    from deals_deal deal where deal.responsible_id = person.id and deal.closed_at is null
) his
where person.is_active and person.role = any(%(roles)s)
order by person.department_id nulls last, person.full_name
"""
