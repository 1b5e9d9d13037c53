from __future__ import annotations

from datetime import date

import pytest

from svyazka.workplaces.shared.typed import day, whole_number


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
    "address", ["/clients/?before=" + "9" * 4500, "/office/journal/?day=9999-12-31", "/calls/?before=" + "9" * 4500]
)
def test_nonsense_in_an_address_breaks_no_page(enter, anna, address):
    assert enter(anna).get(address).status_code == 200
