from __future__ import annotations

from svyazka.engines.routing.problem import Span, apart
from svyazka.engines.routing.test_evaluate import HOUR, job, workday


def test_spans_are_apart_and_in_order():
    assert apart([Span(8, 9), Span(1, 3), Span(3, 3), Span(2, 5), Span(7, 6)]) == (Span(1, 5), Span(8, 9))


def test_a_job_and_a_day_take_spans_as_they_come():
    assert job(1, windows=[Span(5, 4), Span(3, 3), Span(1, 2)]).windows == (Span(1, 2), Span(3, 3))
    away = (Span(17 * HOUR, 30 * HOUR), Span(8 * HOUR, 10 * HOUR), Span(9 * HOUR, 11 * HOUR), Span(2, 3))
    assert workday(away=away).away == (Span(9 * HOUR, 11 * HOUR), Span(17 * HOUR, 18 * HOUR))
