from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from svyazka.engines.routing.evaluate import Fault, evaluate
from svyazka.engines.routing.problem import Break, Job, Key, Plan, Point, Problem, Span, Stop, WorkDay

HOUR = 3600
HOME = Point(0, 0)
ANY_TIME = (Span(0, 24 * HOUR),)
SHIFT = Span(9 * HOUR, 18 * HOUR)
EGOR, BORIS = Key(1, 0), Key(2, 0)


class Line:
    """A minute for each degree of latitude."""

    version = "line"

    def matrix(self, points):
        at = np.asarray(points, dtype=float).reshape(-1, 2)[:, 0]
        return np.abs(at[:, None] - at[None, :]).astype(np.int32) * 60

    def to_many(self, point, points):
        return self.matrix([point, *points])[0, 1:]


def job(number, *, at=10, work=HOUR, windows=ANY_TIME, **more):
    return Job(number, Point(at, 0), work, tuple(windows), **more)


def workday(key=EGOR, **more):
    return WorkDay(
        **{"worker": key.worker, "day": key.day, "shift": Span(9 * HOUR, 18 * HOUR), "start": HOME, "end": HOME} | more
    )


def rules(jobs, days, routes, before=None):
    plan = Plan({key: tuple(Stop(*stop) for stop in route) for key, route in routes.items()})
    problem = Problem(tuple(jobs), tuple(days), Line(), before or Plan())
    return [fault.rule for fault in evaluate(problem, plan).faults]


def test_a_good_day_has_no_fault_and_costs_its_ways():
    plan = Plan({EGOR: (Stop(1, 10 * HOUR), Stop(2, 12 * HOUR))})
    verdict = evaluate(Problem((job(1), job(2, at=30), job(3, priority=7)), (workday(),), Line()), plan)
    assert verdict.faults == ()
    assert verdict.costs.travel == (10 + 20 + 30) * 60
    assert (verdict.costs.unserved, verdict.costs.unserved_weight) == ((3,), 7)


@pytest.mark.parametrize(
    ("start", "rule"),
    [(9 * HOUR + 599, "hours"), (9 * HOUR + 600, None), (16 * HOUR + 3000, None), (16 * HOUR + 3001, "hours")],
)
def test_the_way_from_home_and_back_is_in_the_shift(start, rule):
    assert rules([job(1)], [workday()], {EGOR: [(1, start)]}) == ([rule] if rule else [])


@pytest.mark.parametrize(
    ("start", "rule"), [(11 * HOUR - 1, "overlap"), (11 * HOUR + 299, "travel"), (11 * HOUR + 300, None)]
)
def test_between_two_jobs_lies_the_way(start, rule):
    found = rules([job(1), job(2, at=15)], [workday()], {EGOR: [(1, 10 * HOUR), (2, start)]})
    assert found == ([rule] if rule else [])


def test_whoever_starts_on_site_has_no_way():
    assert rules([job(1)], [workday(start=None, end=None)], {EGOR: [(1, 9 * HOUR)]}) == []


def test_it_begins_in_one_of_its_windows():
    two = [Span(9 * HOUR, 10 * HOUR), Span(14 * HOUR, 15 * HOUR)]
    found = [rules([job(1, windows=two)], [workday()], {EGOR: [(1, hour * HOUR)]}) for hour in (10, 12, 14)]
    assert found == [[], ["window"], []]


def test_a_lunch_needs_room_beside_the_way():
    lunch = Break(45 * 60, Span(12 * HOUR, 14 * HOUR))
    day = workday(breaks=(lunch,))
    jobs = [job(1, work=2 * HOUR), job(2, at=20, work=2 * HOUR)]
    early = rules(jobs, [day], {EGOR: [(1, 11 * HOUR), (2, 13 * HOUR + 55 * 60)]})
    late = rules(jobs, [day], {EGOR: [(1, 11 * HOUR), (2, 13 * HOUR + 54 * 60)]})
    assert (early, late) == ([], ["break"])


def test_two_breaks_do_not_share_their_time():
    half = Break(HOUR, Span(12 * HOUR, 14 * HOUR))
    jobs = [job(1, work=2 * HOUR), job(2, work=2 * HOUR)]
    routes = {EGOR: [(1, 10 * HOUR), (2, 13 * HOUR + 1800)]}
    assert rules(jobs, [workday(breaks=(half,))], routes) == []
    assert rules(jobs, [workday(breaks=(half, half))], routes) == ["break"]


def test_an_absence_takes_the_time_of_work_and_of_the_way():
    day = workday(away=(Span(11 * HOUR, 12 * HOUR),))
    jobs = [job(1), job(2, at=20)]
    assert rules(jobs, [day], {EGOR: [(1, 10 * HOUR), (2, 12 * HOUR + 600)]}) == []
    assert rules(jobs, [day], {EGOR: [(1, 10 * HOUR), (2, 12 * HOUR + 599)]}) == ["travel"]
    assert rules(jobs, [day], {EGOR: [(1, 10 * HOUR + 1)]}) == ["away"]


def test_skills_of_a_team_may_be_spread_over_it_but_each_is_one_persons():
    pair = job(1, needs=(frozenset({"glass"}), frozenset({"drive"})))
    both = {EGOR: [(1, 10 * HOUR)], BORIS: [(1, 10 * HOUR)]}
    able = workday(skills=frozenset({"glass", "drive"}))
    assert rules([pair], [able, workday(BORIS, skills=frozenset({"glass"}))], both) == []
    assert rules([pair], [able, workday(BORIS)], both) == ["skill"]
    assert rules([pair], [able, workday(BORIS)], {EGOR: [(1, 10 * HOUR)]}) == ["team"]
    apart = {EGOR: [(1, 10 * HOUR)], BORIS: [(1, 11 * HOUR)]}
    assert rules([pair], [able, workday(BORIS, skills=frozenset({"glass"}))], apart) == ["team"]
    assert rules([job(1)], [able, workday(BORIS)], both) == ["twice"]


def test_territory_capacity_and_what_is_not_known():
    assert rules([job(1, district="north")], [workday(districts=frozenset({"south"}))], {EGOR: [(1, 10 * HOUR)]}) == [
        "territory"
    ]
    full = {EGOR: [(1, 10 * HOUR), (2, 12 * HOUR)]}
    assert rules([job(1), job(2, load=2)], [workday(capacity=2)], full) == ["capacity"]
    assert rules([job(1), job(2)], [workday(most_work=job(1).work * 2)], full) == []
    assert rules([job(1), job(2)], [workday(most_work=job(1).work * 2 - 1)], full) == ["work"]
    assert rules([job(1)], [workday()], {BORIS: [(1, 10 * HOUR)]}) == ["unknown"]
    assert rules([job(1)], [workday()], {EGOR: [(9, 10 * HOUR)]}) == ["unknown"]


def test_what_is_locked_stays():
    before = Plan({EGOR: (Stop(1, 10 * HOUR),)})
    jobs, days = [job(1, locked=True)], [workday(), workday(BORIS)]
    assert rules(jobs, days, {EGOR: [(1, 10 * HOUR)]}, before) == []
    assert rules(jobs, days, {BORIS: [(1, 10 * HOUR)]}, before) == ["lock"]
    assert rules(jobs, days, {EGOR: [(1, 11 * HOUR)]}, before) == ["lock"]
    assert rules(jobs, days, {}, before) == ["lock"]


def test_a_chain_keeps_its_order_and_its_pause():
    jobs = [job(1), job(2, after=1, pause=HOUR)]
    assert rules(jobs, [workday()], {EGOR: [(1, 10 * HOUR), (2, 12 * HOUR)]}) == []
    assert rules(jobs, [workday()], {EGOR: [(1, 10 * HOUR), (2, 12 * HOUR - 1)]}) == ["chain"]
    assert rules(jobs, [workday()], {EGOR: [(2, 12 * HOUR)]}) == ["chain"]
    assert rules([dataclasses.replace(jobs[1], after=77)], [workday()], {EGOR: [(2, 12 * HOUR)]}) == []


def test_what_changed_against_the_plan_before_is_counted():
    before = Plan({EGOR: (Stop(1, 10 * HOUR), Stop(2, 12 * HOUR), Stop(3, 14 * HOUR))})
    promised = job(1, promise=Span(10 * HOUR, 10 * HOUR))
    plan = Plan({BORIS: (Stop(1, 10 * HOUR + 60),), EGOR: (Stop(2, 12 * HOUR + 1800),)})
    problem = Problem((promised, job(2), job(3), job(4)), (workday(), workday(BORIS)), Line(), before)
    verdict = evaluate(problem, plan)
    assert verdict.is_sound
    costs = verdict.costs
    assert (costs.changed_workers, costs.moved_starts, costs.left_promises) == ((1,), (2,), (1,))
    assert (costs.lost, costs.unserved) == ((3,), (3, 4))


def test_a_fault_says_whose_and_of_what():
    problem = Problem((job(1),), (workday(),), Line())
    assert evaluate(problem, Plan({EGOR: (Stop(1, 0),)})).faults == (Fault("hours", 1, EGOR),)
