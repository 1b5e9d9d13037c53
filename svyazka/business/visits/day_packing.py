"""What a day of a resource is made of, and how it is packed for the engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from svyazka.business.places import find, times
from svyazka.business.staff import hours
from svyazka.business.visits.models import CrewMember, Resource, Shift, Substitution, Visit
from svyazka.engines.routing import day_plan
from svyazka.engines.routing.day_plan import Booked, Kind
from svyazka.engines.routing.problem import Break, Key, Point, Span, Travel, WorkDay
from svyazka.engines.routing.wanted import DAY
from svyazka.kit import clock, rows


class DayOf(NamedTuple):
    resource_id: int
    day: date


class Packed(NamedTuple):
    stops: bytes  # none: a day off
    holds_until: datetime | None


def pack(
    wanted: Collection[DayOf], travel: Travel, *, without: Visit | None = None, holds: Collection[UUID] = ()
) -> dict[DayOf, Packed]:
    """Out of the bookings, whatever lies ready."""
    if not wanted:
        return {}
    there = _read_there(wanted, without, holds)
    return {one: there.packed(one, travel) for one in sorted(wanted)}


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
