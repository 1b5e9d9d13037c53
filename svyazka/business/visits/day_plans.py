"""Days as they lie ready for a call: packed from the bookings, in force until something of them changes.

Whoever changes a day says so in his own transaction (`periods.CHANGED`) and packs nothing: bookings of one day go on
side by side. A worker packs it anew within seconds; a call that comes sooner does it for itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from psycopg import Cursor

from svyazka.business.places import times
from svyazka.business.visits.day_packing import DayOf, Packed, pack
from svyazka.business.visits.models import CrewMember, Resource, Substitution, Visit
from svyazka.engines.routing import day_plan
from svyazka.engines.routing.problem import Key, Travel
from svyazka.kit import clock

AHEAD = 21  # days: who asks for two weeks may begin with a day of the next one
AT_ONCE = 500  # packed by one turn of the worker


class Stale(NamedTuple):
    """What is known of a day whose plan is not in force: by which version and of which changes it is replaced."""

    version: int
    made_of: str
    changes: list[int]


Rows = list[tuple[Any, ...]]

# Once for each of them, not for each of their days.
_RESOURCES = """
with resource as materialized (
    select id, md5(row(%(made_with)s::text, hours, breaks, lat, lon, most_visits, (
        select array_agg(member_id order by visits_crewmember.id) from visits_crewmember where crew_id = one.id
    ))::text) as made_of
    from visits_resource one where id = any(%(resources)s))
"""
_OF_RESOURCES = """
from resource
cross join generate_series(0, %(days)s - 1) as ahead
left join visits_dayplan plan on plan.resource_id = resource.id and plan.day = %(first)s::date + ahead
left join (
    select resource_id, day, array_agg(id) as ids from visits_daychange group by 1, 2
) changes on changes.resource_id = resource.id and changes.day = %(first)s::date + ahead
cross join lateral (
    select plan.made_of = resource.made_of and changes.ids is null
        and (plan.holds_until is null or plan.holds_until > %(now)s) as in_force) as state
"""
_READ = f"""
{_RESOURCES}
select resource.id, ahead, case when in_force then plan.packed end, coalesce(plan.version, 0),
    case when in_force is not true then resource.made_of end, coalesce(changes.ids, array[]::bigint[])
{_OF_RESOURCES}
"""  # of our own words only
_ALL_STALE = f"""
{_RESOURCES}
select resource.id, %(first)s::date + ahead, coalesce(plan.version, 0), resource.made_of,
    coalesce(changes.ids, array[]::bigint[])
{_OF_RESOURCES} where in_force is not true limit %(most)s
"""  # of our own words only


def read(
    resources: Collection[int],
    first: date,
    days: int,
    travel: Travel,
    *,
    without: Visit | None = None,
    holds: Collection[UUID] = (),
) -> list[tuple[Key, bytes]]:
    """The days of these as the engine wants them. `without`: as if that visit, and these `holds`, took nothing."""
    ready, stale = look(resources, first, days, travel)
    if stale:
        ready |= {one: packed.stops for one, packed in renew(stale, travel).items()}
    if without or holds:
        again = _taken_by(without, holds) & ready.keys()
        ready |= {one: packed.stops for one, packed in pack(again, travel, without=without, holds=holds).items()}
    return [(Key(one.resource_id, (one.day - first).days), packed) for one, packed in ready.items() if packed]


def look(
    resources: Collection[int], first: date, days: int, travel: Travel
) -> tuple[dict[DayOf, bytes], dict[DayOf, Stale]]:
    """What is in force, and what has to be packed anew."""
    ready: dict[DayOf, bytes] = {}
    stale: dict[DayOf, Stale] = {}
    for pk, ahead, packed, version, made_of, changes in _binary(_READ, _given(resources, first, days, travel)):
        one = DayOf(pk, first + timedelta(days=ahead))
        if made_of is None:
            ready[one] = packed
        else:
            stale[one] = Stale(version, made_of, changes)
    return ready, stale


def pack_ahead() -> int:
    """By the worker: what a call will ask for lies ready. How many days were packed."""
    resources = Resource.objects.bookable().filter(kind__in=(Resource.Kind.ENGINEER, Resource.Kind.CREW))
    ids = list(resources.values_list("pk", flat=True))
    first, travel = clock.today(), times.travel()
    with connection.cursor() as cursor:
        cursor.execute(_ALL_STALE, {**_given(ids, first, AHEAD, travel), "most": AT_ONCE})
        stale = {DayOf(pk, day): Stale(*state) for pk, day, *state in cursor.fetchall()}
    if stale:
        renew(stale, travel)
    return len(stale)


def forget_past() -> None:
    """Days that are over are asked for by nobody."""
    with connection.cursor() as cursor:
        cursor.execute("delete from visits_daychange where day < %s", [clock.today()])
        cursor.execute("delete from visits_dayplan where day < %s", [clock.today()])


def _given(resources: Collection[int], first: date, days: int, travel: Travel) -> dict[str, Any]:
    made_with = f"{day_plan.FORMAT} {travel.version} {settings.TIME_ZONE}"
    return {"made_with": made_with, "resources": list(resources), "days": days, "first": first, "now": clock.now()}


def _binary(question: str, given: Mapping[str, Any]) -> Rows:
    """Bytes as bytes: written out as digits they take as long as the search for a window."""
    connection.ensure_connection()
    with Cursor(connection.connection) as cursor:
        cursor.execute(question, given, binary=True)
        found: Rows = cursor.fetchall()
        return found


def renew(stale: Mapping[DayOf, Stale], travel: Travel) -> dict[DayOf, Packed]:
    """Packed and stored, unless somebody else has stored a day meanwhile: then it is looked at again next time."""
    made = pack(stale.keys(), travel)
    given = [
        (one.resource_id, one.day, stale[one].version + 1, stale[one].made_of, packed.holds_until, packed.stops)
        for one, packed in made.items()
    ]
    seen = [change for one in stale.values() for change in one.changes]
    with connection.cursor() as cursor:
        cursor.execute(_STORE, [*(list(column) for column in zip(*given, strict=True)), seen])
    return made


# A change is taken away only with the plan that it is in. Rows in order: two who store the same wait in one direction.
_STORE = """
with stored as (
    insert into visits_dayplan (resource_id, day, version, made_of, holds_until, packed)
    select * from unnest(%s::bigint[], %s::date[], %s::int[], %s::text[], %s::timestamptz[], %s::bytea[])
        as made (resource_id, day, version, made_of, holds_until, packed)
    order by resource_id, day
    on conflict (resource_id, day) do update
    set version = excluded.version, made_of = excluded.made_of, holds_until = excluded.holds_until,
        packed = excluded.packed
    where visits_dayplan.version = excluded.version - 1
    returning resource_id, day)
delete from visits_daychange change using stored
where change.resource_id = stored.resource_id and change.day = stored.day and change.id = any(%s)
"""


def _taken_by(visit: Visit | None, holds: Collection[UUID]) -> set[DayOf]:
    """The days that would be another's without them: of whoever goes there, and of the crews that he goes with."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN_BY, [visit.pk if visit else 0, list(holds)])
        own = [(pk, clock.local(begins).date()) for pk, begins in cursor.fetchall()]
    crews = defaultdict(set)
    of_people = [pk for pk, _day in own]
    for crew, member in CrewMember.objects.filter(member__in=of_people).values_list("crew_id", "member_id"):
        crews[member].add(crew)
    for crew, instead in Substitution.objects.filter(instead__in=of_people).values_list("crew_id", "instead_id"):
        crews[instead].add(crew)
    return {DayOf(one, day) for pk, day in own for one in (pk, *crews[pk])}


_TAKEN_BY = """
select resource_id, lower(during) from visits_booking
where visit_id = %s or (kind = 'hold' and request_id = any(%s::uuid[]))
"""
