from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from svyazka.business.notices.quiet import Quiet

# Without summer time, with it, and with one that moves the clock by half an hour.
ZONES = st.sampled_from(
    ["Europe/Moscow", "Asia/Kamchatka", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]
).map(ZoneInfo)
TIMES = st.times(min_value=time(0), max_value=time(23, 59)).map(lambda one: one.replace(second=0, microsecond=0))
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
BERLIN = ZoneInfo("Europe/Berlin")


@given(begin=TIMES, end=TIMES, zone=ZONES, moment=MOMENTS)
@example(begin=time(23), end=time(2, 30), zone=BERLIN, moment=datetime(2026, 3, 28, 23, tzinfo=UTC))
@example(begin=time(23), end=time(2, 30), zone=BERLIN, moment=datetime(2026, 10, 25, 1, 10, tzinfo=UTC))
def test_it_waits_until_it_is_quiet_no_longer_and_no_longer_than_that(begin, end, zone, moment):
    quiet = Quiet(begin, end, zone)
    over_at = quiet.over_at(moment)
    if begin == end:
        assert over_at == moment
        return
    assert (over_at == moment) == (not quiet.holds(moment))
    assert moment <= over_at <= moment + timedelta(hours=25)
    assert not quiet.holds(over_at)
    # Where the clock is put forward over the end, it may be an hour more, and never less.
    steps = int((over_at - moment) / timedelta(minutes=15))
    loud = [at for number in range(steps) if not quiet.holds(at := moment + number * timedelta(minutes=15))]
    assert not loud or over_at - loud[0] <= timedelta(hours=1)


@given(begin=TIMES, end=TIMES, zone=ZONES, moment=MOMENTS)
def test_it_is_quiet_or_the_hours_around_are(begin, end, zone, moment):
    """Of two spans that make up the whole day, one holds at any moment, and only one."""
    if begin != end:
        assert Quiet(begin, end, zone).holds(moment) != Quiet(end, begin, zone).holds(moment)


@pytest.mark.parametrize(
    ("zone", "moment", "over_at"),
    [
        ("Europe/Moscow", "2026-11-27T20:30+00:00", "2026-11-28T05:00+00:00"),  # 23:30 → 8:00 of the next day
        ("Asia/Kamchatka", "2026-11-27T11:00+00:00", "2026-11-27T20:00+00:00"),  # 23:00 there
        ("Europe/Moscow", "2026-11-27T05:00+00:00", "2026-11-27T05:00+00:00"),  # the end belongs to the day
        ("Europe/Berlin", "2026-03-28T22:00+00:00", "2026-03-29T06:00+00:00"),  # the night is an hour shorter
        ("Europe/Berlin", "2026-10-24T21:00+00:00", "2026-10-25T07:00+00:00"),  # and in autumn longer
    ],
)
def test_by_the_clock_of_the_person(zone, moment, over_at):
    quiet = Quiet(time(22), time(8), ZoneInfo(zone))
    assert quiet.over_at(datetime.fromisoformat(moment)) == datetime.fromisoformat(over_at)
