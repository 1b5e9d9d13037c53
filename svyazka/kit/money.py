"""Amounts of money and of things: exact, as people write them, and rounded to the kopeck in one way everywhere.

The browser counts the same in whole kopecks and thousandths (`workplaces/field/static/field/money.js`).
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _

from svyazka.kit.refusals import Refused

KOPECK = Decimal("0.01")
THOUSANDTH = Decimal("0.001")
LARGEST = Decimal("10000000")  # roubles of one line: a slip of the finger is more likely than that
MOST = Decimal("100000")  # pieces, metres
_NUMBER = re.compile(r"[0-9]{1,12}([.][0-9]{1,6})?")


def read(typed: object, *, most: Decimal = LARGEST) -> Decimal:
    """`1 250,50`, `1250.5 ₽`: of nothing less than a kopeck, and not negative."""
    amount = _number(typed, _("An amount is needed here, for example 1 250,50."))
    if amount != amount.quantize(KOPECK) or amount > most:
        raise Refused(_("The amount must be in roubles and kopecks, {most} at most.").format(most=f"{most:,.0f}"))
    return amount.quantize(KOPECK)


def read_quantity(typed: object) -> Decimal:
    """`2`, `1,5`: of pieces, metres, litres. Nothing is a quantity, too."""
    quantity = _number(typed, _("A quantity is needed here, for example 2 or 1,5."))
    if quantity != quantity.quantize(THOUSANDTH) or quantity > MOST:
        raise Refused(_("Three digits behind the comma are enough, and {most} at most.").format(most=f"{MOST:,.0f}"))
    return quantity.quantize(THOUSANDTH)


def product(quantity: Decimal, price: Decimal) -> Decimal:
    """What so much costs; half a kopeck is one."""
    return (quantity * price).quantize(KOPECK, ROUND_HALF_UP)


def plain(number: Decimal) -> str:
    """`2`, `1.5`: without the zeros behind it."""
    said = format(number, "f")
    return said.rstrip("0").rstrip(".") if "." in said else said


def shown(number: Decimal) -> str:
    """`1,5`: as people write it."""
    return plain(number).replace(".", ",")


def _number(typed: object, words: object) -> Decimal:
    if isinstance(typed, bool) or not isinstance(typed, str | int):
        raise Refused(words)
    compact = "".join(str(typed)[:40].split()).replace(",", ".").removesuffix("₽")
    if not compact.isascii() or not _NUMBER.fullmatch(compact):
        raise Refused(words)
    return Decimal(compact)
