"""Another judge and another generator of hard days. The judge walks through a day minute by minute and tries every
order; it shares no arithmetic with the planners, nor with evaluate.py."""

from __future__ import annotations

from itertools import chain, combinations, permutations

import numpy as np
import pytest

from svyazka.engines.routing.problem import Break, Job, Key, Plan, Point, Problem, Span, Stop, WorkDay

MINUTE, HOUR, DAY = 60, 60, 24 * 60  # the judge counts in minutes
GLASS, DRIVE = frozenset({"glass"}), frozenset({"drive"})


class Town:
    """Some places and what the way between each two of them takes, in each direction."""

    version = "town"

    def __init__(self, minutes):
        self.minutes = np.array(minutes, dtype=np.int32)

    def matrix(self, points):
        at = np.asarray(points, float).reshape(-1, 2)[:, 0].astype(int)
        return self.minutes[at[:, None], at[None, :]] * MINUTE

    def to_many(self, point, points):
        return self.matrix([point, *(Point(*one) for one in points)])[0, 1:]

    def way(self, one, other):
        return 0 if one is None or other is None else int(self.minutes[int(one.lat), int(other.lat)])


def minutes(span):
    return span[0] // MINUTE, span[1] // MINUTE


class Clock:
    """A day, minute by minute."""

    def __init__(self, day, town):
        self.day, self.town = day, town
        self.begin, self.end = minutes(day.shift)
        self.away = {minute for one in day.away for minute in range(*minutes(one))}

    def is_free(self, begin, length):
        return self.away.isdisjoint(range(begin, begin + length))

    def arrival(self, now, way, pauses):
        """When one is there who takes these pauses, in this order, before he goes on."""
        pauses = list(pauses)
        while way or pauses:
            if now > self.end:
                return None
            if pauses and self._may_rest(pauses[0], now):
                now += pauses.pop(0).length // MINUTE
            elif now in self.away or not way:
                now += 1
            else:
                now, way = now + 1, way - 1
        return now

    def _may_rest(self, pause, now):
        begin, end = minutes(pause.within)
        length = pause.length // MINUTE
        return begin <= now and now + length <= end and self.is_free(now, length)

    def first_start(self, now, work, windows, step):
        for begin, end in sorted(minutes(one) for one in windows):
            for start in range(max(now, begin), end + 1):
                if start % step == 0 and self.is_free(start, work):
                    return start
        return None

    def starts(self, visits):
        """The soonest starts of (place, work, windows, step) in this order; None if the day does not hold them."""
        return self._go_on(list(visits), 0, self.begin, self.day.start, list(self.day.breaks), ())

    def _go_on(self, visits, number, now, here, breaks, so_far):
        if number == len(visits):
            way = self.town.way(here, self.day.end)
            homes = (self.arrival(now, way, order) for order in permutations(breaks))
            return so_far if any(home is not None and home <= self.end for home in homes) else None
        place, work, windows, step = visits[number]
        way = self.town.way(here, place)
        for taken in chain.from_iterable(permutations(breaks, many) for many in range(len(breaks) + 1)):
            there = self.arrival(now, way, taken)
            start = None if there is None else self.first_start(there, work, windows, step)
            if start is not None:
                left = [one for one in breaks if not any(one is other for other in taken)]
                found = self._go_on(visits, number + 1, start + work, place, left, (*so_far, start))
                if found is not None:
                    return found
        return None

    def way(self, places):
        if not places:
            return 0
        stops = [self.day.start, *places, self.day.end]
        return sum(self.town.way(one, other) for one, other in zip(stops, stops[1:], strict=False))


def as_planned(problem, stop):
    job = problem.job[stop.job]
    return job.at, job.work // MINUTE, [Span(stop.start, stop.start)], 1


def broken(problem, plan):
    """Every hard rule that a plan breaks, in words."""
    found = []
    for key, route in plan.routes.items():
        day = problem.workday.get(key)
        if day is None:
            found.append(f"{key} does not work")
            continue
        jobs = [problem.job[stop.job] for stop in route]
        if route and Clock(day, problem.travel).starts(as_planned(problem, stop) for stop in route) is None:
            found.append(f"{key} cannot keep {route}")
        if day.capacity is not None and sum(job.load for job in jobs) > day.capacity:
            found.append(f"{key} has too much")
        found += [f"{key} does not go to {job.id}" for job in jobs if not may_go(day, job)]
    for job in problem.jobs:
        found += broken_of(problem, plan, job)
    return found


def may_go(day, job):
    return not (day.districts and job.district) or job.district in day.districts


def broken_of(problem, plan, job):
    places = [(key, stop.start) for key, route in plan.routes.items() for stop in route if stop.job == job.id]
    before = [(key, stop.start) for key, route in problem.before.routes.items() for stop in route if stop.job == job.id]
    if job.locked and before and all(key in problem.workday for key, _start in before) and set(places) != set(before):
        yield f"{job.id} is locked"
    if not places:
        return
    starts, workers = {start for _key, start in places}, {key.worker for key, _start in places}
    if len(starts) != 1 or not len(workers) == len(places) == len(job.needs):
        yield f"{job.id} lacks somebody, or has somebody twice: {places}"
        return
    skills = [problem.workday[key].skills if key in problem.workday else frozenset() for key, _start in places]
    if not any(all(need <= has for need, has in zip(job.needs, order, strict=True)) for order in permutations(skills)):
        yield f"{job.id} lacks a skill"
    (start,) = starts
    if not any(window.start <= start <= window.end for window in job.windows):
        yield f"{job.id} begins when it may not"
    first = problem.job.get(job.after)
    if first:
        over = [stop.start + first.work + job.pause for route in plan.routes.values() for stop in route
                if stop.job == first.id]  # fmt: skip
        if not over or max(over) > start:
            yield f"{job.id} comes before {first.id} is over"


def driven(problem, plan):
    days = ((problem.workday[key], route) for key, route in plan.routes.items())
    return sum(Clock(day, problem.travel).way([problem.job[stop.job].at for stop in route]) for day, route in days)


# The generator


def town(dice, places=8):
    """Ways of no time at all, far homes, one-way streets; nearly always no shorter by way of a third place."""
    ways = np.array([[dice.choice((0, 1, 5, 10, 20, 20, 40, 90)) for _to in range(places)] for _one in range(places)])
    if dice.random() < 0.6:
        ways = np.minimum(ways, ways.T)
    np.fill_diagonal(ways, 0)
    for by in range(places if dice.random() < 0.9 else 0):
        ways = np.minimum(ways, ways[:, [by]] + ways[[by], :])
    return Town(ways)


def span(begin, end):
    return Span(begin * MINUTE, end * MINUTE)


def workday(dice, key, town):
    begin = key.day * DAY + dice.choice((8, 9, 9, 11, 22)) * HOUR
    end = begin + dice.choice((3, 5, 9, 9, 9)) * HOUR
    breaks = []
    if dice.random() < 0.4:
        noon = begin + dice.choice((0, 60, 180))
        breaks.append(Break(30 * MINUTE, span(noon, min(noon + dice.choice((30, 31, 60, 180)), begin + 240))))
    if dice.random() < 0.15:
        breaks.append(Break(15 * MINUTE, span(begin + 240, begin + dice.choice((255, 300)))))
    away = []
    if dice.random() < 0.3:
        gone = begin + dice.choice((-30, 0, 90, 200))
        away.append(span(gone, gone + dice.choice((20, 60, 180))))
    home = dice.choice((somewhere(dice, town), somewhere(dice, town), None))
    return WorkDay(
        *key, span(begin, end), home, dice.choice((home, home, somewhere(dice, town), None)),
        dice.choice((GLASS, DRIVE, GLASS | DRIVE, frozenset())), tuple(breaks), tuple(away),
        dice.choice((frozenset(), frozenset(), frozenset({"north"}))), dice.choice((None, None, None, 1, 2, 3)),
    )  # fmt: skip


def somewhere(dice, town):
    return Point(dice.randrange(len(town.minutes)), 0)


def windows(dice, days=1):
    found = []
    for _one in range(dice.choice((1, 1, 1, 2, 3))):
        begin = dice.randrange(days) * DAY + dice.choice((8, 9, 10, 12, 14, 16, 23)) * HOUR + dice.choice((0, 0, 0, 7))
        found.append(span(begin, begin + dice.choice((0, 1, 15, 60, 120, 120, 480))))
    return tuple(found)


def job(dice, number, town, days=1, needs=((frozenset(),), (GLASS,), (DRIVE,), (GLASS | DRIVE,))):
    when = windows(dice, days)
    promise = dice.choice((None, when[0], Span(*dice.choice(when))))
    return Job(
        number, somewhere(dice, town), dice.choice((1, 15, 30, 30, 60, 150)) * MINUTE, when, dice.choice(needs),
        priority=dice.choice((1, 1, 2)), load=dice.choice((1, 1, 1, 0, 2)),
        district=dice.choice(("", "", "north", "south")), promise=promise,
    )  # fmt: skip


def company(dice, *, workers=3, jobs=6, days=1, **more):
    """With a plan of some of it that the judge has nothing against."""
    where = town(dice)
    keys = [Key(worker, day) for worker in range(1, workers + 1) for day in range(days) if dice.random() < 0.9]
    workdays = tuple(workday(dice, key, where) for key in keys)
    problem = Problem(tuple(job(dice, number, where, days, **more) for number in range(jobs)), workdays, where)
    plan = Plan()
    for one in problem.jobs:
        for _try in range(6 if len(keys) >= len(one.needs) else 0):
            window = dice.choice(one.windows)
            start = dice.choice((window.start, window.end, dice.randrange(window.start, window.end + 1, MINUTE)))
            further = with_stop(plan, dice.sample(keys, len(one.needs)), Stop(one.id, start))
            if not broken(problem, further):
                plan = further
                break
    return Problem(problem.jobs, workdays, where, plan)


def with_stop(plan, keys, stop):
    routes = dict(plan.routes)
    for key in keys:
        routes[key] = tuple(sorted((*routes.get(key, ()), stop), key=lambda one: one.start))
    return Plan(routes)


def subsets(numbers):
    numbers = list(numbers)
    return chain.from_iterable(combinations(numbers, many) for many in range(len(numbers) + 1))


@pytest.mark.parametrize(
    ("starts", "is_fine"),
    [
        ((9 * HOUR + 20,), True),
        ((9 * HOUR + 19,), False),  # he is not there yet
        ((11 * HOUR + 30,), True),
        ((12 * HOUR, 13 * HOUR), False),  # and when does he eat
        ((14 * HOUR + 1,), False),  # is not there any more
        ((16 * HOUR + 40,), True),
        ((16 * HOUR + 41,), False),  # comes home late
        ((10 * HOUR, 11 * HOUR - 1), False),
        ((10 * HOUR, 11 * HOUR, 13 * HOUR), False),  # more than he may
    ],
)
def test_the_judge_sees_what_is_wrong(starts, is_fine):
    here, far, all_day = Point(0, 0), Point(1, 0), span(9 * HOUR, 18 * HOUR)
    lunch = Break(30 * MINUTE, span(12 * HOUR, 14 * HOUR))
    day = WorkDay(1, 0, all_day, here, here, GLASS, (lunch,), (span(15 * HOUR, 16 * HOUR),), capacity=2)
    jobs = tuple(Job(number, far, HOUR * MINUTE, (all_day,), (GLASS,)) for number in range(3))
    plan = Plan({day.key: tuple(Stop(number, start * MINUTE) for number, start in enumerate(starts))})
    assert (broken(Problem(jobs, (day,), Town([[0, 20], [20, 0]])), plan) == []) == is_fine
