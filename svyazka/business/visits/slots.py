"""Free windows: when who could come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from svyazka.business.visits import chain, rota, teams, work
from svyazka.business.visits.models import Resource, Visit, VisitKind
from svyazka.business.visits.periods import NotFree
from svyazka.business.visits.rota import Rota
from svyazka.business.visits.work import Fit
from svyazka.engines.routing import windows
from svyazka.engines.routing.windows import Period
from svyazka.kit import clock

STEP = timedelta(minutes=30)
# Nobody is at the door sooner than that after the call.
LEAD = timedelta(hours=1)
DAYS = 14
# The second window of a day is for those who cannot come at the time of the first.
OTHER_PART_OF_DAY = timedelta(hours=3)


@dataclass(frozen=True)
class Slot:
    """A time at which this resource could come."""

    resource: Resource
    starts_at: datetime
    ends_at: datetime

    @property
    def day(self) -> date:
        return clock.local(self.starts_at).date()


def free_slots(
    kind: VisitKind,
    *,
    openings: int = 0,
    booked: timedelta = timedelta(),
    days: int = DAYS,
    from_day: date | None = None,
    resource: Resource | None = None,
    moving: Visit | None = None,
    holds: Collection[UUID] = (),
) -> list[Slot]:
    """All windows of these days, earliest first. A visit that is `moving` does not stand in its own way, nor do the
    caller's own `holds`.

    `booked`: what is booked already of work that takes more than a day.
    """
    first = max(from_day or clock.today(), clock.today())
    through = [first + timedelta(days=number) for number in range(days)]
    further = kind.most_days + work.DAYS_OFF if kind.most_days > 1 else 0
    there = rota.read(first, through[-1] + timedelta(days=further), without=moving, holds=holds)
    able = teams.able_to(there, kind)
    size: dict[str, Any] = {"openings": openings, "booked": booked}
    found: list[Slot] = []
    for day in through:
        of_all = moving.work if moving else work.length_on(there, day, able, kind, **size)
        for one in able:
            goes_on = kind.most_days > 1 and not moving
            length = work.length_on(there, day, [one], kind, **size) if goes_on else of_all
            if (resource is None or one.pk == resource.pk) and teams.knows(there, kind, one, day):
                found += _of_day(there, kind, one, day, length)
    if moving:
        waits = chain.not_before(kind, moving.deal_id, without=moving)
        found = [one for one in found if is_another(moving, one.resource, one.starts_at)]
        found = [one for one in found if not waits or one.starts_at >= waits[0]]
    return sorted(found, key=lambda slot: (slot.starts_at, slot.resource.position, slot.resource.pk))


def best(slots: Iterable[Slot], *, count: int = 5) -> list[Slot]:
    """A few to name on the phone: at most two a day, in different parts of it and by different people if possible."""
    by_day: dict[date, list[Slot]] = defaultdict(list)
    for slot in slots:
        by_day[slot.day].append(slot)
    chosen: list[Slot] = []
    for day in sorted(by_day):
        chosen += _two_of(by_day[day])
        if len(chosen) >= count:
            break
    return chosen[:count]


def is_another(moving: Visit, resource: Resource, starts_at: datetime) -> bool:
    """Than it has now; one that lacks somebody may get its own again."""
    return moving.is_orphaned or (resource.pk, starts_at) != (moving.resource_id, moving.starts_at)


def _of_day(there: Rota, kind: VisitKind, one: Resource, day: date, length: timedelta) -> Iterator[Slot]:
    taken = [period for each in there.people(one, day) for period in there.taken[each.pk]]
    is_plain = teams.is_plain(there, kind, one, day)
    for start in _starts(there, kind, one, day, length, taken):
        fit = work.fit(there, kind, one, start, length)
        if fit and ((is_plain and len(fit.periods) == 1) or _goes(there, kind, one, fit)):
            yield Slot(one, fit.starts_at, fit.ends_at)


def _starts(
    there: Rota, kind: VisitKind, one: Resource, day: date, length: timedelta, taken: list[Period]
) -> Iterator[datetime]:
    """Where it fits between the bookings; or in the morning, when it goes on for days."""
    before, after = timedelta(minutes=kind.before), timedelta(minutes=kind.after)
    whole, not_before = before + length + after, clock.now() + LEAD
    stretches = there.hours(one, day)
    for stretch in stretches:
        for start in windows.starts(stretch, taken, length=whole, step=STEP, not_before=not_before - before):
            yield start + before
    is_long = all(stretch.end - stretch.start < whole for stretch in stretches)
    if kind.most_days > 1 and stretches and is_long and (start := stretches[0].start + before) >= not_before:
        yield start


def _goes(there: Rota, kind: VisitKind, one: Resource, fit: Fit) -> bool:
    try:
        teams.gather(there, kind, one, fit.periods)
    except NotFree:
        return False
    return True


def _two_of(of_day: list[Slot]) -> list[Slot]:
    first = of_day[0]
    later = [slot for slot in of_day if slot.starts_at - first.starts_at >= OTHER_PART_OF_DAY]
    by_others = [slot for slot in later if slot.resource.pk != first.resource.pk]
    return [first, *(by_others or later)[:1]]
