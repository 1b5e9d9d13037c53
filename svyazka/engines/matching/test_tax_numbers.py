from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svyazka.engines.matching.tax_numbers import TaxNumber, is_inn, read, with_check_digits


@pytest.mark.parametrize(
    ("cell", "read_as", "reason"),
    [
        ("7707083893", TaxNumber("7707083893"), "of a company"),
        ("500100732259", TaxNumber("500100732259"), "of a person"),
        ("ИНН 7707083893/773601001", TaxNumber("7707083893", "773601001"), "with its KPP"),
        ("ИНН: 7707083893 КПП: 773601001", TaxNumber("7707083893", "773601001"), "the same with words"),
        ("77070838 93", TaxNumber("7707083893"), "a space within"),
        ("7707083893.0", TaxNumber("7707083893"), "a spreadsheet took it for a number"),
        ("7707083894", TaxNumber(unread="check_digit"), "a slip"),
        ("7,70708E+09", TaxNumber(unread="digits_lost"), "a spreadsheet has rounded it"),
        ("1111111111", TaxNumber(unread="placeholder"), "nobody's"),
        ("0000000000", TaxNumber(unread="placeholder"), "nobody's, though its check digit holds"),
        ("12345", TaxNumber(unread="length"), "no tax number"),
        ("нет", TaxNumber(), "nothing"),
    ],
)
def test_a_tax_number_is_told_by_its_check_digits(cell, read_as, reason):
    assert read(cell) == read_as, reason


def test_a_zero_that_was_cut_off_comes_back_only_where_the_check_digits_hold():
    whole = with_check_digits("027412345")
    assert read(whole[1:]).inn == whole
    assert read(str(int(whole[1:]) + 1)).inn == ""


@given(st.text("0123456789", min_size=9, max_size=10), st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_hardly_ever_passes(first, at, by):
    """Eleven remainders share ten digits: one in eleven does."""
    whole = with_check_digits(first)
    assert is_inn(whole)
    assert not is_inn(whole[:-1] + str((int(whole[-1]) + by) % 10))
