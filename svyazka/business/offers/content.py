"""What an offer says: the lines and sums of its deal as they are now, and the company's own words with their fields
filled in. A field is written `{total}`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from svyazka.business.catalogue import vat
from svyazka.business.clients.naming import called
from svyazka.business.deals.models import Deal
from svyazka.business.offers.lines import Line, Sums
from svyazka.business.offers.models import OfferTemplate
from svyazka.business.staff.models import Person
from svyazka.kit import money, words
from svyazka.kit.refusals import Refused
from svyazka.kit.spelled import spelled

FIELDS = {
    "client": gettext_lazy("The client's name"),
    "address": gettext_lazy("Address of the deal"),
    "deal": gettext_lazy("Number of the deal"),
    "number": gettext_lazy("Number of the offer"),
    "date": gettext_lazy("Date of the offer"),
    "valid_until": gettext_lazy("Until when it holds"),
    "total": gettext_lazy("To pay"),
    "total_words": gettext_lazy("To pay, in words"),
    "net": gettext_lazy("The sum without VAT"),
    "vat": gettext_lazy("The VAT in it"),
    "discount": gettext_lazy("All discounts together"),
    "manager": gettext_lazy("Who makes the offer"),
}
COLUMNS = {
    "number": pgettext_lazy("column of an offer", "№"),
    "name": pgettext_lazy("column of an offer", "What it is"),
    "quantity": pgettext_lazy("column of an offer", "Quantity"),
    "unit": pgettext_lazy("column of an offer", "Unit"),
    "price": pgettext_lazy("column of an offer", "Price, ₽"),
    "discount": pgettext_lazy("column of an offer", "Discount, ₽"),
    "vat_rate": pgettext_lazy("column of an offer", "VAT"),
    "vat": pgettext_lazy("column of an offer", "VAT, ₽"),
    "sum": pgettext_lazy("column of an offer", "Sum, ₽"),
}
TEXTS = ("heading", "before", "after", "letter")
_FIELD = re.compile(r"\{([^{}]*)\}")


def insist_known_fields(text: str, name: str) -> None:
    """Refused names the first that is not there, and those that are."""
    for field in _FIELD.findall(text):
        if field not in FIELDS:
            said = _("There is no field {name}. There are: {known}.").format(
                name=f"{{{field[:40]}}}", known=", ".join(f"{{{one}}}" for one in FIELDS)
            )
            raise Refused(said, fields={name: said})


def made_of(
    deal: Deal,
    lines: Sequence[Line],
    sums: Sums,
    template: OfferTemplate,
    *,
    language: str,
    title: str,
    day: date,
    valid_until: date,
    by: Person,
) -> dict[str, Any]:
    """All in the language of the client."""
    with translation.override(language):
        given = {
            "client": called(deal.client, ()),
            "address": deal.address or deal.client.address,
            "deal": str(deal.pk),
            "number": title,
            "date": formats.date_format(day, "j E Y"),
            "valid_until": formats.date_format(valid_until, "j E Y"),
            "total": said(sums.total, language),
            "total_words": spelled(sums.total, language),
            "net": said(sums.net, language),
            "vat": said(sums.vat, language),
            "discount": said(sums.discount, language),
            "manager": by.full_name,
        }
        return {
            "fields": given,
            "columns": [name for name in COLUMNS if name in template.columns],
            "lines": [_line(place, one) for place, one in enumerate(lines, start=1)],
            "sums": {name: format(getattr(sums, name), ".2f") for name in ("gross", "discount", "net", "vat", "total")},
            **{name: filled(words.here(getattr(template, name)), given) for name in TEXTS},
        }


def filled(text: str, given: Mapping[str, str]) -> str:
    return _FIELD.sub(lambda found: given.get(found.group(1), found.group(0)), text)


def said(amount: Decimal, language: str) -> str:
    """`1 234,50`, in English `1,234.50`: of papers, always with kopecks and never broken over two lines."""
    text = f"{amount:,.2f}"
    return text if language == "en" else text.replace(",", "\u00a0").replace(".", ",")


def in_words(content: Mapping[str, Any], language: str, template: OfferTemplate) -> dict[str, Any]:
    """As the paper has it: titles and cells in the language of the client."""
    with translation.override(language):
        columns, sums = content["columns"], {name: Decimal(amount) for name, amount in content["sums"].items()}
        heading, _break, details = content["heading"].partition("\n")
        return {
            "language": language,
            "title": _("Offer № {number}").format(number=content["fields"]["number"]),
            "subtitle": _("{date} · holds until {until}").format(
                date=content["fields"]["date"], until=content["fields"]["valid_until"]
            ),
            "company": heading,
            "details": details.strip("\n"),
            "logo": _logo(template),
            "client": content["fields"]["client"],
            "before": _paragraphs(content["before"]),
            "after": _paragraphs(content["after"]),
            "columns": [{"code": code, "title": str(COLUMNS[code])} for code in columns],
            "lines": [[_cell(line, code, language) for code in columns] for line in content["lines"]],
            "totals": list(_totals(sums, language)),
            "in_words": spelled(sums["total"], language),
            "words": {"page": _("Page {n} of {all}"), "for": pgettext("offer", "For")},
            "footer": _("Offer № {number}").format(number=content["fields"]["number"]),
        }


def _logo(template: OfferTemplate) -> dict[str, Any] | None:
    return {"kind": template.logo_kind, "bytes": list(bytes(template.logo))} if template.logo else None


def _totals(sums: Mapping[str, Decimal], language: str) -> Any:
    if sums["discount"]:
        yield {"name": _("Without discounts"), "text": said(sums["gross"], language), "is_whole": False}
        yield {"name": _("Discount"), "text": "−" + said(sums["discount"], language), "is_whole": False}
    yield {"name": _("To pay"), "text": said(sums["total"], language) + "\u00a0₽", "is_whole": True}
    vat_said = said(sums["vat"], language) if sums["vat"] else _("without VAT")
    yield {"name": _("of it VAT") if sums["vat"] else _("VAT"), "text": vat_said, "is_whole": False}


def _line(place: int, line: Line) -> dict[str, Any]:
    return {
        "number": place,
        "name": line.name,
        "unit": line.unit,
        "quantity": format(line.quantity, "f"),
        "price": format(line.price, ".2f"),
        "discount": format(line.discount, ".2f"),
        "vat_rate": None if line.vat_rate is None else format(line.vat_rate, "f"),
        "vat": format(line.vat, ".2f"),
        "sum": format(line.sum, ".2f"),
    }


def _cell(line: Mapping[str, Any], code: str, language: str) -> str:
    given = line[code]
    if code == "vat_rate":
        return vat.said(None if given is None else Decimal(given))
    if code == "quantity":
        number = money.plain(Decimal(given))
        return number if language == "en" else number.replace(".", ",")
    if code in ("price", "discount", "vat", "sum"):
        return said(Decimal(given), language)
    return str(given)


def _paragraphs(text: str) -> list[dict[str, Any]]:
    """An empty line parts them. A line that begins with `# ` is a heading, one with `- ` an item of a list."""
    found: list[dict[str, Any]] = []
    for block in re.split(r"\n\s*\n", text.strip()):
        for line in block.split("\n"):
            kind = {"# ": "heading", "- ": "item"}.get(line[:2], "text")
            said_here = line[2:].strip() if kind != "text" else line.strip()
            is_more = kind == "text" and found and found[-1]["kind"] == "text" and found[-1]["open"]
            if is_more:
                found[-1]["text"] += "\n" + said_here
            elif said_here:
                found.append({"kind": kind, "text": said_here, "open": True})
        if found:
            found[-1]["open"] = False
    return [{"kind": one["kind"], "text": one["text"]} for one in found]
