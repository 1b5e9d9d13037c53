from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from svyazka.business.moving_in.cells import amount, moment
from svyazka.kit import clock


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("12.05.2021", "2021-05-12"),
        ("12.5.21", "2021-05-12"),
        ("12.05.98", "1998-05-12"),
        ("2021-05-12", "2021-05-12"),
        ("2021/05/12", "2021-05-12"),
        ("12/05/2021", "2021-05-12"),
        ("05/31/2021", "2021-05-31"),
        ("12-05-2021", "2021-05-12"),
        ("12 мая 2021", "2021-05-12"),
        ("12 мая 2021 г.", "2021-05-12"),
        ("12-го мая 2021 года", "2021-05-12"),
        ("ср, 12 мая 2021 г.", "2021-05-12"),
        ("12 мар. 21", "2021-03-12"),
        ("12 мая 2021, 09:30", "2021-05-12"),
        ("May 12, 2021", "2021-05-12"),
        ("12-May-21", "2021-05-12"),
        ("44328", "2021-05-12"),
        ("44328,5", "2021-05-12"),
        (" 12.05.2021 г. ", "2021-05-12"),
    ],
)
def test_a_day_however_it_was_written(cell, day):
    found = moment(cell)
    assert found is not None
    assert clock.local(found).date().isoformat() == day


def test_hours_and_zones():
    assert moment("12.05.2021 09:30:15") == moment("2021-05-12T09:30:15") == moment("12 мая 2021 в 9:30:15")
    assert (
        moment("2021-05-12T09:30:00+03:00")
        == moment("2021-05-12 06:30:00Z")
        == datetime(2021, 5, 12, 6, 30, tzinfo=UTC)
    )
    assert moment("1620801000") == datetime(2021, 5, 12, 6, 30, tzinfo=UTC)
    assert moment("44328,5") == moment("12.05.2021 12:00")


@pytest.mark.parametrize(
    "cell", ["", "вчера", "31.02.2021", "12", "2021", "89161234567", "0", "99.99.9999", "12.05.0021"]
)
def test_what_is_no_day(cell):
    assert moment(cell) is None


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("54300", "54300"),
        ("54 300,50 ₽", "54300.50"),
        ("54\u00a0300.5 руб.", "54300.50"),
        ("1.234.567,00", "1234567"),
        ("1,234,567.89", "1234567.89"),
        ("1,234", "1234"),
        ("12,5", "12.50"),
        ("12 тыс. руб.", "12000"),
        ("1,5 млн", "1500000"),
        ("0", "0"),
    ],
)
def test_a_sum_however_it_was_written(cell, read):
    assert amount(cell) == Decimal(read)


@pytest.mark.parametrize("cell", ["", "нет", "-500", "12 или 13", "5x", "1e9", "99999999999999"])
def test_what_is_no_sum(cell):
    assert amount(cell) is None
