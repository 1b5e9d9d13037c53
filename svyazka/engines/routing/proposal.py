"""What a new plan would change, in pieces that can be taken one by one; and why somebody is in nobody's day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from svyazka.engines.routing.evaluate import Fault, evaluate
from svyazka.engines.routing.problem import Job, Key, Plan, Problem, WorkDay
from svyazka.engines.routing.solvers.case_of import case_of, followers_of, windows_of
from svyazka.engines.routing.solvers.day_case import UNSERVED, DayCase
from svyazka.engines.routing.solvers.room import at_whose_expense, with_one_more

Places = tuple[tuple[Key, int], ...]
Reason = Literal[
    "chain",  # what has to come first is not planned, or over too late
    "team",  # several have to be there at once, and have no room at the same time
    "skill",  # nobody has it on the days in question
    "territory",  # whoever has it does not go there
    "hours",  # its window is too narrow for any shift
    "locked",  # whoever could has locked visits there
    "room",  # somebody else would have to give way
    "free",  # there is room, it only has to be put there
]
# How near it came to being planned.
_NEARER: Mapping[Reason, int] = {"skill": 0, "territory": 1, "hours": 2, "locked": 3, "room": 4, "free": 5}


@dataclass(frozen=True)
class Change:
    """Of a visit. In nobody's day: no places."""

    job: int
    was: Places
    now: Places


@dataclass(frozen=True)
class Effect:
    """On a day of somebody: jobs in order, and seconds on the way."""

    key: Key
    jobs: tuple[tuple[int, ...], tuple[int, ...]]
    travel: tuple[int, int]


@dataclass(frozen=True)
class Group:
    """Days that change only together: a visit goes from one to the other. Any of the groups may be taken."""

    effects: tuple[Effect, ...]
    changes: tuple[Change, ...]

    @property
    def keys(self) -> frozenset[Key]:
        return frozenset(effect.key for effect in self.effects)

    @property
    def saved(self) -> int:
        return sum(effect.travel[0] - effect.travel[1] for effect in self.effects)


@dataclass(frozen=True)
class Unplaced:
    job: int
    reason: Reason
    instead_of: tuple[int, ...] = ()  # jobs that would have to give way


@dataclass(frozen=True)
class Proposal:
    before: Plan
    after: Plan
    groups: tuple[Group, ...]
    unplaced: tuple[Unplaced, ...]

    def taken(self, numbers: Iterable[int]) -> Plan:
        """The plan before with these groups."""
        keys = {key for number in numbers for key in self.groups[number].keys}
        routes = {key: route for key, route in self.before.routes.items() if key not in keys}
        return Plan(routes | {key: self.after.of(key) for key in keys if self.after.of(key)})


def propose(problem: Problem, after: Plan) -> Proposal:
    """Leaves out what would change without making anything better."""
    groups = [group for group in _groups(problem, after) if _is_worth_it(problem, group)]
    proposal = Proposal(problem.before, after, tuple(sorted(groups, key=lambda group: -group.saved)), ())
    after = proposal.taken(range(len(groups)))
    return replace(proposal, after=after, unplaced=tuple(why_not(problem, after)))


def _groups(problem: Problem, after: Plan) -> Iterator[Group]:
    before = problem.before
    changed = {key for key in {*before.routes, *after.routes} if before.of(key) != after.of(key)}
    jobs = {stop.job for key in changed for stop in (*before.of(key), *after.of(key))}
    changes = {job: Change(job, before.places.get(job, ()), after.places.get(job, ())) for job in sorted(jobs)}
    changes = {job: change for job, change in changes.items() if change.was != change.now}
    together = _Together(changed)
    for job, change in changes.items():
        first = problem.job[job].after if job in problem.job else None
        places = [*change.was, *change.now]
        if first in changes:
            places += [*changes[first].was, *changes[first].now]
        together.join(key for key, _start in places)
    for keys in together.sets():
        effects = tuple(_effect(problem, after, key) for key in sorted(keys))
        yield Group(
            effects, tuple(one for one in changes.values() if any(key in keys for key, _s in one.was + one.now))
        )


def _effect(problem: Problem, after: Plan, key: Key) -> Effect:
    was, now = problem.before.of(key), after.of(key)
    costs = (evaluate(problem, Plan({key: route})).costs.travel for route in (was, now))
    return Effect(key, (tuple(stop.job for stop in was), tuple(stop.job for stop in now)), (next(costs), next(costs)))


def _is_worth_it(problem: Problem, group: Group) -> bool:
    known = [one for one in group.changes if one.job in problem.job]  # others were called off
    placed = sum(problem.job[one.job].priority * (bool(one.now) - bool(one.was)) for one in known)
    return group.saved + UNSERVED * placed > 0 or _mends(problem, group)


def _mends(problem: Problem, group: Group) -> bool:
    """The days before break a rule."""
    faults: Iterable[Fault] = evaluate(problem, problem.before).faults
    jobs = {change.job for change in group.changes}
    return any(fault.key in group.keys or fault.job in jobs for fault in faults)


class _Together:
    def __init__(self, keys: Iterable[Key]) -> None:
        self.of = {key: {key} for key in keys}

    def join(self, keys: Iterable[Key]) -> None:
        sets = [self.of[key] for key in keys if key in self.of]
        union = {key for one in sets for key in one}
        for key in union:
            self.of[key] = union

    def sets(self) -> list[set[Key]]:
        return list({id(one): one for one in self.of.values()}.values())


def why_not(problem: Problem, plan: Plan) -> Iterator[Unplaced]:
    """For everybody who is in nobody's day."""
    now = replace(problem, before=plan)
    open_jobs = [job for job in problem.jobs if job.id not in plan.places]
    if not open_jobs:
        return
    followers = followers_of(problem)
    cases = [case_of(now, day) for day in sorted({day.day for day in problem.days})]
    for job in open_jobs:
        if job.after in problem.job and not windows_of(now, job, followers):
            yield Unplaced(job.id, "chain")
        elif len(job.needs) > 1:
            able = all(any(need <= day.skills for day in problem.days) for need in job.needs)
            yield Unplaced(job.id, "team" if able else "skill")
        else:
            there = [case for case in cases if any(_meets(day, job) for day in case.days)] or cases
            reasons = (_why_not_then(case, plan, job) for case in there)
            yield max(reasons, key=lambda one: _NEARER[one.reason], default=Unplaced(job.id, "hours"))


def _meets(day: WorkDay, job: Job) -> bool:
    return any(window.start < day.shift.end and day.shift.start <= window.end for window in job.windows)


def _why_not_then(case: DayCase, plan: Plan, job: Job) -> Unplaced:
    """On that day; who is able and when is looked at again, for the words."""
    skilled = [day for day in case.days if job.needs[0] <= day.skills]
    if not skilled:
        return Unplaced(job.id, "skill")
    if not any(day.goes_to(job.district) for day in skilled):
        return Unplaced(job.id, "territory")
    task = next((number for number, one in enumerate(case.tasks) if one.job == job.id), None)
    if task is None or not any(case.starts(day, (task,)) for day in case.tasks[task].able):
        return Unplaced(job.id, "hours")
    able, routes = case.tasks[task].able, case.routes_of(plan)
    bare = {day: tuple(one for one in routes[day] if case.tasks[one].is_fixed) for day in able}
    if not any(next(with_one_more(case, day, bare[day], task), None) for day in able):
        return Unplaced(job.id, "locked")
    away = at_whose_expense(case, routes, task)
    if away == ():
        return Unplaced(job.id, "free")
    return Unplaced(job.id, "room", tuple(case.tasks[one].job for one in away or ()))
