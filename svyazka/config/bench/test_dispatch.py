from __future__ import annotations

import dataclasses
from itertools import islice

import pytest

from svyazka.config.bench import dispatch, visits_windows
from svyazka.config.bench.dispatch import Weeks
from svyazka.engines.routing.evaluate import evaluate
from svyazka.engines.routing.repair import repair


@pytest.fixture(scope="module")
def house():
    return visits_windows.House(Weeks(5, 12, days=6))


def test_the_same_seed_makes_the_same_town(house):
    again = Weeks(5, 12, days=6)
    assert again.plans == house.weeks.plans
    assert list(islice(again.requests(3), 3)) == list(islice(Weeks(5, 12, days=6).requests(3), 3))


def test_a_made_up_morning_is_sound_and_everybody_is_served():
    problem = dispatch.morning(3, crews=8, visits=50, pairs=2)
    verdict = evaluate(problem, problem.before)
    assert verdict.faults == ()
    assert verdict.costs.unserved == ()
    assert verdict.costs.left_promises == ()
    assert sum(len(job.needs) > 1 for job in problem.jobs) == 2


def test_the_first_window_is_within_a_minute_of_the_best_there_is_and_all_can_be_kept(house):
    near, broken = visits_windows.judged(house, 40)
    assert near >= 95
    assert broken == 0


def test_a_window_that_cannot_be_kept_is_noticed(house):
    window, request = next((window, one) for one in house.weeks.requests(50) for window in house.offer(one).windows[:1])
    assert visits_windows.can_be_kept(house.weeks, window, request)
    (visit,) = window.visits
    false = window.visits[0]._replace(start=visit.start - 6 * dispatch.HOUR)
    assert not visits_windows.can_be_kept(house.weeks, dataclasses.replace(window, visits=(false,)), request)


def test_after_an_illness_few_are_disturbed():
    problem = dispatch.morning(3, crews=10, visits=65, pairs=2)
    for worker in range(10):
        now = dispatch.ill(problem, worker)
        best = repair(now)[0]
        assert evaluate(now, best.plan).faults == ()
        assert best.costs.left_promises == ()
        assert {change.job for change in best.changes} >= {stop.job for stop in problem.before.of((worker, 0))}
