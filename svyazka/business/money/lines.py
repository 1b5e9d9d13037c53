"""The lines of an invoice: as they are typed or come from a deal, and as they are kept. Sums exact to the kopeck."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _

from svyazka.kit import money
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import storable

MOST = 300
LONGEST_NAME, LONGEST_UNIT = 300, 20
NOTHING, HUNDRED = Decimal(0), Decimal(100)
# None: no VAT at all, which is not the same as 0 %.
VAT_RATES: tuple[Decimal | None, ...] = (None, *map(Decimal, (0, 5, 7, 10, 20, 22)))


class Billed(Protocol):
    """What an invoice may be made out of: a line of a deal or of an offer, too."""

    @property
    def name(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def price(self) -> Decimal: ...
    @property
    def vat_rate(self) -> Any: ...
    @property
    def sum(self) -> Decimal: ...
    @property
    def vat(self) -> Decimal: ...


@dataclass(frozen=True)
class Line:
    """`sum`: with VAT; `vat`: of that."""

    name: str
    unit: str
    quantity: Decimal
    price: Decimal
    vat_rate: Decimal | None
    sum: Decimal
    vat: Decimal


def line(name: str, quantity: Decimal, price: Decimal, *, unit: str = "", vat_rate: Decimal | None = None) -> Line:
    """VAT is in the price."""
    total = money.product(quantity, price)
    return Line(name, unit, quantity, price, vat_rate, total, vat_within(total, vat_rate))


def vat_within(total: Decimal, rate: Decimal | None) -> Decimal:
    return (total * rate / (HUNDRED + rate)).quantize(money.KOPECK, ROUND_HALF_UP) if rate else NOTHING


def share(lines: Sequence[Billed], percent: Decimal, name: str) -> list[Line]:
    """A part of all of it, as one line: a prepayment. VAT is the same part of theirs."""
    if not 0 < percent <= HUNDRED:
        said = _("A part is more than 0 % and 100 % at most.")
        raise Refused(said, fields={"percent": said})
    total, vat = (_percent(sum((each), NOTHING), percent) for each in ([o.sum for o in lines], [o.vat for o in lines]))
    return [Line(name, "", Decimal(1), total, None, total, vat)]


def rest(lines: Sequence[Billed], invoiced: Decimal, invoiced_vat: Decimal, name: str) -> list[Line]:
    """What of it stands in no invoice yet, as one line."""
    total = sum((one.sum for one in lines), NOTHING) - invoiced
    vat = max(sum((one.vat for one in lines), NOTHING) - invoiced_vat, NOTHING)
    if total <= 0:
        raise Refused(_("All of it stands in invoices already."))
    return [Line(name, "", Decimal(1), total, None, total, min(vat, total))]


def read(typed: Iterable[Mapping[str, str]]) -> list[Line]:
    """As somebody has typed them; lines without anything in them are none."""
    found = []
    for number, row in enumerate(typed, 1):
        name = " ".join(storable(row.get("name", "")).split())
        if not any(row.get(part, "").strip() for part in ("name", "price")):
            continue
        if not name:
            raise Refused(_("Line {number}: write what it is for.").format(number=number))
        if len(name) > LONGEST_NAME:
            raise Refused(_("Line {number}: the name is too long.").format(number=number))
        quantity, price = money.read_quantity(row.get("quantity") or "1"), money.read(row.get("price", ""))
        unit = " ".join(storable(row.get("unit", "")).split())[:LONGEST_UNIT]
        found.append(line(name, quantity, price, unit=unit, vat_rate=read_rate(row.get("vat_rate", ""))))
    return found


def read_rate(typed: str) -> Decimal | None:
    """Empty: without VAT."""
    known = {"" if rate is None else str(rate): rate for rate in VAT_RATES}
    if typed not in known:
        raise Refused(_("There is no such rate of VAT."))
    return known[typed]


def to_store(lines: Iterable[Billed]) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "unit": one.unit,
            "quantity": money.plain(one.quantity),
            "price": str(one.price),
            "vat_rate": None if one.vat_rate is None else str(one.vat_rate),
            "sum": str(one.sum),
            "vat": str(one.vat),
        }
        for one in lines
    ]


def _percent(amount: Decimal, percent: Decimal) -> Decimal:
    return (amount * percent / HUNDRED).quantize(money.KOPECK, ROUND_HALF_UP)
