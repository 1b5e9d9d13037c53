"""How long a client's deal waited until somebody first spoke with him. Kept once, whatever follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from svyazka.business.calls.models import Call
from svyazka.kit import words


def keep(calls: Sequence[Call]) -> None:
    """In each both have spoken. One statement for all; of two contacts the earlier one holds, also if it is heard of
    later."""
    known = [call for call in calls if call.deal_id and call.answered_at]
    first: dict[int, Call] = {}
    for call in sorted(known, key=lambda one: one.answered_at or one.started_at):
        first.setdefault(call.deal_id or 0, call)
    if not first:
        return
    given = [
        (deal, call.started_at if call.direction == "in" else call.answered_at, call.answered_at, call.answered_by_id)
        for deal, call in sorted(first.items())
    ]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, list(map(list, zip(*given, strict=True))))


# What was handed on into the next department is no client's request any more. Its first request may be older than the
# deal itself, where that was heard of late.
_KEEP = """
insert into deals_firstcontact (deal_id, asked_at, reached_at, person_id)
select d.id, least(d.opened_at, given.asked_at, (
    select min(i.at) from clients_interaction i where i.deal_id = d.id and i.direction = 'in'
)), given.reached_at, given.person_id
from unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::bigint[])
    as given (deal_id, asked_at, reached_at, person_id)
join deals_deal d on d.id = given.deal_id and d.parent_id is null
where not exists (
    select from deals_firstcontact kept where kept.deal_id = d.id and kept.reached_at <= given.reached_at)
on conflict (deal_id) do update
set asked_at = excluded.asked_at, reached_at = excluded.reached_at, person_id = excluded.person_id
where excluded.reached_at < deals_firstcontact.reached_at
"""


@dataclass(frozen=True)
class Figure:
    """How it went for one source, or one department: half were reached within `usually`."""

    words: Mapping[str, str]  # of its name; empty where there is none
    reached: int
    usually: timedelta


@dataclass(frozen=True)
class OfDay:
    day: date
    reached: int
    usually: timedelta


@dataclass(frozen=True)
class Figures:
    reached: int
    usually: timedelta | None
    by_day: list[OfDay]
    by_source: list[Figure]
    by_department: list[Figure]
    rung_back: int
    rung_back_usually: timedelta | None


def figures(begin: datetime, end: datetime) -> Figures:
    """Of the clients who began to wait in this time, and were reached."""
    with connection.cursor() as cursor:
        cursor.execute(_ALL, [begin, end])
        reached, usually = cursor.fetchone()
        cursor.execute(_RUNG_BACK, [begin, end])
        rung_back, rung_back_usually = cursor.fetchone()
        cursor.execute(_BY_DAY, [str(timezone.get_current_timezone()), begin, end])
        by_day = [OfDay(*row) for row in cursor.fetchall()]
        by_source = _figures(cursor, _BY_SOURCE, begin, end)
        by_department = _figures(cursor, _BY_DEPARTMENT, begin, end)
    return Figures(reached, usually, by_day, by_source, by_department, rung_back, rung_back_usually)


def _figures(cursor: Any, statement: str, begin: datetime, end: datetime) -> list[Figure]:
    cursor.execute(statement, [begin, end])
    return [Figure(words.read(stored), number, span) for stored, number, span in cursor.fetchall()]


_MEDIAN = "count(*), percentile_disc(0.5) within group (order by c.reached_at - c.asked_at)"
_ALL = f"select {_MEDIAN} from deals_firstcontact c where c.asked_at >= %s and c.asked_at < %s"  # noqa: S608  # our own
_BY_DAY = f"""
select (c.asked_at at time zone %s)::date, {_MEDIAN} from deals_firstcontact c
where c.asked_at >= %s and c.asked_at < %s group by 1 order by 1 desc
"""  # noqa: S608  # of our own words only
_BY_SOURCE = f"""
select source.words, {_MEDIAN} from deals_firstcontact c
join deals_deal d on d.id = c.deal_id left join clients_source source on source.id = d.source_id
where c.asked_at >= %s and c.asked_at < %s group by source.id order by 2 desc, source.id limit 12
"""  # noqa: S608  # of our own words only
_BY_DEPARTMENT = f"""
select department.words, {_MEDIAN} from deals_firstcontact c
left join staff_person person on person.id = c.person_id
left join staff_department department on department.id = person.department_id
where c.asked_at >= %s and c.asked_at < %s group by department.id order by 2 desc, department.id limit 12
"""  # noqa: S608  # of our own words only
_RUNG_BACK = """
select count(*), percentile_disc(0.5) within group (order by reached_at - first_missed_at) from deals_ringback
where first_missed_at >= %s and first_missed_at < %s and reached_at is not null
"""
