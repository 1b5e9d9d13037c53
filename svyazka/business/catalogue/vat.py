"""Rates of VAT: data of the company, so that a new law is a change of its list."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.utils.translation import gettext as _

from svyazka.business.catalogue.models import VatRules
from svyazka.business.journal.record import About, Actor, record
from svyazka.kit import money
from svyazka.kit.refusals import Refused

NONE = "none"
MOST = 20
_HUNDREDTH = Decimal("0.01")
_WITHOUT = ("none", "no", "without", "без ндс", "нет", "—", "-")


def rules() -> VatRules:
    return VatRules.objects.filter(pk=1).first() or VatRules()


@transaction.atomic
def change(typed: str, *, usual: str, by: Actor) -> None:
    """`typed`: `none, 0, 10, 22`, or with semicolons. What is sold already keeps its rate."""
    parts = typed[:500].split(";" if ";" in typed else ",")
    rates = list(dict.fromkeys(read(one) for one in parts if one.strip()))
    if not rates:
        raise _at_fault("rates", _("At least one rate is needed: “without VAT” is one, too."))
    if len(rates) > MOST:
        raise _at_fault("rates", _("That is too many rates."))
    first = read(usual)
    if first not in rates:
        raise _at_fault("usual", _("The usual rate has to be one of the list."))
    before = rules()
    after = VatRules(pk=1, rates=[None if one is None else money.plain(one) for one in rates], usual=first)
    if (before.percents, before.usual) != (after.percents, after.usual):
        after.save()
        changes = {
            "rates": (listed(before.percents), listed(after.percents)),
            "usual": (said(before.usual), said(first)),
        }
        record("catalogue.vat_changed", About("vat_rules", 1), by=by, changes=changes)


def read(typed: str) -> Decimal | None:
    """`22`, `22 %`, `none`, `без НДС`. None: without VAT."""
    text = " ".join(typed.lower().split())
    if text in _WITHOUT:
        return None
    try:
        rate = Decimal(text.removesuffix("%").strip().replace(",", ".")) if text.isascii() else None
    except InvalidOperation:
        rate = None
    if rate is None or not rate.is_finite() or not 0 <= rate <= 100 or rate != rate.quantize(_HUNDREDTH):
        raise _at_fault("rates", _("A rate of VAT is needed here: for example 22, 10, 0, or “without VAT”."))
    return abs(rate.quantize(_HUNDREDTH))


def code(rate: Decimal | None) -> str:
    """As it stands in a form: `none`, `22`."""
    return NONE if rate is None else money.plain(rate)


def said(rate: Decimal | None) -> str:
    """`without VAT`, `22 %`."""
    return _("without VAT") if rate is None else f"{money.shown(rate)}\u00a0%"


def listed(rates: Sequence[Decimal | None]) -> str:
    return ", ".join(_("without VAT") if one is None else money.plain(one) for one in rates)


def offered(*, besides: Decimal | None = None, has: bool = False) -> list[tuple[str, str]]:
    """The company's list as choices; with the rate that something has already, also where the list has it no more."""
    rates = rules().percents
    if has and besides not in rates:
        rates.append(besides)
    return [(code(one), said(one)) for one in rates]


def _at_fault(name: str, words: str) -> Refused:
    return Refused(words, fields={name: words})
