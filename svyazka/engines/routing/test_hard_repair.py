"""What becomes of hard days when somebody is missing, beside a search through everything that could be done."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from svyazka.engines.routing.problem import Job, Key, Plan, Point, Problem, Span, Stop, WorkDay
from svyazka.engines.routing.repair import repair
from svyazka.engines.routing.test_hard_judge import (
    DRIVE,
    GLASS,
    HOUR,
    MINUTE,
    Clock,
    Town,
    broken,
    company,
    driven,
    may_go,
    span,
    subsets,
)  # fmt: skip


def as_now(dice, problem):
    """Somebody is ill, or away for a while; somebody sets out later, somebody is to be home sooner."""
    days = list(problem.days)
    for _one in range(dice.choice((1, 1, 2))):
        if not days:
            break
        number = dice.randrange(len(days))
        day = days[number]
        middle = (day.shift.start + day.shift.end) // 2 // MINUTE * MINUTE
        days[number : number + 1] = dice.choice((
            [], [],
            [replace(day, away=(*day.away, Span(middle, middle + 2 * HOUR * MINUTE)))],
            [replace(day, shift=Span(middle, day.shift.end))],
            [replace(day, shift=Span(day.shift.start, middle))],
        ))  # fmt: skip
    same = {day.key for day in days if day in problem.days}
    jobs = [as_told(dice, one, problem.before.places.get(one.id, ()), same) for one in problem.jobs]
    return replace(problem, days=tuple(days), jobs=tuple(jobs))


def as_told(dice, job, places, same):
    """Whoever has a visit was told when; what is locked is not concerned."""
    promise = next((one for one in job.windows if places and one.start <= places[0][1] <= one.end), None)
    locked = bool(places) and dice.random() < 0.2 and all(key in same for key, _start in places)
    return replace(job, locked=locked, promise=job.promise and promise)


def least_hurt(problem):
    """The fewest that are lost of those that were planned, and the fewest of the rest who are told another time."""
    jobs = [one for one in problem.jobs if one.id in problem.before.places]
    locked = {
        one.id: key for one in jobs for key, _start in problem.before.places[one.id]
        if one.locked and key in problem.workday
    }  # fmt: skip
    whole = frozenset(one.id for one in jobs)
    best = {frozenset(): 0}  # who has a place: how many of them are told another time
    for day in problem.days:
        his = frozenset(job for job, key in locked.items() if key == day.key)
        others = frozenset(locked) - his
        able = {one: told for chosen in subsets(whole - others) if his <= (one := frozenset(chosen))
                and (told := fewest_told(problem, day, one, locked)) is not None}  # fmt: skip
        further = {}
        for had, told in best.items():
            for one, more in able.items():
                if not had & one:
                    further[had | one] = min(told + more, further.get(had | one, told + more))
        best = further
    return min((len(whole - had), told) for had, told in best.items())


def fewest_told(problem, day, chosen, locked):
    jobs = [problem.job[number] for number in sorted(chosen)]
    if not all(one.needs[0] <= day.skills and may_go(day, one) for one in jobs):
        return None
    if day.capacity is not None and sum(one.load for one in jobs) > day.capacity:
        return None
    clock = Clock(day, problem.travel)
    with_promise = [one.id for one in jobs if one.promise and one.id not in locked]
    for left in sorted(subsets(with_promise), key=len):
        visits = [(one.at, one.work // MINUTE, when(problem, one, one.id in left, locked), 1) for one in jobs]
        if not jobs or any(clock.starts(order) is not None for order in permutations(visits)):
            return len(left)
    return None


def when(problem, job, may_leave, locked):
    if job.id in locked:
        ((_key, start),) = problem.before.places[job.id]
        return [Span(start, start)]
    if may_leave or not job.promise:
        return job.windows
    told = [Span(max(one.start, job.promise.start), min(one.end, job.promise.end)) for one in job.windows]
    return [one for one in told if one.start <= one.end]


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 10**6))
def test_nobody_is_lost_or_told_another_time_who_need_not_be(seed):
    dice = random.Random(seed)
    problem = as_now(dice, company(dice, workers=3, jobs=dice.choice((3, 5, 6))))
    ways_out = repair(problem)
    for one in ways_out:
        assert broken(problem, one.plan) == []
        assert one.costs.travel == driven(problem, one.plan) * MINUTE
        said_as_it_is(problem, one)
    best = ways_out[0]
    assert (len(best.costs.lost), sum(one.leaves_promise for one in best.changes)) == least_hurt(problem)


def test_a_team_that_waits_for_one_who_has_lost_its_place_finds_one_after_it():
    """Measured by one in the morning, installed by two thereafter; both of them lose somebody."""
    where = Town([[0]])
    here, morning = Point(0, 0), span(9 * HOUR, 18 * HOUR)
    first = Job(1, here, HOUR * MINUTE, (morning,))
    second = Job(2, here, HOUR * MINUTE, (morning,), (frozenset(),) * 2, after=1, pause=HOUR * MINUTE)
    days = tuple(WorkDay(worker, 0, morning, here, here) for worker in (2, 3))
    egor, boris = Key(1, 0), Key(2, 0)
    early, late = Stop(1, 9 * HOUR * MINUTE), Stop(2, 11 * HOUR * MINUTE)
    before = Plan({egor: (early, late), boris: (late,)})
    problem = Problem((second, first), days, where, before)
    for one in repair(problem):
        assert one.costs.lost == ()
        assert broken(problem, one.plan) == []


def test_a_visit_is_passed_on_to_keep_the_word_given_to_another():
    """Two go elsewhere and a third comes sooner, all within what they were told; then nobody is lost."""
    where = Town([[0, 60], [60, 0]])
    day = span(9 * HOUR, 12 * HOUR)
    jobs = tuple(
        Job(number, Point(at, 0), HOUR * MINUTE, (told,), (need,), promise=told)
        for number, at, told, need in (
            (1, 0, span(9 * HOUR, 9 * HOUR), GLASS), (2, 0, span(9 * HOUR, 10 * HOUR), GLASS),
            (3, 0, span(9 * HOUR, 11 * HOUR), frozenset()), (4, 1, span(10 * HOUR, 11 * HOUR), DRIVE),
        )
    )  # fmt: skip
    skills = {2: GLASS, 3: DRIVE | GLASS}
    days = tuple(WorkDay(worker, 0, day, None, None, has) for worker, has in skills.items())
    stops = {number: Stop(number, hour * HOUR * MINUTE) for number, hour in ((1, 9), (2, 9), (3, 10), (4, 10))}
    before = Plan({Key(1, 0): (stops[1],), Key(2, 0): (stops[2], stops[3]), Key(3, 0): (stops[4],)})
    problem = Problem(jobs, days, where, before)
    best = repair(problem)[0]
    assert broken(problem, best.plan) == []
    assert (best.costs.lost, least_hurt(problem)) == ((), (0, 0))


def said_as_it_is(problem, way_out):
    was, now = problem.before.places, way_out.plan.places
    changed = [job for job in problem.jobs if sorted(was.get(job.id, ())) != sorted(now.get(job.id, ()))]
    assert [one.job for one in way_out.changes] == [job.id for job in changed]
    for job, said in zip(changed, way_out.changes, strict=True):
        places = now.get(job.id, ())
        assert said.workers == tuple(key.worker for key, _start in places)
        assert said.start == (places[0][1] if places else None)
        told = job.promise and places and not job.promise.start <= places[0][1] <= job.promise.end
        assert said.leaves_promise == bool(told)
    assert set(way_out.costs.lost) == {job.id for job in changed if job.id in was and job.id not in now}
