"""Installations beside every way of sharing them out, where there are few; and that many of them keep all rules."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from svyazka.engines.routing import installations
from svyazka.engines.routing.installations import Crew, Installation, Placed, Weeks, schedule
from svyazka.engines.routing.test_hard_judge import DRIVE, GLASS, somewhere, town
from svyazka.engines.routing.watch import Watch

STOCK = ({}, {}, {"van": 1}, {"van": 1, "lift": 1}, {"van": 2}, {"crane": 1})


def weeks(dice, *, crews=2, jobs=4, horizon=5):
    where = town(dice)
    stock = {"van": [dice.randint(0, 2) for _day in range(horizon)], "lift": [dice.choice((0, 1, 1))] * horizon}
    return Weeks(
        tuple(installation(dice, number, where, horizon) for number in range(jobs)),
        tuple(crew(dice, number, where, horizon) for number in range(1, crews + 1)),
        horizon, stock, where,
    )  # fmt: skip


def crew(dice, number, where, horizon):
    off = frozenset(day for day in range(horizon) if dice.random() < 0.2)
    skills = dice.choice((GLASS, DRIVE, GLASS | DRIVE))
    return Crew(number, somewhere(dice, where), skills, off, dice.choice((frozenset(), frozenset({"north"}))))


def installation(dice, number, where, horizon):
    first = dice.randint(-1, horizon - 1)
    last = first + dice.choice((0, 1, 3, 9))
    return Installation(
        number, somewhere(dice, where), dice.choice((1, 1, 2, 3)), first, last, dice.choice((None, first, last)),
        dice.choice((frozenset(), GLASS, DRIVE)), dice.choice(STOCK), dice.choice((1, 1, 2)),
        dice.choice(("", "north", "south")),
    )  # fmt: skip


def broken(weeks, placed):
    found, crews = [], {one.id: one for one in weeks.crews}
    for number, at in placed.items():
        job, crew = weeks.job[number], crews[at.crew]
        through = range(at.start, at.start + job.days)
        if not (job.first <= at.start <= job.last and through[0] >= 0 and through[-1] < weeks.horizon):
            found.append(f"{number} begins when it may not")
        if not job.needs <= crew.skills or crew.off & set(through):
            found.append(f"{crew.id} cannot do {number}")
        if not goes_to(crew, job):
            found.append(f"{crew.id} does not go to {number}")
    for day in range(weeks.horizon):
        there = [number for number, at in placed.items() if at.start <= day < at.start + weeks.job[number].days]
        busy = [placed[number].crew for number in there]
        if len(set(busy)) < len(busy):
            found.append(f"somebody is twice somewhere on {day}")
        for kind in {kind for number in there for kind in weeks.job[number].stock}:
            has = weeks.stock[kind][day] if kind in weeks.stock else 0
            if sum(weeks.job[number].stock.get(kind, 0) for number in there) > has:
                found.append(f"too few of {kind} on {day}")
    return found


def goes_to(crew, job):
    return not crew.territories or not job.territory or job.territory in crew.territories


def cost(weeks, placed):
    """As it is promised: what is left undone, days off the wish, and the way there and back on each day."""
    crews = {one.id: one for one in weeks.crews}
    total = 0
    for job in weeks.jobs:
        at = placed.get(job.id)
        if at is None:
            total += installations.UNPLACED * job.priority
        else:
            total += installations.A_DAY_OFF * (0 if job.wish is None else abs(at.start - job.wish))
            total += 2 * job.days * 60 * weeks.travel.way(crews[at.crew].at, job.at)
    return total


def least_cost(weeks, placed, left):
    """Tries every crew and every day for one after the other."""
    if not left:
        return cost(weeks, placed)
    (job, *others), ways = left, [placed]
    if job.id not in placed:
        ways += [
            further for crew in weeks.crews for start in range(weeks.horizon)
            if not broken(weeks, further := {**placed, job.id: Placed(crew.id, start)})
        ]  # fmt: skip
    return min(least_cost(weeks, one, others) for one in ways)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_a_few_of_them_are_shared_out_as_well_as_can_be(seed, again):
    dice = random.Random(seed)
    problem = weeks(dice)
    if again:
        had = schedule(replace(problem, jobs=problem.jobs[:2]), watch=Watch(5)).placed
        problem = replace(problem, fixed=had)
    found = schedule(problem, watch=Watch(5))
    assert broken(problem, found.placed) == []
    assert {number: found.placed[number] for number in problem.fixed} == problem.fixed
    assert sorted([*found.placed, *found.unplaced]) == [job.id for job in problem.jobs]
    assert found.cost == cost(problem, found.placed) == least_cost(problem, dict(problem.fixed), problem.jobs)
    assert found.is_proven
    for number, reason in found.unplaced.items():
        assert reason == why_not(problem, found, problem.job[number])


def why_not(weeks, found, job):
    """The first thing that is missing though nothing else is planned; only then the others are in the way."""
    alone = replace(weeks, fixed={})
    without_stock = replace(alone, stock={kind: [9] * weeks.horizon for kind in ("van", "lift", "crane")})
    if not any(job.needs <= one.skills and goes_to(one, job) for one in weeks.crews):
        return "skill"
    if not fits(without_stock, job):
        return "days"
    return "room" if fits(alone, job) else "stock"


def fits(weeks, job):
    return any(
        not broken(weeks, {job.id: Placed(crew.id, start)}) for crew in weeks.crews for start in range(weeks.horizon)
    )


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_many_of_them_keep_all_rules_however_little_time_there_is(seed):
    dice = random.Random(seed)
    problem = weeks(dice, crews=12, jobs=60, horizon=10)
    found = schedule(problem, watch=Watch(dice.choice((0, 0.05, 0.3))))
    assert broken(problem, found.placed) == []
    assert sorted([*found.placed, *found.unplaced]) == [job.id for job in problem.jobs]
