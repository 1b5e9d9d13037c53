"""A night's plan of hard days: never worse than before, taken over piece by piece, and true about what it left out."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import permutations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from svyazka.engines.routing.optimise import optimise
from svyazka.engines.routing.problem import Span
from svyazka.engines.routing.proposal import propose
from svyazka.engines.routing.test_hard_judge import (
    DRIVE,
    GLASS,
    MINUTE,
    Clock,
    as_planned,
    broken,
    company,
    driven,
    may_go,
)  # fmt: skip
from svyazka.engines.routing.watch import Watch

NEEDS = ((frozenset(),), (frozenset(),), (GLASS,), (GLASS | DRIVE,), (GLASS, DRIVE), (frozenset(),) * 2)


def some(dice):
    """Over two days, with teams, some of it locked and some of it one after the other."""
    problem = company(dice, workers=4, jobs=9, days=2, needs=NEEDS)
    jobs = list(problem.jobs)
    for number in dice.sample(range(1, len(jobs)), 2):
        chained = replace(jobs[number], after=dice.randrange(number), pause=dice.choice((0, 30, 600)) * MINUTE)
        further = [*jobs[:number], chained, *jobs[number + 1 :]]
        if not broken(replace(problem, jobs=tuple(further)), problem.before):
            jobs = further
    jobs = [replace(one, locked=one.after is None and dice.random() < 0.15) for one in jobs]
    return replace(problem, jobs=tuple(jobs))


def undone(problem, plan):
    return sum(job.priority for job in problem.jobs if job.id not in plan.places)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
@example(8784)  # two were told of another window than the one they were planned in
def test_the_night_is_never_worse_than_before_in_any_of_its_pieces(seed):
    dice = random.Random(seed)
    problem = some(dice)
    assert broken(problem, problem.before) == []
    plan = optimise(problem, watch=Watch(0.06), seed=1)
    assert broken(problem, plan) == []
    proposal = propose(problem, plan)
    order = list(range(len(proposal.groups)))
    dice.shuffle(order)
    was = problem.before
    for many in range(len(order) + 1):
        now = proposal.taken(order[:many])
        assert broken(problem, now) == []
        assert (undone(problem, now), driven(problem, now)) <= (undone(problem, was), driven(problem, was)) or (
            undone(problem, now) < undone(problem, was)
        )
        was = now
    assert {key: route for key, route in was.routes.items() if route} == {
        key: route for key, route in proposal.after.routes.items() if route
    }
    assert sorted(one.job for one in proposal.unplaced) == [one.id for one in problem.jobs if one.id not in was.places]
    for one in proposal.unplaced:
        is_true(problem, was, one)


def is_true(problem, plan, said):
    job = problem.job[said.job]
    able = [day for day in problem.days if job.needs[0] <= day.skills]
    there = [day for day in able if may_go(day, job)]
    if said.reason == "skill":
        return
    if len(job.needs) > 1 or said.reason == "chain" or any(job.id in (one.id, one.after) for one in chained(problem)):
        return
    alone = any(holds(problem, day, [freely(job)]) for day in there)
    if said.reason == "territory":
        assert able
    elif said.reason == "hours":
        assert not alone
    else:
        assert alone, said
    if said.reason == "room" and said.instead_of:
        gone = set(said.instead_of)
        assert any(holds(problem, day, [freely(job), *rest(problem, plan, day, gone)]) for day in there)
    if said.reason == "free":
        assert any(holds(problem, day, [freely(job), *rest(problem, plan, day, set())]) for day in there)


def chained(problem):
    return [one for one in problem.jobs if one.after is not None]


def rest(problem, plan, day, gone):
    """A visit of several cannot give way in one of their days alone: it begins when it was to, whatever was said."""
    stops = [(problem.job[stop.job], stop) for stop in plan.of(day.key) if stop.job not in gone]
    return [(job, as_planned(problem, stop) if len(job.needs) > 1 else freely(job)[1]) for job, stop in stops]


def freely(job):
    return job, (job.at, job.work // MINUTE, told(job), 1)


def holds(problem, day, jobs):
    """In any order, within what everybody was told."""
    if day.capacity is not None and sum(job.load for job, _visit in jobs) > day.capacity:
        return False
    clock = Clock(day, problem.travel)
    return any(clock.starts(order) is not None for order in permutations(visit for _job, visit in jobs))


def told(job):
    """What was said to him, unless he cannot be visited then at all."""
    promise = job.promise or Span(0, 2**28)
    cut = [Span(max(one.start, promise.start), min(one.end, promise.end)) for one in job.windows]
    return [one for one in cut if one.start <= one.end] or job.windows
