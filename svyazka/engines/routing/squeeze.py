"""Room in a day that is full in its order: one of its stops goes earlier or later, the new one comes in between."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from svyazka.engines.routing import day_plan, timing
from svyazka.engines.routing.day_plan import DayPlan
from svyazka.engines.routing.problem import Job, Point, Seconds, Span, Stop, Travel
from svyazka.engines.routing.timing import Piece

LONGEST = 20  # stops: there are as many orders as the cube of that

Orders = NDArray[np.intp]  # one in a row


class Squeezed(NamedTuple):
    added: int
    route: tuple[Stop, ...]


def squeeze(plan: DayPlan, job: Job, windows: Sequence[Span], travel: Travel) -> Squeezed | None:
    """The day with the job in it that takes the least driving; nobody leaves what he was told."""
    day, stops = plan.day, plan.stops
    if day_plan.is_full(plan, job) or len(stops) > LONGEST:
        return None
    pieces = [Piece(job.work, tuple(windows)), *(Piece(stop.work, (stop.window,)) for stop in stops)]
    refs = [job.id, *(stop.ref for stop in stops)]
    seconds = between(plan, job.at, travel)
    breaks, away = sorted(day.breaks, key=lambda one: one.within), sorted(day.away)
    for order in _thinkable(_orders(len(stops)), pieces, seconds, day.shift):
        ways = way_along(order, seconds)
        starts = timing.earliest(day.shift, [pieces[number] for number in order], ways, breaks, away)
        if starts:
            route = tuple(Stop(refs[number], start) for number, start in zip(order, starts, strict=True))
            return Squeezed(sum(ways) - sum(way_along(range(1, len(pieces)), seconds)), route)
    return None


def between(plan: DayPlan, at: Point, travel: Travel) -> Seconds:
    """Of the new place (0), the stops, and last the two ends of the day."""
    day, places = plan.day, [at, *(stop.at for stop in plan.stops)]
    seconds = travel.matrix([*places, day.start or at, day.end or at]).copy()
    if day.start is None:
        seconds[-2] = 0
    if day.end is None:
        seconds[:, -1] = 0
    return seconds


def way_along(order: Sequence[int], seconds: Seconds) -> list[int]:
    if not order:
        return [0]
    return [int(way) for way in seconds[[-2, *order], [*order, -1]]]


@lru_cache(maxsize=64)
def _orders(stops: int) -> Orders:
    """The new one (0) in every place, and at most one of the others in another one than before."""
    usual = list(range(1, stops + 1))
    found: set[tuple[int, ...]] = set() if stops else {(0,)}
    for moving in range(stops):
        rest = usual[:moving] + usual[moving + 1 :]
        for place in range(stops):
            order = [*rest[:place], usual[moving], *rest[place:]]
            found |= {(*order[:position], 0, *order[position:]) for position in range(stops + 1)}
    return np.array(sorted(found), dtype=np.intp)


def _thinkable(orders: Orders, pieces: Sequence[Piece], seconds: Seconds, shift: Span) -> list[list[int]]:
    """Those that would do without breaks and absences, the least driving first: most fail already."""
    early = np.array([piece.windows[0].start for piece in pieces])
    late = np.array([piece.windows[-1].end for piece in pieces])
    work = np.array([piece.work for piece in pieces])
    here, driven, moment = (
        np.full(len(orders), len(seconds) - 2),
        np.zeros(len(orders)),
        np.full(len(orders), shift.start),
    )
    fits = np.ones(len(orders), dtype=bool)
    for there in orders.T:
        way = seconds[here, there]
        moment = np.maximum(moment + way, early[there])
        fits &= moment <= late[there]
        here, driven, moment = there, driven + way, moment + work[there]
    home = seconds[here, -1]
    fits &= moment + home <= shift.end
    able = np.flatnonzero(fits)
    found: list[list[int]] = orders[able[np.argsort((driven + home)[able], kind="stable")]].tolist()
    return found
