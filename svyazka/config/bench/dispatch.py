"""Hard cases of dispatch, made up by a seed: a town with districts, people with skills and a lunch, visits for two."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import replace

from svyazka.engines.routing import day_plan, placing, timing
from svyazka.engines.routing.day_plan import Booked, DayPlan
from svyazka.engines.routing.draft import Draft
from svyazka.engines.routing.estimate import Estimate
from svyazka.engines.routing.placing import Policy
from svyazka.engines.routing.problem import Break, Job, Key, Plan, Point, Problem, Skills, Span, Stop, WorkDay
from svyazka.engines.routing.timing import Piece
from svyazka.engines.routing.wanted import Able, Request

HOUR, MINUTE = 3600, 60
CENTRE = Point(55.75, 37.62)
TRAVEL = Estimate(CENTRE)
KM = 1 / 111.2  # in degrees
RADIUS_KM = 24
DISTRICTS = tuple(f"{side}{ring}" for ring in (1, 2) for side in ("n", "e", "s", "w"))
SKILLS = ("measure", "glass", "balcony", "roof", "repair", "panorama")
LUNCH = Break(45 * MINUTE, Span(12 * HOUR, 15 * HOUR))
SHIFTS = (Span(8 * HOUR, 17 * HOUR), Span(9 * HOUR, 18 * HOUR), Span(9 * HOUR, 18 * HOUR), Span(11 * HOUR, 20 * HOUR))
WORKS = (30 * MINUTE, 40 * MINUTE, 45 * MINUTE)
SLOTS = tuple(Span(hour * HOUR, (hour + 2) * HOUR) for hour in (9, 11, 13, 15, 17))


class Town:
    """People and places; each is drawn by the town's own dice, so that the same seed makes the same town."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311  # made-up towns, no secrets
        self.quarters = [self._anywhere() for _number in range(14)]  # where many live

    def place(self) -> Point:
        """In one of the quarters, or anywhere."""
        return self.near(self.dice.choice(self.quarters), 2.5) if self.dice.random() < 0.65 else self._anywhere()

    def near(self, middle: Point, km: float) -> Point:
        north, east = self.dice.gauss(0, km), self.dice.gauss(0, km)
        return Point(middle.lat + north * KM, middle.lon + east * KM / math.cos(math.radians(CENTRE.lat)))

    def skills(self) -> Skills:
        return frozenset(self.dice.sample(SKILLS, self.dice.randint(2, 4)))

    def _anywhere(self) -> Point:
        km, angle = RADIUS_KM * math.sqrt(self.dice.random()), self.dice.uniform(0, 2 * math.pi)
        north, east = km * math.sin(angle), km * math.cos(angle)
        return Point(CENTRE.lat + north * KM, CENTRE.lon + east * KM / math.cos(math.radians(CENTRE.lat)))


def district_of(at: Point) -> str:
    north, east = (at.lat - CENTRE.lat) / KM, (at.lon - CENTRE.lon) / KM * math.cos(math.radians(CENTRE.lat))
    side = ("n" if north > 0 else "s") if abs(north) > abs(east) else ("e" if east > 0 else "w")
    return f"{side}{1 if math.hypot(north, east) < RADIUS_KM / 2 else 2}"


class Weeks:
    """Two weeks of a company, day by day less full: what a window for one call is looked for in."""

    def __init__(self, seed: int, crews: int, days: int = 14, fullest: int = 8) -> None:
        self.town = Town(seed)
        dice = self.town.dice
        self.able, self.plans = [], {}
        for worker in range(crews):
            home, shift = self.town.place(), dice.choice(SHIFTS)
            districts = {district_of(home), *dice.sample(DISTRICTS, 3)} if dice.random() < 0.8 else ()
            self.able.append(Able(worker, self.town.skills(), frozenset(districts)))
            for day in range(days):
                if (worker + day) % 7 < 6:
                    fill = fullest if day < days // 2 else max(2, fullest - (day - days // 2) // 2)
                    workday = WorkDay(worker, day, shift, home, home, breaks=(LUNCH,))
                    self.plans[workday.key] = DayPlan(workday, tuple(self._stops(workday, fill)))

    @property
    def packed(self) -> list[tuple[Key, bytes]]:
        return [(key, day_plan.pack(plan, TRAVEL)) for key, plan in self.plans.items()]

    def requests(self, number: int) -> Iterator[Request]:
        dice = self.town.dice
        for _one in range(number):
            at, skill = self.town.place(), frozenset({dice.choice(SKILLS)})
            yield Request(at, (dice.choice(WORKS),), SLOTS, (skill,), district_of(at), not_before=11 * HOUR)

    def _stops(self, day: WorkDay, number: int) -> Iterator[Booked]:
        """In a round through the part of the town where he lives; each client was promised two hours."""
        for place, (at, work, start) in enumerate(_round(self.town, day, number)):
            begin = start // HOUR * HOUR
            ref = (day.day * 10_000 + day.worker) * 100 + place
            yield Booked(ref, at, start, work, Span(begin, begin + 2 * HOUR))


def morning(seed: int, crews: int = 40, visits: int = 270, pairs: int = 4) -> Problem:
    """One day on which every visit has its place, within what its client was promised; a few need two people."""
    town = Town(seed)
    days, jobs = [], list[Job]()
    routes: dict[Key, list[Stop]] = {}
    for worker in range(crews):
        home, number = town.place(), (visits - pairs) * (worker + 1) // crews - (visits - pairs) * worker // crews
        day = WorkDay(worker, 0, town.dice.choice(SHIFTS), home, home, town.skills(), (LUNCH,))
        days.append(day)
        routes[day.key] = []
        for at, work, start in _round(town, day, number):
            job = _promised(town, len(jobs), at, work, start, (frozenset({town.dice.choice(sorted(day.skills))}),))
            jobs.append(job)
            routes[day.key].append(Stop(job.id, start))
    problem = Problem(tuple(jobs), tuple(days), TRAVEL, Plan({key: tuple(route) for key, route in routes.items()}))
    return _with_pairs(town, problem, pairs)


def ill(problem: Problem, worker: int) -> Problem:
    """The same day without him; the plan in force still has his visits."""
    return replace(problem, days=tuple(day for day in problem.days if day.worker != worker))


def _promised(town: Town, number: int, at: Point, work: int, start: int, needs: tuple[Skills, ...]) -> Job:
    """Two hours, or four for the patient."""
    begin = (start - town.dice.randint(0, 60) * MINUTE) // (30 * MINUTE) * 30 * MINUTE
    promise = Span(begin, begin + town.dice.choice((2, 4)) * HOUR)
    return Job(number, at, work, (promise,), needs, promise=promise)


def _with_pairs(town: Town, problem: Problem, number: int) -> Problem:
    """Those that find a place in both people's days; where one does not, others are tried."""
    before = problem.before
    for job_id in range(len(problem.jobs), len(problem.jobs) + number):
        for _try in range(50):
            needs = tuple(frozenset({town.dice.choice(SKILLS)}) for _person in range(2))
            start = town.dice.randrange(9 * HOUR, 16 * HOUR, 30 * MINUTE)
            job = _promised(town, job_id, town.place(), 40 * MINUTE, start, needs)
            wider = replace(problem, jobs=(*problem.jobs, job), before=before)
            plan = placing.place_all(Draft(wider, before.routes), [job], Policy()).plan
            if job_id in plan.places:
                problem, before = replace(wider, before=plan), plan
                break
    return problem


def _round(town: Town, day: WorkDay, number: int) -> list[tuple[Point, int, int]]:
    """Places, their work and when it begins: from each to the nearest; as many as the day holds."""
    left = [town.near(day.start or CENTRE, 4) for _visit in range(number)]
    at, places = day.start or CENTRE, []
    while left:
        at = left.pop(int(TRAVEL.to_many(at, left).argmin()))
        places.append(at)
    pieces = [Piece(town.dice.choice(WORKS), (day.shift,), 5 * MINUTE) for _place in places]
    while places:
        ways = [int(way) for way in TRAVEL.matrix([day.start or CENTRE, *places, day.end or CENTRE]).diagonal(1)]
        starts = timing.earliest(day.shift, pieces, ways, day.breaks)
        if starts:
            return [(place, piece.work, start) for place, piece, start in zip(places, pieces, starts, strict=True)]
        places.pop()
        pieces.pop()
    return []
