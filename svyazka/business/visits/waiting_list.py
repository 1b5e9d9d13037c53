"""Who waits, page by page, with the windows that are proposed; and on a deal."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from svyazka.business.clients import search
from svyazka.business.clients.naming import CONTACT
from svyazka.business.visits import waiting_rules
from svyazka.business.visits.models import Waiting
from svyazka.kit import clock, words

PAGE = 30
COUNTED = 1000
STATES = ("all", "found", "long")
_MOST_HITS = 300
# Sorted by what, and how that is read out of the address of the next page.
SORTS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "since": ("w.since", datetime.fromisoformat),
    "urgent": ("((3 - w.urgency) * 10000000000 + extract(epoch from w.since))::bigint", int),
    "place": ("w.address", str),
    "until": ("w.until", date.fromisoformat),
}


@dataclass(frozen=True)
class Narrowed:
    state: str = "all"
    sort: str = "since"
    typed: str = ""
    kind_id: int | None = None
    is_urgent: bool = False


class Offered(NamedTuple):
    """A window that is proposed, or that the client himself thinks about."""

    id: int
    waiting_id: int
    resource: str
    starts_at: datetime
    added: int
    reasons: list[str]
    to_client: bool
    expires_at: datetime
    held_by: str | None  # the colleague who holds it for a call


class Line(NamedTuple):
    id: int
    version: int
    deal_id: int
    responsible_id: int | None
    department_id: int | None
    responsible: str | None
    client_id: int
    client_name: str
    contact: str | None  # only where there is no name
    phone: str | None
    kind: dict[str, str]
    openings: int | None
    address: str
    wishes: dict[str, Any]
    knows: str | None
    note: str
    urgency: int
    told_by: str
    since: datetime
    until: date
    offers: list[Offered]


@dataclass(frozen=True)
class Listed:
    lines: list[Line]
    after: str  # where the next page begins; empty at the end


_FROM = """
from visits_waiting w
join deals_deal d on d.id = w.deal_id and d.closed_at is null
join clients_client c on c.id = w.client_id
join visits_visitkind k on k.id = w.kind_id
"""
_LINE = f"""
select w.id, w.version, d.id, d.responsible_id, d.department_id, who.full_name, c.id, c.name,
       case when c.name = '' then {CONTACT} end,
       (select value from clients_contactpoint p where p.client_id = c.id and p.kind = 'phone' order by id limit 1),
       k.words, case jsonb_typeof(d.facts->'openings') when 'number' then (d.facts->'openings')::int end,
       w.address, w.wishes, known.name, w.note, w.urgency, w.told_by, w.since, w.until
"""  # noqa: S608  # of our own words only
_ALSO = """
left join staff_person who on who.id = d.responsible_id
left join visits_resource known on known.id = (w.wishes->>'knows')::bigint
"""


def list_waiting(narrowed: Narrowed, *, after: str = "") -> Listed:
    key, read = SORTS[narrowed.sort]
    where, values = _conditions(narrowed)
    if behind := _behind(after, read):
        where += f" and ({key}, w.id) > (%s, %s)"
        values += behind
    found = _ask(f"{_LINE}, {key} {_FROM} {_ALSO} where {where} order by {key}, w.id limit %s", [*values, PAGE + 1])
    lines = _lines(found[:PAGE])
    return Listed(lines, f"{found[PAGE - 1][-1]}~{lines[-1].id}" if len(found) > PAGE else "")


def of_deal(deal_id: int) -> list[Line]:
    where = "w.state = 'open' and w.deal_id = %s order by w.since, w.id"
    return _lines(_ask(f"{_LINE}, null {_FROM} {_ALSO} where {where}", [deal_id]))


def numbered(waiting_id: int) -> Line | None:
    """One that waits still."""
    where = "w.state = 'open' and w.id = %s"
    return next(iter(_lines(_ask(f"{_LINE}, null {_FROM} {_ALSO} where {where}", [waiting_id]))), None)


def count(narrowed: Narrowed) -> dict[str, int]:
    """How many there are of each state; nobody counts further than a thousand."""
    asked = {state: _conditions(replace(narrowed, state=state)) for state in STATES}
    each = ", ".join(
        f"(select count(*) from (select 1 {_FROM} where {where} limit {COUNTED + 1}) few)"  # noqa: S608  # of our own words only
        for where, _values in asked.values()
    )
    (row,) = _ask(f"select {each}", [value for _where, values in asked.values() for value in values])
    return dict(zip(STATES, row, strict=True))


def number() -> int:
    ((found,),) = _ask("select count(*) from (select from visits_waiting where state = 'open' limit 100) few", [])
    return int(found)


def _lines(found: Sequence[tuple[Any, ...]]) -> list[Line]:
    offers = _offers([row[0] for row in found])
    return [_line(row[:-1], offers[row[0]]) for row in found]


def _line(row: tuple[Any, ...], offers: list[Offered]) -> Line:
    line = Line._make((*row, offers))
    return line._replace(kind=words.read(line.kind), wishes=json.loads(row[Line._fields.index("wishes")]))


def _offers(entries: list[int]) -> dict[int, list[Offered]]:
    """What is no longer there is not shown, also before the next round has seen it."""
    found: dict[int, list[Offered]] = defaultdict(list)
    now = clock.now()
    for row in _ask(_OFFERS, [now, now, entries, now]) if entries else ():
        offer = Offered(*row)
        found[offer.waiting_id].append(offer._replace(reasons=json.loads(row[Offered._fields.index("reasons")])))
    return found


_OFFERS = """
select o.id, o.waiting_id, r.name, o.starts_at, o.added, o.reasons, o.to_client, o.expires_at, (
    select who.full_name from visits_booking held join staff_person who on who.id = held.held_by_id
    where held.kind = 'hold' and held.request_id = o.request_id and held.expires_at > %s limit 1)
from visits_waitingoffer o join visits_resource r on r.id = o.resource_id
where o.state = 'open' and o.expires_at > %s and o.waiting_id = any(%s) and not exists (
    select from visits_booking taken
    where taken.resource_id = o.resource_id and taken.during && tstzrange(o.starts_at, o.ends_at)
      and (taken.kind <> 'hold' or taken.request_id <> o.request_id and taken.expires_at > %s))
order by o.to_client desc, o.added, o.starts_at, o.id
"""


def _conditions(narrowed: Narrowed) -> tuple[str, list[Any]]:
    where, values = "w.state = 'open'", list[Any]()
    if narrowed.state == "found":
        where += " and exists (select from visits_waitingoffer o where o.waiting_id = w.id and o.state = 'open')"
    if narrowed.state == "long":
        where += " and w.since < %s"
        values.append(clock.now() - timedelta(days=waiting_rules.rules().days))
    if narrowed.kind_id:
        where += " and w.kind_id = %s"
        values.append(narrowed.kind_id)
    if narrowed.is_urgent:
        where += f" and w.urgency = {Waiting.Urgency.URGENT.value}"
    if narrowed.typed:
        hits = search.find(narrowed.typed, limit=_MOST_HITS)
        found = [[hit.object_id for hit in hits if hit.kind == kind] for kind in ("client", "deal")]
        typed = "%" + narrowed.typed.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        where += " and (w.address ilike %s or w.client_id = any(%s) or w.deal_id = any(%s))"
        values += [typed, *found]
    return where, values


def _behind(after: str, read: Callable[[str], Any]) -> list[Any]:
    key, _tilde, number = after.rpartition("~")
    try:
        behind = [read(key), int(number)]
    except ValueError:
        return []
    return behind if all(abs(one) < 2**63 for one in behind if isinstance(one, int)) else []


def _ask(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
