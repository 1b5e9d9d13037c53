"""The deals on a calendar: what is to be done on each day, next steps and visits together, in the stage's colour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from svyazka.business.clients.naming import CONTACT, called_by
from svyazka.kit import clock, words


@dataclass(frozen=True)
class Narrowed:
    """Which of them are wanted: of one person, of one department, of one pipeline."""

    person_id: int | None = None
    department_id: int | None = None
    pipeline_id: int | None = None


class Entry(NamedTuple):
    kind: str  # "task" or "visit"
    id: int
    at: datetime
    day: date
    total: int  # so many there are on its day
    stored: str
    version: int
    person_id: int | None
    by_id: int | None
    deal_id: int
    responsible_id: int | None
    department_id: int | None
    client_id: int
    client_name: str
    contact: str | None
    stage_words: dict[str, str]
    step_words: dict[str, str]
    colour: str

    @property
    def what(self) -> str:
        """A visit's kind comes with its words, a step that a stage asks for has the stage's."""
        if self.kind == "visit":
            return words.here(words.read(self.stored))
        return words.translated(self.stored, self.step_words)

    @property
    def client(self) -> str:
        return called_by(self.client_id, self.client_name, self.contact)

    @property
    def stage(self) -> str:
        return words.here(self.stage_words)


def list_entries(first: date, last: date, narrowed: Narrowed, *, most: int) -> list[Entry]:
    """From the first day to the last; of each day the earliest, `most` at most."""
    given = {
        "begins": clock.day_bounds(first)[0],
        "ends": clock.day_bounds(last)[1],
        "zone": settings.TIME_ZONE,
        "most": most,
        **vars(narrowed),
    }
    tasks, visits = _conditions(narrowed, "t.person_id"), _conditions(narrowed, "d.responsible_id")
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES.format(tasks=tasks, visits=visits), given)
        return [_entry(row) for row in cursor.fetchall()]


def _conditions(narrowed: Narrowed, person: str) -> str:
    columns = {"person_id": person, "department_id": "d.department_id", "pipeline_id": "d.pipeline_id"}
    wanted = [name for name in columns if getattr(narrowed, name) is not None]
    return "".join(f" and {columns[name]} = %({name})s" for name in wanted)


def _entry(row: tuple[Any, ...]) -> Entry:
    entry = Entry(*row)
    return entry._replace(stage_words=words.read(entry.stage_words), step_words=words.read(entry.step_words))


# The rows of a day are numbered before anything is looked up for them: of three thousand, a hundred are shown.
_ENTRIES = f"""
select e.kind, e.id, e.at, e.day, e.total, e.stored, e.version, e.person_id, e.by_id, d.id, d.responsible_id,
       d.department_id, c.id, c.name, case when c.name = '' then {CONTACT} end, stage.words, stage.next_step_words,
       stage.colour
from (
    select *, row_number() over (partition by day order by at, kind, id) as place,
           count(*) over (partition by day) as total
    from (
        select 'task' as kind, t.id, t.due_at as at, (t.due_at at time zone %(zone)s)::date as day, t.what as stored,
               t.version, t.person_id, t.by_id, t.deal_id
        from deals_task t join deals_deal d on d.id = t.deal_id and d.closed_at is null
        where t.done_at is null and t.due_at >= %(begins)s and t.due_at < %(ends)s{{tasks}}
        union all
        select 'visit', v.id, v.starts_at, (v.starts_at at time zone %(zone)s)::date, k.words::text,
               v.version, null, null, v.deal_id
        from visits_visit v join deals_deal d on d.id = v.deal_id join visits_visitkind k on k.id = v.kind_id
        where v.status not in ('cancelled', 'not_done')
              and v.starts_at >= %(begins)s and v.starts_at < %(ends)s{{visits}}
    ) every
) e
join deals_deal d on d.id = e.deal_id
join deals_stage stage on stage.id = d.stage_id
join clients_client c on c.id = d.client_id
where e.place <= %(most)s order by e.day, e.place
"""  # noqa: S608  # of our own words only
