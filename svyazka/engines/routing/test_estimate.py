from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from svyazka.engines.routing.estimate import ENOUGH, Estimate, Way, calibrate
from svyazka.engines.routing.problem import Point

CENTRE = Point(55.75, 37.62)
MOSCOW = Estimate(CENTRE)
points = st.builds(Point, st.floats(55.3, 56.2), st.floats(36.8, 38.4))


def great_circle(a, b):
    first, second = math.radians(a.lat), math.radians(b.lat)
    half = math.sin((second - first) / 2) ** 2
    half += math.cos(first) * math.cos(second) * math.sin(math.radians(b.lon - a.lon) / 2) ** 2
    return 2 * 6371 * math.asin(math.sqrt(half))


@given(points, points)
def test_a_way_is_the_great_circle_at_the_speed_of_its_ring(a, b):
    free = Estimate(CENTRE, rings_km=(), kmh=(60.0,), detour=1.0, parking=0)
    assert free.to_many(a, [b])[0] == pytest.approx(great_circle(a, b) * 60, rel=0.002, abs=2)


@given(st.lists(points, min_size=1, max_size=6))
def test_matrix_and_one_to_many_say_the_same_both_ways_and_nothing_from_a_place_to_itself(places):
    matrix = MOSCOW.matrix(places)
    assert matrix.dtype == np.int32
    assert (matrix.diagonal() == 0).all()
    assert (matrix == matrix.T).all()
    for number, place in enumerate(places):
        assert (MOSCOW.to_many(place, places) == matrix[number]).all()


def test_the_centre_is_slow_and_parking_is_paid_once():
    near = MOSCOW.to_many(CENTRE, [Point(55.76, 37.62)])[0]
    far = MOSCOW.to_many(Point(56.2, 37.62), [Point(56.21, 37.62)])[0]
    assert near - MOSCOW.parking == pytest.approx((far - MOSCOW.parking) * 46 / 19, rel=0.02)


def test_its_version_changes_with_its_figures_only():
    assert MOSCOW.version == Estimate(CENTRE).version
    assert MOSCOW.version != Estimate(CENTRE, parking=60).version


def driven(true, number, *, hours=(12,), seed=1):
    dice = random.Random(seed)
    for _way in range(number):
        start, end = (Point(dice.uniform(55.5, 56.0), dice.uniform(37.2, 38.0)) for _end in range(2))
        hour = dice.choice(hours)
        took = true.at_hour(hour).to_many(start, [end])[0]
        yield Way(start, end, hour, int((took - 240) * dice.uniform(0.9, 1.1)) + 240)


def test_finished_visits_teach_it_speeds_and_hours():
    slow = tuple(1.4 if hour in (8, 18) else 1.0 for hour in range(24))
    true = Estimate(CENTRE, kmh=(15.0, 20.0, 30.0, 50.0), slowness=slow)
    learned = calibrate(MOSCOW, driven(true, 4000, hours=(8, 11, 12, 13, 14, 15, 18)))
    ways = list(driven(true, 200, hours=(8, 12, 18), seed=2))
    before = [abs(MOSCOW.at_hour(way.hour).to_many(way.start, [way.end])[0] - way.seconds) for way in ways]
    after = [abs(learned.at_hour(way.hour).to_many(way.start, [way.end])[0] - way.seconds) for way in ways]
    assert sum(after) < sum(before) / 2
    assert learned.kmh[3] == pytest.approx(50, rel=0.1)


def test_little_seen_teaches_little_and_nonsense_nothing():
    true = Estimate(CENTRE, kmh=(9.5, 12.5, 17.0, 23.0))
    few = calibrate(MOSCOW, driven(true, ENOUGH // 4))
    assert all(is_now > 0.7 * was for is_now, was in zip(few.kmh, MOSCOW.kmh, strict=True))
    away_for_hours = [way._replace(seconds=6 * way.seconds) for way in driven(MOSCOW, 100)]
    assert calibrate(MOSCOW, away_for_hours).kmh == MOSCOW.kmh
