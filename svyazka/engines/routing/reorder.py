"""Room in days that are full in every order but one: all orders of the stops at once, for the days of many.

Of all that come past the same places to the same last one, only whoever is through earliest goes on (Held and Karp).
It minds one break; days with several, or with an absence, are left to those who look at fewer orders.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from svyazka.engines.routing import day_plan, timing
from svyazka.engines.routing.day_plan import DayPlan
from svyazka.engines.routing.problem import Break, Job, Span, Stop, Travel
from svyazka.engines.routing.squeeze import Squeezed, between, way_along
from svyazka.engines.routing.timing import Piece

MOST = 10  # places: twice the work for each more
NEVER = 1 << 40
NO_BREAK = Break(0, Span(-NEVER, NEVER))

Numbers = NDArray[np.int64]


def reorder(plans: Sequence[DayPlan], job: Job, windows: Sequence[Span], travel: Travel) -> list[Squeezed | None]:
    """Of each day, how it holds the job with all promises kept; not for the least driving."""
    found: list[Squeezed | None] = [None] * len(plans)
    able = [number for number, plan in enumerate(plans) if _is_simple(plan, job)]
    for stops in sorted({len(plans[number].stops) for number in able}):
        numbers = [number for number in able if len(plans[number].stops) == stops]
        days = _Days([plans[number] for number in numbers], job, windows, travel)
        for row, order in days.orders():
            found[numbers[row]] = days.settled(row, order)
    return found


def _is_simple(plan: DayPlan, job: Job) -> bool:
    day = plan.day
    return not (day_plan.is_full(plan, job) or day.away or len(day.breaks) > 1 or len(plan.stops) >= MOST)


class _Step(NamedTuple):
    """From sets of places to those with one more: which set, which place, and which set then."""

    was: NDArray[np.intp]
    to: NDArray[np.intp]
    now: NDArray[np.intp]


class _Days:
    """Days with the same number of stops. Place 0 is the new one, the last two are where the day begins and ends."""

    def __init__(self, plans: Sequence[DayPlan], job: Job, windows: Sequence[Span], travel: Travel) -> None:
        self.plans, self.job = plans, job
        self.pieces = [[Piece(job.work, tuple(windows)), *_pieces(plan)] for plan in plans]
        self.ways = np.array([between(plan, job.at, travel) for plan in plans], dtype=np.int64)
        self.many = len(self.pieces[0])
        self.early = _numbers([[one.windows[0].start for one in pieces] for pieces in self.pieces])
        self.late = _numbers([[one.windows[-1].end for one in pieces] for pieces in self.pieces])
        self.work = _numbers([[one.work for one in pieces] for pieces in self.pieces])
        self.pauses = [next(iter(plan.day.breaks), NO_BREAK) for plan in plans]
        self.length, self.first, self.last = (
            _numbers(column).reshape(-1, 1, 1)
            for column in zip(*((one.length, *one.within) for one in self.pauses), strict=True)
        )

    def orders(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Of each day that holds all of them, the order in which one is home first."""
        rows, whole = len(self.plans), (1 << self.many) - 1
        leaves = np.full((rows, whole + 1, self.many, 2), NEVER)
        came = np.zeros((rows, whole + 1, self.many, 2), dtype=np.int8)
        begin = _numbers([plan.day.shift.start for plan in self.plans]).reshape(-1, 1, 1)
        starts = np.stack((np.where(self.length > 0, begin, NEVER), np.where(self.length > 0, NEVER, begin)), axis=-1)
        for place in range(self.many):
            self._arrive(leaves, came, _Step(*(np.array([one]) for one in (0, place, 1 << place))), starts, (-2,))
        for step in _steps(self.many):
            self._arrive(leaves, came, step, leaves[:, step.was], tuple(range(self.many)))
        home, by = self._there(leaves[:, [whole]], self.ways[:, None, : self.many, -1])
        for row, plan in enumerate(self.plans):
            if home[row, 0, 1] <= plan.day.shift.end:
                yield row, self._back(came[row], whole, int(by[row, 0, 1]))

    def settled(self, row: int, order: Sequence[int]) -> Squeezed | None:
        plan, ways = self.plans[row], way_along(order, self.ways[row])
        starts = timing.earliest(plan.day.shift, [self.pieces[row][one] for one in order], ways, plan.day.breaks)
        if starts is None:
            return None
        refs = [self.job.id, *(stop.ref for stop in plan.stops)]
        route = tuple(Stop(refs[number], start) for number, start in zip(order, starts, strict=True))
        return Squeezed(sum(ways) - sum(way_along(range(1, self.many), self.ways[row])), route)

    def _arrive(
        self, leaves: Numbers, came: NDArray[np.int8], step: _Step, left: Numbers, places: tuple[int, ...]
    ) -> None:
        there, by = self._there(left, self.ways[:, places][:, :, step.to].transpose(0, 2, 1))
        start = np.maximum(there, self.early[:, step.to, None])
        start[start > self.late[:, step.to, None]] = NEVER
        leaves[:, step.now, step.to] = np.minimum(start + self.work[:, step.to, None], NEVER)
        came[:, step.now, step.to] = by

    def _there(self, left: Numbers, ways: Numbers) -> tuple[Numbers, NDArray[np.intp]]:
        """How early one is there with the break ahead and behind, and from where: the number of the place, and behind
        the last of them once more, with the break on the way."""
        hungry, fed = left[..., 0], left[..., 1]
        pause = np.maximum(hungry, self.first)
        eaten = pause + self.length + np.maximum(0, ways - (pause - hungry))
        eaten[pause + self.length > self.last] = NEVER
        either = np.concatenate((fed + ways, eaten), axis=-1)
        still = hungry + ways
        by = np.stack((still.argmin(axis=-1), either.argmin(axis=-1)), axis=-1)
        return np.stack((still.min(axis=-1), either.min(axis=-1)), axis=-1), by

    def _back(self, came: NDArray[np.int8], whole: int, by: int) -> tuple[int, ...]:
        order: list[int] = []
        places, fed = whole, 1
        while True:
            fed, place = int(fed and by < self.many), by % self.many
            order.append(place)
            by = int(came[places, place, fed])
            places ^= 1 << place
            if not places:
                return tuple(reversed(order))


def _pieces(plan: DayPlan) -> list[Piece]:
    return [Piece(stop.work, (stop.window,)) for stop in plan.stops]


def _numbers(rows: object) -> Numbers:
    return np.array(rows, dtype=np.int64)


@lru_cache(maxsize=MOST)
def _steps(many: int) -> list[_Step]:
    """From one place to all of them, one more at a time."""
    found = []
    for size in range(1, many):
        sets = [sum(1 << place for place in places) for places in combinations(range(many), size)]
        pairs = [(one, place, one | 1 << place) for one in sets for place in range(many) if not one >> place & 1]
        found.append(_Step(*(np.array(column) for column in zip(*pairs, strict=True))))
    return found
