"""Of all routes that were ever found, those that go best together: one for each day."""

from __future__ import annotations

from collections.abc import Callable

from svyazka.engines.routing.solvers.day_case import UNSERVED, DayCase, Route, Routes
from svyazka.engines.routing.solvers.zero_one import Column, choose


class Pool:
    """Routes that have passed the exact check. A plan that fails as a whole still gives its good ones."""

    def __init__(self, case: DayCase, *, most: int = 8_000) -> None:
        self.case, self.most = case, most
        self.routes: dict[tuple[int, Route], int] = {}  # what each takes in travel; oldest first

    def add(self, routes: Routes) -> None:
        for day, route in enumerate(routes):
            if route and (day, route) not in self.routes and self.case.starts(day, route) is not None:
                self.routes[day, route] = self.case.travel(day, route)
        while len(self.routes) > self.most:
            del self.routes[next(iter(self.routes))]


def recombine(pool: Pool, best: Routes, *, undone: int, stop: Callable[[], bool]) -> Routes:
    """Not worse than `best`, and no more weight than `undone` left."""
    pool.add(best)
    case, days, found = pool.case, len(pool.case.days), list(pool.routes)
    last = days + len(case.tasks)
    columns = [
        Column(pool.routes[day, route], [(day, 1), *((days + task, 1) for task in route)]) for day, route in found
    ]
    # … and one for each task that nobody does.
    columns += [
        Column(UNSERVED * task.priority, [(days + number, 1), (last, task.priority)], may=not task.is_fixed)
        for number, task in enumerate(case.tasks)
    ]
    rows = [(0.0, 1.0)] * days + [(1.0, 1.0)] * len(case.tasks) + [(0.0, float(undone))]
    now, left = set(enumerate(best)), set(case.unserved(best))
    known = [one in now for one in found] + [task in left for task in range(len(case.tasks))]
    answer = choose(columns, rows, stop=stop, known=known)
    if answer is None:
        return best
    routes: list[Route] = [()] * days
    for number in answer.chosen:
        if number < len(found):
            day, route = found[number]
            routes[day] = route
    return tuple(routes)
