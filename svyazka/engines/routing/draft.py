"""A plan while it is being changed: whose day holds what, packed anew wherever something was put in or taken out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from svyazka.engines.routing import day_plan, timing
from svyazka.engines.routing.day_plan import NEVER, DayPlan
from svyazka.engines.routing.insertion import Rows
from svyazka.engines.routing.problem import Job, Key, Plan, Problem, Skills, Span, Stop
from svyazka.engines.routing.timing import Piece
from svyazka.engines.routing.wanted import Visit


class Draft:
    def __init__(self, problem: Problem, routes: Mapping[Key, Sequence[Stop]]) -> None:
        self.problem = problem
        self.routes = {key: tuple(routes.get(key, ())) for key in sorted(problem.workday)}
        # Whoever waits for another, and whom he waits for, keep their times while the rest is moved.
        chains = [(job.id, job.after) for job in problem.jobs if job.after is not None and job.after in problem.job]
        self.fixed = {one for pair in chains for one in pair}
        self._packed: dict[Key, bytes] = {}
        self._known: dict[tuple[Key, tuple[Stop, ...]], bytes] = {}  # shared by all copies: they try the same again
        self._rows: Rows | None = None
        self._able: dict[tuple[Skills, str], NDArray[np.bool_]] = {}

    def copy(self) -> Draft:
        other = Draft(self.problem, self.routes)
        other._packed, other._rows, other._able, other._known = dict(self._packed), self._rows, self._able, self._known
        return other

    @property
    def plan(self) -> Plan:
        return Plan({key: route for key, route in self.routes.items() if route})

    @property
    def rows(self) -> Rows:
        """All days, in an order that stays the same."""
        if self._rows is None:
            self._rows = Rows((key, self._bytes(key)) for key in self.routes)
        return self._rows

    def able(self, needs: Skills, district: str) -> NDArray[np.bool_]:
        """Of each row: whether he has the skills and goes there."""
        if (needs, district) not in self._able:
            days = [self.problem.workday[key] for key in self.rows.keys]
            able = np.array([needs <= day.skills and day.goes_to(district) for day in days], dtype=bool)
            self._able[needs, district] = able
        return self._able[needs, district]

    def day_of(self, key: Key) -> DayPlan:
        route = ((self.problem.job[stop.job], stop) for stop in self.routes[key])
        return day_plan.of_route(self.problem.workday[key], route, fixed=self.fixed)

    def put(self, job: Job, visit: Visit) -> None:
        key, moved = Key(visit.worker, visit.day), {one.ref: one.start for one in visit.moved}
        route = [Stop(stop.job, moved.get(stop.job, stop.start)) for stop in self.routes[key]]
        route.insert(visit.position, Stop(job.id, visit.start))
        self.write(key, route)

    def take_out(self, job: int) -> None:
        for key, route in self.routes.items():
            if any(stop.job == job for stop in route):
                self.write(key, [stop for stop in route if stop.job != job])

    def retime(self, key: Key) -> bool:
        """Whether the day can be kept in its order; whatever has to begin later does."""
        plan = self.day_of(key)
        ways = day_plan.ways_of(plan, self.problem.travel)
        breaks, away = plan.day.breaks, plan.day.away
        for windows in (
            [Span(max(one.window.start, one.start), one.window.end) for one in plan.stops],
            [one.window for one in plan.stops],
        ):
            pieces = [Piece(one.work, (window,)) for one, window in zip(plan.stops, windows, strict=True)]
            starts = timing.earliest(plan.day.shift, pieces, ways, breaks, away)
            if starts is not None:
                self.write(key, [Stop(one.ref, start) for one, start in zip(plan.stops, starts, strict=True)])
                return True
        return False

    def load_is_fine(self, key: Key) -> bool:
        capacity = self.problem.workday[key].capacity
        is_room = capacity is None or sum(self.problem.job[stop.job].load for stop in self.routes[key]) <= capacity
        return is_room and self.work_left(key) >= 0

    def work_left(self, key: Key) -> int:
        """Seconds of work that the day may still hold."""
        most = self.problem.workday[key].most_work
        return NEVER if most is None else most - sum(self.problem.job[stop.job].work for stop in self.routes[key])

    def may_hold(self, work: int) -> NDArray[np.bool_] | None:
        """Of each row: whether it is not too much for that day. None: nobody minds."""
        if all(day.most_work is None for day in self.problem.days):
            return None
        return np.array([self.work_left(key) >= work for key in self.rows.keys], dtype=bool)

    def windows_of(self, job: Job) -> list[Span]:
        """When it may begin as long as whoever it waits for, and whoever waits for it, stay where they are."""
        starts = self.starts
        first = self.problem.job.get(job.after) if job.after is not None else None
        if first and first.id not in starts:
            return []
        soonest = starts[first.id] + first.work + job.pause if first else None
        waiting = [one for one in self.problem.jobs if one.after == job.id and one.id in starts]
        latest = min((starts[one.id] - one.pause - job.work for one in waiting), default=None)
        cut = [
            Span(
                span.start if soonest is None else max(span.start, soonest),
                span.end if latest is None else min(span.end, latest),
            )
            for span in job.windows
        ]
        return [span for span in cut if span.start <= span.end]

    @property
    def starts(self) -> dict[int, int]:
        return {stop.job: stop.start for route in self.routes.values() for stop in route}

    def write(self, key: Key, route: Iterable[Stop]) -> None:
        self.routes[key] = tuple(route)
        self._packed.pop(key, None)
        self._rows = None

    def _bytes(self, key: Key) -> bytes:
        if key not in self._packed:
            day = key, self.routes[key]
            if day not in self._known:
                self._known[day] = day_plan.pack(self.day_of(key), self.problem.travel)
            self._packed[key] = self._known[day]
        return self._packed[key]
