"""The report above the list of deals: how many there are of each value of a field, and what they come to.

A request of its own behind the page: counting takes longer than showing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from svyazka.business.deals.known.wanted import DATED
from svyazka.business.deals.models import Field
from svyazka.business.deals.totals import COUNTED, Measured, Total, Totals, totals
from svyazka.workplaces.manager import table
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.said import Staff, names_of, said
from svyazka.workplaces.shared.short import money


@needs("deals.see")
def deals_report(request: PageRequest) -> HttpResponse:
    asked = table.read(request, request.GET)
    field = asked.wishes.by
    if field is None:
        return HttpResponse()
    found = totals(asked.narrowed, field, state=asked.order.state, whole="whole" in request.GET)
    context: dict[str, Any] = {"name": field.name, "lines": _lines(field, found), "figures": _figures(field, found)}
    if found.is_part and "whole" not in request.GET:
        query = asked.query(asked.order)
        context |= {
            "part": f"{COUNTED:,}".replace(",", "\u202f"),
            "whole_url": f"{reverse('deals_report')}?{query}&whole",
        }
    return render(request, "manager/table_report.html", context)


def _lines(field: Field, found: Totals) -> list[dict[str, str]]:
    one = _one_of(field)
    people = field.kind == Field.Kind.PERSON
    staff = names_of({line.value for line in found.lines if people and isinstance(line.value, int)})
    shown = [(_word(one, line, staff), line) for line in found.lines]
    if found.others:
        shown.append((_("others"), found.others))
    most = max((line.count for _said, line in shown), default=1)
    return [
        {"value": said, "count": str(line.count), "amount": money(line.amount), "part": str(100 * line.count // most)}
        for said, line in shown
    ]


def _word(field: Field, line: Total, staff: Staff) -> str:
    if line.value is None:
        return _("not known")
    if field.kind in DATED:
        return _month(str(line.value))
    return said(field, line.value, staff)


def _month(stored: str) -> str:
    try:
        return str(formats.date_format(date.fromisoformat(f"{stored}-01"), "F Y"))
    except ValueError:  # stored while the field was of another kind
        return stored


def _figures(field: Field, found: Totals) -> Sequence[tuple[str, str]]:
    """Of a number."""
    known: Measured | None = found.measured
    if known is None:
        return ()

    def shown(number: Decimal) -> str:
        return said(field, str(number.quantize(Decimal("0.01"))), {})

    return [
        (_("Deals"), str(known.count)),
        (_("Sum"), shown(known.sum)),
        (_("Mean"), shown(known.mean)),
        (_("Smallest"), shown(known.least)),
        (_("Largest"), shown(known.most)),
    ]


def _one_of(field: Field) -> Field:
    """Of several of a list, a line of the report is about one."""
    kind = Field.Kind.CHOICE if field.kind == Field.Kind.CHOICES else field.kind
    return Field(code=field.code, kind=kind, choices=field.choices)
