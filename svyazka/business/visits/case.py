"""Days as they are now, in the words of the engine that repairs them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np

from svyazka.business.places import find, times
from svyazka.business.visits import chain, delays, frozen, promises, rota
from svyazka.business.visits.models import Booking, Resource, Visit
from svyazka.business.visits.rota import Rota
from svyazka.business.visits.territories import Territories, named_in, names_of
from svyazka.engines.routing.evaluate import evaluate
from svyazka.engines.routing.problem import (
    Break,
    Job,
    Key,
    Plan,
    Point,
    Points,
    Problem,
    Seconds,
    Span,
    Stop,
    Travel,
    WorkDay,
)
from svyazka.engines.routing.windows import Period, left_of
from svyazka.kit import clock

GRID = 300  # seconds: visits begin at times that can be said on the phone
NOWHERE = -1  # the day of a visit that stands in nobody's
LEAD = timedelta(minutes=30)


@dataclass(frozen=True)
class Case:
    problem: Problem
    visits: Mapping[int, Visit]
    resources: Mapping[int, Resource]
    epoch: datetime

    def begins(self, visit_id: int, start: int) -> datetime:
        """The visit, where its job starts then: what is done before it comes first."""
        return self.epoch + timedelta(seconds=start + _before(self.visits[visit_id]))


@dataclass(frozen=True)
class Row:
    """A resource is taken."""

    resource_id: int
    visit_id: int | None
    period: Period


class Rounded:
    """Fits engines.routing.problem.Travel: whoever drives for twelve minutes is there at a time of the grid."""

    def __init__(self, travel: Travel) -> None:
        self._travel = travel

    @property
    def version(self) -> str:
        return f"{self._travel.version}/{GRID}"

    def matrix(self, points: Points) -> Seconds:
        return _up(self._travel.matrix(points))

    def to_many(self, point: Point, points: Points) -> Seconds:
        return _up(self._travel.to_many(point, points))


def build(days: Collection[date], homeless: Collection[Visit], late: Collection[int]) -> Case:
    """`homeless`: visits that need another place, within these days; `late`: whose visits of today may need one."""
    built = _Builder(sorted(days), rota.read(min(days), max(days)), {one.pk for one in homeless}, late)
    return built.case()


class _Builder:
    def __init__(self, days: list[date], there: Rota, homeless: set[int], late: Collection[int]) -> None:
        self.days, self.there, self.homeless, self.late = days, there, homeless, late
        self.epoch, self.end = clock.day_bounds(days[0])[0], clock.day_bounds(days[-1])[1]
        self.now = delays.rounded_up(clock.now() + LEAD)
        self.workers = {pk: one for pk, one in there.resources.items() if one.goes_out and one.skills}
        self.visits = self._read_visits()
        self.rows = self._read_rows()
        self.points = self._read_points()
        self.travel = Rounded(times.travel(patience=times.HURRIED))
        self.jobs = {pk: one for pk, one in self.visits.items() if self._is_job(one)}
        self.territories = Territories.of(there.resources.values())
        self.bounds = chain.bounds(one for one in self.jobs.values() if self._may_leave(one))

    def case(self) -> Case:
        """Days that were booked closer than the way takes stay as they are: nothing of them is moved for that."""
        found = self._case()
        tight = self._tight(found.problem)
        if not tight:
            return found
        self.jobs = {pk: one for pk, one in self.jobs.items() if pk not in tight}
        return self._case()

    def _tight(self, problem: Problem) -> set[int]:
        faults = evaluate(problem, problem.before).faults
        keys = {fault.key for fault in faults if fault.key}
        named = {fault.job for fault in faults if fault.job is not None}
        today = self._number(clock.today())
        return {
            stop.job
            for key, route in problem.before.routes.items()
            for stop in route
            if key.day != NOWHERE
            and not (key.worker in self.late and key.day == today)
            and (key in keys or stop.job in named)
        }

    def _case(self) -> Case:
        jobs = tuple(self._job(one) for one in self.jobs.values())
        days = tuple(one for worker in self.workers.values() for day in self.days if (one := self._day(worker, day)))
        problem = Problem(jobs, days, self.travel, self._before())
        return Case(problem, self.visits, self.workers, self.epoch)

    def _read_visits(self) -> dict[int, Visit]:
        rows = Visit.objects.still_on().on_days(self.epoch, self.end)
        found = rows.select_related("kind", "resource__person", "client", "deal__responsible", "lacks")
        return {one.pk: one for one in found.order_by("starts_at", "pk")}

    def _read_rows(self) -> list[Row]:
        found = rota.in_force(Booking.objects.filter(during__overlap=(self.epoch, self.end)))
        listed = found.values_list("resource_id", "visit_id", "during")
        return [Row(who, visit, Period(during.lower, during.upper)) for who, visit, during in listed]

    def _read_points(self) -> dict[str, Point]:
        addresses = {one.address for one in self.visits.values()}
        addresses |= {one.home for one in self.workers.values() if one.home and one.lat is None}
        return {address: placed.point for address, placed in find.of_all(addresses).items()}

    def _is_job(self, visit: Visit) -> bool:
        """Whatever somebody has still to go to on one day, and could be given to another or stays beside the others."""
        if visit.pk in self.homeless:
            return True
        is_led = visit.resource_id in self.workers and visit.lacks_id != visit.resource_id
        return is_led and not visit.goes_on and not frozen.has_begun(visit)

    def _job(self, visit: Visit) -> Job:
        start = self._start(visit)
        told = self._told(visit, start)
        may_leave = self._may_leave(visit)
        stays = visit.pk not in self.homeless and (frozen.stays(visit) or visit.kind.takes_others)
        return Job(
            visit.pk,
            self._point(visit),
            _before(visit) + _seconds(visit.work) + _after(visit),
            self._anywhen(visit, told) if may_leave and not stays else (told,),
            (_needs(visit),),
            district=self._district(visit),
            promise=told,
            locked=stays,
        )

    def _district(self, visit: Visit) -> str:
        """Whoever was sent beyond his territory goes there all the same."""
        district = self.territories.district(visit.address)
        own = names_of(visit.resource.territory)
        is_beyond = bool(own) and not own & named_in(visit.address, self.territories.names)
        return "" if is_beyond and visit.pk not in self.homeless else district

    def _may_leave(self, visit: Visit) -> bool:
        """The time that its client was told, rather than have nobody."""
        return visit.pk in self.homeless or (visit.resource_id in self.late and self._is_today(visit))

    def _told(self, visit: Visit, start: int) -> Span:
        begins, ends = promises.told(visit)
        before = _before(visit)
        return Span(min(start, self._at(begins) - before), max(start, self._at(ends) - before))

    def _anywhen(self, visit: Visit, told: Span) -> tuple[Span, ...]:
        """From the morning of its day on, as far as what it waits for and what waits for it allow; first of all when
        the client was told."""
        day = clock.local(visit.starts_at).date()
        waits, leaves = self.bounds[visit.pk]
        soonest = max(self.now, clock.day_bounds(day)[0], waits or self.epoch)
        latest = (leaves or self.end) - visit.work
        span = Span(_up_to_grid(self._at(soonest)), self._at(latest))
        able = Span(max(told.start, span.start), min(told.end, span.end))
        return tuple(one for one in (_united(span, able),) if one.start <= one.end) or (told,)

    def _before(self) -> Plan:
        routes: dict[Key, list[Stop]] = defaultdict(list)
        for visit in self.jobs.values():
            number = self._day_number(visit.starts_at) if visit.pk not in self.homeless else NOWHERE
            routes[Key(visit.resource_id, number)].append(Stop(visit.pk, self._start(visit)))
        return Plan({key: tuple(sorted(route, key=lambda one: one.start)) for key, route in routes.items()})

    def _day(self, worker: Resource, day: date) -> WorkDay | None:
        stretches = self.there.hours(worker, day)
        if not stretches:
            return None
        begins, start = self._begins(worker, day, stretches[0].start)
        shift = Span(_up_to_grid(self._at(begins)), self._at(stretches[-1].end))
        if shift.start >= shift.end:
            return None
        known = {skill for one in self.there.people(worker, day) for skill in one.skills}
        home, done = self._home(worker), self._beside_its_jobs(worker, day)
        return WorkDay(
            worker.pk,
            self._day_number(begins),
            shift,
            start or home,
            home,
            frozenset({*known, *(_leads(skill) for skill in worker.skills)}),
            tuple(self._breaks(worker, day, stretches, shift)),
            tuple(self._away(worker, day, shift)),
            districts=self.territories.served_by(worker),
            capacity=None if worker.most_visits is None else max(0, worker.most_visits - len(done)),
            most_work=None if worker.most_minutes is None else worker.most_minutes * 60 - sum(done),
        )

    def _begins(self, worker: Resource, day: date, usual: datetime) -> tuple[datetime, Point | None]:
        """When and where he is free: after what he is at, today; otherwise in the morning."""
        if day != clock.today():
            return usual, None
        begun = [one for one in self.visits.values() if one.resource_id == worker.pk and frozen.has_begun(one)]
        begun = [one for one in begun if self._is_today(one)]
        if not begun:
            return max(usual, self.now), None
        last = max(begun, key=lambda one: one.ends_at)
        free = last.ends_at if last.status == Visit.Status.DONE else delays.over_at(last)
        return max(usual, self.now, delays.rounded_up(free)), self._point(last)

    def _breaks(self, worker: Resource, day: date, stretches: list[Period], shift: Span) -> Iterator[Break]:
        whole = Period(stretches[0].start, stretches[-1].end)
        for gap in left_of(whole, stretches):
            if self._at(gap.start) >= shift.start:
                yield Break(_seconds(gap.end - gap.start), Span(self._at(gap.start), self._at(gap.end)))
        for minutes, begins, ends in worker.breaks:
            within = Span(self._at(_hour(day, begins)), self._at(_hour(day, ends)))
            if within.start >= shift.start and within.end <= shift.end:
                yield Break(minutes * 60, within)

    def _away(self, worker: Resource, day: date, shift: Span) -> list[Span]:
        """When he or one of his people is taken by anything but the jobs of his own day."""
        people = {one.pk for one in self.there.people(worker, day)}
        own = {pk for pk, one in self.jobs.items() if one.resource_id == worker.pk and pk not in self.homeless}
        spans = sorted(
            Span(max(shift.start, self._at(row.period.start)), min(shift.end, self._at(row.period.end)))
            for row in self.rows
            if row.resource_id in people and row.visit_id not in own and row.visit_id not in self.homeless
        )
        return _apart(span for span in spans if span.start < span.end)

    def _beside_its_jobs(self, worker: Resource, day: date) -> list[int]:
        """How many seconds each visit of that day takes that is no job here: booking counts them, too."""
        whole = Period(*clock.day_bounds(day))
        return [
            _seconds(row.period.end - row.period.start)
            for row in self.rows
            if row.resource_id == worker.pk
            and row.visit_id
            and row.visit_id not in self.jobs
            and row.period.overlaps(whole)
        ]

    def _start(self, visit: Visit) -> int:
        return self._at(visit.starts_at) - _before(visit)

    def _point(self, visit: Visit) -> Point:
        if visit.lat is not None and visit.lon is not None:
            return Point(visit.lat, visit.lon)
        return self.points.get(visit.address) or times.MOSCOW

    def _home(self, worker: Resource) -> Point | None:
        if worker.lat is not None and worker.lon is not None:
            return Point(worker.lat, worker.lon)
        return self.points.get(worker.home)

    def _is_today(self, visit: Visit) -> bool:
        return clock.local(visit.starts_at).date() == clock.today()

    def _day_number(self, moment: datetime) -> int:
        return self._number(clock.local(moment).date())

    def _number(self, day: date) -> int:
        return (day - self.days[0]).days

    def _at(self, moment: datetime) -> int:
        return _seconds(moment - self.epoch)


def _needs(visit: Visit) -> frozenset[str]:
    return frozenset({_leads(visit.kind.skill), *visit.kind.more_skills})


def _leads(skill: str) -> str:
    """Whoever leads a visit knows its work himself; the rest somebody of his people may know."""
    return f"={skill}"


def _before(visit: Visit) -> int:
    return _up_to_grid(visit.kind.before * 60)


def _after(visit: Visit) -> int:
    return _up_to_grid(visit.kind.after * 60)


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())


def _up_to_grid(seconds: int) -> int:
    return -(-seconds // GRID) * GRID


def _up(seconds: Seconds) -> Seconds:
    return np.asarray(-(-seconds // GRID) * GRID, dtype=np.int32)


def _united(span: Span, able: Span) -> Span:
    return Span(min(span.start, able.start), max(span.end, able.end)) if able.start <= able.end else span


def _apart(spans: Iterator[Span]) -> list[Span]:
    """In order and without overlaps."""
    found: list[Span] = []
    for span in spans:
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def _hour(day: date, hour: str) -> datetime:
    hours, minutes = (int(part) for part in hour.split(":"))
    return clock.at(day, time()) + timedelta(hours=hours, minutes=minutes)
