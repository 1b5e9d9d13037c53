from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from svyazka.engines.routing.windows import Period, is_open, left_of, starts

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)


def at(minute: int) -> datetime:
    return MIDNIGHT + timedelta(minutes=minute)


def period(begin: int, end: int) -> Period:
    return Period(at(begin), at(end))


periods = st.tuples(st.integers(0, 1440), st.integers(1, 400)).map(lambda pair: period(pair[0], pair[0] + pair[1]))


def minutes_of(stretches: list[Period]) -> set[int]:
    return {
        minute
        for stretch in stretches
        for minute in range(
            int((stretch.start - MIDNIGHT) / timedelta(minutes=1)), int((stretch.end - MIDNIGHT) / timedelta(minutes=1))
        )
    }


@given(hours=periods, taken=st.lists(periods, max_size=8))
def test_what_is_left_is_every_minute_that_nobody_took(hours, taken):
    left = left_of(hours, taken)
    assert minutes_of(left) == minutes_of([hours]) - minutes_of(taken)
    assert left == sorted(left)
    assert all(part.start < part.end for part in left)


@given(
    hours=periods,
    taken=st.lists(periods, max_size=8),
    length=st.integers(10, 200),
    step=st.sampled_from([15, 30, 60]),
    earliest=st.integers(0, 1440),
)
def test_starts_are_all_the_steps_at_which_it_fits(hours, taken, length, step, earliest):
    found = list(
        starts(
            hours,
            taken,
            length=timedelta(minutes=length),
            step=timedelta(minutes=step),
            not_before=at(earliest),
        )
    )
    expected = []
    start = hours.start
    while start < hours.end:
        wanted = Period(start, start + timedelta(minutes=length))
        if hours.holds(wanted) and start >= at(earliest) and not any(wanted.overlaps(other) for other in taken):
            expected.append(start)
        start += timedelta(minutes=step)
    assert found == expected


def test_after_a_visit_the_next_step_of_the_clock_is_offered():
    day = period(540, 780)
    visit = period(540, 610)
    found = list(starts(day, [visit], length=timedelta(minutes=60), step=timedelta(minutes=30), not_before=MIDNIGHT))
    assert found == [at(630), at(660), at(690), at(720)]


def test_nothing_goes_on_through_a_break():
    hours = [period(540, 780), period(840, 1140)]
    assert is_open(period(720, 780), hours)
    assert not is_open(period(750, 870), hours)
