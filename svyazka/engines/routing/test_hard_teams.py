"""What becomes of a team that has lost its place, beside everything that one visit of another could do for it."""

from __future__ import annotations

import random
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from svyazka.engines.routing.evaluate import evaluate
from svyazka.engines.routing.placing import meet
from svyazka.engines.routing.problem import Key, Plan, Problem, Span, Stop
from svyazka.engines.routing.repair import repair
from svyazka.engines.routing.test_evaluate import HOUR, Line, job, workday

GLASS, DRIVE = frozenset({"glass"}), frozenset({"drive"})


def pinned(number, start, needs=(frozenset(),), **more):
    """A visit that its client was promised for exactly then, where all others are, too."""
    return job(number, at=0, windows=(Span(start, start),), promise=Span(start, start), needs=needs, **more)


def drawn(dice):
    """A visit for two, of whom one is ill today, and what the others have at its time and around it."""
    days = tuple(workday(Key(worker, 0), skills=dice.choice((GLASS, DRIVE, GLASS | DRIVE))) for worker in range(2, 5))
    team = pinned(1, 12 * HOUR, (dice.choice((GLASS, DRIVE)), dice.choice((GLASS, DRIVE, frozenset()))), priority=3)
    jobs, routes = [team], {Key(1, 0): [Stop(1, 12 * HOUR)], Key(2, 0): [Stop(1, 12 * HOUR)]}
    for number in range(2, dice.randint(4, 7)):
        day = dice.choice(days)
        needs = (dice.choice([one for one in (frozenset(), GLASS, DRIVE) if one <= day.skills]),)
        start = dice.choice((10, 11, 12, 12, 13)) * HOUR
        if any(stop.start == start for stop in routes.get(day.key, ())):
            continue
        jobs.append(pinned(number, start, needs, priority=dice.randint(1, 3), locked=dice.random() < 0.1))
        routes.setdefault(day.key, []).append(Stop(number, start))
    before = Plan({key: tuple(sorted(stops, key=lambda one: one.start)) for key, stops in routes.items()})
    return Problem(tuple(jobs), days, Line(), before)


def can_be_kept(problem):
    """Whether the team can come, all others being kept and at most one of them going elsewhere."""
    team, others = problem.job[1], [one for one in problem.jobs if one.id != 1]
    was = {one.id: problem.before.places[one.id][0] for one in others}
    for pair in combinations(problem.days, 2):
        if not meet(team.needs, pair):
            continue
        keys = {day.key for day in pair}
        busy = [one for one in others if was[one.id][0] in keys and was[one.id][1] == 12 * HOUR]
        if not busy:
            return True
        if len(busy) == 1 and not busy[0].locked and _goes_elsewhere(problem, busy[0], keys, was):
            return True
    return False


def _goes_elsewhere(problem, visit, keys, was):
    taken = {key for key, start in was.values() if start == 12 * HOUR}
    return any(visit.needs[0] <= day.skills and day.key not in keys | taken for day in problem.days)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**6))
def test_a_team_comes_if_one_visit_can_make_room_for_it(seed):
    problem = drawn(random.Random(seed))
    best = repair(problem)[0]
    assert evaluate(problem, best.plan).faults == ()
    if can_be_kept(problem):
        assert best.costs.lost == ()


def test_of_two_that_could_make_room_the_less_important_one_does():
    days = (*(workday(Key(worker, 0), skills=GLASS) for worker in (2, 3, 4)), workday(Key(5, 0)))
    jobs = pinned(1, 12 * HOUR, (GLASS, GLASS)), pinned(2, 12 * HOUR, priority=2), pinned(3, 12 * HOUR, priority=1)
    team, second, third = (Stop(number, 12 * HOUR) for number in (1, 2, 3))
    before = Plan({Key(1, 0): (team,), Key(2, 0): (team,), Key(3, 0): (second,), Key(4, 0): (third,)})
    best = repair(Problem(jobs, days, Line(), before))[0]
    assert best.plan.routes == {Key(2, 0): (team,), Key(3, 0): (second,), Key(4, 0): (team,), Key(5, 0): (third,)}


def test_the_one_who_could_come_is_set_free():
    """Glass is Dina's alone to carry; what she has at noon anybody can do."""
    days = (workday(Key(2, 0), skills=DRIVE), workday(Key(3, 0), skills=GLASS), workday(Key(4, 0)))
    team = pinned(1, 12 * HOUR, (GLASS, DRIVE))
    together, hers = Stop(1, 12 * HOUR), Stop(2, 12 * HOUR)
    before = Plan({Key(1, 0): (together,), Key(2, 0): (together,), Key(3, 0): (hers,)})
    none_lost, least_change = repair(Problem((team, pinned(2, 12 * HOUR)), days, Line(), before))
    assert none_lost.costs.lost == ()
    assert none_lost.plan.routes == {Key(2, 0): (together,), Key(3, 0): (together,), Key(4, 0): (hers,)}
    assert (least_change.costs.lost, least_change.disturbed) == ((1,), 0)
