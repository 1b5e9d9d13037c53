from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svyazka.business.deals.work.repeats import MOST, Repeat, beginning
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31)).map(lambda at: at.replace(microsecond=0))
REPEATS = st.builds(
    Repeat,
    every=st.integers(1, MOST),
    unit=st.sampled_from(["day", "week", "month"]),
    since=MOMENTS,
    number=st.integers(0, 40),
)


def test_a_month_after_the_31st_is_the_end_of_february_and_then_the_31st_again():
    row = Repeat(1, "month", datetime(2027, 1, 31, 9))
    assert [row.at(number) for number in (1, 2, 3)] == [
        datetime(2027, 2, 28, 9),
        datetime(2027, 3, 31, 9),
        datetime(2027, 4, 30, 9),
    ]


@given(REPEATS, MOMENTS)
def test_the_next_one_is_to_come_and_none_that_is_to_come_is_passed_over(row, now):
    following = row.following(now)
    at = following.at(following.number)
    assert following.number > row.number
    assert at > now
    assert following.number == row.number + 1 or row.at(following.number - 1) <= now


@given(REPEATS, st.integers(1, 200))
def test_each_is_later_than_the_one_before_at_the_same_hour(row, number):
    earlier, later = row.at(number - 1), row.at(number)
    assert earlier < later
    assert later.time() == row.since.time()
    assert row.unit != "month" or later.day == row.since.day or (later + timedelta(days=1)).day == 1


@given(REPEATS)
def test_what_is_stored_reads_as_it_was(row):
    assert Repeat.read(row.stored()) == row


def test_after_its_end_nothing_comes():
    row = Repeat(1, "week", datetime(2027, 3, 1, 9), until=date(2027, 3, 10))
    assert row.following(datetime(2027, 3, 1, 12)).at(1) == datetime(2027, 3, 8, 9)
    assert row.following(datetime(2027, 3, 8, 12)) is None


@pytest.mark.parametrize(("every", "unit"), [(0, "day"), (100, "day"), (-1, "week"), (1, "year"), (1, "")])
def test_what_is_no_row_is_refused(every, unit):
    with pytest.raises(Refused) as refusal:
        beginning(clock.now(), every=every, unit=unit)
    assert list(refusal.value.fields) == ["every"]


def test_it_cannot_end_before_it_begins():
    with pytest.raises(Refused) as refusal:
        beginning(clock.now(), every=1, unit="day", until=date(2020, 1, 1))
    assert list(refusal.value.fields) == ["until"]
