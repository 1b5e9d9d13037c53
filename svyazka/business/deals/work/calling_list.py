"""The calling list as a page shows it: who comes next, and how many there are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from svyazka.business.calls.dialling.do_not_call import NOT_TO_BE_RUNG
from svyazka.business.clients.naming import CONTACT, called_by
from svyazka.business.deals.work.calling_queue import READY_AT, Whose, given, queue_of
from svyazka.business.staff.models import Person
from svyazka.kit import words

LISTED = 12


class Line(NamedTuple):
    id: int
    stored: str
    due_at: datetime
    client_id: int
    client_name: str
    contact: str | None
    step_words: dict[str, str]
    person: str | None
    person_id: int | None
    rings: str | None  # who is just ringing him
    rings_id: int | None

    @property
    def what(self) -> str:
        return words.translated(self.stored, self.step_words)

    @property
    def client(self) -> str:
        return called_by(self.client_id, self.client_name, self.contact)


class Tallies(NamedTuple):
    waiting: int  # to be rung now
    later: int  # today, but not before their hour
    next_at: datetime | None  # the first of those
    reached: int  # by this person, today
    not_reached: int
    rung: int
    forbidden: int  # who are due and do not want to be rung

    @property
    def all(self) -> int:
        return self.rung + self.waiting


@dataclass(frozen=True)
class Listed:
    lines: list[Line]  # who comes next, in the order in which they are handed out
    tallies: Tallies


def list_waiting(person: Person, whose: Whose, *, skipped: Collection[int] = ()) -> Listed:
    """The beginning of the list, and how many there are: it is gone through once for both."""
    asked = given(person, whose) | {"most": LISTED, "skipped": list(skipped)}
    with connection.cursor() as cursor:
        cursor.execute(_LIST.format(queue=queue_of(person, whose)), asked)
        found = cursor.fetchall()
    lines = [Line(*row[7:])._replace(step_words=words.read(row[13])) for row in found if row[7] is not None]
    return Listed(lines, Tallies(*found[0][:7]))


_LIST = f"""
with queue as materialized (
    select t.id, t.what, t.due_at, t.person_id, d.client_id, d.stage_id, {READY_AT} as ready_at,
           {NOT_TO_BE_RUNG} as forbidden
    from {{queue}}
), waiting as (
    select * from queue where coalesce(ready_at <= %(now)s, true) and not forbidden
), rung as (
    select count(*) filter (where outcome = 'reached') as reached,
           count(*) filter (where outcome = 'not_reached') as not_reached, count(*) as rung
    from deals_task where done_by_id = %(me)s and kind = 'call' and done_at >= %(morning)s
)
select (select count(*) from waiting where client_id not in (
           select client_id from deals_callinghold where until > %(now)s and person_id <> %(me)s)),
       later.count, later.first, rung.reached, rung.not_reached, rung.rung, later.forbidden,
       t.id, t.what, t.due_at, c.id, c.name, case when c.name = '' then {CONTACT} end, stage.next_step_words,
       who.full_name, who.id, ringing.full_name, ringing.id
from (
    select count(*) filter (where ready_at > %(now)s and not forbidden) as count,
           min(ready_at) filter (where ready_at > %(now)s and not forbidden) as first,
           count(distinct client_id) filter (where forbidden) as forbidden
    from queue
) later
cross join rung
left join (select * from waiting where id <> all(%(skipped)s) order by due_at, id limit %(most)s) t on true
left join clients_client c on c.id = t.client_id
left join deals_stage stage on stage.id = t.stage_id
left join staff_person who on who.id = t.person_id
left join deals_callinghold h on h.client_id = c.id and h.until > %(now)s
left join staff_person ringing on ringing.id = h.person_id
order by t.due_at, t.id
"""  # noqa: S608  # of our own words only
