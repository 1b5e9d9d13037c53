from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from svyazka.engines.routing import timing
from svyazka.engines.routing.evaluate import evaluate
from svyazka.engines.routing.problem import Break, Job, Key, Plan, Point, Problem, Span, Stop, WorkDay
from svyazka.engines.routing.test_evaluate import Line
from svyazka.engines.routing.timing import Piece

UNIT = 60  # a degree of the line
LAST = 14


def spans(longest):
    return st.tuples(st.integers(0, LAST - 2), st.integers(1, longest)).map(
        lambda pair: Span(pair[0] * UNIT, (pair[0] + pair[1]) * UNIT)
    )


def breaks():
    return (
        st.tuples(st.integers(1, 2), spans(6))
        .filter(lambda one: one[1].end - one[1].start >= one[0] * UNIT)
        .map(lambda one: Break(one[0] * UNIT, one[1]))
    )


jobs = st.tuples(st.integers(0, 4), st.integers(1, 3), spans(9))


def workday(pauses, away):
    return WorkDay(1, 0, Span(0, LAST * UNIT), Point(0, 0), Point(0, 0), breaks=tuple(pauses), away=tuple(away))


days = st.builds(workday, st.lists(breaks(), max_size=2), st.lists(spans(2), max_size=1))


def every_plan(problem, order):
    """Of whole units, in this order."""
    for starts in product(*(range(job.windows[0].start, job.windows[0].end + 1, UNIT) for job in order)):
        if all(earlier < later for earlier, later in zip(starts, starts[1:], strict=False)):
            yield Plan({Key(1, 0): tuple(Stop(job.id, start) for job, start in zip(order, starts, strict=True))})


@settings(max_examples=120, deadline=None)
@given(day=days, drawn=st.lists(jobs, min_size=1, max_size=3))
def test_it_finds_times_exactly_where_there_are_any_and_none_are_earlier(day, drawn):
    order = [Job(number, Point(place, 0), work * UNIT, (window,)) for number, (place, work, window) in enumerate(drawn)]
    problem = Problem(tuple(order), (day,), Line())
    ways = [int(way) for way in Line().matrix([Point(0, 0), *(job.at for job in order), Point(0, 0)]).diagonal(1)]
    found = timing.earliest(day.shift, [Piece(job.work, job.windows) for job in order], ways, day.breaks, day.away)
    sound = [plan for plan in every_plan(problem, order) if evaluate(problem, plan).is_sound]
    assert (found is None) == (not sound)
    if found:
        plan = Plan({day.key: tuple(Stop(job.id, start) for job, start in zip(order, found, strict=True))})
        assert evaluate(problem, plan).faults == ()


def test_people_agree_on_round_times():
    piece = Piece(600, (Span(0, 2000), Span(5000, 9000)), step=900)
    assert timing.begin_of(piece, 1, ()) == 900
    assert timing.begin_of(piece, 1801, ()) == 5400
    assert timing.begin_of(piece, 100, (Span(1000, 1200),)) == 1800
    assert timing.begin_of(piece, 8200, ()) == 9000
    assert timing.begin_of(piece, 9001, ()) is None
