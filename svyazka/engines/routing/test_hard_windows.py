"""What is offered for hard days, beside a search through every place of every day."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from svyazka.engines.routing import day_plan
from svyazka.engines.routing.offers import offer
from svyazka.engines.routing.problem import Job, Key, Plan, Problem, Span, Stop
from svyazka.engines.routing.test_hard_judge import (
    DRIVE,
    GLASS,
    HOUR,
    MINUTE,
    Clock,
    broken,
    company,
    may_go,
    somewhere,
    span,
)  # fmt: skip
from svyazka.engines.routing.wanted import Able, Request

NEEDS = ((frozenset(),), (GLASS,), (DRIVE,), (GLASS | DRIVE,))
NEW = 99


def request(dice, town, needs):
    slots = tuple(
        span(begin * HOUR, begin * HOUR + dice.choice((0, 15, 115))) for begin in dice.sample(range(8, 24), 5)
    )
    dislikes = tuple(
        span(begin := dice.randrange(8, 30) * HOUR, begin + dice.choice((30, 120, 300))) for _one in range(2)
    )
    return Request(
        somewhere(dice, town), (dice.choice((15, 60, 60, 120)) * MINUTE,), slots, needs,
        dice.choice(("", "north", "south")), load=dice.choice((0, 1, 1, 2)), step=dice.choice((1, 5, 30)) * MINUTE,
        dislikes=dice.choice(((), (), dislikes)), not_before=dice.choice((0, 0, 12 * HOUR * MINUTE)),
    )  # fmt: skip


def asked(problem, wanted, days):
    able = [
        Able(worker, day.skills, day.districts) for worker, day in {one.worker: one for one in problem.days}.items()
    ]
    packed = [(day.key, day_plan.pack(planned(problem, day), problem.travel)) for day in problem.days]
    return offer(wanted, able, packed, problem.travel, days=days), able


def planned(problem, day):
    return day_plan.of_route(day, [(problem.job[stop.job], stop) for stop in problem.before.of(day.key)])


def with_window(problem, wanted, window):
    new = Job(NEW, wanted.at, wanted.parts[0], (window.span,), wanted.needs, load=wanted.load, district=wanted.district)
    routes = dict(problem.before.routes)
    for visit in window.visits:
        key, starts = Key(visit.worker, visit.day), {one.ref: one.start for one in visit.moved}
        route = [Stop(stop.job, starts.get(stop.job, stop.start)) for stop in routes.get(key, ())]
        routes[key] = (*route[: visit.position], Stop(NEW, visit.start), *route[visit.position :])
    return Problem((*problem.jobs, new), problem.days, problem.travel, problem.before), Plan(routes)


def places(problem, wanted):
    """What the way of a day grows by, wherever it could come in between what is planned; in seconds."""
    for day in problem.days:
        job = Job(NEW, wanted.at, wanted.parts[0], (Span(0, 0),), wanted.needs, district=wanted.district)
        route = problem.before.of(day.key)
        load = sum(problem.job[stop.job].load for stop in route) + wanted.load
        if not (wanted.needs[0] <= day.skills and may_go(day, job)) or load > (day.capacity or load):
            continue
        if day.capacity == 0 and load:
            continue
        clock = Clock(day, problem.travel)
        now = clock.way([problem.job[stop.job].at for stop in route])
        visits = [kept(problem, stop) for stop in route]
        when = beginnings(wanted)
        for position in range(len(route) + 1):
            new = (wanted.at, wanted.parts[0] // MINUTE, when, wanted.step // MINUTE)
            order = [*visits[:position], new, *visits[position:]]
            if clock.starts(order) is not None:
                yield (clock.way([one[0] for one in order]) - now) * MINUTE


def kept(problem, stop):
    """Within what its client was told, or what its job allows."""
    job = problem.job[stop.job]
    told = [job.promise] if job.promise else job.windows
    windows = [one for one in told if one.start <= stop.start <= one.end] or [Span(stop.start, stop.start)]
    return job.at, job.work // MINUTE, windows[:1], 1


def beginnings(wanted):
    """Minute by minute: in a span, not before it can be, and nothing of the work while nobody is in."""
    work = wanted.parts[0]
    return [
        Span(start, start)
        for slot in wanted.slots
        for start in range(slot.start, slot.end + 1, MINUTE)
        if start >= wanted.not_before and all(start + work <= one.start or one.end <= start for one in wanted.dislikes)
    ]


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(NEEDS))
def test_the_best_window_is_shown_and_all_of_them_can_be_kept(seed, needs):
    dice = random.Random(seed)
    problem = company(dice, workers=4, jobs=7)
    wanted = request(dice, problem.travel, needs)
    answer, able = asked(problem, wanted, 1)
    for window in answer.windows:
        assert broken(*with_window(problem, wanted, window)) == []
        assert any(one.start == window.start for one in beginnings(wanted))
    cheapest = min(places(problem, wanted), default=None)
    assert bool(answer.windows) == (cheapest is not None), (answer.why_not, cheapest)
    if answer.windows:
        assert answer.windows[0].added <= cheapest + MINUTE
    else:
        assert sum(answer.why_not.values()) == len(able)
