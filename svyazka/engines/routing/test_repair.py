from __future__ import annotations

import dataclasses
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from svyazka.engines.routing import repair as repairing
from svyazka.engines.routing.evaluate import evaluate
from svyazka.engines.routing.problem import Break, Job, Key, Plan, Point, Problem, Span, Stop, WorkDay
from svyazka.engines.routing.repair import Change, repair
from svyazka.engines.routing.test_evaluate import BORIS, EGOR, HOUR, Line, job, workday

GLASS, DRIVE = frozenset({"glass"}), frozenset({"drive"})
LUNCH = Break(45 * 60, Span(12 * HOUR, 15 * HOUR))
DINA = Key(3, 0)


def morning(dice):
    """A sound day of a few people: some visits for two, a chain, some locked, some with another window to move to."""
    skills = [GLASS, DRIVE, GLASS | DRIVE, GLASS | DRIVE]
    days = []
    for worker in range(4):
        home = Point(dice.randint(-20, 20), 0)
        away = (Span(15 * HOUR, 16 * HOUR),) if dice.random() < 0.2 else ()
        breaks = (LUNCH,) * dice.randint(0, 1)
        capacity = dice.choice((None, 4))
        most_work = dice.choice((None, 3 * HOUR))
        made = WorkDay(worker, 0, Span(9 * HOUR, 18 * HOUR), home, home, skills[worker], breaks, away)
        days.append(dataclasses.replace(made, capacity=capacity, most_work=most_work))
    jobs, plan = [], Plan()
    for number in range(16):
        new = drawn(dice, number, jobs)
        for _try in range(6):
            start = dice.randrange(new.promise.start, new.promise.end + 1, 900)
            team = dice.sample(days, len(new.needs))
            further = with_stop(plan, [day.key for day in team], Stop(number, start))
            if evaluate(Problem((*jobs, new), tuple(days), Line()), further).is_sound:
                jobs, plan = [*jobs, new], further
                break
    return Problem(tuple(jobs), tuple(days), Line(), plan)


def drawn(dice, number, jobs):
    promise = Span(begin := dice.randrange(9 * HOUR, 16 * HOUR, 1800), begin + dice.choice((0, 1, 2)) * HOUR)
    later = (Span(promise.end + 1, 17 * HOUR),) if dice.random() < 0.3 else ()
    needs = (GLASS, DRIVE) if dice.random() < 0.15 else (dice.choice((GLASS, DRIVE)),)
    after = dice.choice(jobs).id if jobs and dice.random() < 0.15 else None
    return Job(
        number, Point(dice.randint(-20, 20), 0), dice.choice((1800, HOUR)), (promise, *later), needs,
        priority=dice.randint(1, 3), promise=promise, locked=after is None and dice.random() < 0.1,
        after=after, pause=600,
    )  # fmt: skip


def with_stop(plan, keys, stop):
    routes = dict(plan.routes)
    for key in keys:
        routes[key] = tuple(sorted((*routes.get(key, ()), stop), key=lambda one: one.start))
    return Plan(routes)


def fell_ill(problem, worker):
    return dataclasses.replace(problem, days=tuple(day for day in problem.days if day.worker != worker))


def is_late(problem, worker):
    """He sets out two hours later; what was locked in his day is free to go."""
    days = [
        dataclasses.replace(day, shift=Span(11 * HOUR, 18 * HOUR)) if day.worker == worker else day
        for day in problem.days
    ]
    his = {stop.job for stop in problem.before.of(Key(worker, 0))}
    jobs = [dataclasses.replace(job, locked=job.locked and job.id not in his) for job in problem.jobs]
    return dataclasses.replace(problem, days=tuple(days), jobs=tuple(jobs))


def takes_longer(problem, worker):
    his = [stop.job for stop in problem.before.of(Key(worker, 0))]
    jobs = [
        dataclasses.replace(job, locked=job.locked and job.id not in his, work=job.work + HOUR * (job.id in his[:1]))
        for job in problem.jobs
    ]
    return dataclasses.replace(problem, jobs=tuple(jobs))


def is_cancelled(problem, worker):
    his = [stop.job for stop in problem.before.of(Key(worker, 0))]
    return dataclasses.replace(problem, jobs=tuple(job for job in problem.jobs if job.id not in his[:1]))


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    happened=st.lists(
        st.tuples(st.sampled_from([fell_ill, is_late, takes_longer, is_cancelled]), st.integers(0, 3)),
        min_size=1,
        max_size=3,
    ),
)
def test_whatever_happens_every_way_out_keeps_all_rules_and_says_all_that_changes(seed, happened):
    problem = morning(random.Random(seed))
    for what, worker in happened:
        problem = what(problem, worker)
        ways_out = repair(problem)
        assert 1 <= len(ways_out) <= 3
        assert sorted(aim for one in ways_out for aim in one.aims) == sorted(repairing.AIMS)
        for one in ways_out:
            verdict = evaluate(problem, one.plan)
            assert verdict.faults == ()
            assert verdict.costs == one.costs
            changed = {job.id for job in problem.jobs if places(one.plan, job) != places(problem.before, job)}
            assert {change.job for change in one.changes} == changed
        assert len(ways_out[0].costs.lost) == min(len(one.costs.lost) for one in ways_out)
        problem = dataclasses.replace(problem, before=ways_out[0].plan)


def places(plan, job):
    return plan.places.get(job.id, ())


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_where_nothing_happened_nothing_changes(seed):
    problem = morning(random.Random(seed))
    (only,) = repair(problem)
    assert only.changes == ()
    assert only.plan.places == problem.before.places


def anywhere(number, *, start, at=10, **more):
    """A visit that its client was promised for exactly then."""
    return job(number, at=at, windows=(Span(start, start),), promise=Span(start, start), **more)


def after_illness(jobs, routes, days=(BORIS,)):
    before = Plan({key: tuple(Stop(*stop) for stop in route) for key, route in routes.items()})
    return repair(Problem(tuple(jobs), tuple(workday(key) for key in days), Line(), before))


def test_the_visits_of_whoever_is_ill_go_to_others_at_the_same_time():
    (only,) = after_illness([anywhere(1, start=10 * HOUR)], {EGOR: [(1, 10 * HOUR)]})
    assert only.plan.routes == {BORIS: (Stop(1, 10 * HOUR),)}
    assert only.changes == (Change(1, (1,), (2,), 10 * HOUR, 10 * HOUR, leaves_promise=False),)
    assert only.objective == repairing.WORKER + only.costs.travel


def test_another_makes_room_where_there_is_none():
    """Only Boris has the skill, and somebody else can take over what he has at that time."""
    glass = anywhere(1, start=10 * HOUR, needs=(GLASS,))
    days = (workday(BORIS, skills=GLASS), workday(DINA))
    before = Plan({EGOR: (Stop(1, 10 * HOUR),), BORIS: (Stop(2, 10 * HOUR),)})
    none_lost, least_change = repair(Problem((glass, anywhere(2, start=10 * HOUR)), days, Line(), before))
    assert none_lost.plan.routes == {BORIS: (Stop(1, 10 * HOUR),), DINA: (Stop(2, 10 * HOUR),)}
    assert none_lost.aims == ("none_lost", "least_travel")
    assert none_lost.disturbed == 1
    assert least_change.costs.lost == (1,)
    assert least_change.disturbed == 0


def test_a_third_makes_room_where_the_second_cannot():
    days = (workday(BORIS, skills=GLASS | DRIVE), workday(DINA, skills=DRIVE), workday(Key(4, 0)))
    jobs = (
        anywhere(1, start=10 * HOUR, needs=(GLASS,)),
        anywhere(2, start=10 * HOUR, needs=(DRIVE,)),
        anywhere(3, start=10 * HOUR),
    )
    before = Plan({EGOR: (Stop(1, 10 * HOUR),), BORIS: (Stop(2, 10 * HOUR),), DINA: (Stop(3, 10 * HOUR),)})
    best = repair(Problem(jobs, days, Line(), before))[0]
    assert best.costs.lost == ()
    assert [one.job for one in best.changes] == [1, 2, 3]


def test_a_promise_is_left_only_when_the_visit_were_lost_otherwise():
    told = Span(10 * HOUR, 10 * HOUR)
    wide = job(1, windows=(told, Span(14 * HOUR, 15 * HOUR)), promise=told)
    routes = {EGOR: [(1, 10 * HOUR)]}
    assert not after_illness([wide], routes)[0].changes[0].leaves_promise
    busy = after_illness([wide, anywhere(2, start=10 * HOUR, locked=True)], routes | {BORIS: [(2, 10 * HOUR)]})[0]
    assert busy.changes == (Change(1, (1,), (2,), 10 * HOUR, 14 * HOUR, leaves_promise=True),)


def test_of_two_that_cannot_both_be_kept_the_more_important_one_is():
    jobs = [anywhere(1, start=10 * HOUR), anywhere(2, start=10 * HOUR, priority=5)]
    best = after_illness(jobs, {EGOR: [(1, 10 * HOUR)], DINA: [(2, 10 * HOUR)]})[0]
    assert best.costs.lost == (1,)


def test_a_team_stays_together_with_somebody_in_the_place_of_whoever_is_ill():
    pair = dataclasses.replace(anywhere(1, start=10 * HOUR), needs=(frozenset(), frozenset()))
    routes = {EGOR: [(1, 10 * HOUR)], BORIS: [(1, 10 * HOUR)]}
    (best,) = after_illness([pair], routes, (BORIS, DINA))
    assert best.plan.routes == {BORIS: (Stop(1, 10 * HOUR),), DINA: (Stop(1, 10 * HOUR),)}
    assert after_illness([pair], routes)[0].plan.routes == {}


def test_what_waits_for_a_lost_visit_is_not_done_before_it():
    first, second = anywhere(1, start=10 * HOUR, needs=(GLASS,)), anywhere(2, start=12 * HOUR, after=1)
    best = after_illness([first, second], {EGOR: [(1, 10 * HOUR)], BORIS: [(2, 12 * HOUR)]})[0]
    assert best.costs.lost == (1, 2)


def test_whoever_is_late_keeps_what_he_can_and_a_neighbour_takes_the_rest():
    days = (workday(EGOR, shift=Span(10 * HOUR, 18 * HOUR)), workday(BORIS))
    jobs = (anywhere(1, start=10 * HOUR), job(2, windows=(Span(11 * HOUR, 14 * HOUR),)))
    before = Plan({EGOR: (Stop(1, 10 * HOUR), Stop(2, 11 * HOUR))})
    best = repair(Problem(jobs, days, Line(), before))[0]
    assert best.plan.routes == {BORIS: (Stop(1, 10 * HOUR),), EGOR: (Stop(2, 11 * HOUR),)}


def test_an_emergency_finds_a_place_too():
    problem = Problem((anywhere(1, start=10 * HOUR),), (workday(BORIS),), Line())
    assert repair(problem)[0].plan.routes == {}
    assert repair(problem, also=[1])[0].plan.routes == {BORIS: (Stop(1, 10 * HOUR),)}
