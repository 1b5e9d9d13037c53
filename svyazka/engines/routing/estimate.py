"""What the way takes without a map: as the crow flies, with a detour, the slower the nearer the centre.
Finished visits correct it."""

from __future__ import annotations

import math
import zlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from svyazka.engines.routing.problem import Point, Points, Seconds

EARTH_KM = 6371.0
KM_A_DEGREE = EARTH_KM * math.pi / 180
HERE_KM = 0.03  # nearer than that nobody gets into the car
DAY_HOURS = 24
# A ring or an hour counts as it was seen once so many ways were driven there; before, in proportion.
ENOUGH = 20
SLOWEST, FASTEST = 3.0, 1 / 3  # what is beyond was not one way: a lunch, a wrong click


class Way(NamedTuple):
    """One that was really driven."""

    start: Point
    end: Point
    hour: int  # of the day at which he set out
    seconds: int


@dataclass(frozen=True)
class Estimate:
    """The built-in travel. Plans are made with the mean of the day; `at_hour` says more of a single way."""

    centre: Point
    rings_km: tuple[float, ...] = (3.0, 8.0, 20.0)  # outer bounds, the last ring is without one
    kmh: tuple[float, ...] = (19.0, 25.0, 34.0, 46.0)
    detour: float = 1.35
    parking: int = 240
    # Of each hour of the day: what it takes longer than the mean.
    slowness: tuple[float, ...] = (1.0,) * DAY_HOURS
    hour: int | None = None

    @cached_property
    def version(self) -> str:
        return f"estimate-{zlib.crc32(repr(self).encode()):08x}"

    def at_hour(self, hour: int) -> Estimate:
        return replace(self, hour=hour % DAY_HOURS)

    def matrix(self, points: Points) -> Seconds:
        places = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        return self._seconds(places[:, None, 0], places[:, None, 1], places[None, :, 0], places[None, :, 1])

    def to_many(self, point: Point, points: Points) -> Seconds:
        places = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        return self._seconds(np.float64(point[0]), np.float64(point[1]), places[:, 0], places[:, 1])

    def along(self, origins: Points, targets: Points) -> Seconds:
        """From each to the one at its side."""
        here = np.asarray(origins, dtype=np.float64).reshape(-1, 2)
        there = np.asarray(targets, dtype=np.float64).reshape(-1, 2)
        return self._seconds(here[:, 0], here[:, 1], there[:, 0], there[:, 1])

    def km_along(self, origins: Points, targets: Points) -> NDArray[np.float64]:
        """How far it is from each to the one at its side, the detour included."""
        here = np.asarray(origins, dtype=np.float64).reshape(-1, 2)
        there = np.asarray(targets, dtype=np.float64).reshape(-1, 2)
        return _km(here[:, 0], here[:, 1], there[:, 0], there[:, 1]) * self.detour

    def _seconds(
        self,
        lat: NDArray[np.float64] | np.float64,
        lon: NDArray[np.float64] | np.float64,
        to_lat: NDArray[np.float64],
        to_lon: NDArray[np.float64],
    ) -> Seconds:
        km = _km(lat, lon, to_lat, to_lon)
        ring = self.ring_of((lat + to_lat) / 2, (lon + to_lon) / 2)
        slow = 1.0 if self.hour is None else self.slowness[self.hour]
        pace = self.detour * slow * 3600 / np.array(self.kmh)
        taken = km * pace[ring] + self.parking
        return np.where(km < HERE_KM, 0, taken).astype(np.int32)

    def ring_of(self, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.intp]:
        """In squares of degrees, and bound by bound: a matrix of a day takes half as long."""
        width = math.cos(math.radians(self.centre.lat))
        far = (lat - self.centre.lat) ** 2 + ((lon - self.centre.lon) * width) ** 2
        ring = np.zeros(far.shape, dtype=np.intp)
        for bound in self.rings_km:
            ring += far > (bound / KM_A_DEGREE) ** 2
        return ring


def _km(
    lat: NDArray[np.float64] | np.float64,
    lon: NDArray[np.float64] | np.float64,
    to_lat: NDArray[np.float64] | np.float64,
    to_lon: NDArray[np.float64] | np.float64,
) -> NDArray[np.float64]:
    """Along a flattened Earth: within 200 km a thousandth off the great circle, at a third of its price."""
    half = np.pi / 360
    width = np.cos((lat + to_lat) * half)
    return np.asarray(np.hypot((to_lat - lat) * (2 * half), (to_lon - lon) * (2 * half) * width) * EARTH_KM)


def calibrate(estimate: Estimate, driven: Iterable[Way]) -> Estimate:
    """The same estimate with the speeds of the rings and the hours as they were seen."""
    of_ring: dict[int, list[float]] = defaultdict(list)
    of_hour: dict[int, list[float]] = defaultdict(list)
    ratios = [(way, ratio) for way in driven if (ratio := _ratio(estimate, way)) is not None]
    for way, ratio in ratios:
        of_ring[_ring(estimate, way)].append(ratio)
    ring_ratio = {ring: _weighed(found) for ring, found in of_ring.items()}
    for way, ratio in ratios:
        of_hour[way.hour % DAY_HOURS].append(ratio / ring_ratio[_ring(estimate, way)])
    kmh = tuple(speed / ring_ratio.get(ring, 1.0) for ring, speed in enumerate(estimate.kmh))
    slowness = tuple(_weighed(of_hour[hour]) if hour in of_hour else 1.0 for hour in range(DAY_HOURS))
    return replace(estimate, kmh=kmh, slowness=slowness, hour=None)


def _ratio(estimate: Estimate, way: Way) -> float | None:
    """How much longer it took than it was thought to, parking aside."""
    thought = int(estimate.to_many(way.start, [way.end])[0]) - estimate.parking
    if thought <= 0:
        return None
    ratio = (way.seconds - estimate.parking) / thought
    return ratio if FASTEST <= ratio <= SLOWEST else None


def _ring(estimate: Estimate, way: Way) -> int:
    lat, lon = (way.start.lat + way.end.lat) / 2, (way.start.lon + way.end.lon) / 2
    return int(estimate.ring_of(np.array(lat), np.array(lon)))


def _weighed(ratios: list[float]) -> float:
    """The middle one, drawn towards what was thought before while they are few."""
    share = min(1.0, len(ratios) / ENOUGH)
    return share * median(ratios) + (1 - share)
