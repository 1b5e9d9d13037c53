"""What the planning engine gets to know of some days: who works when, what is to be done where, and what stays."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from svyazka.business.places import find, times
from svyazka.business.places.find import Placed
from svyazka.business.staff import hours
from svyazka.business.visits import rota, teams
from svyazka.business.visits.models import Booking, Resource, Visit
from svyazka.business.visits.offering import told
from svyazka.business.visits.rota import Rota
from svyazka.business.visits.settling import GRID
from svyazka.engines.routing.problem import Break, Job, Key, Plan, Point, Problem, Span, Stop, WorkDay
from svyazka.engines.routing.table import tabled
from svyazka.engines.routing.windows import Period, left_of
from svyazka.kit import clock

# What a visit weighs that somebody would come to, and one that nobody can: hours of driving, and never one for another.
BOOKED, OPEN = 100, 10
_LEADS = "+"  # before the skill of whoever leads: the others of a crew do not stand in for him


@dataclass(frozen=True)
class Days:
    """From the first to the last, as the database has them now."""

    first: date
    last: date
    rota: Rota
    visits: Mapping[int, Visit]  # all that begin on these days
    problem: Problem
    stays: Mapping[int, str]  # visit → why planning leaves it where it is
    is_estimated: bool

    @cached_property
    def epoch(self) -> datetime:
        return clock.day_bounds(self.first)[0]

    def second(self, moment: datetime) -> int:
        return int((moment - self.epoch).total_seconds())

    def moment(self, second: int) -> datetime:
        return self.epoch + timedelta(seconds=second)

    def day(self, number: int) -> date:
        return self.first + timedelta(days=number)

    def begins(self, visit: Visit, second: int) -> datetime:
        """When the client is called on, of a job that begins with what is prepared before."""
        return self.moment(second) + timedelta(minutes=visit.kind.before)

    @cached_property
    def why_stays(self) -> dict[str, int]:
        return dict(Counter(self.stays.values()))


def read(first: date, last: date) -> Days:
    there = _Reading(first, last)
    travel = times.travel()
    jobs = tuple(sorted((there.job(visit) for visit in there.planned.values()), key=lambda job: job.id))
    problem = tabled(Problem(jobs, there.workdays, travel, there.before()))
    return replace(there.days, problem=problem, stays=there.stays, is_estimated=travel.is_estimated)


class _Reading:
    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last
        self.rota = rota.unbooked(first, last)
        self.bookings = self._bookings()
        found = _visits_of(first, last)
        self.placed = find.of_all({visit.address for visit in found})
        self.members = {one for members in self.rota.members.values() for one in members}
        bookable = self.rota.resources.values()
        self.workers = {one.pk: one for one in bookable if one.goes_out and one.pk not in self.members}
        self.stays = {visit.pk: why for visit in found if (why := self._stays(visit))}
        visits = {visit.pk: visit for visit in found}
        self.days = Days(first, last, self.rota, visits, Problem((), (), times.estimate()), {}, is_estimated=False)
        self.planned = {visit.pk: visit for visit in found if self._is_planned(visit)}
        self.districts = sorted({name for one in bookable for name in one.territory}, key=len, reverse=True)
        self.workdays = tuple(self._workdays())

    def _bookings(self) -> Mapping[int, Sequence[Booking]]:
        found: dict[int, list[Booking]] = defaultdict(list)
        span = (clock.day_bounds(self.first)[0], clock.day_bounds(self.last)[1])
        for one in rota.in_force(Booking.objects.filter(during__overlap=span)).order_by("pk"):
            found[one.resource_id].append(one)
        return found

    def _stays(self, visit: Visit) -> str:
        """Why it stays where it is; empty: it need not."""
        if visit.status != Visit.Status.PLANNED:
            return "under_way"
        if visit.locked_at:
            return "locked"
        if visit.kind.takes_others or visit.goes_on:
            return "team"
        if visit.resource_id in self.members or not visit.resource.goes_out:
            return "member"
        return "no_place" if is_nowhere(self.placed.get(visit.address)) else ""

    def _is_planned(self, visit: Visit) -> bool:
        """A job of the engine. The others only take their time of whoever goes there."""
        if visit.pk not in self.stays:
            return True
        is_placed = not is_nowhere(self.placed.get(visit.address))
        return is_placed and not visit.goes_on and visit.resource_id in self.workers and self._goes(visit)

    def _goes(self, visit: Visit) -> bool:
        """Whoever has it can come: he is there that day, and knows such work."""
        resource = self.rota.resources.get(visit.resource_id)
        day = clock.local(visit.starts_at).date()
        if resource is None or not teams.knows(self.rota, visit.kind, resource, day):
            return False
        whole = _whole(visit)
        away = [_period(one) for one in self.bookings.get(resource.pk, ()) if one.kind == Booking.Kind.ABSENCE]
        is_open = any(stretch.holds(whole) for stretch in self.rota.hours(resource, day))
        return is_open and not any(one.overlaps(whole) for one in away)

    def job(self, visit: Visit) -> Job:
        placed, days = self.placed[visit.address], self.days
        before = timedelta(minutes=visit.kind.before)
        since, until = (days.second(moment - before) for moment in told_of(visit))
        span = Span(since, until - GRID * 60)
        stays = visit.pk in self.stays
        start = days.second(visit.starts_at - before)
        whole = _whole(visit)
        return Job(
            id=visit.pk,
            at=placed.point,
            work=int((whole.end - whole.start).total_seconds()),
            windows=(Span(start, start) if stays else span,),
            needs=(frozenset({_LEADS + visit.kind.skill, *visit.kind.more_skills}),),
            priority=BOOKED if self._goes(visit) else OPEN,
            district=self._district(visit.address),
            promise=span,
            locked=stays,
        )

    def _district(self, address: str) -> str:
        """Of those that anybody serves alone, the one that the address names."""
        said = address.casefold()
        return next((name for name in self.districts if name.casefold() in said), "")

    def before(self) -> Plan:
        """Visits that nobody can come to are in nobody's day."""
        routes: dict[Key, list[Stop]] = defaultdict(list)
        at_work = {day.key for day in self.workdays}
        for visit in self.planned.values():
            key = Key(visit.resource_id, self._number(visit))
            if key in at_work and self._goes(visit):
                start = visit.starts_at - timedelta(minutes=visit.kind.before)
                routes[key].append(Stop(visit.pk, self.days.second(start)))
        return Plan({key: tuple(route) for key, route in routes.items()})

    def _workdays(self) -> Iterator[WorkDay]:
        for one in self.workers.values():
            for number in range((self.last - self.first).days + 1):
                stretches = self.rota.hours(one, self.days.day(number))
                if stretches:
                    yield self._workday(one, number, stretches)

    def _workday(self, one: Resource, number: int, stretches: Sequence[Period]) -> WorkDay:
        day, at = self.days.day(number), None if one.lat is None or one.lon is None else Point(one.lat, one.lon)
        shift = Period(stretches[0].start, stretches[-1].end)
        people = self.rota.people(one, day)
        taken = self._taken_of(people, one)
        own = sum(1 for each in taken if each.kind == Booking.Kind.VISIT and _period(each).overlaps(shift))
        closed = left_of(shift, stretches)
        return WorkDay(
            worker=one.pk,
            day=number,
            shift=self._span(shift),
            start=at,
            end=at,
            skills=frozenset({*(_LEADS + skill for skill in one.skills), *(s for each in people for s in each.skills)}),
            breaks=tuple(self._break(given, day) for given in one.breaks),
            away=_joined(self._span(each) for each in [*closed, *map(_period, taken)] if each.overlaps(shift)),
            districts=frozenset(one.territory),
            capacity=max(0, one.most_visits - own) if one.most_visits else None,
        )

    def _taken_of(self, people: Collection[Resource], one: Resource) -> list[Booking]:
        """What is no job of the engine: absences, holds, longer work, and what members of a crew do without it."""
        return [
            booking for each in people for booking in self.bookings.get(each.pk, ()) if not self._is_led(booking, one)
        ]

    def _is_led(self, booking: Booking, one: Resource) -> bool:
        visit = self.planned.get(booking.visit_id or 0)
        return visit is not None and visit.resource_id == one.pk

    def _break(self, given: Sequence[object], day: date) -> Break:
        minutes, begins, ends = given
        ((start, end),) = hours.of_day({str(day.weekday()): [[str(begins), str(ends)]]}, day)
        return Break(int(str(minutes)) * 60, self._span(Period(start, end)))

    def _span(self, period: Period) -> Span:
        return Span(self.days.second(period.start), self.days.second(period.end))

    def _number(self, visit: Visit) -> int:
        return (clock.local(visit.starts_at).date() - self.first).days


def told_of(visit: Visit) -> tuple[datetime, datetime]:
    """The span that the client was told: the beginning lies in it."""
    return told(visit.starts_at)


def _visits_of(first: date, last: date) -> list[Visit]:
    begins, ends = clock.day_bounds(first)[0], clock.day_bounds(last)[1]
    rows = Visit.objects.still_on().filter(starts_at__gte=begins, starts_at__lt=ends)
    return list(rows.select_related("kind", "client", "resource__person").order_by("starts_at", "pk"))


def is_nowhere(placed: Placed | None) -> bool:
    """The middle of a town is no place to plan a way to."""
    return placed is None or placed.is_rough


def _whole(visit: Visit) -> Period:
    """With what is done before and after."""
    before, after = (timedelta(minutes=minutes) for minutes in (visit.kind.before, visit.kind.after))
    return Period(visit.starts_at - before, visit.ends_at + after)


def _period(booking: Booking) -> Period:
    return Period(booking.during.lower, booking.during.upper)


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Apart, in order."""
    joined: list[Span] = []
    for one in sorted(spans):
        if joined and one.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, one.end))
        else:
            joined.append(one)
    return tuple(joined)
