from __future__ import annotations

import dataclasses
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from svyazka.engines.routing import day_plan, timing
from svyazka.engines.routing.evaluate import evaluate
from svyazka.engines.routing.problem import Job, Plan, Point, Problem, Span, Stop
from svyazka.engines.routing.reorder import reorder
from svyazka.engines.routing.squeeze import between, squeeze, way_along
from svyazka.engines.routing.test_evaluate import HOUR, Line, job, workday
from svyazka.engines.routing.test_offers import NEW, Town
from svyazka.engines.routing.test_squeeze import plan_of
from svyazka.engines.routing.timing import Piece


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6), at=st.integers(-30, 30), begin=st.integers(9, 15), work=st.sampled_from((HOUR, 5400))
)
def test_it_finds_room_if_and_only_if_there_is_an_order_with_room(seed, at, begin, work):
    plans = [
        dataclasses.replace(plan, day=dataclasses.replace(plan.day, away=()))
        for plan in Town(seed, workers=3, days=1, stops=4, flexible=True).plans.values()
    ]
    new = Job(NEW, Point(at, 0), work, (Span(begin * HOUR, (begin + 2) * HOUR),))
    for plan, found in zip(plans, reorder(plans, new, new.windows, Line()), strict=True):
        assert bool(found) == any(fits(plan, new, order) for order in permutations(range(len(plan.stops) + 1)))
        if found:
            jobs = (new, *(Job(stop.ref, stop.at, stop.work, (stop.window,)) for stop in plan.stops))
            problem = Problem(jobs, (plan.day,), Line())
            verdict = evaluate(problem, Plan({plan.day.key: found.route}))
            assert verdict.faults == ()
            assert found.added == verdict.costs.travel - evaluate(problem, plan_of(plan)).costs.travel
            assert len(found.route) == len(plan.stops) + 1


def fits(plan, new, order):
    pieces = [Piece(new.work, new.windows), *(Piece(stop.work, (stop.window,)) for stop in plan.stops)]
    ways = way_along(order, between(plan, new.at, Line()))
    return timing.earliest(plan.day.shift, [pieces[one] for one in order], ways, plan.day.breaks) is not None


def test_two_go_elsewhere_in_the_day_so_that_a_third_has_room():
    windows = {1: (10, 13), 2: (11, 13), 3: (12, 12), 4: (9, 13)}
    jobs = [job(one, at=0, windows=(Span(first * HOUR, last * HOUR),)) for one, (first, last) in windows.items()]
    route = [(one, Stop(one.id, (9 + one.id) * HOUR)) for one in jobs]
    plan = day_plan.of_route(workday(shift=Span(9 * HOUR, 14 * HOUR)), route)
    new = job(5, at=0, windows=(Span(11 * HOUR, 11 * HOUR),))
    assert squeeze(plan, new, new.windows, Line()) is None
    (found,) = reorder([plan], new, new.windows, Line())
    assert [stop.job for stop in found.route] == [4, 1, 5, 3, 2]
    full = dataclasses.replace(plan, day=dataclasses.replace(plan.day, capacity=4))
    assert reorder([full], new, new.windows, Line()) == [None]
