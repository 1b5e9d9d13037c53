"""How hand-offs go: how long they wait, how long each department needs, what is returned and why.

By pair of pipelines, over the legs that were handed on since a moment; what was taken back by whoever handed it on does
not count. Three statements, each led by an index of the legs, however many deals there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from svyazka.business.clients.naming import CONTACT
from svyazka.business.deals.handing.answering import PING_PONG

PAGE = 30
_MOST_REASONS = 15


class Pair(NamedTuple):
    """From pipeline to pipeline. A span is None where nothing is finished yet."""

    from_id: int
    to_id: int
    legs: int
    answered_usually: timedelta | None
    answered_at_most: timedelta | None  # nine of ten are quicker
    done_usually: timedelta | None
    done_at_most: timedelta | None
    returned: int
    ping_pong: int  # deals

    @property
    def share_returned(self) -> float:
        return self.returned / self.legs


class Reason(NamedTuple):
    from_id: int
    to_id: int
    words: str
    legs: int


class Waiting(NamedTuple):
    """A leg that nobody has answered yet."""

    id: int
    deal_id: int
    client_id: int
    client_name: str
    contact: str | None  # only where there is no name
    from_id: int
    to_id: int
    leg: int
    person: str | None
    handed_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class Listed:
    legs: list[Waiting]
    after: str  # where the next page begins; empty at the end


def pairs(*, since: datetime) -> list[Pair]:
    return [Pair(*row) for row in _ask(_PAIRS, [since, PING_PONG])]


def reasons(*, since: datetime) -> list[Reason]:
    """The most frequent first; written alike but for capital letters is the same."""
    return [Reason(*row) for row in _ask(_REASONS, [since, _MOST_REASONS])]


def waiting(*, after: str = "") -> Listed:
    """Whoever has to be answered first comes first; `after` is what the page before said. Nonsense there begins from
    the top."""
    moment, number = _read_after(after)
    legs = [Waiting(*row) for row in _ask(_WAITING, [moment, number, PAGE + 1])]
    last = legs[PAGE - 1] if len(legs) > PAGE else None
    return Listed(legs[:PAGE], f"{last.due_at.isoformat()}~{last.id}" if last else "")


def count_waiting() -> int:
    return int(_ask("select count(*) from deals_handoff where state = 'waiting'", [])[0][0])


def _read_after(after: str) -> tuple[datetime | str, int]:
    moment, _tilde, number = after.partition("~")
    try:
        read = datetime.fromisoformat(moment), int(number)
    except ValueError:
        return "-infinity", 0
    return read if read[0].tzinfo and abs(read[1]) < 2**63 else ("-infinity", 0)


def _ask(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


_PAIRS = """
with one as (
    select given.pipeline_id as from_id, leg.to_pipeline_id as to_id, leg.to_deal_id, leg.leg, leg.state,
           leg.answered_at - leg.handed_at as answered,
           coalesce(leg.ended_at, linked.closed_at) - leg.handed_at as done
    from deals_handoff leg
    join deals_deal given on given.id = leg.deal_id
    join deals_deal linked on linked.id = leg.to_deal_id
    where leg.handed_at >= %s and leg.state <> 'withdrawn'
)
select from_id, to_id, count(*),
       percentile_cont(0.5) within group (order by answered), percentile_cont(0.9) within group (order by answered),
       percentile_cont(0.5) within group (order by done), percentile_cont(0.9) within group (order by done),
       count(*) filter (where state = 'returned'),
       count(distinct to_deal_id) filter (where leg >= %s)
from one group by from_id, to_id order by from_id, to_id
"""
_REASONS = """
select given.pipeline_id, leg.to_pipeline_id, min(leg.reason), count(*)
from deals_handoff leg join deals_deal given on given.id = leg.deal_id
where leg.handed_at >= %s and leg.state = 'returned'
group by given.pipeline_id, leg.to_pipeline_id, lower(leg.reason) order by 4 desc, 3 limit %s
"""
_WAITING = f"""
select leg.id, d.id, c.id, c.name, case when c.name = '' then {CONTACT} end, given.pipeline_id, leg.to_pipeline_id,
       leg.leg, person.full_name, leg.handed_at, leg.due_at
from deals_handoff leg
join deals_deal given on given.id = leg.deal_id
join deals_deal d on d.id = leg.to_deal_id
join clients_client c on c.id = d.client_id
left join staff_person person on person.id = d.responsible_id
where leg.state = 'waiting' and (leg.due_at, leg.id) > (%s, %s)
order by leg.due_at, leg.id limit %s
"""  # noqa: S608  # of our own words only
