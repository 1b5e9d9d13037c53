"""The plan of the night, beside what each solver finds by itself in the same time; known instances; installations.

Seconds are the processor's, of one thread. `SVYAZKA_VRPTW` names a folder with Solomon's and Homberger's instances and
`bks_dimacs.json`, what is best known of them; without it those rows are left out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean

from svyazka.config.bench import vrptw
from svyazka.config.bench.report import Row
from svyazka.engines.routing import made_up
from svyazka.engines.routing.evaluate import evaluate
from svyazka.engines.routing.installations import Schedule, Weeks, schedule
from svyazka.engines.routing.optimise import optimise
from svyazka.engines.routing.problem import Plan, Problem
from svyazka.engines.routing.solvers.case_of import case_of
from svyazka.engines.routing.solvers.day_case import UNSERVED
from svyazka.engines.routing.watch import Watch

PEERS = {"vroom": "VROOM, level 5", "pyvrp": "PyVRP", "or_tools": "OR-Tools"}
MISSING = "bench: OR-Tools is not here: pip install --require-hashes -r requirements/yardsticks.txt"
SOLOMON, HOMBERGER = ("C104", "R104", "RC104"), ("R1_2_4", "RC1_2_6")


def rows(quick: bool) -> list[Row]:
    return [*_days(quick), *_known_instances(quick), *_installations(quick)]


def _days(quick: bool) -> list[Row]:
    workers, visits, seconds, seeds = (12, 90, 10, 1) if quick else (40, 300, 60, 3)
    found = []
    for seed in range(1, seeds + 1):
        costs = {name: _cost(name, seed, seconds, workers, visits) for name in ("ours", *_peers())}
        ours = costs.pop("ours")
        best = min(costs.values())
        peers = {PEERS[name]: cost for name, cost in costs.items()}
        name = f"{workers} engineers, {visits} visits, day {seed}: driving, and three hours for each left over"
        must = best * (1.02 if quick else 1)  # a few seconds are a matter of luck
        found.append(Row(name, ours, "s", must=must, aim=0.97 * best, peers=peers))
    return found


def _peers() -> list[str]:
    if find_spec("ortools") is None:
        print(MISSING, file=sys.stderr, flush=True)
        return ["vroom", "pyvrp"]
    return list(PEERS)


def _cost(name: str, seed: int, seconds: int, workers: int, visits: int) -> float:
    """Of a plan that the evaluator has passed."""
    print(f"bench: {visits} visits, day {seed}, {name}", file=sys.stderr, flush=True)
    told = subprocess.run(
        [sys.executable, "-m", "svyazka.config.bench.yardsticks", name, *map(str, (seed, seconds, workers, visits))],
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    problem = made_up.day(seed, workers=workers, visits=visits)
    case = case_of(problem, 0)
    routes = tuple(tuple(route) for route in json.loads(told.stdout)["routes"])
    return _judged(problem, case.plan(routes))


def _judged(problem: Problem, plan: Plan) -> float:
    verdict = evaluate(problem, plan)
    if not verdict.is_sound:
        raise AssertionError(verdict.faults)
    return verdict.costs.travel + UNSERVED * verdict.costs.unserved_weight


def _known_instances(quick: bool) -> list[Row]:
    where = os.environ.get("SVYAZKA_VRPTW")
    if not where:
        print("bench: without SVYAZKA_VRPTW no known instances", file=sys.stderr, flush=True)
        return []
    seconds, few = (10, 1) if quick else (60, 3)
    folder = Path(where)
    solomon, homberger = (_gap(folder, names[:few], seconds) for names in (SOLOMON, HOMBERGER))
    return [
        Row("Solomon, 100 customers: above the best known", solomon, "%", must=0.5, aim=0.1),
        Row("Homberger, 200 customers: above the best known", homberger, "%", must=1.5, aim=0.7),
    ]


def _gap(folder: Path, names: tuple[str, ...], seconds: int) -> float:
    best, gaps = vrptw.best_known(folder), []
    for name in names:
        print(f"bench: {name}", file=sys.stderr, flush=True)
        problem = vrptw.read((folder / f"{name}.txt").read_text())
        cost = _judged(problem, optimise(problem, watch=Watch(seconds), seed=1)) / vrptw.TENTHS
        gaps.append(100 * (cost / best[name] - 1))
    return fmean(gaps)


def _installations(quick: bool) -> list[Row]:
    few, many = ((10, 60, 1), (40, 240, 4)) if quick else ((20, 150, 1), (200, 1200, 10))
    exact, took = _settled(*few)
    by_parts, took_in_parts = _settled(*many)
    what = "{} crews, {} installations of 1 to 3 days".format
    return [
        Row(f"{what(*few)}: proven that nothing costs less", took, "CPU s", must=10, aim=2),
        Row(f"{what(*few)}: proven", 100.0 * exact.is_proven, "%", better="higher", must=100),
        Row(f"{what(*many)}, by territories", took_in_parts, "CPU s", must=60),
        Row(f"{what(*many)}: left over", len(by_parts.unplaced), "installations"),
    ]


def _settled(crews: int, jobs: int, territories: int) -> tuple[Schedule, float]:
    print(f"bench: {jobs} installations", file=sys.stderr, flush=True)
    weeks = made_up.weeks(1, crews=crews, jobs=jobs, territories=territories)
    began = time.process_time()
    found = schedule(weeks, watch=Watch(60))
    took = time.process_time() - began
    _insist_possible(weeks, found)
    return found, took


def _insist_possible(weeks: Weeks, found: Schedule) -> None:
    crews, busy, taken = {crew.id: crew for crew in weeks.crews}, Counter[tuple[int, int]](), Counter[tuple[str, int]]()
    for number, at in found.placed.items():
        job, crew = weeks.job[number], crews[at.crew]
        days = range(at.start, at.start + job.days)
        if not (job.first <= at.start <= job.last and job.needs <= crew.skills and crew.off.isdisjoint(days)):
            raise AssertionError(job)
        busy.update((at.crew, day) for day in days)
        for kind, many in job.stock.items():
            taken.update({(kind, day): many for day in days})
    if any(many > 1 for many in busy.values()):
        raise AssertionError(busy)
    if any(many > weeks.stock[kind][day] for (kind, day), many in taken.items()):
        raise AssertionError(taken)
