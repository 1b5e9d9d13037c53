"""An invoice as PDF, with the payment code that Russian banks' programs read (GOST R 56042-2014)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from svyazka.business.money.models import Invoice
from svyazka.kit import paper, spelled

TEMPLATE = Path(__file__).with_name("invoice.typ")
# Without these a bank's program does not take the code.
NEEDED = ("name", "account", "bank", "bik")
LONGEST = {"Name": 160, "BankName": 45, "Purpose": 210}


def pdf(invoice: Invoice) -> bytes:
    """In the language that is switched on. Raises NoPaper."""
    return paper.made(TEMPLATE.read_text(), in_words(invoice))


def file_name(invoice: Invoice) -> str:
    return pgettext("file", "Invoice {number} of {day}").format(number=invoice.number, day=invoice.issued_on) + ".pdf"


def in_words(invoice: Invoice) -> dict[str, Any]:
    payee = invoice.payee
    title = _("Invoice № {number} of {day}").format(number=invoice.number, day=_day(invoice.issued_on))
    code = payment_code(invoice)
    return {
        "title": title,
        "company": payee.get("name", ""),
        "payee": [{"name": name, "text": text} for name, text in _payee(payee)],
        "about": [{"name": name, "text": text} for name, text in _about(invoice)],
        "lines": [_line(number, one) for number, one in enumerate(invoice.lines, 1)],
        "total": _amount(invoice.amount),
        "spelled": _spelled(invoice.amount),
        "vat": _amount(invoice.vat) if invoice.vat else _("without VAT"),
        "note": invoice.purpose,
        "code": _drawn(code) if code else None,
        "signs": [{"name": name, "text": text} for name, text in _signs(payee)],
        "called_off": _("called off") if invoice.is_called_off else "",
        "words": {
            "page": _("Page {n} of {all}"),
            "columns": ["№", _("Goods or service"), _("Quantity"), _("Price, ₽"), _("VAT"), _("Sum, ₽")],
            "total": _("To be paid, ₽"),
            "vat": _("VAT in it, ₽"),
            "pay": _("Pay by your bank's app: point the camera at the code"),
        },
    }


def payment_code(invoice: Invoice) -> str:
    """What stands in the code; nothing, while the company's details do not suffice. The sum is in kopecks."""
    payee = {name: str(said).replace("|", " ") for name, said in invoice.payee.items()}
    if not all(payee.get(name) for name in NEEDED):
        return ""
    given = {
        "Name": payee["name"],
        "PersonalAcc": payee["account"],
        "BankName": payee["bank"],
        "BIC": payee["bik"],
        "CorrespAcc": payee.get("bank_account") or "0",
        "PayeeINN": payee.get("inn", ""),
        "KPP": payee.get("kpp", ""),
        "Purpose": _purpose(invoice),
        "Sum": str(int(invoice.amount * 100)),
    }
    return "|".join(["ST00012", *(f"{key}={said[: LONGEST.get(key, 300)]}" for key, said in given.items() if said)])


def _purpose(invoice: Invoice) -> str:
    """In the company's language: it is read by its bank and its accountant."""
    with translation.override(settings.LANGUAGE_CODE):
        said = _("Payment of invoice № {number} of {day}")
        return said.format(number=invoice.number, day=f"{invoice.issued_on:%d.%m.%Y}")


def _drawn(code: str) -> str:
    out = BytesIO()
    segno.make_qr(code, error="m", encoding="utf-8").save(out, kind="svg", border=2, xmldecl=False)
    return out.getvalue().decode()


def _payee(payee: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    given = {
        _("INN"): payee.get("inn"),
        _("KPP"): payee.get("kpp"),
        _("Account"): payee.get("account"),
        _("Bank"): payee.get("bank"),
        _("BIK"): payee.get("bik"),
        _("Correspondent account"): payee.get("bank_account"),
        _("Address"): payee.get("address"),
    }
    yield from ((name, said) for name, said in given.items() if said)


def _about(invoice: Invoice) -> Iterator[tuple[str, str]]:
    yield _("Client"), invoice.client.name or f"№ {invoice.client_id}"
    yield _("Deal"), f"№ {invoice.deal_id}"
    yield _("To be paid until"), _day(invoice.due_on)


def _line(number: int, one: Mapping[str, Any]) -> list[str]:
    rate = one.get("vat_rate")
    quantity = f"{str(one['quantity']).replace('.', ',')} {one['unit']}".strip()
    prices = [_amount(Decimal(one["price"])), f"{rate} %" if rate else "—", _amount(Decimal(one["sum"]))]
    return [str(number), one["name"], quantity, *prices]


def _signs(payee: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from ((_("Head"), payee.get("head", "")), (_("Accountant"), payee.get("accountant", "")))


def _spelled(amount: Decimal) -> str:
    """No invoice comes near a trillion; one that does has its sum in figures only."""
    language = (translation.get_language() or settings.LANGUAGE_CODE)[:2]
    return spelled.spelled(amount, language) if 0 <= amount < spelled.MOST else ""


def _amount(amount: Decimal) -> str:
    return f"{amount:,.2f}".replace(",", "\u00a0").replace(".", ",")


def _day(day: date) -> str:
    return formats.date_format(day, "j E Y")
