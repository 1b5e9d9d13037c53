"""Days as nobody would plan them, and what happens to them: no planner fails, no rule breaks, all is explained."""

from __future__ import annotations

import dataclasses
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from svyazka.engines.routing import day_plan
from svyazka.engines.routing.estimate import Estimate
from svyazka.engines.routing.evaluate import evaluate
from svyazka.engines.routing.offers import offer
from svyazka.engines.routing.optimise import optimise
from svyazka.engines.routing.problem import Break, Job, Key, Plan, Point, Problem, Span, Stop, WorkDay
from svyazka.engines.routing.proposal import propose
from svyazka.engines.routing.repair import repair
from svyazka.engines.routing.wanted import Able, Request
from svyazka.engines.routing.watch import Watch

HOUR, DAY = 3600, 24 * 3600
MOSCOW, VALPARAISO = Point(55.75, 37.62), Point(-33.05, -71.6)
GLASS, DRIVE, NOBODY = frozenset({"glass"}), frozenset({"drive"}), frozenset({"diving"})
ALONE = ((frozenset(),), (GLASS,), (DRIVE,), (GLASS | DRIVE,), (NOBODY,))
NEEDS = (*ALONE, (GLASS, DRIVE), (frozenset(),) * 3, (DRIVE,) * 2)
SHIFTS = (*((9, 18),) * 4, (20, 29), (9, 9), (9, 8), (-2, 6))
DISTRICTS = ("", "", "north", "south")


def place(dice):
    near = Point(MOSCOW.lat + dice.uniform(-0.2, 0.2), MOSCOW.lon + dice.uniform(-0.3, 0.3))
    return dice.choice((MOSCOW, MOSCOW, near, near, near, VALPARAISO))


def span(dice, day):
    """Of some hours, of one second, of nothing at all; at night, the day before, an hour beside the clock."""
    begin = day * DAY + dice.choice((9, 9, 10, 13, 17, 22, -3, 8 - 1, 8 + 1)) * HOUR
    return Span(begin, begin + dice.choice((0, 60, HOUR, 4 * HOUR, 9 * HOUR, -HOUR)))


def workday(dice, key):
    shift = Span(*(key.day * DAY + hour * HOUR for hour in dice.choice(SHIFTS)))
    home = dice.choice((MOSCOW, place(dice), None))
    noon = key.day * DAY + 12 * HOUR
    breaks = (
        *(Break(2700, Span(noon, noon + 3 * HOUR)) for _one in range(dice.random() < 0.5)),
        *(Break(900, Span(noon + 4 * HOUR, noon + 5 * HOUR)) for _one in range(dice.random() < 0.2)),
        *(Break(2700, Span(noon, noon + 60)) for _one in range(dice.random() < 0.05)),
    )
    away = tuple(span(dice, key.day) for _one in range(dice.choice((0, 0, 0, 1, 3))))
    skills = dice.choice((GLASS, DRIVE, GLASS | DRIVE, frozenset()))
    districts = dice.choice((frozenset(), frozenset(), frozenset({"north"}), frozenset({"north", "south"})))
    capacity, most_work = dice.choice((None, None, 0, 1, 4)), dice.choice((None, None, 0, 2 * 3600))
    return WorkDay(
        *key, shift, home, dice.choice((home, place(dice))), skills, breaks, away, districts, capacity, most_work
    )


def job(dice, number, days):
    windows = tuple(span(dice, dice.randrange(days)) for _one in range(dice.choice((0, 1, 1, 1, 2, 3))))
    whole_day = Span(0, days * DAY)
    windows = dice.choice((windows, (whole_day,)))
    promise = dice.choice((None, None, dice.choice((*windows, whole_day))))
    after = dice.choice((None, None, None, number, dice.randrange(20)))
    return Job(
        number, place(dice), dice.choice((0, 1800, 1800, HOUR, 11 * HOUR)), windows, dice.choice(NEEDS),
        priority=dice.choice((0, 1, 1, 3, 1000)), load=dice.choice((0, 1, 1, 5)), district=dice.choice(DISTRICTS),
        promise=promise, after=after, pause=dice.choice((0, HOUR)),
    )  # fmt: skip


def company(dice, *, days=2):
    """With a sound plan of some of it."""
    keys = [Key(worker, day) for worker in range(dice.randint(0, 4)) for day in range(days) if dice.random() < 0.9]
    workdays = tuple(workday(dice, key) for key in keys)
    jobs = tuple(job(dice, number, days) for number in range(dice.randint(0, 14)))
    problem, plan = Problem(jobs, workdays, Estimate(MOSCOW)), Plan()
    for one in jobs:
        for _try in range(4 if dice.random() < 0.8 and one.windows and len(keys) >= len(one.needs) else 0):
            window = dice.choice(one.windows)
            team, start = dice.sample(keys, len(one.needs)), dice.randint(window.start, window.end)
            further = with_stop(plan, team, Stop(one.id, start))
            if evaluate(problem, further).is_sound:
                plan = further
                break
    return dataclasses.replace(problem, before=plan)


def with_stop(plan, keys, stop):
    routes = dict(plan.routes)
    for key in keys:
        routes[key] = tuple(sorted((*routes.get(key, ()), stop), key=lambda one: one.start))
    return Plan(routes)


def as_they_are_now(dice, problem):
    """Somebody is ill, or all are; somebody is away for a while; work takes longer; visits are called off. What is not
    concerned may be locked."""
    ill = {day.key for day in problem.days if dice.random() < dice.choice((0, 0.3, 1))}
    days = tuple(
        dataclasses.replace(day, away=(*day.away, span(dice, day.day))) if dice.random() < 0.2 else day
        for day in problem.days
        if day.key not in ill
    )
    longer = {one.id for one in problem.jobs if dice.random() < 0.1}
    jobs = [
        dataclasses.replace(one, work=one.work + HOUR) if one.id in longer else one
        for one in problem.jobs
        if dice.random() < 0.95
    ]
    same = {day.key for day in days if day in problem.days}
    busy = {key for number in longer for key, _start in problem.before.places.get(number, ())}
    jobs = [
        dataclasses.replace(one, locked=one.after is None and dice.random() < 0.3 and kept <= same - busy)
        for one in jobs
        for kept in [{key for key, _start in problem.before.places.get(one.id, ())}]
    ]
    return dataclasses.replace(problem, days=days, jobs=tuple(jobs))


def dice_of(seeds=10**6):
    return st.integers(0, seeds).map(random.Random)


@settings(max_examples=60, deadline=None)
@given(dice_of(), st.booleans())
def test_the_night_keeps_all_rules_and_has_a_reason_for_whatever_is_left(dice, happens):
    problem = company(dice)
    problem = as_they_are_now(dice, problem) if happens else problem
    plan = optimise(problem, watch=Watch(0.06), seed=1)
    assert evaluate(problem, plan).faults == ()
    proposal = propose(problem, plan)
    verdict = evaluate(problem, proposal.after)
    assert verdict.faults == ()
    assert sorted(one.job for one in proposal.unplaced) == sorted(verdict.costs.unserved)
    if not happens:
        assert verdict.costs.unserved_weight <= evaluate(problem, problem.before).costs.unserved_weight


@settings(max_examples=60, deadline=None)
@given(dice_of())
def test_whatever_happens_to_such_a_day_each_way_out_keeps_all_rules(dice):
    problem = as_they_are_now(dice, company(dice))
    for way_out in repair(problem, also=[one.id for one in problem.jobs if dice.random() < 0.2]):
        verdict = evaluate(problem, way_out.plan)
        assert verdict.faults == ()
        assert {one.job for one in way_out.changes if not one.workers} >= set(verdict.costs.lost)


@settings(max_examples=60, deadline=None)
@given(dice_of(), st.sampled_from(NEEDS), st.sampled_from((0, 1800, 11 * HOUR)), st.sampled_from((1, 60, 1800)))
def test_windows_of_such_a_day_can_be_kept_or_there_is_a_reason_why_there_is_none(dice, needs, work, step):
    problem = company(dice, days=1)
    fixed = {one for job_ in problem.jobs for one in (job_.id, job_.after) if job_.after is not None}
    able = [Able(day.worker, day.skills, day.districts) for day in problem.days]
    packed = [(day.key, day_plan.pack(plan_of(problem, day, fixed), problem.travel)) for day in problem.days]
    slots = tuple(span(dice, 0) for _one in range(dice.randint(0, 4)))
    wishes = tuple(span(dice, 0) for _one in range(dice.randint(0, 2)))
    request = Request(place(dice), (work,), slots, needs, dice.choice(DISTRICTS), step=step, dislikes=wishes)
    answer = offer(request, able, packed, problem.travel, days=1)
    assert answer.windows or sum(answer.why_not.values()) == len(able)
    for window in answer.windows:
        faults = evaluate(*with_window(problem, request, window)).faults
        # Packed days do not say how much work a day may hold at most: booking minds that.
        assert [fault for fault in faults if fault.rule != "work"] == []
        assert window.span.start <= window.start <= window.span.end


def plan_of(problem, day, fixed):
    return day_plan.of_route(day, [(problem.job[stop.job], stop) for stop in problem.before.of(day.key)], fixed=fixed)


def with_window(problem, request, window):
    new = Job(99, request.at, request.parts[0], (window.span,), request.needs, district=request.district)
    routes = dict(problem.before.routes)
    for visit in window.visits:
        key, starts = Key(visit.worker, visit.day), {one.ref: one.start for one in visit.moved}
        route = [Stop(stop.job, starts.get(stop.job, stop.start)) for stop in routes.get(key, ())]
        routes[key] = (*route[: visit.position], Stop(99, visit.start), *route[visit.position :])
    return dataclasses.replace(problem, jobs=(*problem.jobs, new)), Plan(routes)


def test_a_great_many_at_one_door():
    """All of them at once: who looks at every order would not come back."""
    jobs = tuple(Job(number, MOSCOW, 60, (Span(9 * HOUR, 18 * HOUR),)) for number in range(28))
    egor, boris = (WorkDay(worker, 0, Span(9 * HOUR, 9 * HOUR + 25 * 60), MOSCOW, MOSCOW) for worker in (1, 2))
    before = Plan({egor.key: tuple(Stop(number, 9 * HOUR + 60 * number) for number in range(25))})
    problem = Problem(jobs, (egor, boris), Estimate(MOSCOW), before)
    plan = optimise(problem, watch=Watch(0.3), seed=1)
    assert evaluate(problem, plan).faults == ()
    assert len(plan.places) == 28
    alone = dataclasses.replace(problem, days=(egor,))
    assert [one.job for one in propose(alone, before).unplaced] == [25, 26, 27]
    assert evaluate(alone, repair(alone, also=(25, 26, 27))[0].plan).faults == ()
