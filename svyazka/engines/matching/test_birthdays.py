from __future__ import annotations

import pytest

from svyazka.engines.matching.birthdays import is_slip, read


@pytest.mark.parametrize(
    "typed",
    [
        "13.04.1985",
        "1985-04-13",
        "1985-04-13 00:00:00",
        "13/4/85",
        "13 апреля 1985 г.",
        "13 апр. 85",
        "13-Apr-1985",
        "19850413",
        "13041985",
        "13 April 1985",
        "31150",
        "31150.0",
        " 13.04.1985 г.р. ",
    ],
)
def test_one_day_in_every_shape(typed):
    assert read(typed) == "19850413"


@pytest.mark.parametrize("typed", ["", "нет", "01.01.1900", "1970-01-01", "13.04.1785", "8 916 765-43-21", "13.04"])
def test_what_is_no_birthday_is_nothing(typed):
    assert read(typed) == ""


def test_a_day_that_never_was_is_kept_for_whoever_slipped():
    assert read("19851413") == "19851413"
    assert is_slip("19851413", "19850413")


@pytest.mark.parametrize(
    ("one", "other", "slipped"),
    [
        ("19850413", "19850431", True),
        ("19850412", "19851204", True),
        ("19850413", "19550413", False),
        ("19850413", "19850413", False),
        ("19850413", "19580431", False),
    ],
)
def test_one_digit_or_day_for_month_is_a_slip(one, other, slipped):
    assert is_slip(one, other) is slipped
