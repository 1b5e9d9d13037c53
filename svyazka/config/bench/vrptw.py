"""Solomon's and Gehring's and Homberger's instances as problems of ours. Distances in tenths, rounded down, as the
DIMACS challenge counts them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from svyazka.engines.routing.problem import Job, Plan, Point, Points, Problem, Seconds, Span, WorkDay

TENTHS = 10


class Plane:
    version = "plane"

    def matrix(self, points: Points) -> Seconds:
        at = np.asarray(points, float).reshape(-1, 2)
        far = np.sqrt(((at[:, None] - at[None, :]) ** 2).sum(axis=-1))
        return np.asarray(np.floor(far * TENTHS + 1e-9), np.int32)

    def to_many(self, point: Point, points: Points) -> Seconds:
        return np.asarray(self.matrix([point, *(Point(*one) for one in points)])[0, 1:])


def best_known(folder: Path) -> Mapping[str, float]:
    return dict(json.loads((folder / "bks_dimacs.json").read_text()))


def read(text: str) -> Problem:
    rows = [line.split() for line in text.splitlines()]
    numbers = [tuple(map(int, row)) for row in rows if row and all(cell.isdigit() for cell in row)]
    (vehicles, capacity), depot, *customers = numbers
    home, hours = Point(depot[1], depot[2]), Span(depot[4] * TENTHS, depot[5] * TENTHS)
    days = tuple(WorkDay(number, 0, hours, home, home, capacity=capacity) for number in range(vehicles))
    jobs = tuple(
        Job(number, Point(x, y), work * TENTHS, (Span(ready * TENTHS, due * TENTHS),), load=load)
        for number, x, y, load, ready, due, work in customers
    )
    return Problem(jobs, days, Plane(), Plan())
