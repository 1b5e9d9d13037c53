from __future__ import annotations

import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st

from svyazka.engines.routing import day_plan
from svyazka.engines.routing.day_plan import DayPlan
from svyazka.engines.routing.evaluate import evaluate
from svyazka.engines.routing.insertion import Place, Rows, exact
from svyazka.engines.routing.problem import Job, Plan, Point, Problem, Span, Stop
from svyazka.engines.routing.squeeze import squeeze
from svyazka.engines.routing.test_evaluate import HOUR, Line, job, workday
from svyazka.engines.routing.test_offers import NEW, Town
from svyazka.engines.routing.timing import Piece


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 10**6), at=st.integers(-30, 30), begin=st.integers(9, 15))
def test_it_finds_room_wherever_an_insertion_does_and_more(seed, at, begin):
    (plan,) = Town(seed, workers=1, days=1, stops=4, flexible=True).plans.values() or (DayPlan(workday()),)
    plan = dataclasses.replace(plan, day=dataclasses.replace(plan.day, away=()))
    window = Span(begin * HOUR, (begin + 2) * HOUR)
    new = Job(NEW, Point(at, 0), HOUR, (window,))
    rows = Rows([(plan.day.key, day_plan.pack(plan, Line()))])
    places = [Place(0, position) for position in range(len(plan.stops) + 1)]
    inserted = [found[1] for place in places if (found := exact(rows, new.at, place, Piece(HOUR, (window,)), Line()))]
    squeezed = squeeze(plan, new, (window,), Line())
    if inserted:
        assert squeezed
        assert squeezed.added <= min(inserted)
    if squeezed:
        jobs = (new, *(Job(stop.ref, stop.at, stop.work, (stop.window,)) for stop in plan.stops))
        verdict = evaluate(Problem(jobs, (plan.day,), Line()), Plan({plan.day.key: squeezed.route}))
        assert verdict.faults == ()
        travel = evaluate(Problem(jobs, (plan.day,), Line()), plan_of(plan)).costs.travel
        assert squeezed.added == verdict.costs.travel - travel


def plan_of(plan):
    return Plan({plan.day.key: tuple(Stop(stop.ref, stop.start) for stop in plan.stops)})


def test_one_that_can_wait_lets_the_new_one_go_first():
    day = workday()
    patient = job(1, at=0, windows=(Span(9 * HOUR, 12 * HOUR),))
    plan = day_plan.of_route(day, [(patient, Stop(1, 9 * HOUR)), (job(2, at=0), Stop(2, 10 * HOUR))])
    new = job(3, at=0, windows=(Span(9 * HOUR, 9 * HOUR),))
    squeezed = squeeze(plan, new, new.windows, Line())
    assert squeezed.route[0] == Stop(3, 9 * HOUR)
    assert sorted(stop.job for stop in squeezed.route) == [1, 2, 3]
    for most in ({"capacity": 2}, {"most_work": 3 * HOUR - 1}):
        full = dataclasses.replace(plan, day=dataclasses.replace(day, **most))
        assert squeeze(full, new, new.windows, Line()) is None
