"""PyVRP: finds the shortest ways of all, but knows neither breaks nor several windows: all is to be checked."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from pyvrp import (
    Client,
    Depot,
    IteratedLocalSearchParams,
    Location,
    PenaltyParams,
    ProblemData,
    Solution,
    SolveParams,
    VehicleType,
    solve,
)
from pyvrp import Route as Tour
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.IteratedLocalSearch import IteratedLocalSearchCallbacks

from svyazka.engines.routing.problem import Span
from svyazka.engines.routing.solvers.day_case import UNSERVED, DayCase, Route, Routes, hours_of

Fleet = list[list[int]]
FAR = 200_000  # seconds at least: nobody gets to whom he may not go
REQUIRED = 100 * UNSERVED
# For being late. With its own bound of 100,000 it never dares to be late on the way to something better.
PENALTIES = PenaltyParams(max_penalty=100)
OFTEN = 20  # every so many steps the routes on the way are looked at, too


def improve(
    case: DayCase, routes: Routes, *, seed: int, stop: Callable[[], bool], found: Callable[[Routes], object]
) -> None:
    """Goes on from `routes`; tells of each plan that it holds to be better, and of some on the way."""
    fleet = _fleet(case)
    data = data_of(case, routes, fleet)
    kinds = {day: kind for kind, days in enumerate(fleet) for day in days}
    tours = [Tour(data, list(route), kinds[day]) for day, route in enumerate(routes) if route]
    params = SolveParams(ils=IteratedLocalSearchParams(callbacks=_Telling(case, fleet, found)), penalty=PENALTIES)
    start = Solution(data, tours)
    with warnings.catch_warnings(action="ignore", category=PenaltyBoundWarning):
        solve(data, lambda _cost: stop(), seed, collect_stats=False, params=params, initial_solution=start)


@dataclass
class _Telling(IteratedLocalSearchCallbacks):
    case: DayCase
    fleet: Fleet
    found: Callable[[Routes], object]
    steps: int = 0

    def on_best(self, best: Solution) -> None:
        self.found(read(self.case, self.fleet, best))

    def on_iteration(self, current: Solution, *_others: object) -> None:
        self.steps += 1
        if self.steps % OFTEN == 0:
            self.found(read(self.case, self.fleet, current))


def _fleet(case: DayCase) -> Fleet:
    """Days that are alike in everything: it need not try them one by one."""
    alike: dict[object, list[int]] = {}
    for number, day in enumerate(case.days):
        able = tuple(number in task.able for task in case.tasks)
        limits = tuple(case.limits(number))
        alike.setdefault((day.start, day.end, day.shift, day.away, day.breaks, limits, able), []).append(number)
    return list(alike.values())


def data_of(case: DayCase, routes: Routes, fleet: Fleet) -> ProblemData:
    starts = {task: start for day, route in enumerate(routes) for task, start in _begins(case, day, route)}
    profiles: dict[tuple[bool, ...], int] = {}
    vehicles = []
    for days in fleet:
        able = tuple(days[0] in task.able for task in case.tasks)
        vehicles.append(_vehicle(case, days, profiles.setdefault(able, len(profiles))))
    matrices = [_matrix(case, able) for able in profiles]
    nowhere = [Location(0, 0)] * len(case.ways)
    clients = [_client(case, task, starts.get(task)) for task in range(len(case.tasks))]
    depots = [Depot(place) for place in range(2 * len(case.days))]
    return ProblemData(nowhere, clients, depots, vehicles, matrices, matrices)


def _begins(case: DayCase, day: int, route: Route) -> list[tuple[int, int]]:
    return list(zip(route, case.starts(day, route) or (), strict=False))


def _vehicle(case: DayCase, days: list[int], profile: int) -> VehicleType:
    day = days[0]
    shift, _away = hours_of(case.days[day])
    return VehicleType(
        len(days),
        capacity=case.limits(day),
        start_depot=case.start(day),
        end_depot=case.end(day),
        tw_early=shift.start - case.begin,
        tw_late=max(shift) - case.begin,
        profile=profile,
    )


def _matrix(case: DayCase, able: tuple[bool, ...]) -> Any:  # PyVRP's own stubs do not know how NumPy says it
    ways = case.ways.copy()
    forbidden = [case.place(task) for task, may in enumerate(able) if not may]
    ways[forbidden, :] = ways[:, forbidden] = max(FAR, 2 * int(ways.max()))
    np.fill_diagonal(ways, 0)
    return ways


def _client(case: DayCase, number: int, start: int | None) -> Client:
    task = case.tasks[number]
    window = _window(task.windows, start)
    return Client(
        case.place(number),
        delivery=case.loads(number),
        service_duration=task.work,
        tw_early=max(0, window.start - case.begin),
        tw_late=max(0, window.end - case.begin),
        prize=REQUIRED if task.is_fixed else UNSERVED * task.priority,
        required=False,
    )


def _window(windows: tuple[Span, ...], start: int | None) -> Span:
    """The one in which it begins now, or the longest."""
    held = (window for window in windows if start is not None and window.start <= start <= window.end)
    return next(held, None) or max(windows, key=lambda window: window.end - window.start, default=Span(0, 0))


def read(case: DayCase, fleet: Fleet, solution: Solution) -> Routes:
    routes: list[Route] = [()] * len(case.days)
    free = [iter(days) for days in fleet]
    for tour in solution.routes():
        routes[next(free[tour.vehicle_type()])] = tuple(step.idx for step in tour if step.is_client())
    return tuple(routes)
