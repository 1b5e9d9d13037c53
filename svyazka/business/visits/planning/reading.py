"""What the planning engine gets to know of some days: who works when, what is to be done where, and what stays."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property

from svyazka.business.places import find, times
from svyazka.business.places.find import Placed
from svyazka.business.staff import hours
from svyazka.business.visits import chain, rota, teams, waiting
from svyazka.business.visits.models import Booking, Resource, Visit, WaitingOffer
from svyazka.business.visits.offering import LONG, PARTS, told
from svyazka.business.visits.rota import Rota
from svyazka.business.visits.settling import GRID
from svyazka.business.visits.territories import Territories
from svyazka.business.visits.waiting import Unplaced
from svyazka.engines.routing.problem import Break, Job, Key, Plan, Point, Problem, Span, Stop, WorkDay
from svyazka.engines.routing.table import tabled
from svyazka.engines.routing.windows import Period, left_of
from svyazka.kit import clock

# What a visit weighs that somebody would come to, and one that nobody can: hours of driving, and never one for another.
BOOKED, OPEN = 100, 10
MOST_WAITING = 25  # the most urgent of those who wait: more windows than that nobody offers in a day
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
    # Who waits for a window and could be visited, by the number of his job: that of his entry, below zero.
    entries: Mapping[int, Unplaced] = field(default_factory=dict)
    waits: tuple[Job, ...] = ()
    left_out: Mapping[int, str] = field(default_factory=dict)  # entry of who waits → why he is not among them

    @cached_property
    def epoch(self) -> datetime:
        return clock.day_bounds(self.first)[0]

    def second(self, moment: datetime) -> int:
        return int((moment - self.epoch).total_seconds())

    def moment(self, second: int) -> datetime:
        return self.epoch + timedelta(seconds=second)

    def day(self, number: int) -> date:
        return self.first + timedelta(days=number)

    def begins(self, job: int, second: int) -> datetime:
        """When the client is called on, of a job that begins with what is prepared before."""
        return self.moment(second) + self.ahead(job)

    def ahead(self, job: int) -> timedelta:
        """What is prepared before."""
        kind = self.entries[job].kind if job in self.entries else self.visits[job].kind
        return timedelta(minutes=kind.before)

    @property
    def with_those_who_wait(self) -> Days:
        return replace(self, problem=replace(self.problem, jobs=(*self.problem.jobs, *self.waits)))

    @cached_property
    def why_stays(self) -> dict[str, int]:
        return dict(Counter(self.stays.values()))


def read(first: date, last: date, *, waiting_ids: Collection[int] | None = None) -> Days:
    """`waiting_ids`: only these of those who wait; None: the most urgent. They are no part of the problem yet."""
    there = _Reading(first, last, waiting_ids)
    travel = times.travel()
    problem = tabled(Problem((*there.jobs, *there.waits), there.workdays, travel, there.before()))
    problem = replace(problem, jobs=there.jobs)
    found = replace(there.days, problem=problem, stays=there.stays, is_estimated=travel.is_estimated)
    return replace(found, entries=there.entries, waits=there.waits, left_out=there.left_out)


class _Reading:
    def __init__(self, first: date, last: date, waiting_ids: Collection[int] | None) -> None:
        self.first, self.last = first, last
        self.rota = rota.unbooked(first, last)
        self.bookings = self._bookings()
        found = _visits_of(first, last)
        self.left_out: dict[int, str] = {}
        waits = self._who_waits(waiting_ids)
        self.placed = find.of_all({*(visit.address for visit in found), *(one.address for one in waits)})
        self.left_out |= {one.waiting_id: "nowhere" for one in waits if is_nowhere(self.placed.get(one.address))}
        self.entries = {-one.waiting_id: one for one in waits if one.waiting_id not in self.left_out}
        self.members = {one for members in self.rota.members.values() for one in members}
        bookable = self.rota.resources.values()
        self.workers = {one.pk: one for one in bookable if one.goes_out and one.pk not in self.members}
        self.stays = {visit.pk: why for visit in found if (why := self._stays(visit))}
        visits = {visit.pk: visit for visit in found}
        self.days = Days(first, last, self.rota, visits, Problem((), (), times.estimate()), {}, is_estimated=False)
        self.planned = {visit.pk: visit for visit in found if self._is_planned(visit)}
        self.territories = Territories.of(bookable)
        self.jobs = tuple(sorted(self._jobs(), key=lambda job: job.id))
        self.waits = tuple(job for number, one in self.entries.items() if (job := self._job_of(number, one)).windows)
        self.left_out |= {-number: "no_hours" for number in self.entries.keys() - {job.id for job in self.waits}}
        self.entries = {job.id: self.entries[job.id] for job in self.waits}
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
            district=self.territories.district(visit.address),
            promise=span,
            locked=stays,
        )

    def _jobs(self) -> Iterator[Job]:
        return (self.job(visit) for visit in self.planned.values())

    def _who_waits(self, waiting_ids: Collection[int] | None) -> list[Unplaced]:
        """For work that one alone does within a day. Whoever was asked himself about a window thinks about that."""
        days = [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]
        found = waiting.unplaced(days)
        if waiting_ids is not None:
            found = [one for one in found if one.waiting_id in waiting_ids]
        asked = WaitingOffer.objects.filter(state=WaitingOffer.State.OPEN, to_client=True)
        asked_deals = set(asked.values_list("waiting__deal", flat=True))
        for one in found:
            if one.kind.takes_others or one.length >= LONG:
                self.left_out[one.waiting_id] = "together"
            elif one.deal_id in asked_deals:
                self.left_out[one.waiting_id] = "asked"
        plain = [one for one in found if one.waiting_id not in self.left_out]
        if waiting_ids is None:
            self.left_out |= {one.waiting_id: "too_many" for one in plain[MOST_WAITING:]}
            return plain[:MOST_WAITING]
        return plain

    def _job_of(self, number: int, one: Unplaced) -> Job:
        before, after = (timedelta(minutes=minutes) for minutes in (one.kind.before, one.kind.after))
        soonest = chain.begins(one.kind, one.deal_id) or clock.now()
        return Job(
            id=number,
            at=self.placed[one.address].point,
            work=int((before + one.length + after).total_seconds()),
            windows=tuple(self._when(one, before, soonest)),
            needs=(frozenset({_LEADS + one.kind.skill, *one.kind.more_skills}),),
            district=self.territories.district(one.address),
        )

    def _when(self, one: Unplaced, before: timedelta, soonest: datetime) -> Iterator[Span]:
        """The hours of these days in which he can be visited."""
        for number in range((self.last - self.first).days + 1):
            day = self.first + timedelta(days=number)
            if one.may_come(day):
                for begins, ends in sorted(PARTS[part] for part in one.wishes.parts or PARTS):
                    start = max(clock.at(day, time(begins)), soonest) - before
                    end = clock.at(day, time(ends - 1, 60 - GRID)) - before
                    if start <= end:
                        yield Span(self.days.second(start), self.days.second(end))

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
        most_visits, most_work = self._left_of(people, taken, Period(*clock.day_bounds(day)))
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
            districts=self.territories.served_by(one),
            capacity=most_visits,
            most_work=most_work,
        )

    def _left_of(
        self, people: Collection[Resource], taken: Sequence[Booking], day: Period
    ) -> tuple[int | None, int | None]:
        """Visits, and seconds of work, that they may still be booked for on that day: as booking counts them."""
        visits, work = [], []
        for one in people:
            own = [_period(each) for each in taken if each.resource_id == one.pk and each.kind != Booking.Kind.ABSENCE]
            own = [each for each in own if each.overlaps(day)]
            if one.most_visits:
                visits.append(max(0, one.most_visits - len(own)))
            if one.most_minutes:
                worked = sum((each.end - each.start for each in own), timedelta())
                work.append(one.most_minutes * 60 - int(worked.total_seconds()))
        return min(visits, default=None), min(work, default=None)

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
