"""What stands on the board of those who go out: who works when, who is where, how long the ways are, what does not fit.

A week of sixty crews is three thousand visits: plain SQL, as many statements for one visit as for all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import connection

from svyazka.business.clients.naming import CONTACT, called_by
from svyazka.business.places import find, times
from svyazka.business.places.find import Placed
from svyazka.business.staff.models import Absence
from svyazka.business.visits import misfits
from svyazka.business.visits.models import Resource, Visit
from svyazka.business.visits.rota import Hours
from svyazka.engines.routing.problem import Point
from svyazka.engines.routing.windows import Period
from svyazka.kit import clock, rows

LEAVE = "leave"


class Taken(NamedTuple):
    """A period in which a resource is taken; of a visit, with what is said of it."""

    resource_id: int
    starts_at: datetime
    ends_at: datetime
    kind: str  # of Booking.Kind, or LEAVE: as the staff's absences have it
    note: str
    visit_id: int | None = None
    begins_at: datetime | None = None  # of the work itself: to load and to clear away is taken, too
    status: str = ""
    version: int = 0
    address: str = ""
    kind_id: int = 0
    leads_id: int = 0
    deal_id: int = 0
    is_confirmed: bool = False
    client_id: int = 0
    client_name: str = ""
    contact: str | None = None
    stage_id: int = 0
    is_locked: bool = False
    locked_why: str = ""

    @property
    def client(self) -> str:
        return called_by(self.client_id, self.client_name, self.contact)

    @property
    def is_led(self) -> bool:
        """By the one in whose row it stands; the others go along."""
        return self.leads_id == self.resource_id

    @property
    def period(self) -> Period:
        return Period(self.starts_at, self.ends_at)


@dataclass
class Entry:
    """Something in a cell. `way`: seconds from where he was before; nothing where a place is not known."""

    taken: Taken
    way: int | None = None
    faults: list[str] = field(default_factory=list)  # in words


@dataclass
class Cell:
    """What one resource does on one day."""

    day: date
    open: list[Period]
    entries: list[Entry]
    visits: list[Entry] = field(init=False)

    def __post_init__(self) -> None:
        self.visits = [one for one in self.entries if one.taken.visit_id]

    @property
    def worked(self) -> timedelta:
        return sum((one.taken.ends_at - one.taken.starts_at for one in self.visits), timedelta())

    @property
    def driven(self) -> timedelta:
        return timedelta(seconds=sum(one.way or 0 for one in self.entries))

    @property
    def load(self) -> int | None:
        """In percent of the working hours; nothing where nobody works and nothing is to be done."""
        whole = sum((one.end - one.start for one in self.open), timedelta())
        busy = self.worked + self.driven
        if not whole:
            return 100 if busy else None
        return round(100 * busy / whole)


@dataclass(frozen=True)
class Row:
    resource: Resource
    works: bool  # whoever has left stands there as long as he has visits
    cells: list[Cell]


@dataclass(frozen=True)
class Board:
    days: list[date]
    rows: list[Row]
    points: dict[str, Placed]


def read(days: Sequence[date], resource_id: int | None = None) -> Board:
    """`resource_id`: only this row."""
    begins, ends = clock.day_bounds(days[0])[0], clock.day_bounds(days[-1])[1]
    taken = _taken(begins, ends, resource_id)
    resources = _resources({one.resource_id for one in taken}, resource_id)
    taken += _away(begins, ends, taken, {one.pk for one, _works in resources})
    hours = Hours(days[0], days[-1])
    by_row = _by_row(taken, days)
    found = [Row(one, works, _cells(one, works, days, by_row, hours)) for one, works in resources]
    points = find.of_all({one.address for one in taken if one.address})
    _measure([row for row in found if row.resource.goes_out], points)
    for row in found:
        misfits.find(row.resource, row.works, row.cells)
    return Board(list(days), found, points)


_TAKEN = f"""
select b.resource_id, lower(b.during), upper(b.during), b.kind, b.note, v.id, v.starts_at, v.status, v.version,
       v.address, v.kind_id, v.resource_id, v.deal_id, v.confirmed_at is not null, c.id, c.name,
       case when c.name = '' then {CONTACT} end, d.stage_id, v.locked_at is not null, v.locked_why
from visits_booking b
left join visits_visit v on v.id = b.visit_id
left join clients_client c on c.id = v.client_id
left join deals_deal d on d.id = v.deal_id
where b.during && tstzrange(%(begins)s, %(ends)s, '[)') and (b.kind <> 'hold' or b.expires_at > %(now)s)
  and (%(resource)s::bigint is null or b.resource_id = %(resource)s)
order by b.resource_id, lower(b.during)
"""  # noqa: S608  # of our own words only


def _taken(begins: datetime, ends: datetime, resource_id: int | None) -> list[Taken]:
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, {"begins": begins, "ends": ends, "now": clock.now(), "resource": resource_id})
        return [Taken(*row) if row[5] else Taken(*row[:5]) for row in cursor.fetchall()]


_RESOURCES = f"""
select {rows.columns(Resource)}, visits_resource.is_active and coalesce(who.is_active, true) as works
from visits_resource left join staff_person who on who.id = visits_resource.person_id
where (visits_resource.is_active and coalesce(who.is_active, true) and kind in ('engineer', 'crew')
       or visits_resource.id = any(%(busy)s)) and (%(resource)s::bigint is null or visits_resource.id = %(resource)s)
order by position, visits_resource.id
"""  # noqa: S608  # of our own words only


def _resources(busy: set[int], resource_id: int | None) -> list[tuple[Resource, bool]]:
    """A van stands there from morning to evening; it is of interest where it goes somewhere."""
    given = {"busy": sorted(busy), "resource": resource_id}
    return [(one, works) for one, works in rows.read_joined(_RESOURCES, given, Resource)]


def _away(begins: datetime, ends: datetime, taken: Sequence[Taken], shown: set[int]) -> list[Taken]:
    """Whoever is on leave, as the staff's absences have it, where his row does not say so itself."""
    known = defaultdict(list)
    for one in taken:
        if one.kind == "absence":
            known[one.resource_id].append(one.period)
    absences = Absence.objects.filter(during__overlap=(begins, ends), person__resource__in=sorted(shown))
    found = absences.values_list("person__resource", "during", "note")
    periods = [(pk, Period(during.lower, during.upper or ends), note) for pk, during, note in found]
    return [
        Taken(pk, period.start, period.end, LEAVE, note)
        for pk, period, note in periods
        if not any(one.overlaps(period) for one in known[pk])
    ]


def _by_row(taken: Iterable[Taken], days: Sequence[date]) -> dict[tuple[int, date], list[Taken]]:
    """By resource and day; what goes on over night stands on each of its days."""
    zone = clock.local(clock.now()).tzinfo
    found: dict[tuple[int, date], list[Taken]] = defaultdict(list)
    last = timedelta(microseconds=1)
    for one in taken:
        first, until = one.starts_at.astimezone(zone).date(), (one.ends_at - last).astimezone(zone).date()
        if first == until:
            found[one.resource_id, first].append(one)
            continue
        for day in days:
            if first <= day <= until:
                found[one.resource_id, day].append(one)
    return found


def _cells(
    resource: Resource,
    works: bool,
    days: Sequence[date],
    taken: dict[tuple[int, date], list[Taken]],
    hours: Hours,
) -> list[Cell]:
    return [
        Cell(
            day,
            hours.on(resource, day) if works else [],
            [Entry(one) for one in sorted(taken.get((resource.pk, day), ()), key=_start)],
        )
        for day in days
    ]


def _start(one: Taken) -> datetime:
    return one.starts_at


def _measure(found: Iterable[Row], points: dict[str, Placed]) -> None:
    """From visit to visit, and to the first one from home. Where only the town is known there is nothing to measure."""
    ways: list[tuple[Entry, Point, Point]] = []
    for row in found:
        home = home_of(row.resource)
        for cell in row.cells:
            before = home
            for entry in cell.visits:
                placed = points.get(entry.taken.address)
                here = placed.point if placed and not placed.is_rough else None
                if before and here:
                    ways.append((entry, before, here))
                before = here
    for (entry, _before, _here), seconds in zip(ways, times.along([way[1:] for way in ways]), strict=True):
        entry.way = seconds


def home_of(resource: Resource) -> Point | None:
    return None if resource.lat is None or resource.lon is None else Point(resource.lat, resource.lon)


def movable(one: Taken) -> bool:
    """By its first day, where it goes on for several."""
    is_first = one.begins_at is not None and one.begins_at >= one.starts_at
    return one.is_led and is_first and one.status in (Visit.Status.PLANNED, Visit.Status.ON_WAY)


def read_one(resource: Resource, day: date) -> Cell:
    """One row of one day."""
    found = read([day], resource.pk).rows
    return found[0].cells[0] if found else Cell(day, [], [])
