from __future__ import annotations

from datetime import date, time

import pytest

from svyazka.kit import clock
from svyazka.workplaces.shared.typed import by_when, day, whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [("17", 17), (str(2**63 - 1), 2**63 - 1), (str(2**63), None), ("9" * 5000, None)]
    + [(text, None) for text in (None, "", "0", "-1", "1.5", "x", "²")],
)
def test_a_number_that_can_be_an_id(text, number):
    assert whole_number(text) == number


@pytest.mark.parametrize(
    ("text", "on"),
    [("2026-11-22", date(2026, 11, 22)), ("2026-11-22T10:00", date(2026, 11, 22))]
    + [(text, None) for text in (None, "", "x", "2026-13-01", "1999-12-31", "9999-12-31", "0001-01-01")],
)
def test_a_day_that_somebody_can_mean(text, on):
    assert day(text) == on


@pytest.mark.parametrize(
    ("now", "on", "hour", "due"),
    [
        (time(12), date(2026, 11, 26), "", time(18)),
        (time(18, 5), date(2026, 11, 26), "", time(23, 59)),
        (time(18, 5), date(2026, 11, 27), "", time(18)),
        (time(18, 5), date(2026, 11, 26), "19:30", time(19, 30)),
    ],
)
def test_what_is_due_today_without_an_hour_is_not_late_at_once(monkeypatch, now, on, hour, due):
    monkeypatch.setattr(clock, "now", lambda: clock.at(date(2026, 11, 26), now))
    assert by_when(on.isoformat(), hour) == clock.at(on, due)
    assert by_when("tomorrow", hour) is None


@pytest.mark.parametrize(
    "address", ["/clients/?before=" + "9" * 4500, "/office/journal/?day=9999-12-31", "/calls/?before=" + "9" * 4500]
)
def test_nonsense_in_an_address_breaks_no_page(enter, anna, address):
    assert enter(anna).get(address).status_code == 200
