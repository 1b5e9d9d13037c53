"""What is offered for a team, and for work of several days, beside a search through every beginning and every team."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache
from itertools import product

from hypothesis import example, given, settings
from hypothesis import strategies as st

from svyazka.engines.routing import day_plan, together
from svyazka.engines.routing.offers import offer
from svyazka.engines.routing.problem import Job, Key, Plan, Problem, Span, Stop
from svyazka.engines.routing.test_hard_judge import (
    DAY,
    DRIVE,
    GLASS,
    HOUR,
    MINUTE,
    Clock,
    broken,
    job,
    may_go,
    somewhere,
    span,
    town,
    with_stop,
    workday,
)  # fmt: skip
from svyazka.engines.routing.test_hard_windows import NEW, kept, planned, with_window
from svyazka.engines.routing.wanted import Able, Request

ANY = frozenset()
TEAMS = ((GLASS, DRIVE), (ANY, ANY), (ANY, GLASS), (ANY, ANY, ANY))


class Week:
    """Days of a few people, each day a problem of its own that counts from its midnight."""

    def __init__(self, dice, *, workers, days, jobs):
        where, self.travel = town(dice), None
        people = {worker: workday(dice, Key(worker, 0), where) for worker in range(1, workers + 1)}
        self.able = [Able(worker, one.skills, one.districts) for worker, one in people.items()]
        self.days = [self._day(dice, where, people, jobs) for _day in range(days)]
        self.travel = where

    def _day(self, dice, where, people, jobs):
        there = [worker for worker in people if dice.random() < 0.85]
        days = tuple(
            replace(workday(dice, Key(worker, 0), where), skills=one.skills, districts=one.districts)
            for worker, one in people.items()
            if worker in there
        )
        problem, plan = Problem(tuple(job(dice, number, where) for number in range(jobs)), days, where), Plan()
        for one in problem.jobs if days else ():
            when = dice.choice(one.windows)
            start = dice.choice((when.start, when.end))
            further = with_stop(plan, [dice.choice(days).key], Stop(one.id, start))
            plan = plan if broken(problem, further) else further
        return replace(problem, before=plan)

    def packed(self):
        return [
            (Key(one.worker, number), day_plan.pack(planned(problem, one), self.travel))
            for number, problem in enumerate(self.days)
            for one in problem.days
        ]


class Judge:
    def __init__(self, week, wanted):
        self.week, self.wanted = week, wanted
        self.added = cache(self._added)

    def starts(self, day, work):
        """On this day, counted from its midnight: in a span, not before it can be, and while somebody is in."""
        for slot in self.wanted.slots:
            first = -(-slot.start // self.wanted.step) * self.wanted.step
            for start in range(first, slot.end + 1, self.wanted.step):
                at = start + day * DAY * MINUTE
                away = any(at + work > one.start and one.end > at for one in self.wanted.dislikes)
                if at >= self.wanted.not_before and not away:
                    yield start

    def _added(self, worker, day, work, start):
        """What the way of his day grows by if he begins there then; None: he cannot."""
        problem = self.week.days[day]
        key, wanted = Key(worker, 0), self.wanted
        one = problem.workday.get(key)
        if one is None or not may_go(one, Job(NEW, wanted.at, work, (), district=wanted.district)):
            return None
        route = problem.before.of(key)
        load = sum(problem.job[stop.job].load for stop in route) + wanted.load
        if one.capacity is not None and load > one.capacity:
            return None
        clock, visits = Clock(one, problem.travel), [kept(problem, stop) for stop in route]
        found, now = [], clock.way([each[0] for each in visits])
        for position in range(len(route) + 1):
            new = (wanted.at, work // MINUTE, [Span(start, start)], 1)
            order = [*visits[:position], new, *visits[position:]]
            if clock.starts(order) is not None:
                found.append((clock.way([each[0] for each in order]) - now) * MINUTE)
        return min(found, default=None)

    def teams(self):
        """Day, beginning and what it adds on the first day, of all teams that can do the whole of it."""
        skills = {one.worker: one.skills for one in self.week.able}
        able = [[worker for worker, has in skills.items() if need <= has] for need in self.wanted.needs]
        for day in range(len(self.week.days)):
            for start in self.starts(day, self.wanted.parts[0]):
                for team in product(*able):
                    added = [self.added(worker, day, self.wanted.parts[0], start) for worker in team]
                    if len(set(team)) == len(team) and None not in added and self.go_on(team, day, 1):
                        yield day, start, sum(added)

    def go_on(self, team, after, part):
        """On the next day on which any of them works all of them can, and so on."""
        if part == len(self.wanted.parts):
            return True
        work = self.wanted.parts[part]
        for day in range(after + 1, min(after + together.PAUSE + 2, len(self.week.days))):
            there = [worker for worker in team if Key(worker, 0) in self.week.days[day].workday]
            if there:
                able = any(
                    all(self.added(worker, day, work, start) is not None for worker in team)
                    for start in self.starts(day, work)
                )
                return able and self.go_on(team, day, part + 1)
        return False


def request(dice, where, needs, parts):
    slots = tuple(span(begin * HOUR, begin * HOUR + dice.choice((0, 15, 55))) for begin in dice.sample(range(8, 16), 3))
    gone = span(begin := dice.randrange(8, 15) * HOUR, begin + dice.choice((30, 120)))
    return Request(
        somewhere(dice, where), parts, slots, needs, dice.choice(("", "", "north")), load=dice.choice((0, 1)),
        step=dice.choice((5, 30)) * MINUTE, dislikes=dice.choice(((), (), (gone,))),
        not_before=dice.choice((0, 0, 10 * HOUR * MINUTE)),
    )  # fmt: skip


def on_grid(start):
    return start % together.STEP == 0


def compare(seed, needs, parts, days):
    dice = random.Random(seed)
    week = Week(dice, workers=max(3, len(needs)), days=days, jobs=4)
    wanted = request(dice, week.travel, needs, parts)
    answer = offer(wanted, week.able, week.packed(), week.travel, days=days)
    judge = Judge(week, wanted)
    found = list(judge.teams())
    for window in answer.windows:
        can_be_kept(week, wanted, window, judge)
    assert bool(answer.windows) == bool(found), (answer.why_not, found[:3])
    easily_said = [added for _day, start, added in found if on_grid(start)]
    if easily_said and len(parts) == 1:
        assert answer.windows[0].added <= min(easily_said) + MINUTE
    if not answer.windows:
        assert sum(answer.why_not.values()) == len(week.able)


def can_be_kept(week, wanted, window, judge):
    """Each of them is free then on each day, and they begin together."""
    of_part = [window.visits[at : at + len(wanted.needs)] for at in range(0, len(window.visits), len(wanted.needs))]
    assert len(of_part) == len(wanted.parts)
    for work, visits in zip(wanted.parts, of_part, strict=True):
        ((day, start),) = {(one.day, one.start) for one in visits}
        assert start in set(judge.starts(day, work))
        for one in visits:
            single = replace(wanted, parts=(work,), needs=(ANY,))
            alone = replace(window, span=Span(start, start), visits=(one._replace(day=0),))
            assert broken(*with_window(week.days[day], single, alone)) == []


@example(2038, (ANY, GLASS))
@example(2129, (ANY, ANY))
@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(TEAMS))
def test_a_team_comes_together_whenever_it_can_and_where_it_costs_the_least(seed, needs):
    compare(seed, needs, (random.Random(seed).choice((30, 60, 120)) * MINUTE,), 1)


@example(2011, (60, 120))
@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(((120, 60), (60, 120), (90, 60, 60))))
def test_work_of_several_days_is_offered_whenever_one_can_do_it(seed, parts):
    compare(seed, (random.Random(seed).choice((ANY, GLASS)),), tuple(part * MINUTE for part in parts), 4)


@example(2659)
@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_so_is_work_of_several_days_for_two(seed):
    compare(seed, (ANY, ANY), (120 * MINUTE, 60 * MINUTE), 3)
