"""One day as the solvers see it: numbers for names, and whatever may not change is a task with one second to begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from svyazka.engines.routing import timing
from svyazka.engines.routing.problem import Job, Plan, Point, Problem, Span, Stop, WorkDay
from svyazka.engines.routing.timing import Piece

UNSERVED = 3 * 3600  # seconds of driving that one visit of priority 1 is worth
Route = tuple[int, ...]  # tasks, in order
Routes = tuple[Route, ...]  # one for each of the days
Spans = tuple[Span, ...]
Ways = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Task:
    """A job, or one place in the team of a job."""

    job: int
    work: int
    windows: Spans
    able: frozenset[int]  # which of the days
    priority: int
    load: int
    is_fixed: bool = False


class Pause(NamedTuple):
    """Begins between two moments."""

    first: int
    last: int
    length: int


@dataclass(frozen=True)
class DayCase:
    days: tuple[WorkDay, ...]
    tasks: tuple[Task, ...]
    ways: Ways  # places: starts of the days, their ends, the tasks
    known: dict[tuple[int, Route], tuple[int, ...] | None] = field(default_factory=dict, compare=False)

    @cached_property
    def begin(self) -> int:
        """Solvers count from here: they know of no moment before 0."""
        return min((day.shift.start for day in self.days), default=0)

    @cached_property
    def most(self) -> int:
        """No capacity is more than that."""
        return sum(task.load for task in self.tasks)

    @cached_property
    def minds_work(self) -> bool:
        return any(day.most_work is not None for day in self.days)

    def limits(self, day: int) -> list[int]:
        """How many visits that day may hold; and how many seconds of work, where anybody minds."""
        workday = self.days[day]
        found = [self.most if workday.capacity is None else workday.capacity]
        if self.minds_work:
            everything = sum(task.work for task in self.tasks)
            found.append(everything if workday.most_work is None else max(0, workday.most_work))
        return found

    def loads(self, task: int) -> list[int]:
        """What of `limits` it takes."""
        one = self.tasks[task]
        return [one.load, one.work] if self.minds_work else [one.load]

    @cached_property
    def fixed(self) -> frozenset[int]:
        return frozenset(number for number, task in enumerate(self.tasks) if task.is_fixed)

    def start(self, day: int) -> int:
        return day

    def end(self, day: int) -> int:
        return len(self.days) + day

    def place(self, task: int) -> int:
        return 2 * len(self.days) + task

    def is_usable(self, day: int) -> bool:
        return _is_usable(self.days[day])

    def legs(self, day: int, route: Route) -> list[int]:
        """Seconds to each of the tasks, and to the end of the day from the last."""
        places = [self.start(day), *(self.place(task) for task in route), self.end(day)]
        return [int(way) for way in self.ways[places[:-1], places[1:]]]

    def travel(self, day: int, route: Route) -> int:
        return sum(self.legs(day, route)) if route else 0

    def starts(self, day: int, route: Route) -> tuple[int, ...] | None:
        """When each begins; None when the day does not hold them, or its owner may not do them."""
        if (day, route) not in self.known:
            self.known[day, route] = self.timed(day, route) if route else ()
        return self.known[day, route]

    def timed(self, number: int, route: Route) -> tuple[int, ...] | None:
        """The same for what is asked once only, and not kept."""
        day, tasks = self.days[number], [self.tasks[task] for task in route]
        if any(number not in task.able for task in tasks):
            return None
        if day.capacity is not None and sum(task.load for task in tasks) > day.capacity:
            return None
        if day.most_work is not None and sum(task.work for task in tasks) > day.most_work:
            return None
        pieces = [Piece(task.work, task.windows) for task in tasks]
        breaks = sorted(day.breaks, key=lambda one: one.within)
        return timing.earliest(day.shift, pieces, self.legs(number, route), breaks, sorted(day.away))

    def unserved(self, routes: Routes) -> list[int]:
        served = {task for route in routes for task in route}
        return [task for task in range(len(self.tasks)) if task not in served]

    def cost(self, routes: Routes) -> int:
        travel = sum(self.travel(day, route) for day, route in enumerate(routes))
        return travel + UNSERVED * self.weight(routes)

    def weight(self, routes: Routes) -> int:
        return sum(self.tasks[task].priority for task in self.unserved(routes))

    def is_sound(self, routes: Routes) -> bool:
        served = [task for route in routes for task in route]
        return (
            len(served) == len(set(served))
            and self.fixed <= set(served)
            and all(self.starts(day, route) is not None for day, route in enumerate(routes))
        )

    def is_better(self, routes: Routes, *, than: Routes, undone: int) -> bool:
        """More weight than `undone` is never left, whatever that would save."""
        if not self.is_sound(routes) or self.weight(routes) > undone:
            return False
        return not self.is_sound(than) or self.cost(routes) < self.cost(than)

    def plan(self, routes: Routes) -> Plan:
        found = {}
        for day, route in enumerate(routes):
            starts = self.starts(day, route) or ()
            if starts:
                stops = (Stop(self.tasks[task].job, start) for task, start in zip(route, starts, strict=True))
                found[self.days[day].key] = tuple(stops)
        return Plan(found)

    def routes_of(self, plan: Plan) -> Routes:
        """What of a plan is about these days and tasks."""
        number = {(task.job, min(task.able) if task.is_fixed else None): at for at, task in enumerate(self.tasks)}
        routes = []
        for day, workday in enumerate(self.days):
            stops = plan.of(workday.key)
            tasks = (number.get((stop.job, day), number.get((stop.job, None))) for stop in stops)
            routes.append(tuple(task for task in tasks if task is not None))
        return tuple(routes)


def day_case(
    problem: Problem, days: Sequence[WorkDay], jobs: Sequence[Job], *, fixed: Set[int], windows: Mapping[int, Spans]
) -> DayCase:
    """`fixed`: jobs that stay as they are in the plan before. `windows`: narrower than those of the jobs themselves."""
    numbers = {day.key: number for number, day in enumerate(days)}
    usable = [number for number, day in enumerate(days) if _is_usable(day)]
    hours = Span(min((day.shift.start for day in days), default=0), max((day.shift.end for day in days), default=0))
    tasks: list[Task] = []
    points: list[Point] = []
    for job in jobs:
        if job.id in fixed:
            places = [(numbers[key], Span(start, start)) for key, start in problem.before.places[job.id]]
            tasks += [_task(job, frozenset({day}), (second,), is_fixed=True) for day, second in places]
        else:
            spans = tuple(span for span in windows.get(job.id, job.windows) if _meet(span, hours))
            able = frozenset(number for number in usable if may_do(days[number], job, spans))
            tasks.append(_task(job, able, spans))
        points += [job.at] * (len(tasks) - len(points))
    return DayCase(tuple(days), tuple(tasks), _ways(problem, days, points))


def hours_of(day: WorkDay) -> tuple[Span, Spans]:
    """The shift without the absences at its ends, and those within it: solvers know a short shift best."""
    shift, inside = day.shift, []
    for away in sorted(day.away):
        if away.start <= shift.start:
            shift = Span(max(shift.start, away.end), shift.end)
        elif away.end >= shift.end:
            shift = Span(shift.start, min(shift.end, away.start))
        else:
            inside.append(away)
    return shift, tuple(inside)


def pauses_of(day: WorkDay) -> list[Pause] | None:
    """Breaks and absences one after the other, as VROOM wants them; None when there is no such order. A break has to
    lie on one side of an absence: where there is more room."""
    shift, away = hours_of(day)
    pauses = [Pause(one.start, one.start, one.end - one.start) for one in away]
    for one in day.breaks:
        sides = left_of(one.within, away)
        longest = max(sides, key=lambda side: side.end - side.start, default=one.within)
        pauses.append(Pause(longest.start, longest.end - one.length, one.length))
    moment, pauses = shift.start, sorted(pauses, key=lambda pause: (pause.last, pause.first))
    for pause in pauses:
        if max(moment, pause.first) > min(pause.last, shift.end - pause.length):
            return None
        moment = max(moment, pause.first) + pause.length
    return pauses


def left_of(span: Span, away: Spans) -> list[Span]:
    """What absences leave of it."""
    left, begin = [], span.start
    for one in away:
        if one.start > begin:
            left.append(Span(begin, min(one.start, span.end)))
        begin = max(begin, one.end)
    return [one for one in [*left, Span(begin, span.end)] if one.start < one.end]


def _is_usable(day: WorkDay) -> bool:
    """Whether anything at all has room in it: there are breaks outside of a shift."""
    breaks = sorted(day.breaks, key=lambda one: one.within)
    return timing.earliest(day.shift, [], [0], breaks, sorted(day.away)) is not None and pauses_of(day) is not None


def _meet(one: Span, other: Span) -> bool:
    return one.start <= other.end and other.start <= one.end


def may_do(day: WorkDay, job: Job, windows: Spans) -> bool:
    first, last = day.shift.start, day.shift.end - job.work
    is_in_time = any(max(window.start, first) <= min(window.end, last) for window in windows)
    return is_in_time and job.needs[0] <= day.skills and day.goes_to(job.district)


def _task(job: Job, able: frozenset[int], windows: Spans, *, is_fixed: bool = False) -> Task:
    return Task(job.id, job.work, windows, able, job.priority, job.load, is_fixed)


def _ways(problem: Problem, days: Sequence[WorkDay], points: Sequence[Point]) -> Ways:
    """Whoever has no place to set out from, or to go home to, has no way there."""
    somewhere = next((place for place in points), Point(0, 0))
    starts, ends = [day.start for day in days], [day.end for day in days]
    ways = problem.travel.matrix([*(place or somewhere for place in [*starts, *ends]), *points]).astype(np.int64)
    for number, place in enumerate([*starts, *ends]):
        if place is None:
            ways[number, :] = ways[:, number] = 0
    return ways
