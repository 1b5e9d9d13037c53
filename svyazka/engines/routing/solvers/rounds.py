"""A handful of neighbouring days at a time, planned anew by VROOM: minds every rule, and finds what a look at all of
them at once does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from svyazka.engines.routing.solvers import vroom_solver
from svyazka.engines.routing.solvers.day_case import DayCase, Route, Routes

DAYS = 6
LEVEL = 3
BESIDE = 6  # so many of those whom nobody serves have a chance in a round


def improve(
    case: DayCase, routes: Routes, *, seed: int, stop: Callable[[], bool], found: Callable[[Routes], bool]
) -> None:
    """`found`: whether that is the best so far."""
    random = Random(seed)  # noqa: S311  # nobody has to guess it
    while not stop():
        round_ = _neighbours(case, routes, random)
        if round_ is None:
            break
        days, tasks = round_
        planned = vroom_solver.solve(case, days, tasks, level=LEVEL)
        anew = tuple(planned.get(day, route) for day, route in enumerate(routes))
        if found(anew):
            routes = anew


def _neighbours(case: DayCase, routes: Routes, random: Random) -> tuple[list[int], list[int]] | None:
    """The days around a task, and what there is to be done there."""
    usable = [day for day in range(len(case.days)) if case.is_usable(day)]
    undone = [task for task in case.unserved(routes) if case.tasks[task].able]
    served = [task for route in routes for task in route]
    if not usable or not (served or undone):
        return None
    centre = random.choice(undone if undone and (not served or random.random() < 0.5) else served)
    # A bit of chance, or the same would come again and again.
    far = {day: _distance(case, centre, day, routes[day]) * random.uniform(1, 2) for day in usable}
    days = sorted(usable, key=far.__getitem__)[:DAYS]
    beside = sorted(undone, key=lambda task: int(case.ways[case.place(centre), case.place(task)]))[:BESIDE]
    return days, [task for day in days for task in routes[day]] + beside


def _distance(case: DayCase, centre: int, day: int, route: Route) -> float:
    places: Sequence[int] = [case.place(task) for task in route] or [case.start(day)]
    return float(case.ways[case.place(centre), places].mean())
