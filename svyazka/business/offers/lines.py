"""The lines of a deal: what the client buys, how much of it and at which price."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from svyazka.business.catalogue import vat
from svyazka.business.catalogue.models import Product
from svyazka.business.catalogue.products import LONGEST_NAME, LONGEST_UNIT
from svyazka.business.deals import held
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal
from svyazka.business.journal.record import About, Actor, record
from svyazka.business.offers.models import DealLine, Pricing
from svyazka.business.offers.rules import rules
from svyazka.business.offers.sums import NOTHING_OFF, Item, Off, TooMuchOff, Whole, count
from svyazka.kit import money, texts
from svyazka.kit.refusals import ChangedMeanwhile, Refused

MOST = 300
_NONE = Decimal("0.00")
_MOST_IN_ALL = Decimal("1e11")


@dataclass(frozen=True)
class Line:
    """A line as it stands in a deal. `discount`: in roubles, with its share of what is taken off all of them; `sum`:
    what the client pays for it, VAT and all."""

    product_id: int | None
    name: str
    unit: str
    quantity: Decimal
    price: Decimal
    discount: Decimal
    vat_rate: Decimal | None
    sum: Decimal
    vat: Decimal


@dataclass(frozen=True)
class Sums:
    """Of all lines of a deal. `total`: what the client pays."""

    lines: int = 0
    gross: Decimal = _NONE
    discount: Decimal = _NONE
    vat: Decimal = _NONE
    total: Decimal = _NONE

    @property
    def net(self) -> Decimal:
        return self.total - self.vat


@dataclass(frozen=True)
class Wish:
    """A line as somebody wants it, read."""

    name: str
    unit: str
    quantity: Decimal
    price: Decimal
    off: Off = NOTHING_OFF
    vat_rate: Decimal | None = None
    product_id: int | None = None


class WrongLines(Refused):
    """Says what is wrong with which line: place → input → words."""

    def __init__(self, wrong: Mapping[int, Mapping[str, str]]) -> None:
        self.wrong = wrong
        place, said = next(iter(wrong.items()))
        words = _("Line {number}: {why}").format(number=place + 1, why=next(iter(said.values())))
        super().__init__(words)


def lines_of(deal_id: int) -> list[Line]:
    return [
        Line(
            one.product_id, one.name, one.unit, one.quantity, one.price, one.discount, one.vat_rate, one.sum, one.vat
        )
        for one in DealLine.objects.filter(deal=deal_id)
    ]  # fmt: skip


def sums_of(deal_ids: Collection[int]) -> dict[int, Sums]:
    """In one statement; deals without a line are not among them."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, [list(deal_ids)])
        return {deal_id: Sums(*rest) for deal_id, *rest in cursor.fetchall()}


_SUMS = "select deal_id, lines, gross, discount, vat, total from offers_pricing where deal_id = any(%s) and lines > 0"


def pricing_of(deal_id: int) -> Pricing:
    """One that is not stored yet begins as the company has it."""
    found = Pricing.objects.filter(deal=deal_id).first()
    return found or Pricing(deal_id=deal_id, vat_on_top=rules().vat_on_top, version=0)


def read(typed: Mapping[str, str], usual_vat: Decimal | None = None) -> tuple[Wish | None, dict[str, str]]:
    """A line as it was typed, or what is wrong with it, by input. `discount`: `10%`, or `500`."""
    wrong: dict[str, str] = {}

    def tried(name: str, reading: Any, given: str, default: Any) -> Any:
        try:
            return reading(given)
        except Refused as refusal:
            wrong[name] = str(refusal.message)
            return default

    name, unit = texts.one_line(typed.get("name", "")), texts.one_line(typed.get("unit", ""))
    if not name or len(name) > LONGEST_NAME:
        wrong["name"] = _("This is too long.") if name else _("Say what it is: choose it from the list, or write it.")
    if len(unit) > LONGEST_UNIT:
        wrong["unit"] = _("This is too long.")
    quantity = tried("quantity", _read_quantity, typed.get("quantity", "") or "1", Decimal(1))
    price = tried("price", money.read, typed.get("price", ""), _NONE)
    off = tried("discount", read_discount, typed.get("discount", ""), Off())
    rate = tried("vat", vat.read, typed["vat"], None) if typed.get("vat") else usual_vat
    product = typed.get("product", "")
    number = int(product) if product.isascii() and product.isdecimal() and len(product) < 19 else None
    return (None if wrong else Wish(name, unit, quantity, price, off, rate, number)), wrong


def read_discount(typed: str) -> Off:
    """`10%`, `10 %`: in percent; `500`: roubles."""
    text = typed.strip()
    if not text:
        return Off()
    if not text.endswith("%"):
        return Off(amount=money.read(text))
    percent = money.read(text[:-1])
    if percent > 100:
        raise Refused(_("A discount is 100 % at most."))
    return Off(percent=percent)


def said_discount(percent: Decimal, amount: Decimal) -> str:
    """As it is typed."""
    return f"{money.shown(percent)}%" if percent else money.shown(amount) if amount else ""


@transaction.atomic
def write(
    deal_id: int, wishes: Sequence[Wish], *, off: Off = NOTHING_OFF, vat_on_top: bool = False, version: int, by: Actor
) -> Pricing:  # fmt: skip
    """All lines of a deal, in this order, in the place of those that it had. `version`: of the pricing as it was
    shown; 0: there was none."""
    deal = held.held(deal_id)
    before = Pricing.objects.filter(deal=deal_id).first() or Pricing(deal=deal, version=0)
    if before.version != version:
        raise ChangedMeanwhile
    whole = counted(wishes, off=off, vat_on_top=vat_on_top)
    after = Pricing(
        deal=deal,
        vat_on_top=vat_on_top,
        discount_percent=off.percent,
        discount_sum=off.amount,
        lines=len(wishes),
        gross=whole.gross,
        discount=whole.discount,
        vat=whole.vat,
        total=whole.total,
        version=version + 1,
    )
    if _is_same(before, after) and _are_same(deal_id, wishes):
        return before
    _store(after, wishes, whole)
    changes = {"lines": (before.lines, after.lines), "total": (before.total, after.total)}
    record("offers.lines_changed", about(deal), by=by, changes=changes)
    follow(deal, whole.total, by=by)
    return after


def counted(wishes: Sequence[Wish], *, off: Off, vat_on_top: bool) -> Whole:
    """Nothing is stored. Refused, where more is taken off than it costs, or there is too much of it."""
    if len(wishes) > MOST:
        raise Refused(_("A deal has {most} lines at most.").format(most=MOST))
    items = [Item(one.quantity, one.price, one.off, one.vat_rate) for one in wishes]
    try:
        whole = count(items, off=off, vat_on_top=vat_on_top)
    except TooMuchOff as fault:
        words = _("More is taken off here than it costs.")
        raise (
            Refused(words, fields={"discount": words}) if fault.line is None
            else WrongLines({fault.line: {"discount": words}})
        ) from fault  # fmt: skip
    if max(whole.gross, whole.total) > _MOST_IN_ALL:
        raise Refused(_("This sum is too large."))
    return whole


def follow(deal: Deal, total: Decimal, *, by: Actor) -> None:
    """Where the company says so, the amount of the deal is what its lines cost."""
    if rules().amount_follows and deal.amount != total:
        facts.change(deal, {"amount": format(total, "f")}, by=by)


def about(deal: Deal) -> About:
    return About("deal", deal.pk, client_id=deal.client_id, deal_id=deal.pk)


def _store(pricing: Pricing, wishes: Sequence[Wish], whole: Whole) -> None:
    pricing.save()
    known = set(Product.objects.filter(pk__in={one.product_id for one in wishes}).values_list("pk", flat=True))
    DealLine.objects.filter(deal=pricing.deal_id).delete()
    DealLine.objects.bulk_create(
        DealLine(
            deal_id=pricing.deal_id,
            position=place,
            discount=part.discount,
            vat=part.vat,
            sum=part.sum,
            # A product that is gone meanwhile is still what its name says.
            **{**_values(wish), "product_id": wish.product_id if wish.product_id in known else None},
        )
        for place, (wish, part) in enumerate(zip(wishes, whole.parts, strict=True))
    )


def _values(wish: Wish) -> dict[str, Any]:
    return {
        "product_id": wish.product_id,
        "name": wish.name,
        "unit": wish.unit,
        "quantity": wish.quantity,
        "price": wish.price,
        "discount_percent": wish.off.percent,
        "discount_sum": wish.off.amount,
        "vat_rate": wish.vat_rate,
    }


def _is_same(before: Pricing, after: Pricing) -> bool:
    return all(
        getattr(before, name) == getattr(after, name)
        for name in ("vat_on_top", "discount_percent", "discount_sum", "lines", "total", "vat")
    ) and bool(before.version)  # fmt: skip


def _are_same(deal_id: int, wishes: Sequence[Wish]) -> bool:
    columns = ("product_id", "name", "unit", "quantity", "price", "discount_percent", "discount_sum", "vat_rate")
    stored = list(DealLine.objects.filter(deal=deal_id).values(*columns))
    return stored == [_values(one) for one in wishes]


def _read_quantity(typed: str) -> Decimal:
    quantity = money.read_quantity(typed)
    if not quantity:
        raise Refused(_("How many or how much? Nothing is no line."))
    return quantity
