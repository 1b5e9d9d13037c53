"""A day planned anew: what is locked or promised stays, the way becomes shorter, and nobody is left out for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from svyazka.engines.routing import standing
from svyazka.engines.routing.draft import Draft
from svyazka.engines.routing.evaluate import evaluate
from svyazka.engines.routing.placing import Policy, place_all
from svyazka.engines.routing.problem import Key, Plan, Problem, Stop
from svyazka.engines.routing.solvers import pyvrp_solver, rounds, vroom_solver
from svyazka.engines.routing.solvers.case_of import case_of
from svyazka.engines.routing.solvers.day_case import DayCase, Routes, pauses_of
from svyazka.engines.routing.solvers.recombine import Pool, recombine
from svyazka.engines.routing.solvers.room import fill_up
from svyazka.engines.routing.watch import Progress, Watch

ENOUGH = 0.5  # seconds for each visit of a day: more finds hardly anything
ROUGH, THOROUGH = 1, 5  # VROOM's levels for a first plan of a whole day
AS_LONG = 20  # times the one takes, the other does
A_FIRST_PLAN = 0.25  # of the time it may take at most


def optimise(problem: Problem, *, watch: Watch, seed: int) -> Plan:
    """One run for each day. Whatever of the plan before cannot stay where it is is free to go elsewhere; beside the
    rest of it no more weight is left undone."""
    kept = _standing(problem)
    problem = replace(problem, before=kept)
    plan = _with_followers(problem, _with_teams(problem))
    days = sorted({day.day for day in problem.days})
    for number, day in enumerate(days):
        left = (watch.seconds - watch.used) / (len(days) - number)
        if watch.past(watch.seconds)():
            break
        plan = _with_day_anew(replace(problem, before=plan), day, watch=watch, until=watch.used + left, seed=seed)
        plan = _with_followers(problem, plan)
    faults = set(evaluate(problem, kept).faults)
    return plan if faults.issuperset(evaluate(problem, plan).faults) else kept


def _standing(problem: Problem) -> Plan:
    if evaluate(problem, problem.before).is_sound:
        return problem.before
    draft, _homeless = standing.of(problem)
    return standing.closed(draft).plan


def _with_teams(problem: Problem) -> Plan:
    """The plan before with the visits of several that find room in it: solvers know nothing of them."""
    before = problem.before
    teams = [job for job in problem.jobs if len(job.needs) > 1 and job.id not in before.places]
    return place_all(Draft(problem, before.routes), teams, Policy(ejections=0)).plan if teams else before


def _with_followers(problem: Problem, plan: Plan) -> Plan:
    """And with those that only waited until another was planned: no day is planned with both of them open."""
    while True:
        waiting = [job for job in problem.jobs if job.after in plan.places and job.id not in plan.places]
        further = place_all(Draft(problem, plan.routes), waiting, Policy(ejections=0)).plan if waiting else plan
        if len(further.places) == len(plan.places):
            return plan
        plan = further


def _with_day_anew(problem: Problem, day: int, *, watch: Watch, until: float, seed: int) -> Plan:
    case, before = case_of(problem, day), problem.before
    if not case.tasks:
        return before
    search = _Search(case, case.routes_of(before), watch, day)
    search.run(min(until, watch.used + ENOUGH * len(case.tasks)), seed)
    if not case.is_sound(search.best):
        return before
    keys = {one.key for one in case.days}
    others = {key: route for key, route in before.routes.items() if key not in keys}
    return Plan(others | dict(_kept(problem, case.plan(search.best))))


def _kept(problem: Problem, plan: Plan) -> Iterator[tuple[Key, tuple[Stop, ...]]]:
    """Whose day has the same visits in the same order keeps his times, too, if they will do."""
    for key, route in plan.routes.items():
        was = problem.before.of(key)
        same = [stop.job for stop in was] == [stop.job for stop in route]
        yield key, was if same and not _faults(problem, key) else route


def _faults(problem: Problem, key: Key) -> bool:
    alone = replace(problem, before=Plan())
    found = evaluate(alone, Plan({key: problem.before.of(key)})).faults
    return any(fault.rule not in ("team", "chain", "skill") for fault in found)


@dataclass
class _Search:
    """Of one day: what is best so far, and every good route on the way there."""

    case: DayCase
    best: Routes
    watch: Watch
    day: int
    pool: Pool = field(init=False)
    undone: int = field(init=False)  # that much weight may be left, and no more

    def __post_init__(self) -> None:
        self.pool = Pool(self.case)
        self.undone = self.case.weight(self.best)

    def run(self, until: float, seed: int) -> None:
        began = self.watch.used
        self.found(self._planned(ROUGH, until))
        if (self.watch.used - began) * AS_LONG < (until - began) * A_FIRST_PLAN:
            self.found(self._planned(THOROUGH, until))
        self.undone = self.case.weight(self.best)  # from now on no more than VROOM left
        began = self.watch.used
        for number, (share, step) in enumerate(self._steps()):
            stop = self.watch.past(began + (until - began) * share)
            if not stop():
                step(seed + number, stop)
        self._together(seed, self.watch.past(until))
        self.found(fill_up(self.case, self.best))

    def found(self, routes: Routes) -> bool:
        """Whether that is the best."""
        self.pool.add(routes)
        is_better = self.case.is_better(routes, than=self.best, undone=self.undone)
        if is_better:
            self.best = routes
            self.watch.tell(Progress(self.watch.used / self.watch.seconds, self.day, self.case.cost(routes)))
        return is_better

    def _planned(self, level: int, until: float) -> Routes:
        usable = [day for day in range(len(self.case.days)) if self.case.is_usable(day)]
        tasks = [number for number, task in enumerate(self.case.tasks) if task.able]
        planned = vroom_solver.solve(self.case, usable, tasks, level=level, seconds=until - self.watch.used)
        return tuple(planned.get(day, ()) for day in range(len(self.case.days)))

    def _steps(self) -> list[tuple[float, Callable[[int, Callable[[], bool]], None]]]:
        """Until which share of the time. Where there are breaks, most of what PyVRP finds fails for want of them."""
        if any(pauses_of(day) for day in self.case.days):
            return [(0.5, self._rounds), (0.7, self._shortest), (0.8, self._together), (1, self._rounds)]
        # What goes on from VROOM's plan stays near it: the half is for one from nothing, whose routes go together with
        # all others; then each goes on where the other gets no further.
        begin = [(0.5, self._from_nothing), (0.55, self._together)]
        return [*begin, (0.75, self._rounds), (0.9, self._shortest), (0.95, self._together), (1, self._rounds)]

    def _from_nothing(self, seed: int, stop: Callable[[], bool]) -> None:
        nothing = tuple(() for _day in self.case.days)
        pyvrp_solver.improve(self.case, nothing, seed=seed, stop=stop, found=self.found)

    def _shortest(self, seed: int, stop: Callable[[], bool]) -> None:
        if self.case.is_sound(self.best):
            pyvrp_solver.improve(self.case, self.best, seed=seed, stop=stop, found=self.found)

    def _rounds(self, seed: int, stop: Callable[[], bool]) -> None:
        rounds.improve(self.case, self.best, seed=seed, stop=stop, found=self.found)

    def _together(self, _seed: int, stop: Callable[[], bool]) -> None:
        self.found(recombine(self.pool, self.best, undone=self.undone, stop=stop))
