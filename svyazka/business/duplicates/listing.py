"""Who may be one: the suspicions as a list, with what is known of the two, beside each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection

from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.clients.naming import called
from svyazka.business.duplicates.models import Suspicion
from svyazka.business.staff.models import Person
from svyazka.kit import clock

PAGE = 20
COUNTED = 99  # and no further
WHOSE = ("mine", "all")
STATES = ("open", "later", "decided")
SORTS = ("certain", "newest")
CONTACTS = 4  # of a client are shown


@dataclass(frozen=True)
class Narrowed:
    whose: str = "all"
    state: str = "open"
    sort: str = "certain"
    source_id: int | None = None
    search_id: int | None = None
    band: str = ""
    client_id: int | None = None


@dataclass(frozen=True)
class Side:
    """One of the two in short. `said`: all that stands there, in small letters; `same`: what the other says, too."""

    id: int
    name: str
    is_company: bool
    address: str
    since: datetime
    contacts: Sequence[ContactPoint]
    more_contacts: int
    deals: int
    last_deal: int | None
    responsible: str
    is_merged: bool
    said: frozenset[str]
    same: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Line:
    suspicion: Suspicion
    client: Side
    other: Side
    person_id: int | None  # whose task it is
    person: str
    decided_by: str


@dataclass(frozen=True)
class Listed:
    lines: list[Line]
    after: str  # where the next page begins; empty at the end


def list_suspicions(person: Person, narrowed: Narrowed, *, after: str = "") -> Listed:
    """One page, in a handful of statements however many stand on it; `after` is what the page before said."""
    key, cast = _ORDERS["decided" if narrowed.state == "decided" else narrowed.sort]
    where, given = _conditions(person, narrowed)
    if behind := _read_after(after, cast):
        where += f" and ({key}, s.id) < (%s::{cast}, %s)"
        given += behind
    question = f"{_LINE}, ({key})::text {_FROM} where {where} order by {key} desc, s.id desc limit %s"
    found = _ask(question, [*given, PAGE + 1])
    return Listed(_lines(found[:PAGE]), f"{found[PAGE - 1][-1]}~{found[PAGE - 1][0]}" if len(found) > PAGE else "")


def of_client(client_id: int) -> list[Line]:
    """Those that are to be decided now and in which this client is one of the two; for a banner."""
    narrowed = Narrowed(client_id=client_id)
    where, given = _conditions(None, narrowed)
    return _lines(_ask(f"{_LINE} {_FROM} where {where} order by s.probability desc, s.id desc limit 3", given))


def sample(narrowed: Narrowed, *, most: int) -> list[Line]:
    """The least certain of them: where a mistake would be found first."""
    where, given = _conditions(None, narrowed)
    return _lines(_ask(f"{_LINE} {_FROM} where {where} order by s.probability, s.id limit %s", [*given, most]))


def numbered(number: int) -> Line | None:
    return next(iter(_lines(_ask(f"{_LINE} {_FROM} where s.id = %s", [number]))), None)


def count(person: Person, narrowed: Narrowed) -> int:
    """No further than somebody would read."""
    where, given = _conditions(person, narrowed)
    question = f"select count(*) from (select {_FROM} where {where} limit %s) found"  # noqa: S608  # our own words only
    ((number,),) = _ask(question, [*given, COUNTED + 1])
    return int(number)


def of_tasks(task_ids: Collection[int]) -> dict[int, int]:
    """Which of these tasks ask to look at a suspicion, and at which one first."""
    waiting = Suspicion.objects.filter(task_id__in=task_ids, state=Suspicion.State.OPEN).order_by("probability")
    return dict(waiting.values_list("task_id", "pk"))


def sources_in_use() -> list[int]:
    """Where the open ones came from."""
    return [number for (number,) in _ask(_SOURCES, [])]


_LINE = "select s.id, task.person_id, whose.full_name, who.full_name"
_FROM = """
from duplicates_suspicion s
left join deals_task task on task.id = s.task_id and task.done_at is null
left join staff_person whose on whose.id = task.person_id
left join staff_person who on who.id = s.decided_by_id
"""
_NOT_SAID = """not exists (
    select from clients_apart said
    where said.one_id = least(s.client_id, s.other_id) and said.other_id = greatest(s.client_id, s.other_id))"""
_STATES: dict[str, str] = {
    "open": f"s.state = 'open' and (s.until is null or s.until <= %s) and {_NOT_SAID}",
    "later": f"s.state = 'open' and s.until > %s and {_NOT_SAID}",
    "decided": "s.state <> 'open' and s.decided_at <= %s",
}
_ORDERS = {
    "certain": ("s.probability", "float8"),
    "newest": ("s.id", "bigint"),
    "decided": ("s.decided_at", "timestamptz"),
}
_READERS: dict[str, Callable[[str], Any]] = {"float8": float, "bigint": int, "timestamptz": datetime.fromisoformat}
_SOURCES = """
select distinct deal.source_id from duplicates_suspicion s join deals_deal deal on deal.id = s.deal_id
where s.state = 'open' and deal.source_id is not null order by 1
"""


def _conditions(person: Person | None, narrowed: Narrowed) -> tuple[str, list[Any]]:
    where: list[str] = [_STATES[narrowed.state]]
    given: list[Any] = [clock.now()]
    if person and narrowed.whose == "mine":
        where.append("s.decided_by_id = %s" if narrowed.state == "decided" else "task.person_id = %s")
        given.append(person.pk)
    if narrowed.source_id:
        where.append("exists (select from deals_deal deal where deal.id = s.deal_id and deal.source_id = %s)")
        given.append(narrowed.source_id)
    if narrowed.search_id:
        where.append("s.search_id = %s")
        given.append(narrowed.search_id)
    if narrowed.band:
        where.append("s.band = %s")
        given.append(narrowed.band)
    if narrowed.client_id:
        where.append("(s.client_id = %s or s.other_id = %s)")
        given += [narrowed.client_id] * 2
    return " and ".join(where), given


def _read_after(after: str, cast: str) -> list[Any]:
    key, _tilde, number = after.partition("~")
    try:
        return [_READERS[cast](key), int(number)] if abs(int(number)) < 2**63 else []
    except (ValueError, ArithmeticError):
        return []


def _lines(found: Sequence[tuple[Any, ...]]) -> list[Line]:
    known = Suspicion.objects.in_bulk([row[0] for row in found])
    sides = _sides({number for one in known.values() for number in (one.client_id, one.other_id)})
    return [_line(known[row[0]], sides, *row[1:4]) for row in found if row[0] in known]


def _line(suspicion: Suspicion, sides: Mapping[int, Side], person_id: int | None, person: str, by: str) -> Line:
    client, other = sides[suspicion.client_id], sides[suspicion.other_id]
    same = client.said & other.said
    return Line(suspicion, replace(client, same=same), replace(other, same=same), person_id, person or "", by or "")


def _sides(client_ids: Collection[int]) -> dict[int, Side]:
    points: dict[int, list[ContactPoint]] = defaultdict(list)
    for point in ContactPoint.objects.filter(client_id__in=client_ids).order_by("kind", "pk"):
        points[point.client_id].append(point)
    deals = {row[0]: row[1:] for row in _ask(_DEALS, [list(client_ids)])} if client_ids else {}
    return {
        client.pk: _side(client, points[client.pk], *deals.get(client.pk, (0, None, "")))
        for client in Client.objects.filter(pk__in=client_ids)
    }


def _side(client: Client, points: Sequence[ContactPoint], deals: int, last: int | None, responsible: str) -> Side:
    return Side(
        id=client.pk,
        name=called(client, points),
        is_company=client.kind == Client.Kind.COMPANY,
        address=client.address,
        since=client.created_at,
        contacts=points[:CONTACTS],
        more_contacts=max(len(points) - CONTACTS, 0),
        deals=deals,
        last_deal=last,
        responsible=responsible or "",
        is_merged=client.merged_into_id is not None,
        said=frozenset(
            said.casefold() for said in (client.name, client.address, *(point.readable for point in points)) if said
        ),
    )


_DEALS = """
select client_id, number, id, name from (
    select deal.client_id, deal.id, who.full_name as name,
           count(*) over (partition by deal.client_id) as number,
           row_number() over (partition by deal.client_id order by deal.closed_at is not null, deal.id desc) as place
    from deals_deal deal left join staff_person who on who.id = deal.responsible_id where deal.client_id = any(%s)
) deal where place = 1
"""


def _ask(question: str, given: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, given)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
