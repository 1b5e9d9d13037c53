"""What becomes of a plan when somebody falls ill, is late, or work takes longer: as few promises as possible are moved.

What still holds stays. Whatever has lost its place is put in again, the hardest first (regret-2); where there is no
place, one visit of another goes elsewhere to make room.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from svyazka.engines.routing import placing
from svyazka.engines.routing.draft import Draft
from svyazka.engines.routing.evaluate import Costs, evaluate
from svyazka.engines.routing.placing import PROMISE, WORKER, Policy
from svyazka.engines.routing.problem import Job, Key, Plan, Problem, Stop

LOST = 1_000_000

# As many visits kept as can be; as few people and times changed; as little driving.
Aim = Literal["none_lost", "least_change", "least_travel"]
POLICIES = (Policy(), Policy(ejections=0), Policy(worker=0, detours=3))


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
    draft = Draft(problem, _still_known(problem))
    homeless = {job.id for job in _make_homeless(draft)} | set(also)
    jobs = [problem.job[job] for job in sorted(homeless)]
    plans = (_closed(placing.place_all(draft.copy(), jobs, policy)).plan for policy in POLICIES)
    judged = [_judge(problem, plan, homeless) for plan in {tuple(plan.routes.items()): plan for plan in plans}.values()]
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


def _still_known(problem: Problem) -> dict[Key, list[Stop]]:
    """What was cancelled is not in the problem any more."""
    return {key: [stop for stop in route if stop.job in problem.job] for key, route in problem.before.routes.items()}


def _make_homeless(draft: Draft) -> Iterator[Job]:
    """Takes out whatever cannot stay where it is; a team's job with all of the team."""
    problem = draft.problem
    for job in problem.jobs:
        places = problem.before.places.get(job.id, ())
        if places and not (_may_stay(problem, job, places) and _is_in_order(problem, job)):
            draft.take_out(job.id)
            yield job
    for key in draft.routes:
        while draft.routes[key] and not (draft.load_is_fine(key) and draft.retime(key)):
            job = problem.job[_least_missed(draft, key)]
            draft.take_out(job.id)
            yield job


def _may_stay(problem: Problem, job: Job, places: Sequence[tuple[Key, int]]) -> bool:
    days = [problem.workday[key] for key, _start in places if key in problem.workday]
    is_in_time = all(any(span.start <= start <= span.end for span in job.windows) for _key, start in places)
    goes = all(day.goes_to(job.district) for day in days)
    return len(days) == len(places) == len(job.needs) and goes and is_in_time and placing.meet(job.needs, days)


def _is_in_order(problem: Problem, job: Job) -> bool:
    """Whether what it waits for is over by then, as things are now."""
    places = problem.before.places
    first = problem.job.get(job.after) if job.after is not None else None
    if first is None or first.id not in places:
        return True
    return places[job.id][0][1] >= places[first.id][0][1] + first.work + job.pause


def _least_missed(draft: Draft, key: Key) -> int:
    """Whichever one makes room for the rest, the least important of them; if none does alone, the longest."""
    able = [stop.job for stop in draft.routes[key] if not draft.problem.job[stop.job].locked]
    jobs = [draft.problem.job[job] for job in able or [stop.job for stop in draft.routes[key]]]
    for job in sorted(jobs, key=lambda job: (job.priority, len(job.needs), -job.work, job.id)):
        trial = draft.copy()
        trial.take_out(job.id)
        if trial.load_is_fine(key) and trial.retime(key):
            return job.id
    return min(jobs, key=lambda job: (job.priority, len(job.needs), -job.work, job.id)).id


def _closed(draft: Draft) -> Draft:
    """Without what waits for a job that is lost."""
    problem = draft.problem
    while True:
        starts = draft.starts
        idle = [
            job for job in problem.jobs if job.id in starts and job.after in problem.job and job.after not in starts
        ]
        if not idle:
            return draft
        for job in idle:
            draft.take_out(job.id)


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
