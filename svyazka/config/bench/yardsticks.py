"""Those that our plan of a day is compared with, each by itself as its makers give it out: `python -m … NAME SEED …`
in a process of its own, for OR-Tools brings a HiGHS along that does not load beside ours. Prints routes as JSON."""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

from svyazka.engines.routing import made_up
from svyazka.engines.routing.problem import Problem
from svyazka.engines.routing.solvers.case_of import case_of
from svyazka.engines.routing.solvers.day_case import UNSERVED, DayCase, Routes

Solver = Callable[[Problem, DayCase, int, float], Routes]


def ours(problem: Problem, case: DayCase, seed: int, seconds: float) -> Routes:
    from svyazka.engines.routing.optimise import optimise
    from svyazka.engines.routing.watch import Watch

    return case.routes_of(optimise(problem, watch=Watch(seconds), seed=seed))


def vroom(_problem: Problem, case: DayCase, _seed: int, _seconds: float) -> Routes:
    """Level 5 has an end of its own, sooner."""
    from svyazka.engines.routing.solvers import vroom_solver

    found = vroom_solver.solve(case, range(len(case.days)), range(len(case.tasks)), level=5)
    return tuple(found[day] for day in range(len(case.days)))


def pyvrp(_problem: Problem, case: DayCase, seed: int, seconds: float) -> Routes:
    """From its own beginning, with its own parameters."""
    import pyvrp

    from svyazka.engines.routing.solvers import pyvrp_solver

    nothing: Routes = ((),) * len(case.days)
    fleet = [[day] for day in range(len(case.days))]
    data, until = pyvrp_solver.data_of(case, nothing, fleet), time.process_time() + seconds
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = pyvrp.solve(data, lambda _cost: time.process_time() >= until, seed, collect_stats=False)
    return pyvrp_solver.read(case, fleet, found.best)


def or_tools(_problem: Problem, case: DayCase, _seed: int, seconds: float) -> Routes:
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    days, tasks = range(len(case.days)), range(len(case.tasks))
    ends = [case.start(day) for day in days], [case.end(day) for day in days]
    manager = pywrapcp.RoutingIndexManager(len(case.ways), len(days), *ends)
    model: Any = pywrapcp.RoutingModel(manager)
    node, work = manager.IndexToNode, {case.place(task): case.tasks[task].work for task in tasks}
    ways = case.ways.tolist()
    way = model.RegisterTransitCallback(lambda a, b: ways[node(a)][node(b)])
    clock = model.RegisterTransitCallback(lambda a, b: ways[node(a)][node(b)] + work.get(node(a), 0))
    model.SetArcCostEvaluatorOfAllVehicles(way)
    model.AddDimension(clock, 86_400, 2 * 86_400, False, "clock")
    times = model.GetDimensionOrDie("clock")
    for day in days:
        for end in (model.Start(day), model.End(day)):
            times.CumulVar(end).SetRange(*case.days[day].shift)
    for number, task in enumerate(case.tasks):
        index = manager.NodeToIndex(case.place(number))
        times.CumulVar(index).SetRange(*task.windows[0])
        model.VehicleVar(index).SetValues([-1, *sorted(task.able)])
        model.AddDisjunction([index], UNSERVED * task.priority)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.seconds = 20 * int(seconds)  # of the wall; the processor's are counted here:
    until = time.process_time() + seconds
    model.AddSearchMonitor(model.solver().CustomLimit(lambda: time.process_time() >= until))
    return _routes(case, manager, model, model.SolveWithParameters(parameters))


def _routes(case: DayCase, manager: Any, model: Any, found: Any) -> Routes:
    routes = []
    for day in range(len(case.days)):
        index, route = found.Value(model.NextVar(model.Start(day))), list[int]()
        while not model.IsEnd(index):
            route.append(manager.IndexToNode(index) - 2 * len(case.days))
            index = found.Value(model.NextVar(index))
        routes.append(tuple(route))
    return tuple(routes)


SOLVERS: dict[str, Solver] = {"ours": ours, "vroom": vroom, "pyvrp": pyvrp, "or_tools": or_tools}


def main(name: str, seed: str, seconds: str, workers: str, visits: str) -> None:
    problem = made_up.day(int(seed), workers=int(workers), visits=int(visits))
    began = time.process_time()
    routes = SOLVERS[name](problem, case_of(problem, 0), int(seed), float(seconds))
    print(json.dumps({"routes": routes, "seconds": time.process_time() - began}))


if __name__ == "__main__":
    main(*sys.argv[1:])
