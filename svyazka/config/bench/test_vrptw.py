from __future__ import annotations

import os
from pathlib import Path

import pytest

from svyazka.config.bench import vrptw
from svyazka.engines.routing.evaluate import evaluate
from svyazka.engines.routing.optimise import optimise
from svyazka.engines.routing.problem import Point, Span
from svyazka.engines.routing.watch import Watch

SMALL = """S2

VEHICLE
NUMBER     CAPACITY
  3         10

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME

    0      0         0          0          0        100          0
    1      3         4          6         10         20          5
    2      6         8          6          0        100          5
"""


def test_an_instance_becomes_a_problem_of_ours():
    problem = vrptw.read(SMALL)
    assert [(day.shift, day.capacity) for day in problem.days] == [(Span(0, 1000), 10)] * 3
    first = problem.jobs[0]
    assert (first.at, first.load, first.work, first.windows) == (Point(3, 4), 6, 50, (Span(100, 200),))
    plan = optimise(problem, watch=Watch(0.3), seed=1)
    costs = evaluate(problem, plan).costs
    assert (costs.travel, costs.unserved) == (2 * 50 + 2 * 100, ())  # two are too much for one


@pytest.mark.shared
@pytest.mark.skipif("SVYAZKA_VRPTW" not in os.environ, reason="the instances are not part of the repository")
def test_a_known_instance_in_a_second():
    folder = Path(os.environ["SVYAZKA_VRPTW"])
    problem = vrptw.read((folder / "C104.txt").read_text())
    verdict = evaluate(problem, optimise(problem, watch=Watch(1.5), seed=1))
    assert verdict.is_sound
    assert verdict.costs.travel / vrptw.TENTHS < 1.1 * vrptw.best_known(folder)["C104"]
