"""What the way takes between all places of a problem, asked for once: whoever asks a server asks it once, too."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from svyazka.engines.routing.problem import Point, Points, Problem, Seconds

Places = NDArray[np.complex128]  # in order; numpy compares complex numbers by their parts


@dataclass(frozen=True)
class Table:
    """A travel that knows these places only; of any other it says something without meaning."""

    version: str
    places: Places
    seconds: Seconds

    def matrix(self, points: Points) -> Seconds:
        at = self._find(points)
        return np.asarray(self.seconds[at[:, None], at[None, :]])

    def to_many(self, point: Point, points: Points) -> Seconds:
        return np.asarray(self.seconds[self._find([point])[0], self._find(points)])

    def from_many(self, points: Points, point: Point) -> Seconds:
        return np.asarray(self.seconds[self._find(points), self._find([point])[0]])

    def _find(self, points: Points) -> NDArray[np.intp]:
        return np.minimum(np.searchsorted(self.places, _as_numbers(points)), len(self.places) - 1)


def tabled(problem: Problem) -> Problem:
    """The same problem with a travel that has been asked for everything already."""
    ends = [at for day in problem.days for at in (day.start, day.end) if at]
    places = np.unique(_as_numbers([*(job.at for job in problem.jobs), *ends]))
    seconds = problem.travel.matrix([Point(float(one.real), float(one.imag)) for one in places])
    return replace(problem, travel=Table(problem.travel.version, places, seconds)) if len(places) else problem


def _as_numbers(points: Points) -> Places:
    both = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    return np.asarray(both[:, 0] + 1j * both[:, 1])
