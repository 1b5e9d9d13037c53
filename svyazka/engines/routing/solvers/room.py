"""Where there is room for one more, and at whose expense where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from svyazka.engines.routing.solvers.day_case import DayCase, Route, Routes

AWAY = 2  # visits that would have to give way, at most
NEAREST = 12  # of a day: those that are looked at for that


def fill_up(case: DayCase, routes: Routes) -> Routes:
    """Whoever is left over and has room somewhere is put there: the most important first."""
    for task in sorted(case.unserved(routes), key=lambda task: -case.tasks[task].priority):
        found = min(_places(case, routes, task), default=None)
        if found:
            _added, day, route = found
            routes = (*routes[:day], route, *routes[day + 1 :])
    return routes


def at_whose_expense(case: DayCase, routes: Routes, task: int) -> tuple[int, ...] | None:
    """Visits that would have to give way, those of least weight; none when there is room, None when two are too few."""
    found = (
        (sum(case.tasks[one].priority for one in away), away)
        for many in range(AWAY + 1)
        for day in sorted(case.tasks[task].able)
        for away in combinations(_nearest(case, routes[day], task), many)
        if next(with_one_more(case, day, tuple(one for one in routes[day] if one not in away), task), None)
    )
    return min(found, default=(0, None))[1]


def _nearest(case: DayCase, route: Route, task: int) -> list[int]:
    able = [one for one in route if not case.tasks[one].is_fixed]
    return sorted(able, key=lambda one: int(case.ways[case.place(one), case.place(task)]))[:NEAREST]


def with_one_more(case: DayCase, day: int, route: Route, task: int) -> Iterator[Route]:
    for place in range(len(route) + 1):
        longer = (*route[:place], task, *route[place:])
        if case.timed(day, longer) is not None:
            yield longer


def _places(case: DayCase, routes: Routes, task: int) -> Iterator[tuple[int, int, Route]]:
    """What it adds to the way, in whose day, and how that looks then."""
    for day in case.tasks[task].able:
        for route in with_one_more(case, day, routes[day], task):
            yield case.travel(day, route) - case.travel(day, routes[day]), day, route
