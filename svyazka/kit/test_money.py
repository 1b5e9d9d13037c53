from __future__ import annotations

from decimal import Decimal

import pytest

from svyazka.kit import money
from svyazka.kit.refusals import Refused


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1 250,50", "1250.50"),
        ("1250.5", "1250.50"),
        ("0", "0.00"),
        ("450 ₽", "450.00"),
        ("1 000 000", "1000000.00"),
        (7, "7.00"),
    ],
)
def test_as_people_write_amounts(typed, amount):
    assert str(money.read(typed)) == amount


@pytest.mark.parametrize(
    "typed",
    ["", " ", "-1", "1,005", "1.250,50", "1e3", "nan", "inf", "١٢", "²", "9" * 30, "10000000,01", None, True, 1.5, []],
)
def test_what_is_no_amount(typed):
    with pytest.raises(Refused):
        money.read(typed)


def test_half_a_kopeck_is_one():
    assert money.product(Decimal("2.5"), Decimal("333.33")) == Decimal("833.33")
    assert money.product(Decimal("0.5"), Decimal("0.01")) == Decimal("0.01")
    assert money.product(Decimal("0.3"), Decimal("0.1")) == Decimal("0.03")


def test_plain_numbers():
    assert [money.plain(Decimal(one)) for one in ("2.000", "1.500", "100", "0.00")] == ["2", "1.5", "100", "0"]
