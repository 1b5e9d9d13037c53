"""Somebody's day: what is late, what is due today and later, what others owe him, and what is done already.

What is put off is not in it before its time, nor is anything of a deal that is closed or set aside.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import connection

from svyazka.business.clients.naming import CONTACT, called_by
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.staff.roles import Reach
from svyazka.kit import clock, words

PAGE = 25
COUNTED = 1000  # of a part, at most: nobody works off more, and a page costs the same whatever has piled up
IN_FRAME = 100
SOON = timedelta(days=7)


class Part(StrEnum):
    LATE = "late"
    TODAY = "today"
    SOON = "soon"
    LATER = "later"
    WAITING = "waiting"  # given to others
    DONE = "done"


class Line(NamedTuple):
    """A task with all that one has to know in order to do it. Without a deal, all from `deal_id` on is empty."""

    part: str
    total: int  # so many there are of its part, counted no further than `COUNTED`
    id: int
    kind: str
    stored: str
    due_at: datetime
    done_at: datetime | None
    person_id: int | None
    person: str | None
    by_id: int | None
    by: str | None
    repeats: bool
    points: int
    ticked: int
    deal_id: int | None
    responsible_id: int | None
    department_id: int | None
    client_id: int | None
    client_name: str | None
    contact: str | None
    phone: str | None
    stage_words: dict[str, str]
    step_words: dict[str, str]
    colour: str | None

    @property
    def what(self) -> str:
        """What the stage asks for in the reader's language; what somebody typed as it is."""
        return words.translated(self.stored, self.step_words)

    @property
    def client(self) -> str:
        return called_by(self.client_id, self.client_name or "", self.contact) if self.client_id else ""

    @property
    def stage(self) -> str:
        return words.here(self.stage_words)


class Owed(NamedTuple):
    """A question that waits for an answer, or a deal that waits to be accepted."""

    kind: str  # "question" or "hand_off"
    id: int
    due_at: datetime
    text: str
    by: str | None
    deal_id: int
    client_id: int
    client_name: str
    contact: str | None
    phone: str | None
    stage_words: dict[str, str]
    colour: str

    @property
    def client(self) -> str:
        return called_by(self.client_id, self.client_name, self.contact)

    @property
    def stage(self) -> str:
        return words.here(self.stage_words)


def list_tasks(
    person: Person,
    parts: Sequence[Part] = tuple(Part),
    *,
    most: int = PAGE,
    of_deals: bool = False,
    counted: int = COUNTED,
) -> list[Line]:
    """The first of each part, what is due first on top. `of_deals`: what is the person's own business is left out."""
    now = clock.now()
    morning, midnight = clock.day_bounds(clock.today())
    given = {"who": person.pk, "now": now, "morning": morning, "midnight": midnight, "soon": midnight + SOON}
    own = " and t.deal_id is not null" if of_deals else ""
    first = " union all ".join(_FIRST.format(part=part, which=_WHICH[part] + own, order=_ORDER[part]) for part in parts)
    return [_line(row) for row in _ask(_LINES.format(first=first), {**given, "most": most, "counted": counted})]


def list_owed(person: Person) -> list[Owed]:
    """The questions asked to this person, and the deals that he has to accept or return."""
    rows = _ask(_OWED, {"who": person.pk, "most": PAGE})
    return [Owed(*row)._replace(stage_words=words.read(row[10])) for row in rows]


def may_see(viewer: Person, whose: Person) -> bool:
    """Whoever sees somebody's problem deals sees his day as well."""
    reach = roles.reach(viewer, "problems.see")
    same = viewer.department_id is not None and viewer.department_id == whose.department_id
    return viewer.pk == whose.pk or reach is Reach.ALL or (reach is Reach.DEPARTMENT and same)


def count(person: Person) -> int:
    """What the frame says: how much is late or due today."""
    found = list_tasks(person, (Part.LATE, Part.TODAY), most=1, counted=IN_FRAME)
    return sum(line.total for line in found)


def _line(row: tuple[Any, ...]) -> Line:
    line = Line(*row)
    return line._replace(stage_words=words.read(line.stage_words), step_words=words.read(line.step_words))


def _ask(statement: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


_OWN = """t.person_id = %(who)s and t.done_at is null and (t.snoozed_until is null or t.snoozed_until <= %(now)s)
    and (t.deal_id is null or d.closed_at is null)"""
_WHICH = {
    Part.LATE: f"{_OWN} and t.due_at < %(now)s",
    Part.TODAY: f"{_OWN} and t.due_at >= %(now)s and t.due_at < %(midnight)s",
    Part.SOON: f"{_OWN} and t.due_at >= %(midnight)s and t.due_at < %(soon)s",
    Part.LATER: f"{_OWN} and t.due_at >= %(soon)s",
    Part.WAITING: """t.by_id = %(who)s and t.person_id is distinct from %(who)s and t.done_at is null
    and (t.deal_id is null or d.closed_at is null)""",
    Part.DONE: "t.person_id = %(who)s and t.done_at >= %(morning)s",
}
_ORDER = {part: "t.done_at desc" if part is Part.DONE else "t.due_at" for part in Part}

_FIRST = """(
    select '{part}' as part, counted.total, first.id, first.place
    from (
        select id, row_number() over () as place from (
            select t.id from deals_task t left join deals_deal d on d.id = t.deal_id
            where {which} order by {order}, t.id limit %(most)s
        ) ordered
    ) first cross join (
        select count(*) as total from (
            select from deals_task t left join deals_deal d on d.id = t.deal_id where {which} limit %(counted)s
        ) there
    ) counted
)"""
_PHONE = "(select value from clients_contactpoint where client_id = c.id and kind = 'phone' order by id limit 1)"
_LINES = f"""
select f.part, f.total, t.id, t.kind, t.what, t.due_at, t.done_at, t.person_id, who.full_name, t.by_id, giver.full_name,
       t.repeat <> '{{{{}}}}'::jsonb, jsonb_array_length(t.checklist),
       jsonb_array_length(jsonb_path_query_array(t.checklist, '$[*] ? (@.done == true)')),
       d.id, d.responsible_id, d.department_id, c.id, c.name, case when c.name = '' then {CONTACT} end, {_PHONE},
       stage.words, stage.next_step_words, stage.colour
from ({{first}}) f
join deals_task t on t.id = f.id
left join deals_deal d on d.id = t.deal_id
left join clients_client c on c.id = d.client_id
left join deals_stage stage on stage.id = d.stage_id
left join staff_person who on who.id = t.person_id
left join staff_person giver on giver.id = t.by_id
order by f.part, f.place
"""  # noqa: S608  # of our own words only
_OF_DEAL = f"""d.id, c.id, c.name, case when c.name = '' then {CONTACT} end, {_PHONE}, stage.words, stage.colour
    from deals_deal d join clients_client c on c.id = d.client_id join deals_stage stage on stage.id = d.stage_id"""
_OWED = f"""
select * from (
    select 'question' as kind, q.id, asked.due_at, q.text, asker.full_name, {_OF_DEAL}
    join deals_question q on q.deal_id = d.id and q.closed_at is null
    join deals_asked asked on asked.question_id = q.id and asked.answered_at is null
    join staff_person asker on asker.id = q.by_id
    where asked.person_id = %(who)s
    union all
    select 'hand_off', h.id, h.due_at, '', giver.full_name, {_OF_DEAL}
    join deals_handoff h on h.to_deal_id = d.id and h.state = 'waiting'
    left join staff_person giver on giver.id = h.by_id
    where d.responsible_id = %(who)s and d.closed_at is null
) owed order by 3, 2 limit %(most)s
"""  # noqa: S608  # of our own words only
