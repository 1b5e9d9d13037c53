"""All questions that a person may see: to him, by him, and as far as his right goes; page by page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from svyazka.business.clients import search
from svyazka.business.clients.naming import CONTACT
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.staff.roles import Reach
from svyazka.kit import clock

PAGE = 30
COUNTED = 1000
WHOSE = ("mine", "by_me", "all")
STATES = ("open", "overdue", "answered")
_MOST_HITS = 300


@dataclass(frozen=True)
class Narrowed:
    whose: str = "mine"
    state: str = "open"
    sort: str = "due"
    typed: str = ""
    person_id: int | None = None  # has been asked
    department_id: int | None = None  # of somebody who has been asked
    asker_id: int | None = None


class Line(NamedTuple):
    """A question, by its number, and the deal it is on."""

    id: int
    deal_id: int
    client_id: int
    client_name: str
    contact: str | None  # only where there is no name
    stage: dict[str, str]
    colour: str


@dataclass(frozen=True)
class Listed:
    lines: list[Line]
    after: str  # where the next page begins; empty at the end


Wish = tuple[str, list[Any]]

# Sorted by what, and in which direction.
SORTS = {"due": ("q.due_at", ">", "asc"), "newest": ("q.asked_at", "<", "desc")}
_FROM = """
from deals_question q
join deals_deal d on d.id = q.deal_id
join clients_client c on c.id = d.client_id
join deals_stage stage on stage.id = d.stage_id
"""
_LINE = f"select q.id, d.id, c.id, c.name, case when c.name = '' then {CONTACT} end, stage.words, stage.colour"


def reach(person: Person) -> Reach:
    return roles.reach(person, "questions.see")


def list_questions(person: Person, narrowed: Narrowed, *, after: str = "") -> Listed:
    key, beyond, way = SORTS[narrowed.sort]
    where, values = _conditions(person, narrowed)
    if behind := _read(after):
        where += f" and ({key}, q.id) {beyond} (%s, %s)"
        values += behind
    rows = _ask(
        f"{_LINE}, {key} {_FROM} where true{where} order by {key} {way}, q.id {way} limit %s", [*values, PAGE + 1]
    )
    lines = [Line(*row[:-1])._replace(stage=json.loads(row[5])) for row in rows[:PAGE]]
    return Listed(lines, f"{rows[PAGE - 1][-1].isoformat()}~{lines[-1].id}" if len(rows) > PAGE else "")


def count(person: Person, narrowed: Narrowed) -> dict[str, int]:
    """How many there are of each state; nobody counts further than a thousand."""
    wishes = {state: _conditions(person, replace(narrowed, state=state)) for state in STATES}
    each = ", ".join(
        f"(select count(*) from (select 1 {_FROM} where true{where} limit {COUNTED + 1}) few)"  # noqa: S608  # of our own words only
        for where, _values in wishes.values()
    )
    (row,) = _ask(f"select {each}", [value for _where, values in wishes.values() for value in values])
    return dict(zip(STATES, row, strict=True))


def _conditions(person: Person, narrowed: Narrowed) -> Wish:
    where, values = _whose(person, narrowed.whose)
    for more, given in (_of_state(person, narrowed), _typed(narrowed.typed), _chosen(narrowed)):
        where += more
        values += given
    return where, values


def _whose(person: Person, whose: str) -> Wish:
    if whose == "by_me":
        return " and q.by_id = %s", [person.pk]
    if whose == "mine" or reach(person) < Reach.DEPARTMENT:
        return " and exists (select 1 from deals_asked a where a.question_id = q.id and a.person_id = %s)", [person.pk]
    if reach(person) is Reach.DEPARTMENT:
        of_department = (
            "exists (select 1 from deals_asked a join staff_person p on p.id = a.person_id"
            " where a.question_id = q.id and p.department_id = %s)"
        )
        return f" and (q.by_id = %s or d.department_id = %s or {of_department})", [
            person.pk, person.department_id, person.department_id
        ]  # fmt: skip
    return "", []


def _of_state(person: Person, narrowed: Narrowed) -> Wish:
    """To me, a question is open as long as I have not answered it; else as long as anybody has not."""
    still, whose = "a.question_id = q.id and a.answered_at is null", [person.pk] if narrowed.whose == "mine" else []
    mine = " and a.person_id = %s" if whose else ""
    waits = f"q.closed_at is null and exists (select 1 from deals_asked a where {still}{mine})"  # noqa: S608  # of our own words only
    if narrowed.state == "answered":
        return f" and not ({waits})", [*whose]
    if narrowed.state == "overdue":
        return f" and {waits} and q.due_at < %s", [*whose, clock.now()]
    return f" and {waits}", [*whose]


def _typed(typed: str) -> Wish:
    """Words of the question; the client or the deal that it is about."""
    if not typed:
        return "", []
    hits = search.find(typed, limit=_MOST_HITS)
    found = [[hit.object_id for hit in hits if hit.kind == kind] for kind in ("client", "deal")]
    words = "%" + typed.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return " and (q.text ilike %s or d.client_id = any(%s) or d.id = any(%s))", [words, *found]


def _chosen(narrowed: Narrowed) -> Wish:
    where, values = "", list[Any]()
    if narrowed.asker_id:
        where, values = " and q.by_id = %s", [narrowed.asker_id]
    if narrowed.person_id:
        where += " and exists (select 1 from deals_asked a where a.question_id = q.id and a.person_id = %s)"
        values.append(narrowed.person_id)
    if narrowed.department_id:
        where += (
            " and exists (select 1 from deals_asked a join staff_person p on p.id = a.person_id"
            " where a.question_id = q.id and p.department_id = %s)"
        )
        values.append(narrowed.department_id)
    return where, values


def _read(after: str) -> Sequence[Any]:
    key, _tilde, number = after.partition("~")
    try:
        return [datetime.fromisoformat(key), int(number)] if abs(int(number)) < 2**63 else []
    except ValueError:
        return []


def _ask(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
