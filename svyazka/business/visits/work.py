"""How long a visit takes, and on which days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from svyazka.business.deals.models import Deal
from svyazka.business.visits.models import Resource, Visit, VisitKind
from svyazka.business.visits.rota import Rota
from svyazka.engines.routing.windows import Period, is_open
from svyazka.kit import clock

MOST_OPENINGS = 200
# A holiday in the middle of an installation may last so long.
DAYS_OFF = 7


@dataclass(frozen=True)
class Fit:
    """A visit that fits into the hours: one period for each working day, with what is done before and after."""

    starts_at: datetime
    ends_at: datetime
    work: timedelta
    periods: tuple[Period, ...]


def length_of(kind: VisitKind, openings: int = 0) -> timedelta:
    """By size, where the kind says so; what its steps leave over costs as much for each opening as without them."""
    size = min(max(openings, 0), MOST_OPENINGS)
    if not size or not kind.steps:
        return timedelta(minutes=kind.minutes + kind.minutes_per_opening * size)
    most, minutes = next((step for step in kind.steps if size <= step[0]), kind.steps[-1])
    return timedelta(minutes=minutes + kind.minutes_per_opening * max(0, size - most))


def openings_of(deal: Deal) -> int:
    """How many openings the deal is about, as far as it is known."""
    known = deal.facts.get("openings")
    return known if isinstance(known, int) else 0


def booked_of(deal: Deal, kind: VisitKind) -> timedelta:
    """What is booked or done already of such work in this deal."""
    return sum((visit.work for visit in Visit.objects.still_on().filter(deal=deal, kind=kind)), timedelta())


def longest_day(rota: Rota, resources: Iterable[Resource], day: date) -> timedelta:
    """How much at most one of them can do on that day without a break."""
    stretches = (stretch for one in resources for stretch in rota.hours(one, day))
    return max((stretch.end - stretch.start for stretch in stretches), default=timedelta())


def length_on(
    rota: Rota,
    day: date,
    resources: Iterable[Resource],
    kind: VisitKind,
    *,
    openings: int = 0,
    booked: timedelta = timedelta(),
) -> timedelta:
    """How long a visit takes that begins on that day. Work of more than a day is as long as the day allows, unless the
    kind goes on for several; once part of it is booked, what is left of it."""
    whole = length_of(kind, openings)
    most = longest_day(rota, resources, day) - timedelta(minutes=kind.before + kind.after)
    if most <= timedelta() or whole <= most:
        return whole
    left = whole - booked if booked < whole else whole
    return left if kind.most_days > 1 else min(left, most)


def fit(rota: Rota, kind: VisitKind, resource: Resource, start: datetime, length: timedelta) -> Fit | None:
    """Nothing where the hours do not allow it."""
    before, after = timedelta(minutes=kind.before), timedelta(minutes=kind.after)
    whole = Period(start - before, start + length + after)
    stretches = rota.hours(resource, clock.local(start).date())
    if is_open(whole, stretches):
        return Fit(start, start + length, length, (whole,))
    # What goes on for days begins in the morning.
    if kind.most_days > 1 and stretches and start == stretches[0].start + before:
        return _over_days(rota, kind, resource, start, length)
    return None


def _over_days(rota: Rota, kind: VisitKind, resource: Resource, start: datetime, length: timedelta) -> Fit:
    """Day after working day; what is left when the kind's days are over is another visit."""
    left, ends_at, periods = length, start, list[Period]()
    first = clock.local(start).date()
    for number in range(kind.most_days + DAYS_OFF):
        stretches = rota.hours(resource, first + timedelta(days=number))
        if not stretches:
            continue
        begins = stretches[0].start
        ends_at, left = _worked(stretches, max(begins, start), left)
        over = left <= timedelta() or len(periods) + 1 == kind.most_days
        cleared = min(ends_at + timedelta(minutes=kind.after), stretches[-1].end) if over else ends_at
        periods.append(Period(begins, cleared))
        if over:
            break
    return Fit(start, ends_at, length - left, tuple(periods))


def _worked(stretches: Sequence[Period], begins: datetime, left: timedelta) -> tuple[datetime, timedelta]:
    """When the work of that day ends, and how much is left of it."""
    ends_at = begins
    for stretch in stretches:
        start = max(stretch.start, begins)
        done = min(left, stretch.end - start)
        ends_at, left = start + done, left - done
        if left <= timedelta():
            break
    return ends_at, left
