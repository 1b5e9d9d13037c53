from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from svyazka.engines.routing import day_plan
from svyazka.engines.routing.day_plan import RECORD, Booked, DayPlan, Kind
from svyazka.engines.routing.insertion import Rows
from svyazka.engines.routing.problem import Break, Job, Point, Span, Stop, WorkDay
from svyazka.engines.routing.test_evaluate import HOUR, Line

LUNCH = Break(2700, Span(12 * HOUR, 15 * HOUR))
EGORS = WorkDay(
    7, 3, Span(9 * HOUR, 18 * HOUR), Point(1, 2), None, breaks=(LUNCH,), away=(Span(16 * HOUR, 17 * HOUR),), capacity=5
)
STOPS = (
    Booked(11, Point(10, 0), 10 * HOUR, HOUR, Span(10 * HOUR, 11 * HOUR)),
    Booked(-3, Point(20, 0), 13 * HOUR, HOUR, Span(13 * HOUR, 13 * HOUR), Kind.HOLD, 2),
)


@pytest.mark.parametrize("stops", [(), STOPS])
@pytest.mark.parametrize("capacity", [None, 5])
def test_what_is_packed_comes_out_again(stops, capacity):
    plan = DayPlan(dataclasses.replace(EGORS, capacity=capacity), stops)
    assert day_plan.unpack(EGORS.key, day_plan.pack(plan, Line())) == plan


def test_another_format_is_not_read():
    records = np.frombuffer(day_plan.pack(DayPlan(EGORS), Line()), RECORD).copy()
    records["ref"][0] = day_plan.FORMAT + 1
    with pytest.raises(day_plan.OldFormat):
        day_plan.unpack(EGORS.key, records.tobytes())
    with pytest.raises(day_plan.OldFormat):
        Rows([(EGORS.key, records.tobytes())])


def test_each_stop_knows_how_early_one_leaves_and_how_late_one_may_come():
    day = dataclasses.replace(EGORS, start=Point(0, 0), end=Point(0, 0), away=())
    start, first, second, end, lunch = np.frombuffer(day_plan.pack(DayPlan(day, STOPS), Line()), RECORD)
    assert [one["way"] for one in (start, first, second)] == [600, 600, 1200]
    assert (start["leaves"], first["leaves"], second["leaves"]) == (9 * HOUR, 11 * HOUR, 14 * HOUR)
    # Fed is he before the second, or after it: there is no lunch before noon.
    assert (first["leaves_fed"], second["leaves_fed"]) == (day_plan.NEVER, 14 * HOUR)
    assert (end["due"], second["due"], first["due"]) == (18 * HOUR, 13 * HOUR, 11 * HOUR)
    assert (second["due_hungry"], first["due_hungry"]) == (13 * HOUR, 11 * HOUR)
    assert (lunch["work"], lunch["kind"]) == (2700, Kind.BREAK)


def test_where_nothing_was_said_a_job_keeps_to_its_windows_and_a_team_to_its_time():
    free = Job(1, Point(1, 1), HOUR, (Span(0, 5), Span(100, 900)), promise=None)
    promised = dataclasses.replace(free, id=2, promise=Span(200, 300))
    team = dataclasses.replace(free, id=3, needs=(frozenset(), frozenset()))
    locked = dataclasses.replace(free, id=4, locked=True)
    route = [(job, Stop(job.id, 250)) for job in (free, promised, team, locked)]
    windows = [stop.window for stop in day_plan.of_route(EGORS, route).stops]
    assert windows == [Span(100, 900), Span(200, 300), Span(250, 250), Span(250, 250)]
