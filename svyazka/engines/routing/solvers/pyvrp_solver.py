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

FAR = 200_000  # seconds: nobody gets to whom he may not go
REQUIRED = 100 * UNSERVED
# For being late. With its own bound of 100,000 it never dares to be late on the way to something better.
PENALTIES = PenaltyParams(max_penalty=20)
OFTEN = 20  # every so many steps the routes on the way are looked at, too


def improve(
    case: DayCase, routes: Routes, *, seed: int, stop: Callable[[], bool], found: Callable[[Routes], None]
) -> None:
    """Goes on from `routes`; tells of each plan that it holds to be better, and of some on the way."""
    data = _data(case, routes)
    tours = [Tour(data, list(route), day) for day, route in enumerate(routes) if route]
    params = SolveParams(ils=IteratedLocalSearchParams(callbacks=_Telling(case, found)), penalty=PENALTIES)
    start = Solution(data, tours)
    with warnings.catch_warnings(action="ignore", category=PenaltyBoundWarning):
        solve(data, lambda _cost: stop(), seed, collect_stats=False, params=params, initial_solution=start)


@dataclass
class _Telling(IteratedLocalSearchCallbacks):
    case: DayCase
    found: Callable[[Routes], None]
    steps: int = 0

    def on_best(self, best: Solution) -> None:
        self.found(_read(self.case, best))

    def on_iteration(self, current: Solution, *_others: object) -> None:
        self.steps += 1
        if self.steps % OFTEN == 0:
            self.found(_read(self.case, current))


def _data(case: DayCase, routes: Routes) -> ProblemData:
    starts = {task: start for day, route in enumerate(routes) for task, start in _begins(case, day, route)}
    profiles: dict[tuple[bool, ...], int] = {}
    vehicles = []
    for day in range(len(case.days)):
        able = tuple(day in task.able for task in case.tasks)
        vehicles.append(_vehicle(case, day, profiles.setdefault(able, len(profiles))))
    matrices = [_matrix(case, able) for able in profiles]
    nowhere = [Location(0, 0)] * len(case.ways)
    clients = [_client(case, task, starts.get(task)) for task in range(len(case.tasks))]
    depots = [Depot(place) for place in range(2 * len(case.days))]
    return ProblemData(nowhere, clients, depots, vehicles, matrices, matrices)


def _begins(case: DayCase, day: int, route: Route) -> list[tuple[int, int]]:
    return list(zip(route, case.starts(day, route) or (), strict=False))


def _vehicle(case: DayCase, day: int, profile: int) -> VehicleType:
    shift, _away = hours_of(case.days[day])
    capacity = case.days[day].capacity
    return VehicleType(
        capacity=[case.most if capacity is None else capacity],
        start_depot=case.start(day),
        end_depot=case.end(day),
        tw_early=shift.start,
        tw_late=shift.end,
        profile=profile,
    )


def _matrix(case: DayCase, able: tuple[bool, ...]) -> Any:  # PyVRP's own stubs do not know how NumPy says it
    ways = case.ways.copy()
    forbidden = [case.place(task) for task, may in enumerate(able) if not may]
    ways[forbidden, :] = ways[:, forbidden] = FAR
    np.fill_diagonal(ways, 0)
    return ways


def _client(case: DayCase, number: int, start: int | None) -> Client:
    task = case.tasks[number]
    window = _window(task.windows, start)
    return Client(
        case.place(number),
        delivery=[task.load],
        service_duration=task.work,
        tw_early=window.start,
        tw_late=window.end,
        prize=REQUIRED if task.is_fixed else UNSERVED * task.priority,
        required=False,
    )


def _window(windows: tuple[Span, ...], start: int | None) -> Span:
    """The one in which it begins now, or the longest."""
    held = (window for window in windows if start is not None and window.start <= start <= window.end)
    return next(held, None) or max(windows, key=lambda window: window.end - window.start)


def _read(case: DayCase, solution: Solution) -> Routes:
    routes: list[Route] = [()] * len(case.days)
    for tour in solution.routes():
        routes[tour.vehicle_type()] = tuple(step.idx for step in tour if step.is_client())
    return tuple(routes)
