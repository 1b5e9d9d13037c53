from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svyazka.kit import phones
from svyazka.kit.phones import NotAPhone


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("8 (916) 123-45-67", "+79161234567"),
        ("+7 916 123 45 67", "+79161234567"),
        ("79161234567", "+79161234567"),
        ("9161234567", "+79161234567"),
        ("8-800-555-35-35", "+78005553535"),
        ("+375 29 123-45-67", "+375291234567"),
        ("375291234567", "+375291234567"),
        ("00375291234567", "+375291234567"),
        ("8 10 375 29 123-45-67", "+375291234567"),
        ("+998 90 123 45 67", "+998901234567"),
        ("998901234567", "+998901234567"),
        ("+374 10 123456", "+37410123456"),
        ("+996 555 123 456", "+996555123456"),
        ("+7 701 123 45 67", "+77011234567"),
        ("+1 202 555 0123", "+12025550123"),
    ],
)
def test_one_spelling_whatever_was_typed(typed, stored):
    assert phones.normalise(typed) == stored


@pytest.mark.parametrize(
    "typed",
    ["", "101", "112", "123-45-67", "1234567", "+7 916 123", "+7495123456789", "call me", "+0000000000", "9" * 40],
)
def test_what_nobody_could_ring_is_no_phone(typed):
    with pytest.raises(NotAPhone):
        phones.normalise(typed)


@given(st.text(max_size=40) | st.text(alphabet="+0123456789 ()-", max_size=30))
def test_a_stored_number_stays_as_it_is(typed):
    try:
        stored = phones.normalise(typed)
    except NotAPhone:
        return
    assert stored.startswith("+")
    assert stored[1:].isdecimal()
    assert phones.normalise(stored) == phones.normalise(phones.readable(stored)) == stored


def test_a_towns_number_says_what_time_it_is_there_and_a_mobile_one_does_not():
    noon = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)
    said = {number: phones.local_time(number, noon) for number in ("+74232123456", "+74951234567", "+79161234567")}
    hours = {number: there and there.hour for number, there in said.items()}
    assert hours == {"+74232123456": 19, "+74951234567": 12, "+79161234567": None}
    assert phones.local_time("nonsense", noon) is None
