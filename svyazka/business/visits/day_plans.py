"""Days as they lie ready for a call: packed from the bookings, in force until something of them changes.

Whoever changes a day says so in his own transaction (`periods.CHANGED`) and packs nothing: bookings of one day go on
side by side. A worker packs it anew within seconds; a call that comes sooner does it for itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from psycopg import Cursor

from svyazka.business.places import find, times
from svyazka.business.staff import hours
from svyazka.business.visits.models import CrewMember, Resource, Shift, Substitution, Visit
from svyazka.engines.routing import day_plan
from svyazka.engines.routing.day_plan import Booked, Kind
from svyazka.engines.routing.problem import Break, Key, Point, Span, Travel, WorkDay
from svyazka.engines.routing.wanted import DAY
from svyazka.kit import clock, rows

AHEAD = 21  # days: who asks for two weeks may begin with a day of the next one
AT_ONCE = 500  # packed by one turn of the worker


class DayOf(NamedTuple):
    resource_id: int
    day: date


class Stale(NamedTuple):
    """What is known of a day whose plan is not in force: by which version and of which changes it is replaced."""

    version: int
    made_of: str
    changes: list[int]


class Packed(NamedTuple):
    stops: bytes  # none: a day off
    holds_until: datetime | None


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


def pack(
    wanted: Collection[DayOf], travel: Travel, *, without: Visit | None = None, holds: Collection[UUID] = ()
) -> dict[DayOf, Packed]:
    """Out of the bookings, whatever lies ready."""
    if not wanted:
        return {}
    there = _read_there(wanted, without, holds)
    return {one: there.packed(one, travel) for one in sorted(wanted)}


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


class _Taken(NamedTuple):
    start: datetime
    end: datetime
    kind: str
    visit_id: int | None
    address: str
    lat: float | None
    lon: float | None
    expires_at: datetime | None


@dataclass(frozen=True)
class _There:
    """Everything that the days are made of, read at once."""

    resources: Mapping[int, Resource]
    shifts: Mapping[DayOf, Sequence[Sequence[str]]]
    members: Mapping[int, Sequence[int]]
    instead: Mapping[DayOf, Mapping[int, int | None]]
    taken: Mapping[int, Sequence[_Taken]]
    placed: Mapping[str, Point]
    nowhere: Point

    def packed(self, wanted: DayOf, travel: Travel) -> Packed:
        begins, ends = clock.day_bounds(wanted.day)
        own = [one for one in self.taken[wanted.resource_id] if one.start < ends and one.end > begins]
        stops = [self._stop(one, begins) for one in own if one.kind != "absence"]
        with_others = [one for one in self._of_crew(wanted, own) if one.start < ends and one.end > begins]
        away = [_span(one, begins) for one in [*(one for one in own if one.kind == "absence"), *with_others]]
        until = min((one.expires_at for one in [*own, *with_others] if one.expires_at), default=None)
        plan = self._plan(wanted, begins, stops, away)
        if plan is None:
            return Packed(b"", until)
        return Packed(day_plan.records_of(plan, _as_driven(plan, day_plan.ways_of(plan, travel))).tobytes(), until)

    def _plan(self, wanted: DayOf, begins: datetime, stops: list[Booked], away: list[Span]) -> day_plan.DayPlan | None:
        resource = self.resources[wanted.resource_id]
        given = self.shifts.get(wanted)
        stored = resource.hours if given is None else {str(wanted.day.weekday()): given}
        open_at = [
            Span(_second(one, begins), _second(other, begins)) for one, other in hours.of_day(stored, wanted.day)
        ]
        if not open_at:
            return None
        whole = Span(open_at[0].start, open_at[-1].end)
        away = _minus([*_minus([whole], open_at), *away], [Span(stop.start, stop.start + stop.work) for stop in stops])
        shift, away = _trimmed(whole, _merged(away))
        if shift.start >= shift.end and not stops:
            return None
        shift = Span(
            min([shift.start, *(stop.start for stop in stops)]),
            max([shift.end, *(stop.start + stop.work for stop in stops)]),
        )
        home = None if resource.lat is None or resource.lon is None else Point(resource.lat, resource.lon)
        breaks = tuple(
            Break(minutes * 60, Span(_of_clock(first), _of_clock(last))) for minutes, first, last in resource.breaks
        )
        key = Key(wanted.resource_id, 0)
        day = WorkDay(*key, shift, home, home, breaks=breaks, away=tuple(away), capacity=resource.most_visits)
        return day_plan.DayPlan(day, tuple(stops))

    def _of_crew(self, wanted: DayOf, own: Sequence[_Taken]) -> Iterator[_Taken]:
        """What keeps one of its people, and is no visit of the crew itself."""
        together = {(one.visit_id, one.start) for one in own}
        changed = self.instead.get(wanted, {})
        for member in self.members.get(wanted.resource_id, ()):
            if goes := changed.get(member, member):
                yield from (one for one in self.taken[goes] if (one.visit_id, one.start) not in together)

    def _stop(self, taken: _Taken, begins: datetime) -> Booked:
        span = _span(taken, begins)
        known = None if taken.lat is None or taken.lon is None else Point(taken.lat, taken.lon)
        at = known or self.placed.get(taken.address, self.nowhere)
        kind = Kind.HOLD if taken.kind == "hold" else Kind.VISIT
        # It stays at its time: that is what is booked, of everybody who goes there.
        return Booked(taken.visit_id or 0, at, span.start, span.end - span.start, Span(span.start, span.start), kind)


def _read_there(wanted: Collection[DayOf], without: Visit | None, holds: Collection[UUID]) -> _There:
    ids, days = {one.resource_id for one in wanted}, [one.day for one in wanted]
    first, last = min(days), max(days)
    members: dict[int, list[int]] = defaultdict(list)
    for crew, member in CrewMember.objects.filter(crew__in=ids).order_by("id").values_list("crew_id", "member_id"):
        members[crew].append(member)
    instead: dict[DayOf, dict[int, int | None]] = defaultdict(dict)
    for one in Substitution.objects.filter(crew__in=ids, day__range=(first, last)):
        instead[DayOf(one.crew_id, one.day)][one.away_id] = one.instead_id
    shifts = Shift.objects.filter(resource__in=ids, day__range=(first, last))
    go_along = {pk for changed in instead.values() for pk in changed.values() if pk}
    people = {*ids, *go_along, *(member for each in members.values() for member in each)}
    taken = _read_taken(people, first, last, without, holds)
    unknown = {one.address for each in taken.values() for one in each if one.lat is None and one.kind != "absence"}
    found = find.of_all(unknown) if unknown else {}
    return _There(
        resources={one.pk: one for one in rows.read(Resource, "where id = any(%s)", [list(ids)])},
        shifts={DayOf(one.resource_id, one.day): one.hours for one in shifts},
        members=members,
        instead=instead,
        taken=taken,
        placed={address: placed.point for address, placed in found.items()},
        nowhere=nowhere() if unknown - found.keys() else times.MOSCOW,
    )


def nowhere() -> Point:
    """Where an address lies of which nothing is known."""
    return find.centre() or times.MOSCOW


def _read_taken(
    people: Collection[int], first: date, last: date, without: Visit | None, holds: Collection[UUID]
) -> dict[int, list[_Taken]]:
    begins, ends = clock.day_bounds(first)[0], clock.day_bounds(last)[1]
    given: list[Any] = [list(people), begins, ends, clock.now(), without.pk if without else 0, list(holds)]
    taken: dict[int, list[_Taken]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, given)
        for resource_id, *row in cursor.fetchall():
            taken[resource_id].append(_Taken(*row))
    return taken


_TAKEN = """
select booking.resource_id, lower(during), upper(during), booking.kind, visit_id,
    coalesce(visit.address, deal.address, ''), visit.lat, visit.lon, booking.expires_at
from visits_booking booking
left join visits_visit visit on visit.id = booking.visit_id
left join deals_deal deal on deal.id = booking.deal_id
where booking.resource_id = any(%s) and during && tstzrange(%s, %s)
    and (booking.kind <> 'hold' or booking.expires_at > %s)
    and booking.visit_id is distinct from %s
    and (booking.request_id is null or booking.request_id <> all(%s::uuid[]))
order by lower(during)
"""


def _as_driven(plan: day_plan.DayPlan, ways: Sequence[int]) -> list[int]:
    """What is booked closer together than the way takes is driven somehow: the rest of the day stays open."""
    leaves = [plan.day.shift.start, *(stop.start + stop.work for stop in plan.stops)]
    arrives = [*(stop.start for stop in plan.stops), plan.day.shift.end]
    between = (
        end - begin - sum(max(0, min(end, one.end) - max(begin, one.start)) for one in plan.day.away)
        for begin, end in zip(leaves, arrives, strict=True)
    )
    return [max(0, min(way, room)) for way, room in zip(ways, between, strict=True)]


def _span(taken: _Taken, begins: datetime) -> Span:
    return Span(max(0, _second(taken.start, begins)), min(DAY, _second(taken.end, begins)))


def _second(moment: datetime, begins: datetime) -> int:
    return int((moment - begins).total_seconds())


def _of_clock(hour: str) -> int:
    hours_, _colon, minutes = hour.partition(":")
    return int(hours_) * 3600 + int(minutes) * 60


def _merged(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for one in sorted(spans):
        if found and one.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, one.end))
        elif one.start < one.end:
            found.append(one)
    return found


def _minus(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    left = list(spans)
    for out in taken:
        left = [
            part
            for one in left
            for part in (Span(one.start, min(one.end, out.start)), Span(max(one.start, out.end), one.end))
            if part.start < part.end
        ]
    return left


def _trimmed(shift: Span, away: Sequence[Span]) -> tuple[Span, list[Span]]:
    """Whoever is away in the morning sets out afterwards."""
    begin = next((one.end for one in away if one.start <= shift.start < one.end), shift.start)
    end = next((one.start for one in away if one.start < shift.end <= one.end and one.start >= begin), shift.end)
    inner = Span(begin, max(begin, end))
    return inner, [one for one in away if inner.start < one.end and one.start < inner.end]
