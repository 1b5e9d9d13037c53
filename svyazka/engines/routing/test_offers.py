"""Small towns on a line; what is offered is compared with all that there is."""

from __future__ import annotations

import random
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svyazka.engines.routing import day_plan
from svyazka.engines.routing.day_plan import Booked, DayPlan
from svyazka.engines.routing.evaluate import evaluate
from svyazka.engines.routing.offers import offer
from svyazka.engines.routing.problem import Break, Job, Key, Plan, Point, Problem, Span, Stop, WorkDay
from svyazka.engines.routing.test_evaluate import HOUR, Line
from svyazka.engines.routing.wanted import DAY, Able, Reason, Request

GLASS, DRIVE = frozenset({"glass"}), frozenset({"drive"})
SLOTS = tuple(Span(hour * HOUR, (hour + 2) * HOUR) for hour in (9, 11, 13, 15))
LUNCH = Break(45 * 60, Span(12 * HOUR, 14 * HOUR))
NEW = 999


class Town:
    """Days of resources with visits at fixed times or within a window, all of them sound."""

    def __init__(self, seed, *, workers=3, days=3, stops=3, flexible=False):
        dice = random.Random(seed)
        skills = [GLASS, GLASS | DRIVE, DRIVE]
        self.able = [Able(number, skills[number % 3]) for number in range(workers)]
        self.plans = {}
        for key in (Key(one.worker, day) for one in self.able for day in range(days)):
            if dice.random() < 0.9:
                self.plans[key] = self.day_of(dice, key, stops, flexible)

    def day_of(self, dice, key, stops, flexible):
        home = Point(dice.randint(-30, 30), 0)
        away = ((Span(15 * HOUR, 16 * HOUR),), ()) if dice.random() < 0.2 else ((), (LUNCH,) * dice.randint(0, 1))
        day = WorkDay(*key, Span(9 * HOUR, 18 * HOUR), home, home, breaks=away[1], away=away[0])
        plan = DayPlan(day)
        for number in range(stops):
            start, wide = dice.randrange(9 * HOUR, 17 * HOUR, 1800), HOUR if flexible and dice.random() < 0.7 else 0
            stop = Booked(
                100 * (1000 * key.day + key.worker) + number, Point(dice.randint(-30, 30), 0), start,
                dice.choice((2700, HOUR)), Span(start - wide // 2, start + wide),
            )  # fmt: skip
            further = DayPlan(day, tuple(sorted((*plan.stops, stop), key=lambda one: one.start)))
            plan = further if self.is_sound({key: further}) else plan
        return plan

    def packed(self):
        return [(key, day_plan.pack(plan, Line())) for key, plan in self.plans.items()]

    def is_sound(self, plans, more=(), request=None, starts=None):
        return evaluate(*self.problem(plans, more, request, starts or {})).faults == ()

    def problem(self, plans, more, request, starts):
        """The town's days with the new visits among them; moments count from midnight of the first day."""
        skills = {one.worker: one.skills for one in self.able}
        jobs, routes, days = [], {}, []
        for key, plan in plans.items():
            shift, begin = plan.day, key.day * DAY
            days.append(
                WorkDay(
                    *key, moved(shift.shift, begin), shift.start, shift.end, skills[key.worker],
                    tuple(Break(one.length, moved(one.within, begin)) for one in shift.breaks),
                    tuple(moved(one, begin) for one in shift.away),
                )
            )  # fmt: skip
            jobs += [Job(one.ref, one.at, one.work, (moved(one.window, begin),)) for one in plan.stops]
            routes[key] = [Stop(one.ref, starts.get(one.ref, one.start) + begin) for one in plan.stops]
        for number, visit in enumerate(more):
            part = number // len(request.needs)
            window = Span(visit.day * DAY, visit.day * DAY + DAY)
            if number % len(request.needs) == 0:
                jobs.append(Job(NEW + part, request.at, request.parts[part], (window,), request.needs))
            route = routes[Key(visit.worker, visit.day)]
            route.insert(visit.position, Stop(NEW + part, visit.day * DAY + visit.start))
        plan = Plan({key: tuple(route) for key, route in routes.items()})
        return Problem(tuple(jobs), tuple(days), Line()), plan

    def accepts(self, window, request):
        starts = {one.ref: one.start for visit in window.visits for one in visit.moved}
        return self.is_sound(self.plans, window.visits, request, starts)


def moved(span, by):
    return Span(span.start + by, span.end + by)


class _At:
    def __init__(self, key, start, position):
        self.worker, self.day, self.start, self.position = *key, start, position


def everything(town, request):
    """Day, slot, worker → what it adds at least, found by trying every place and every beginning."""
    found = {}
    for key, plan in town.plans.items():
        before = evaluate(*town.problem({key: plan}, (), request, {})).costs.travel
        for position, (slot, span) in product(range(len(plan.stops) + 1), enumerate(request.slots)):
            for start in range(span.start, span.end + 1, request.step):
                problem, new = town.problem({key: plan}, [_At(key, start, position)], request, {})
                verdict = evaluate(problem, new)
                if verdict.is_sound:
                    least = found.get((key.day, slot, key.worker), 10**9)
                    found[key.day, slot, key.worker] = min(least, verdict.costs.travel - before)
                    break
    return found


requests = st.builds(
    lambda at, work, needs: Request(Point(at, 0), (work,), SLOTS, (needs,), step=1800),
    st.integers(-30, 30), st.sampled_from((1800, HOUR, 3 * HOUR)), st.sampled_from((GLASS, DRIVE, GLASS | DRIVE)),
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), request=requests)
def test_the_first_window_is_the_best_of_all_and_there_is_none_only_where_there_is_none(seed, request):
    town = Town(seed)
    answer = offer(request, town.able, town.packed(), Line(), days=3)
    all_there_is = everything(town, request)
    assert bool(answer.windows) == bool(all_there_is)
    assert bool(answer.why_not) == (not all_there_is)
    if all_there_is:
        assert answer.windows[0].added <= min(all_there_is.values()) + 60
        for window in answer.windows:
            (visit,) = window.visits
            slot = request.slots.index(window.span)
            assert window.added == all_there_is[window.day, slot, visit.worker]
    else:
        assert sum(answer.why_not.values()) == len(town.able)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), request=requests)
def test_every_window_can_be_kept_and_nobody_is_moved_out_of_what_he_was_told(seed, request):
    town = Town(seed, flexible=True)
    for window in offer(request, town.able, town.packed(), Line(), days=3).windows:
        assert town.accepts(window, request)
        assert window.span.start <= window.start <= window.span.end
        assert window.start % request.step == 0


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    at=st.integers(-30, 30),
    needs=st.sampled_from([(GLASS, DRIVE), (GLASS, GLASS), (GLASS,), (DRIVE, GLASS, DRIVE)]),
    parts=st.sampled_from([(HOUR,), (3 * HOUR, 2 * HOUR), (2 * HOUR, HOUR, HOUR)]),
)
def test_a_team_is_there_together_on_every_day(seed, at, needs, parts):
    town = Town(seed, workers=5, stops=2, flexible=True)
    request = Request(Point(at, 0), parts, SLOTS, needs, step=1800)
    for window in offer(request, town.able, town.packed(), Line(), days=3).windows:
        assert len(window.visits) == len(needs) * len(parts)
        assert town.accepts(window, request)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), at=st.integers(-30, 30))
def test_two_are_found_whenever_two_can_come(seed, at):
    town = Town(seed, workers=4, stops=2)
    request = Request(Point(at, 0), (2 * HOUR,), SLOTS, (GLASS, DRIVE), step=1800)
    answer = offer(request, town.able, town.packed(), Line(), days=3)
    alone = {need: list(everything_by_start(town, request, need)) for need in request.needs}
    both = [
        (moment, one, other) for moment, one in alone[GLASS] for then, other in alone[DRIVE]
        if moment == then and one != other
    ]  # fmt: skip
    assert bool(answer.windows) == bool(both)


def everything_by_start(town, request, need):
    single = Request(request.at, request.parts, request.slots, (need,), step=1800)
    for key, plan in town.plans.items():
        for position, start in product(range(len(plan.stops) + 1), range(9 * HOUR, 17 * HOUR + 1, 1800)):
            if town.is_sound({key: plan}, [_At(key, start, position)], single):
                yield (key.day, start), key.worker


def one_day(*stops, worker=1, day=0, **more):
    home = Point(0, 0)
    shift = WorkDay(worker, day, Span(9 * HOUR, 18 * HOUR), home, home, **more)
    return Key(worker, day), day_plan.pack(DayPlan(shift, stops), Line())


def fixed(ref, at, hour, work=HOUR):
    return Booked(ref, Point(at, 0), int(hour * HOUR), work, Span(int(hour * HOUR), int(hour * HOUR)))


def wants(at=10, **more):
    return Request(**{"at": Point(at, 0), "parts": (HOUR,), "slots": SLOTS} | more)


ANYBODY = [Able(1, frozenset()), Able(2, frozenset())]


def test_a_window_says_what_speaks_for_it():
    packed = [one_day(fixed(5, 12, 11)), one_day(worker=2)]
    answer = offer(wants(worker=1), ANYBODY, packed, Line(), days=1)
    first, *others = answer.windows
    assert first.visits[0].worker == 1
    assert first.reasons[:2] == (Reason("known", 1), Reason("near", 1, 5, 11 * HOUR, 120))
    assert first.reasons[-1] == Reason("added", seconds=first.added)
    alone = offer(wants(), ANYBODY[:1], [one_day()], Line(), days=1).windows[0]
    assert [one.kind for one in alone.reasons] == ["empty_day", "only", "soonest", "added"]


def test_windows_are_spread_over_days_and_parts_of_the_day():
    packed = [one_day(day=day) for day in range(14)]
    windows = offer(wants(), ANYBODY, packed, Line()).windows
    assert len(windows) == 5
    days = [window.day for window in windows]
    assert max(days.count(day) for day in days) <= 2
    parts = {window.span.start for window in windows}
    assert len(parts) >= 3


def test_wishes_are_followed_and_times_without_the_client_left_out():
    packed = [one_day(day=day) for day in range(3)]
    like, dislike = Span(2 * DAY + 15 * HOUR, 2 * DAY + 17 * HOUR), Span(0, DAY + 12 * HOUR)
    windows = offer(wants(likes=(like,), dislikes=(dislike,)), ANYBODY, packed, Line(), days=3).windows
    assert (windows[0].day, windows[0].span) == (2, Span(15 * HOUR, 17 * HOUR))
    assert Reason("wish") in windows[0].reasons
    assert all(window.day * DAY + window.start >= DAY + 12 * HOUR for window in windows)
    noon = Span(12 * HOUR, 13 * HOUR)
    for window in offer(wants(dislikes=(noon,)), ANYBODY, packed, Line(), days=1).windows:
        assert window.start + HOUR <= noon.start or window.start >= noon.end


def test_nobody_comes_before_he_can_and_a_promise_is_kept_if_it_can_be():
    packed = [one_day(day=day) for day in range(5)] + [one_day(fixed(5, 10, 13), day=5)]
    assert offer(wants(), ANYBODY, packed, Line()).windows[0].day == 5
    windows = offer(wants(promised_by=2 * DAY, not_before=12 * HOUR), ANYBODY, packed, Line()).windows
    assert windows[0].day < 2
    assert all(window.day * DAY + window.start >= 12 * HOUR for window in windows)


def test_a_stop_with_a_window_makes_room_and_is_named_with_its_new_time():
    wide = Booked(5, Point(10, 0), 10 * HOUR, HOUR, Span(10 * HOUR, 12 * HOUR))
    (key, packed) = one_day(wide, fixed(6, 10, 13))
    request = wants(slots=(Span(10 * HOUR, 10 * HOUR),))
    (window,) = offer(request, ANYBODY, [(key, packed)], Line(), days=1).windows
    assert window.visits[0].moved == ((5, 11 * HOUR),)


@pytest.mark.parametrize(
    ("request_", "packed", "rule"),
    [
        (wants(needs=(GLASS,)), [one_day()], {"skill": 2}),
        (wants(parts=(10 * HOUR,)), [one_day()], {"shift": 2}),
        (wants(slots=(Span(11 * HOUR, 11 * HOUR),)), [one_day(fixed(1, 10, 11)), one_day(worker=2)], {}),
        (wants(slots=(Span(11 * HOUR, 11 * HOUR),)), [one_day(fixed(1, 10, 11))], {"shift": 1, "booked": 1}),
        (wants(slots=(Span(11 * HOUR, 11 * HOUR),)), [one_day(fixed(1, 20, 10))], {"shift": 1, "travel": 1}),
        (wants(needs=(frozenset(),) * 2), [one_day(), one_day(worker=2, day=1)], {"team": 2}),
        (wants(), [one_day(capacity=0)], {"shift": 1, "booked": 1}),
        (wants(), [], {"shift": 2}),
        (wants(slots=()), [one_day()], {"shift": 2}),
    ],
)
def test_where_nothing_fits_it_says_what_stood_in_the_way(request_, packed, rule):
    answer = offer(request_, ANYBODY, packed, Line(), days=2)
    assert answer.why_not == rule
    assert bool(answer.windows) == (not rule)


def test_whoever_does_not_go_there_is_not_asked():
    able = [Able(1, frozenset(), frozenset({"south"})), Able(2, frozenset(), frozenset({"north"}))]
    packed = [one_day(), one_day(worker=2)]
    windows = offer(wants(district="north"), able, packed, Line(), days=1).windows
    assert {visit.worker for window in windows for visit in window.visits} == {2}
    assert offer(wants(district="east"), able, packed, Line(), days=1).why_not == {"territory": 2}
