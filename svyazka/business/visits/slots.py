"""Free windows: when who could come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from svyazka.business.deals.models import Deal
from svyazka.business.staff import hours
from svyazka.business.visits.models import Booking, Resource, Visit, VisitKind
from svyazka.engines.routing import windows
from svyazka.engines.routing.windows import Period
from svyazka.kit import clock

STEP = timedelta(minutes=30)
# Nobody is at the door sooner than that after the call.
LEAD = timedelta(hours=1)
DAYS = 14
MOST_OPENINGS = 200
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


def length_of(kind: VisitKind, openings: int = 0) -> timedelta:
    return timedelta(minutes=kind.minutes + kind.minutes_per_opening * min(max(openings, 0), MOST_OPENINGS))


def longest_day(resources: Iterable[Resource], day: date) -> timedelta:
    """How much at most one of them can do on that day without a break."""
    return max(
        (stretch.end - stretch.start for one in resources for stretch in hours_of(one, day)), default=timedelta()
    )


def length_on(
    day: date, resources: Iterable[Resource], kind: VisitKind, *, openings: int = 0, booked: timedelta = timedelta()
) -> timedelta:
    """How long a visit of that day takes. Work of more than a day is as long as the day allows; once part of it is
    booked, what is left of it."""
    whole, most = length_of(kind, openings), longest_day(resources, day)
    if not most or whole <= most:
        return whole
    left = whole - booked if booked < whole else whole
    return min(left, most)


def booked_of(deal: Deal, kind: VisitKind) -> timedelta:
    """What is booked or done already of such work in this deal."""
    visits = Visit.objects.still_on().filter(deal=deal, kind=kind)
    return sum((visit.ends_at - visit.starts_at for visit in visits), timedelta())


def openings_of(deal: Deal) -> int:
    """How many openings the deal is about, as far as it is known."""
    known = deal.facts.get("openings")
    return known if isinstance(known, int) else 0


def free_slots(
    kind: VisitKind,
    *,
    openings: int = 0,
    booked: timedelta = timedelta(),
    days: int = DAYS,
    from_day: date | None = None,
    resource: Resource | None = None,
    moving: Visit | None = None,
) -> list[Slot]:
    """All windows of these days, earliest first. A visit that is `moving` does not stand in its own way.

    `booked`: what is booked already of work that takes more than a day.
    """
    first = max(from_day or clock.today(), clock.today())
    through = [first + timedelta(days=number) for number in range(days)]
    all_able = able_to(kind)
    able = [one for one in all_able if resource is None or one.pk == resource.pk]
    taken = taken_by(able, through, without=moving)
    length = {
        day: moving.ends_at - moving.starts_at
        if moving
        else length_on(day, all_able, kind, openings=openings, booked=booked)
        for day in through
    }
    not_before = clock.now() + LEAD
    found = [
        Slot(one, start, start + length[day])
        for one in able
        for day in through
        for stretch in hours_of(one, day)
        for start in windows.starts(stretch, taken[one.pk], length=length[day], step=STEP, not_before=not_before)
        if not (moving and (moving.resource_id, moving.starts_at) == (one.pk, start))
    ]
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


def able_to(kind: VisitKind) -> list[Resource]:
    return list(Resource.objects.bookable().filter(skills__contains=[kind.skill]))


def hours_of(resource: Resource, day: date) -> list[Period]:
    """The working hours of that day, between the breaks."""
    return [Period(begin, end) for begin, end in hours.of_day(resource.hours, day)]


def taken_by(
    resources: Iterable[Resource], through: list[date], *, without: Visit | None = None
) -> defaultdict[int, list[Period]]:
    """Resource → what is booked on those days: visits, absences, times that are held."""
    taken: defaultdict[int, list[Period]] = defaultdict(list)
    if not through:
        return taken
    span = (clock.day_bounds(through[0])[0], clock.day_bounds(through[-1])[1])
    rows = Booking.objects.filter(resource__in=[one.pk for one in resources], during__overlap=span)
    if without:
        rows = rows.exclude(visit_id=without.pk)
    for resource_id, during in rows.values_list("resource_id", "during"):
        taken[resource_id].append(Period(during.lower, during.upper))
    return taken


def _two_of(of_day: list[Slot]) -> list[Slot]:
    first = of_day[0]
    later = [slot for slot in of_day if slot.starts_at - first.starts_at >= OTHER_PART_OF_DAY]
    by_others = [slot for slot in later if slot.resource.pk != first.resource.pk]
    return [first, *(by_others or later)[:1]]
