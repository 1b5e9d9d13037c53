"""VROOM: knows skills, breaks, several windows and priorities, and is fast on a few days at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import numpy as np
import vroom

from svyazka.engines.routing.solvers.day_case import DayCase, Route, hours_of, pauses_of

HIGHEST = 100  # of VROOM's priorities


def solve(
    case: DayCase, days: Sequence[int], tasks: Sequence[int], *, level: int, seconds: float | None = None
) -> dict[int, Route]:
    """The routes of these days with as many of these tasks as possible. `level`: from 0, quick, to 5, thorough."""
    if not days or not tasks:
        return dict.fromkeys(days, ())
    places = [*map(case.start, days), *map(case.end, days), *map(case.place, tasks)]
    problem = vroom.Input()
    problem.set_durations_matrix("car", case.ways[np.ix_(places, places)])
    able = [case.tasks[task].able for task in tasks]
    kinds = {who: number for number, who in enumerate(dict.fromkeys(able))}
    for number, day in enumerate(days):
        skills = {kind for who, kind in kinds.items() if day in who}
        problem.add_vehicle(_vehicle(case, day, number, len(days) + number, skills))
    top = max((case.tasks[task].priority for task in tasks), default=1)
    for number, task in enumerate(tasks):
        problem.add_job(_job(case, task, 2 * len(days) + number, kinds[able[number]], top))
    solution = problem.solve(
        level, nb_threads=1, timeout=None if seconds is None else timedelta(seconds=max(0.1, seconds))
    )
    return _read(solution.routes, days)


def _vehicle(case: DayCase, day: int, start: int, end: int, skills: set[int]) -> vroom.Vehicle:
    workday = case.days[day]
    shift, _away = hours_of(workday)
    since = case.begin
    return vroom.Vehicle(
        day + 1,
        start=start,
        end=end,
        skills=skills,
        time_window=vroom.TimeWindow(shift.start - since, shift.end - since),
        breaks=[
            vroom.Break(number, [vroom.TimeWindow(max(0, pause.first - since), pause.last - since)], pause.length)
            for number, pause in enumerate(pauses_of(workday) or (), start=1)
        ],
        capacity=case.limits(day),
    )


def _job(case: DayCase, task: int, place: int, kind: int, top: int) -> vroom.Job:
    what = case.tasks[task]
    # What may not be left out weighs more than anything else.
    priority = HIGHEST if what.is_fixed else what.priority * (HIGHEST - 1) // max(top, HIGHEST - 1)
    return vroom.Job(
        task + 1,
        place,
        default_service=what.work,
        delivery=case.loads(task),
        skills={kind},
        priority=priority,
        time_windows=[vroom.TimeWindow(max(0, one.start - case.begin), one.end - case.begin) for one in what.windows],
    )


def _read(table: Mapping[str, Sequence[object]], days: Sequence[int]) -> dict[int, Route]:
    routes: dict[int, list[int]] = {day: [] for day in days}
    if "id" not in table:  # nobody has anything to do
        return dict.fromkeys(days, ())
    for vehicle, kind, job in zip(table["vehicle_id"], table["type"], table["id"], strict=True):
        if kind == "job":
            routes[int(str(vehicle)) - 1].append(int(str(job)) - 1)
    return {day: tuple(route) for day, route in routes.items()}
