"""Days made up from a number, for benchmarks and tests: hard enough that somebody is left over."""

from __future__ import annotations

import math
from collections.abc import Mapping
from random import Random

import numpy as np

from svyazka.engines.routing.installations import Crew, Installation, Weeks
from svyazka.engines.routing.problem import Break, Job, Plan, Point, Points, Problem, Seconds, Span, WorkDay

HOUR = 3600
SKILLS = ("doors", "glass", "heights", "locks", "roofs")
LUNCH = Break(45 * 60, Span(12 * HOUR, 15 * HOUR))
CENTRE = Point(55.75, 37.6)
KM_A_DEGREE = 111.2
DETOUR, SPEED, PARKING = 1.35, 27, 240  # km on the road for one in the air, km/h, seconds


class Flat:
    """A town without a map and without rush hours."""

    version = "flat"

    def matrix(self, points: Points) -> Seconds:
        width = KM_A_DEGREE * math.cos(math.radians(CENTRE.lat))
        at = np.asarray(points, float).reshape(-1, 2) * (KM_A_DEGREE, width)
        far = np.sqrt(((at[:, None] - at[None, :]) ** 2).sum(axis=-1)) * DETOUR
        return np.where(far < 1e-6, 0, far / SPEED * HOUR + PARKING).astype(np.int32)

    def to_many(self, point: Point, points: Points) -> Seconds:
        return np.asarray(self.matrix([point, *(Point(*one) for one in points)])[0, 1:])


def day(seed: int, *, workers: int, visits: int, breaks: tuple[Break, ...] = ()) -> Problem:
    random = Random(seed)  # noqa: S311  # nobody has to guess it
    days = tuple(_workday(random, number + 1, breaks) for number in range(workers))
    return Problem(tuple(_visit(random, number + 1) for number in range(visits)), days, Flat(), Plan())


def _workday(random: Random, worker: int, breaks: tuple[Break, ...]) -> WorkDay:
    begin = random.choice((8, 9, 9, 10, 11)) * HOUR
    home = _somewhere(random)
    skills = frozenset(random.sample(SKILLS, random.choice((2, 3, 3, 4))))
    return WorkDay(worker, 0, Span(begin, begin + 9 * HOUR), home, home, skills, breaks)


def _visit(random: Random, number: int) -> Job:
    length = random.choice((2, 2, 4)) * HOUR
    begin = random.choice(range(9 * HOUR, 19 * HOUR - length + 1, HOUR))
    return Job(
        number,
        _somewhere(random),
        random.choice((30, 30, 40, 40, 50, 60, 60)) * 60,
        (Span(begin, begin + length),),
        (frozenset({random.choice(SKILLS)}),),
        priority=random.choice((1, 1, 1, 2, 3)),
    )


def _somewhere(random: Random) -> Point:
    return Point(random.gauss(CENTRE.lat, 0.08), random.gauss(CENTRE.lon, 0.14))


def weeks(seed: int, *, crews: int, jobs: int, territories: int, horizon: int = 14) -> Weeks:
    """Crews busy for most of their days, four vans for five of them and few lifts."""
    random = Random(seed)  # noqa: S311
    names = [f"territory {number + 1}" for number in range(territories)]
    centres = {name: Point(random.gauss(CENTRE.lat, 0.3), random.gauss(CENTRE.lon, 0.5)) for name in names}
    stock = {"van": [max(1, crews * 4 // 5)] * horizon, "lift": [max(1, crews // 6)] * horizon}
    return Weeks(
        tuple(_installation(random, number, names[number % territories], centres, horizon) for number in range(jobs)),
        tuple(_crew(random, number, names[number % territories], centres, horizon) for number in range(crews)),
        horizon,
        stock,
        Flat(),
    )


def _crew(random: Random, number: int, name: str, centres: Mapping[str, Point], horizon: int) -> Crew:
    off = frozenset(day for day in range(horizon) if random.random() < 0.04)
    return Crew(number, _near(random, centres[name]), frozenset(random.sample(SKILLS, 3)), off, frozenset({name}))


def _installation(random: Random, number: int, name: str, centres: Mapping[str, Point], horizon: int) -> Installation:
    days = random.choice((1, 1, 1, 1, 2, 2, 3))
    wish = random.randrange(horizon - days + 1)
    stock = {kind: 1 for kind, often in (("van", 0.75), ("lift", 0.12)) if random.random() < often}
    return Installation(
        number,
        _near(random, centres[name]),
        days,
        max(0, wish - 5),
        wish + 5,
        wish,
        frozenset({random.choice(SKILLS)}),
        stock,
        random.choice((1, 1, 2)),
        name,
    )


def _near(random: Random, point: Point) -> Point:
    return Point(random.gauss(point.lat, 0.1), random.gauss(point.lon, 0.18))
