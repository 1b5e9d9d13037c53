"""The problems that a person may see, line by line, and how many there are of each kind with everybody."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from svyazka.business.clients.naming import CONTACT
from svyazka.business.problems.models import Problem
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.staff.roles import Reach
from svyazka.kit import rows

PAGE = 30


@dataclass(frozen=True)
class Narrowed:
    """Which of them are wanted. `person_id` 0: those that are nobody's."""

    kind: str = ""
    person_id: int | None = None
    department_id: int | None = None
    pipeline_id: int | None = None
    sort: str = "age"


class Line(NamedTuple):
    """What a line of the page is made of."""

    id: int
    deal_id: int
    kind: str
    subject_id: int
    since: datetime
    why: dict[str, Any]
    person_id: int | None
    person: str | None
    client_id: int
    client_name: str
    contact: str | None  # only where there is no name
    phone: str | None
    stage: dict[str, str]
    steps: dict[str, str]  # what the stage asks for
    colour: str
    stage_since: datetime
    amount: Decimal | None
    responsible_id: int | None
    department_id: int | None
    version: int


class Tally(NamedTuple):
    """So many of a kind with one person."""

    kind: str
    person_id: int | None
    person: str | None
    department_id: int | None
    number: int


@dataclass(frozen=True)
class Listed:
    lines: list[Line]
    after: str  # where the next page begins; empty at the end


# Sorted by what, how the next page's beginning is read, and in which direction.
_SORTS = {
    "age": ("p.since", "timestamptz", ">", "asc"),
    "amount": ("coalesce(d.amount, -1)", "numeric", "<", "desc"),
}
_READERS: dict[str, Callable[[str], Any]] = {"timestamptz": datetime.fromisoformat, "numeric": Decimal}

_LINE = f"""
select p.id, p.deal_id, p.kind, p.subject_id, p.since, p.why, p.person_id, who.full_name, c.id, c.name,
       case when c.name = '' then {CONTACT} end,
       (select value from clients_contactpoint where client_id = c.id and kind = 'phone' order by id limit 1),
       stage.words, stage.next_step_words, stage.colour, d.stage_since, d.amount, d.responsible_id, d.department_id,
       d.version
"""  # noqa: S608  # of our own words only
_FROM = """
from problems_problem p
join deals_deal d on d.id = p.deal_id
join deals_stage stage on stage.id = d.stage_id
join clients_client c on c.id = d.client_id
left join staff_person who on who.id = p.person_id
"""


def list_problems(person: Person, narrowed: Narrowed, *, after: str = "") -> Listed:
    """One page, the oldest or the dearest first; `after` is what the page before said."""
    key, cast, beyond, way = _SORTS[narrowed.sort]
    where, values = _conditions(person, narrowed)
    if behind := _read_after(after, cast):
        where += f" and ({key}, p.id) {beyond} (%s::{cast}, %s)"
        values += behind
    found = _ask(
        f"{_LINE}, ({key})::text {_FROM} where true{where} order by {key} {way}, p.id {way} limit %s",
        [*values, PAGE + 1],
    )
    lines = [_line(*row[:-1]) for row in found[:PAGE]]
    return Listed(lines, f"{found[PAGE - 1][-1]}~{lines[-1].id}" if len(found) > PAGE else "")


def _line(*row: Any) -> Line:
    line = Line(*row)
    return line._replace(why=_read(row[5]), stage=_read(row[12]), steps=_read(row[13]))


def tallies(person: Person, *, pipeline_id: int | None = None) -> list[Tally]:
    """Of each kind with each person that this one may see: all counters of the page come out of it."""
    where, values = _conditions(person, Narrowed(pipeline_id=pipeline_id))
    joined = "join deals_deal d on d.id = p.deal_id" if pipeline_id else ""
    found = _ask(
        "select t.kind, t.person_id, who.full_name, t.department_id, t.number from ("  # noqa: S608  # of our own words only
        " select p.kind, p.person_id, p.department_id, count(*) as number"
        f" from problems_problem p {joined} where true{where} group by 1, 2, 3) t"
        " left join staff_person who on who.id = t.person_id order by who.full_name nulls first",
        values,
    )
    return [Tally(*row) for row in found]


def days(person: Person, *, since: date) -> dict[date, int]:
    """How many problems that this person may see there were on the mornings from `since` on."""
    where, values = _within_reach(person)
    found = _ask(
        f"select p.day, sum(p.number)::int from problems_daycount p where p.day >= %s{where} group by 1 order by 1",  # noqa: S608  # of our own words only
        [since, *values],
    )
    return dict(found)


def own_count(person: Person) -> int:
    return Problem.objects.filter(person=person).count()


def of_deal(deal_id: int) -> list[Problem]:
    """For the deal's page: what hurts most first."""
    # Sorted here: with "order by since" a table that has just been filled is read along that index, whole.
    found = rows.read(Problem, "where deal_id = %s", [deal_id])
    return sorted(found, key=lambda one: (_HURT[one.kind], one.since))


def kinds_of(deal_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """For a board: those that have any, what hurts most first."""
    found = _ask(_KINDS, [list(deal_ids)])
    return {deal_id: tuple(sorted(kinds, key=_HURT.__getitem__)) for deal_id, kinds in found}


# Deal by deal, by the index: asked for all at once, a table that has just been filled is read whole.
_KINDS = """
select wanted.id, p.kinds from unnest(%s::bigint[]) as wanted (id) cross join lateral (
    select array_agg(distinct kind) as kinds from problems_problem where deal_id = wanted.id
) p where p.kinds is not null
"""


_HURT = {kind.value: place for place, kind in enumerate(Problem.Kind)}


def _conditions(person: Person, narrowed: Narrowed) -> tuple[str, list[Any]]:
    """How far the right goes, and what is wanted of that, as SQL with its values."""
    where, values = _within_reach(person)
    for column, wanted in (
        ("p.kind", narrowed.kind or None),
        ("p.department_id", narrowed.department_id),
        ("d.pipeline_id", narrowed.pipeline_id),
    ):
        if wanted is not None:
            where += f" and {column} = %s"
            values.append(wanted)
    if narrowed.person_id == 0:
        where += " and p.person_id is null"
    elif narrowed.person_id is not None:
        where += " and p.person_id = %s"
        values.append(narrowed.person_id)
    return where, values


def _within_reach(person: Person) -> tuple[str, list[Any]]:
    reach = roles.reach(person, "problems.see")
    if reach is Reach.ALL:
        return "", []
    if reach is Reach.DEPARTMENT and person.department_id:
        return (
            " and (p.person_id = %s or p.department_id = %s or p.department_id is null)",
            [person.pk, person.department_id],
        )
    return " and p.person_id = %s", [person.pk]


def _read_after(after: str, cast: str) -> list[Any]:
    key, _tilde, number = after.partition("~")
    try:
        return [_READERS[cast](key), int(number)] if abs(int(number)) < 2**63 else []
    except (ValueError, ArithmeticError):
        return []


def _ask(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _read(stored: Any) -> Any:
    return json.loads(stored) if isinstance(stored, str) else stored
