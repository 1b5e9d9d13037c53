from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from svyazka.business.deals.known import values
from svyazka.business.deals.models import Field
from svyazka.workplaces.shared import short

AMOUNTS = [
    ("54300", "54\u00a0300\u00a0₽", "₽54,300"),
    ("8131.25", "8\u00a0131,25\u00a0₽", "₽8,131.25"),
    ("1234567.5", "1\u00a0234\u00a0567,50\u00a0₽", "₽1,234,567.50"),
    ("0", "0\u00a0₽", "₽0"),
    ("-0.50", "-0,50\u00a0₽", "-₽0.50"),
    ("-1050.00", "-1\u00a0050\u00a0₽", "-₽1,050"),
]


@pytest.mark.parametrize(("amount", "russian", "english"), AMOUNTS)
def test_money_is_written_by_the_habit_of_the_language(amount, russian, english):
    with translation.override("ru"):
        assert short.money(Decimal(amount)) == russian
    with translation.override("en"):
        assert short.money(Decimal(amount)) == english


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("amount", ["54300", "8131.25", "1234567.50", "0"])
def test_what_stands_in_an_input_is_read_again_as_it_was(amount, language):
    with translation.override(language):
        typed = short.typed_money(Decimal(amount))
        assert Decimal(values.read(Field(kind=Field.Kind.MONEY, code="x"), typed)) == Decimal(amount)
