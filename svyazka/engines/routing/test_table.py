from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from svyazka.engines.routing.problem import Job, Point, Problem, Span
from svyazka.engines.routing.table import tabled
from svyazka.engines.routing.test_estimate import MOSCOW, points
from svyazka.engines.routing.test_evaluate import Line, job, workday


class Counted(Line):
    def __init__(self):
        self.asked = 0

    def matrix(self, places):
        self.asked += 1
        return super().matrix(places)


@given(st.lists(points, min_size=1, max_size=8))
def test_it_says_what_the_travel_says(places):
    jobs = tuple(Job(number, at, 600, (Span(0, 1),)) for number, at in enumerate(places))
    problem = Problem(jobs, (), MOSCOW)
    table = tabled(problem).travel
    assert table.version == MOSCOW.version
    assert (table.matrix(places) == MOSCOW.matrix(places)).all()
    assert (table.to_many(places[0], np.array(places)) == MOSCOW.to_many(places[0], places)).all()


def test_the_travel_is_asked_once():
    travel = Counted()
    problem = tabled(Problem((job(1), job(2, at=30)), (workday(), workday(end=None)), travel))
    assert problem.travel.matrix([Point(0, 0), Point(30, 0)]).tolist() == [[0, 1800], [1800, 0]]
    assert travel.asked == 1


def test_a_problem_without_places_stays_as_it_is():
    assert tabled(Problem((), (workday(start=None, end=None),), Line())).travel.version == "line"
