"""Who works when, who goes with which crew, and what is taken: read once for all the days that are looked at."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from svyazka.business.staff import hours
from svyazka.business.visits.models import Booking, Resource, Visit, VisitKind
from svyazka.engines.routing.windows import Period
from svyazka.kit import clock

Shifts = Mapping[tuple[int, date], Sequence[Sequence[str]]]


@dataclass(frozen=True)
class Rota:
    resources: Mapping[int, Resource]  # that can be booked, in their order
    shifts: Shifts
    members: Mapping[int, Sequence[int]]
    instead: Mapping[tuple[int, date], Mapping[int, int | None]]
    taken: Mapping[int, Sequence[Period]]
    visits: Mapping[int, Sequence[Period]]  # of those, what counts as work

    def hours(self, resource: Resource, day: date) -> list[Period]:
        """The working hours of that day, between the breaks."""
        return hours_of(resource, day, self.shifts)

    def members_on(self, crew: Resource, day: date) -> list[Resource]:
        """Who goes with the crew that day, with whoever takes somebody's place."""
        changed = self.instead.get((crew.pk, day), {})
        there = [changed.get(one, one) for one in self.members.get(crew.pk, ())]
        return [self.resources[one] for one in there if one is not None and one in self.resources]

    def people(self, resource: Resource, day: date) -> list[Resource]:
        """What is booked with him: himself, and whoever goes with the crew."""
        return [self.resources.get(resource.pk, resource), *self.members_on(resource, day)]

    def is_free(self, resource: Resource, period: Period) -> bool:
        return not any(period.overlaps(one) for one in self.taken[resource.pk])

    def is_there(self, resource: Resource, period: Period) -> bool:
        """At work then. A van without hours stands there at any time."""
        day = clock.local(period.start).date()
        if not resource.goes_out and not resource.hours and (resource.pk, day) not in self.shifts:
            return True
        stretches = self.hours(resource, day)
        return bool(stretches) and stretches[0].start <= period.start and period.end <= stretches[-1].end


@dataclass(frozen=True)
class Asked:
    """Only those who matter to a visit that one of these leads: of seven hundred crews, a few."""

    kind: VisitKind
    leaders: tuple[int, ...]


def read(
    first: date,
    last: date,
    *,
    asked: Asked | None = None,
    without: Visit | None = None,
    holds: Collection[UUID] = (),
) -> Rota:
    """From the first day to the last. What a visit `without` takes is free, and what these `holds` keep."""
    there = unbooked(first, last, asked)
    taken: dict[int, list[Period]] = defaultdict(list)
    visits: dict[int, list[Period]] = defaultdict(list)
    given = [*_span(first, last), clock.now(), without.pk if without else 0, list(holds)]
    of_some = "and resource_id = any(%s)" if asked else ""
    for resource_id, begins, ends, kind in _rows(_TAKEN + of_some, [*given, list(there.resources)] if asked else given):
        period = Period(begins, ends)
        taken[resource_id].append(period)
        if kind != Booking.Kind.ABSENCE:
            visits[resource_id].append(period)
    return replace(there, taken=taken, visits=visits)


_TAKEN = """
select resource_id, lower(during), upper(during), kind from visits_booking
where during && tstzrange(%s, %s) and (kind <> 'hold' or expires_at > %s) and visit_id is distinct from %s
    and (request_id is null or kind <> 'hold' or request_id <> all(%s::uuid[]))
"""


def unbooked(first: date, last: date, asked: Asked | None = None) -> Rota:
    """As if nothing were taken."""
    crews = list(asked.leaders) if asked else None
    members: dict[int, list[int]] = defaultdict(list)
    for crew, member in _rows(_MEMBERS, [crews, crews]):
        members[crew].append(member)
    instead: dict[tuple[int, date], dict[int, int | None]] = defaultdict(dict)
    for crew, day, away, other in _rows(_INSTEAD, [first, last, crews, crews]):
        instead[crew, day][away] = other
    there = Resource.objects.bookable().select_related("person")
    if asked:
        go_along = {other for each in instead.values() for other in each.values() if other}
        of_crews = {one for each in members.values() for one in each}
        there = there.filter(_matters(asked, {*asked.leaders, *of_crews, *go_along}))
    return Rota(
        resources={one.pk: one for one in there},
        shifts=shifts_of(first, last),
        members=members,
        instead=instead,
        taken={},
        visits={},
    )


_MEMBERS = """
select crew_id, member_id from visits_crewmember where %s::bigint[] is null or crew_id = any(%s::bigint[]) order by id
"""
_INSTEAD = """
select crew_id, day, away_id, instead_id from visits_substitution
where day between %s and %s and (%s::bigint[] is null or crew_id = any(%s::bigint[]))
"""


def _rows(question: str, given: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, given)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _matters(asked: Asked, there: Collection[int]) -> Q:
    """Whoever goes there anyway, and those out of whom the rest of the team is chosen."""
    kind, matters = asked.kind, Q(pk__in=there)
    if kind.vehicles or kind.equipment:
        matters |= Q(kind__in=(Resource.Kind.VEHICLE, Resource.Kind.TOOL))
    if kind.people > 1:
        matters |= Q(kind=Resource.Kind.ENGINEER, skills__contains=[kind.skill])
    return matters


def _span(first: date, last: date) -> tuple[datetime, datetime]:
    return clock.day_bounds(first)[0], clock.day_bounds(last)[1]


def shifts_of(first: date, last: date) -> Shifts:
    """The days that are unlike their weekday."""
    found = _rows("select resource_id, day, hours from visits_shift where day between %s and %s", [first, last])
    return {(resource_id, day): json.loads(given) for resource_id, day, given in found}


def hours_of(resource: Resource, day: date, shifts: Shifts) -> list[Period]:
    given = shifts.get((resource.pk, day))
    stored = resource.hours if given is None else {str(day.weekday()): given}
    return [Period(begin, end) for begin, end in hours.of_day(stored, day)]


class Hours:
    """The working hours of many for many days: most are alike, and each kind of them is computed once a day."""

    def __init__(self, first: date, last: date) -> None:
        self._shifts = shifts_of(first, last)
        self._known: dict[tuple[date, str], list[Period]] = {}

    def on(self, resource: Resource, day: date) -> list[Period]:
        given = self._shifts.get((resource.pk, day))
        stored = resource.hours.get(str(day.weekday()), []) if given is None else given
        found = self._known.get((day, str(stored)))
        if found is None:
            found = self._known[day, str(stored)] = hours_of(resource, day, self._shifts)
        return found


_LOOKS_AHEAD = 14  # days


def worked_from(first: date) -> date:
    """The first day from then on when somebody goes out: after a Friday, Monday. That day itself, where nobody does."""
    days = [first + timedelta(days=number) for number in range(_LOOKS_AHEAD)]
    there = Hours(days[0], days[-1])
    who = [one for one in Resource.objects.bookable() if one.goes_out]
    return next((day for day in days if any(there.on(one, day) for one in who)), first)


def in_force(rows: QuerySet[Booking]) -> QuerySet[Booking]:
    """Without the holds that are over."""
    return rows.exclude(kind=Booking.Kind.HOLD, expires_at__lte=clock.now())


def days_of(periods: Collection[Period]) -> list[date]:
    return [clock.local(period.start).date() for period in periods]
