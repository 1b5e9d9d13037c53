"""What becomes of a plan when somebody falls ill, is late, or work takes longer: as few promises as possible are moved.

What still holds stays. Whatever has lost its place is put in again, the hardest first (regret-2); where there is no
place, one visit of another goes elsewhere to make room.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from svyazka.engines.routing import few, placing, standing
from svyazka.engines.routing.draft import Draft
from svyazka.engines.routing.evaluate import Costs, evaluate
from svyazka.engines.routing.placing import PROMISE, WORKER, Policy
from svyazka.engines.routing.problem import Job, Key, Plan, Problem
from svyazka.engines.routing.table import tabled

LOST = 1_000_000

# As many visits kept as can be; as few people and times changed; as little driving.
Aim = Literal["none_lost", "least_change", "least_travel"]
SAVING = Policy(worker=0, detours=3)  # of driving: it does not matter who comes


@dataclass(frozen=True)
class Change:
    """Of one visit: who comes and when, before and now."""

    job: int
    workers_before: tuple[int, ...]
    workers: tuple[int, ...]  # none: it is lost
    start_before: int | None  # None: it had no place
    start: int | None
    leaves_promise: bool  # the client has to be told


@dataclass(frozen=True)
class Repaired:
    aims: tuple[Aim, ...]  # which of them it serves best
    plan: Plan
    costs: Costs
    changes: tuple[Change, ...]
    objective: int
    disturbed: int  # visits with another engineer or time that could have stayed as they were


def repair(problem: Problem, *, also: Sequence[int] = ()) -> list[Repaired]:
    """One to three ways out, the best first. `problem`: things as they are now, and the plan in force as the one
    before. `also`: jobs that are in nobody's day yet and have to be: an emergency."""
    problem = tabled(problem)
    draft, homeless = standing.of(problem)
    homeless |= {job for job in also if job not in draft.starts}
    jobs = [problem.job[job] for job in sorted(homeless)]
    plans = {tuple(plan.routes.items()): plan for plan in _ways_out(draft, jobs)}
    judged = [_judge(problem, plan, homeless) for plan in plans.values()]
    if min(_hurt(one) for one in judged) > (0, 0) and (better := few.placed_again(draft, jobs)):
        judged.append(_judge(problem, _closed(better, jobs), homeless))
    judged += [_judge(problem, plan, homeless) for plan in _with_teams(draft, jobs, min(judged, key=_hurt).plan)]
    chosen: dict[int, list[Aim]] = {}
    for aim, order in AIMS.items():
        chosen.setdefault(min(range(len(judged)), key=lambda number: order(judged[number])), []).append(aim)
    return [replace(judged[number], aims=tuple(aims)) for number, aims in chosen.items()]


AIMS: dict[Aim, Callable[[Repaired], tuple[int, ...]]] = {
    "none_lost": lambda one: (
        len(one.costs.lost),
        _told(one.changes),
        len(one.costs.changed_workers),
        one.costs.travel,
    ),
    "least_change": lambda one: (one.disturbed, len(one.costs.lost), one.objective),
    "least_travel": lambda one: (*_hurt(one), one.costs.travel),
}


def _ways_out(draft: Draft, jobs: Sequence[Job]) -> Iterator[Plan]:
    """Nobody else's visit is touched; room is made for what found none so; driving is saved wherever it can be."""
    untouched, stuck = placing.place(draft.copy(), jobs, Policy())
    yield standing.closed(placing.make_room(untouched.copy(), stuck, Policy())).plan
    yield standing.closed(untouched).plan
    yield standing.closed(placing.place_all(draft.copy(), jobs, SAVING)).plan


def _with_teams(draft: Draft, jobs: Sequence[Job], best: Plan) -> Iterator[Plan]:
    """Whatever is the best so far, and another's visit makes room for a team that is still without a place."""
    lost = [job for job in jobs if len(job.needs) > 1 and job.id not in best.places]
    if lost:
        there = Draft(draft.problem, best.routes)
        yield _closed(placing.make_room_for_teams(there, lost, Policy()), jobs)


def _closed(draft: Draft, jobs: Sequence[Job]) -> Plan:
    """With whoever waited for another of them, or comes with somebody."""
    starts = draft.starts
    further, _stuck = placing.place(draft, [job for job in jobs if job.id not in starts], Policy())
    return standing.closed(further).plan


def _judge(problem: Problem, plan: Plan, homeless: Container[int]) -> Repaired:
    costs, changes = evaluate(problem, plan).costs, tuple(_changes(problem, plan))
    objective = LOST * len(costs.lost) + PROMISE * _told(changes) + WORKER * len(costs.changed_workers) + costs.travel
    touched = {*costs.changed_workers, *costs.moved_starts, *costs.lost}
    return Repaired((), plan, costs, changes, objective, sum(job not in homeless for job in touched))


def _changes(problem: Problem, plan: Plan) -> Iterator[Change]:
    for job in problem.jobs:
        before, now = problem.before.places.get(job.id, ()), plan.places.get(job.id, ())
        if before == now:
            continue
        start = now[0][1] if now else None
        leaves = job.promise is not None and start is not None and not job.promise.start <= start <= job.promise.end
        was = before[0][1] if before else None
        yield Change(job.id, _workers(before), _workers(now), was, start, leaves)


def _workers(places: Sequence[tuple[Key, int]]) -> tuple[int, ...]:
    return tuple(key.worker for key, _start in places)


def _hurt(one: Repaired) -> tuple[int, int]:
    """Clients: those whose visit is lost, and those who are to be told another time."""
    return len(one.costs.lost), _told(one.changes)


def _told(changes: Sequence[Change]) -> int:
    return sum(change.leaves_promise for change in changes)
