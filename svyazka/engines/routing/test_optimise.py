from __future__ import annotations

import dataclasses
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.engines.routing.evaluate import evaluate
from svyazka.engines.routing.made_up import LUNCH, SKILLS, Flat, day
from svyazka.engines.routing.optimise import optimise
from svyazka.engines.routing.problem import Job, Key, Plan, Point, Problem, Span, Stop, WorkDay
from svyazka.engines.routing.proposal import propose
from svyazka.engines.routing.repair import repair
from svyazka.engines.routing.solvers import vroom_solver
from svyazka.engines.routing.solvers.case_of import case_of
from svyazka.engines.routing.solvers.recombine import Pool, recombine
from svyazka.engines.routing.watch import Watch

HOUR = 3600
QUICK = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


def planned(problem, *, seconds=0.3, seed=1, **more):
    return optimise(problem, watch=Watch(seconds, **more), seed=seed)


def cost(problem, plan):
    costs = evaluate(problem, plan).costs
    return costs.travel + 3 * HOUR * costs.unserved_weight


@pytest.fixture(scope="module")
def small():
    return day(1, workers=6, visits=40)


def test_a_day_from_nothing_is_better_than_what_vroom_finds_by_itself(small):
    plan, case = planned(small, seconds=3), case_of(small, 0)
    alone = vroom_solver.solve(case, range(6), range(40), level=5)
    assert evaluate(small, plan).is_sound
    assert cost(small, plan) <= case.cost(tuple(alone.values()))


def test_lunch_has_room():
    problem = day(2, workers=5, visits=30, breaks=(LUNCH,))
    verdict = evaluate(problem, planned(problem))
    assert verdict.is_sound
    assert len(verdict.costs.unserved) < 15


def test_the_plan_before_is_never_made_worse(small):
    before = planned(small, seconds=1.5)
    after = planned(dataclasses.replace(small, before=before), seconds=0.2, seed=5)
    assert cost(small, after) <= cost(small, before)
    assert evaluate(small, after).costs.unserved_weight <= evaluate(small, before).costs.unserved_weight


@pytest.mark.parametrize(("workers", "visits"), [(0, 3), (3, 0), (1, 1)])
def test_hardly_anybody_and_hardly_anything(workers, visits):
    problem = day(1, workers=workers, visits=visits)
    assert evaluate(problem, planned(problem)).is_sound
    assert {one.job for one in propose(problem, Plan()).unplaced} == set(range(1, visits + 1))


def test_a_pair_that_is_not_planned_yet_gets_its_place():
    problem = day(5, workers=5, visits=10)
    pair = dataclasses.replace(problem.jobs[0], needs=(frozenset(), frozenset()), windows=(Span(9 * HOUR, 17 * HOUR),))
    problem = dataclasses.replace(problem, jobs=(pair, *problem.jobs[1:]))
    plan = planned(problem)
    assert evaluate(problem, plan).is_sound
    assert len(plan.places[pair.id]) == 2


def test_nothing_changes_when_there_is_no_time(small):
    assert planned(small, seconds=0) == Plan()


def test_it_stops_when_told_and_says_how_far_it_is(small):
    told = []
    plan = planned(small, seconds=100, tell=told.append, is_stopped=lambda: len(told) > 0)
    assert evaluate(small, plan).is_sound
    assert 0 < len(told) < 5
    assert all(0 <= one.share < 1 and one.day == 0 for one in told)


def test_two_days_are_planned_one_after_the_other():
    first, second = day(3, workers=3, visits=10), day(4, workers=3, visits=10)
    tomorrow = 24 * HOUR
    days = [
        dataclasses.replace(one, day=1, shift=Span(one.shift.start + tomorrow, one.shift.end + tomorrow))
        for one in second.days
    ]
    jobs = [
        dataclasses.replace(
            one, id=one.id + 100, windows=tuple(Span(a + tomorrow, b + tomorrow) for a, b in one.windows)
        )
        for one in second.jobs
    ]
    problem = Problem((*first.jobs, *jobs), (*first.days, *days), Flat())
    plan = planned(problem)
    assert evaluate(problem, plan).is_sound
    assert {key.day for key in plan.routes} == {0, 1}


def test_whoever_may_come_in_the_morning_or_in_the_evening_comes_then(small):
    split = dataclasses.replace(small.jobs[0], windows=(Span(9 * HOUR, 9 * HOUR + 60), Span(15 * HOUR, 15 * HOUR + 60)))
    problem = dataclasses.replace(small, jobs=(split, *small.jobs[1:]))
    assert evaluate(problem, planned(problem)).is_sound


def test_a_pair_that_is_agreed_stays_together():
    problem = day(5, workers=5, visits=20)
    pair = dataclasses.replace(problem.jobs[0], needs=(frozenset(), frozenset()), windows=(Span(8 * HOUR, 19 * HOUR),))
    keys = [one.key for one in problem.days[:2]]
    before = Plan({key: (Stop(pair.id, 13 * HOUR),) for key in keys})
    problem = dataclasses.replace(problem, jobs=(pair, *problem.jobs[1:]), before=before)
    plan = planned(problem)
    assert evaluate(problem, plan).is_sound
    assert plan.places[pair.id] == tuple((key, 13 * HOUR) for key in keys)


def test_a_chain_keeps_its_order():
    problem = day(6, workers=4, visits=12)
    first, second = problem.jobs[:2]
    later = dataclasses.replace(second, after=first.id, pause=HOUR, windows=(Span(9 * HOUR, 19 * HOUR),))
    problem = dataclasses.replace(problem, jobs=(first, later, *problem.jobs[2:]))
    plan = planned(problem)
    assert evaluate(problem, plan).is_sound
    again = planned(dataclasses.replace(problem, before=plan))
    assert evaluate(dataclasses.replace(problem, before=plan), again).is_sound


def test_whoever_falls_ill_is_replaced_in_a_pair_too():
    problem = day(5, workers=5, visits=10)
    pair = dataclasses.replace(problem.jobs[0], needs=(frozenset(), frozenset()), windows=(Span(9 * HOUR, 17 * HOUR),))
    problem = dataclasses.replace(problem, jobs=(pair, *problem.jobs[1:]))
    before = planned(problem)
    ill = before.places[pair.id][0][0]
    days = tuple(one for one in problem.days if one.key != ill)
    now = dataclasses.replace(problem, days=days, before=before)
    plan = planned(now)
    assert evaluate(now, plan).is_sound
    assert ill not in plan.routes
    assert len(plan.places[pair.id]) == 2


def test_one_after_the_other_on_the_same_day():
    workday = WorkDay(1, 0, Span(8 * HOUR, 17 * HOUR), HOME, HOME)
    third = Job(3, HOME, HOUR, (Span(8 * HOUR, 17 * HOUR),), after=2, pause=HOUR)
    second = dataclasses.replace(third, id=2, after=1)
    first = dataclasses.replace(third, id=1, after=None)
    problem = Problem((third, second, first), (workday,), Flat())
    plan = planned(problem)
    assert evaluate(problem, plan).faults == ()
    assert [stop.job for stop in plan.of(workday.key)] == [1, 2, 3]


@pytest.mark.parametrize(("undone", "best"), [(0, ((0,),)), (1, ((),))])
def test_no_more_is_left_than_may_be_whatever_it_would_save(undone, best):
    far = Job(1, Point(HOME.lat + 0.8, HOME.lon), HOUR, (Span(8 * HOUR, 17 * HOUR),))  # four hours away
    workday = WorkDay(1, 0, Span(6 * HOUR, 20 * HOUR), HOME, HOME)
    case = case_of(Problem((far,), (workday,), Flat()), 0)
    served = ((0,),)
    assert recombine(Pool(case), served, undone=undone, stop=lambda: False) == best
    assert case.is_better(((),), than=served, undone=undone) == (best != served)


@st.composite
def problems(draw):
    """A day in force: some locked, some promised; with absences, districts, capacity, nowhere to begin."""
    random = Random(draw(st.integers(0, 10_000)))
    problem = day(random.randrange(10_000), workers=random.randint(1, 5), visits=random.randint(0, 25))
    days = tuple(_hindered(random, one) for one in problem.days)
    jobs = tuple(dataclasses.replace(one, district=random.choice(("", "north", "south"))) for one in problem.jobs)
    problem = dataclasses.replace(problem, days=days, jobs=jobs)
    part = tuple(job for job in jobs if random.random() < 0.6)
    before = optimise(dataclasses.replace(problem, jobs=part), watch=Watch(0.1), seed=3)
    return dataclasses.replace(problem, before=before, jobs=tuple(_held(random, job, before) for job in jobs))


def _hindered(random, one):
    away = (Span(one.shift.start + 2 * HOUR, one.shift.start + 3 * HOUR),) if random.random() < 0.3 else ()
    return dataclasses.replace(
        one,
        away=away,
        breaks=(LUNCH,) if random.random() < 0.4 else (),
        districts=frozenset({random.choice(("north", "south"))}) if random.random() < 0.3 else frozenset(),
        capacity=random.choice((None, 4)),
        most_work=random.choice((None, 4 * HOUR)),
        start=None if random.random() < 0.2 else one.start,
    )


def _held(random, job, before):
    if job.id not in before.places or random.random() < 0.5:
        return job
    start = before.places[job.id][0][1]
    if random.random() < 0.5:
        return dataclasses.replace(job, locked=True)
    return dataclasses.replace(job, promise=Span(start - HOUR, start + HOUR))


@QUICK
@given(problems(), st.integers(0, 99))
def test_whatever_comes_out_breaks_no_rule_and_no_promise(problem, seed):
    plan = planned(problem, seconds=0.2, seed=seed)
    verdict = evaluate(problem, plan)
    assert verdict.faults == ()
    assert verdict.costs.left_promises == ()
    was = evaluate(problem, problem.before).costs
    assert verdict.costs.unserved_weight <= was.unserved_weight


@QUICK
@given(problems(), st.data())
def test_any_of_the_groups_of_a_proposal_may_be_taken(problem, data):
    proposal = propose(problem, planned(problem, seconds=0.2))
    numbers = range(len(proposal.groups))
    assert proposal.taken([]) == problem.before
    assert proposal.taken(numbers) == proposal.after
    for chosen in [
        *([one] for one in numbers),
        data.draw(st.sets(st.sampled_from(numbers)) if numbers else st.just(())),
    ]:
        taken = proposal.taken(chosen)
        assert evaluate(problem, taken).faults == ()
        assert cost(problem, taken) <= cost(problem, problem.before)


@QUICK
@given(problems())
def test_the_reasons_are_true(problem):
    proposal = propose(problem, planned(problem, seconds=0.2))
    assert {one.job for one in proposal.unplaced} == set(evaluate(problem, proposal.after).costs.unserved)
    for one in proposal.unplaced:
        _check(problem, proposal.after, one)


def _check(problem, plan, one):
    job = problem.job[one.job]
    skilled = [workday for workday in problem.days if job.needs[0] <= workday.skills]
    goes = [workday for workday in skilled if workday.goes_to(job.district)]
    if one.reason == "skill":
        assert not skilled
    elif one.reason == "territory":
        assert skilled
        assert not goes
    elif one.reason == "hours":
        assert goes
        assert not any(_fits_alone(problem, workday, job) for workday in goes)
    elif one.reason == "room":
        assert not _finds_room(problem, plan, job, away=())
        assert not one.instead_of or _finds_room(problem, plan, job, away=one.instead_of)
    else:
        assert one.reason == "locked"


def _fits_alone(problem, workday, job):
    alone = dataclasses.replace(problem, before=Plan(), jobs=(dataclasses.replace(job, locked=False),))
    starts = range(job.windows[0].start, job.windows[0].end + 1, 300)
    return any(evaluate(alone, Plan({workday.key: (Stop(job.id, start),)})).is_sound for start in starts)


def _finds_room(problem, plan, job, away):
    without = {key: tuple(stop for stop in route if stop.job not in away) for key, route in plan.routes.items()}
    case = case_of(dataclasses.replace(problem, before=Plan(without)), 0)
    task = next(number for number, one in enumerate(case.tasks) if one.job == job.id)
    routes = case.routes_of(Plan(without))
    return any(
        case.starts(number, (*routes[number][:place], task, *routes[number][place:])) is not None
        for number in case.tasks[task].able
        for place in range(len(routes[number]) + 1)
    )


MORNING, NOBODY = Span(9 * HOUR, 10 * HOUR), frozenset({"diving"})
HOME = Point(55.75, 37.6)


@pytest.mark.parametrize(
    ("job", "reason"),
    [
        (Job(9, HOME, HOUR, (MORNING,), (NOBODY,)), "skill"),
        (Job(9, HOME, HOUR, (MORNING,), district="south"), "territory"),
        (Job(9, HOME, HOUR, (Span(3 * HOUR, 4 * HOUR),)), "hours"),
        (Job(9, HOME, 11 * HOUR, (MORNING,)), "hours"),
        (Job(9, HOME, HOUR, (MORNING,), after=1), "chain"),
        (Job(9, HOME, HOUR, (MORNING,), needs=(frozenset(), NOBODY)), "skill"),
        (Job(9, HOME, HOUR, (MORNING,), needs=(frozenset(), frozenset())), "team"),
    ],
)
def test_why_somebody_is_in_nobodys_day(job, reason):
    workday = WorkDay(1, 0, Span(8 * HOUR, 17 * HOUR), HOME, HOME, frozenset(SKILLS), districts=frozenset({"north"}))
    first = Job(1, HOME, HOUR, (Span(2 * HOUR, 3 * HOUR),))
    problem = Problem((first, job), (workday,), Flat())
    assert {one.job: one.reason for one in propose(problem, Plan()).unplaced}[9] == reason


@pytest.mark.parametrize(("locked", "reason", "instead_of"), [(True, "locked", ()), (False, "room", (1,))])
def test_at_whose_expense_there_would_be_room(locked, reason, instead_of):
    workday = WorkDay(1, 0, Span(8 * HOUR, 17 * HOUR), HOME, HOME)
    first = Job(1, HOME, 2 * HOUR, (Span(9 * HOUR, 9 * HOUR),), locked=locked, priority=5)
    second = Job(2, HOME, 2 * HOUR, (MORNING,))
    before = Plan({Key(1, 0): (Stop(1, 9 * HOUR),)})
    problem = Problem((first, second), (workday,), Flat(), before)
    (one,) = propose(problem, planned(problem)).unplaced
    assert (one.job, one.reason, one.instead_of) == (2, reason, instead_of)


def test_nobody_gets_more_work_than_the_most_of_his_day():
    """Solvers, insertion and repair alike: what is too much goes to the other, or stays undone."""
    free, most = day(7, workers=2, visits=12), 90 * 60
    limited = dataclasses.replace(free, days=tuple(dataclasses.replace(one, most_work=most) for one in free.days))
    everything = [one.id for one in free.jobs]
    for found in (planned, lambda problem: repair(problem, also=everything)[0].plan):
        assert most_of(free, found(free)) > most
        assert 0 < most_of(limited, found(limited)) <= most
        assert evaluate(limited, found(limited)).is_sound


def most_of(problem, plan):
    return max(sum(problem.job[stop.job].work for stop in route) for route in plan.routes.values())
