"""What came in and went back on some days; as a file, too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from svyazka.business.money import books, listing, payments
from svyazka.business.money.listing import PER_PAGE, Narrowed
from svyazka.business.money.models import Payment
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.workplaces.manager import money_words
from svyazka.workplaces.shared import spreadsheet, typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.short import money as roubles

USUAL_DAYS = 31
MOST_DAYS = 366
MOST_PAGES = 10_000


@needs("money.see")
def money(request: PageRequest) -> HttpResponse:
    asked = _asked(request)
    page = min(typed.whole_number(request.GET.get("page")) or 1, MOST_PAGES)
    found = listing.list_payments(request.person, asked, page=page)
    shown = found[:PER_PAGE]
    parts = money_words.by_payment(payments.parts_of([one.pk for one in shown]))
    short = Short()
    until = books.books().closed_until
    context = {
        "asked": asked,
        "origins": Payment.Origin.choices,
        "sums": _sums(request.person, asked),
        "rows": [_row(one, parts.get(one.pk, []), short) for one in shown],
        "earlier": _address(asked, page=page + 1) if len(found) > PER_PAGE else "",
        "later": _address(asked, page=page - 1) if page > 1 else "",
        "closed_until": short.day(until) if until else "",
        "may_export": roles.may(request.person, "payments.export"),
    }
    return render(request, "manager/money/list.html", context)


@needs("payments.export", "POST")
def money_file(request: PageRequest) -> HttpResponseBase:
    asked = _asked(request)
    listing.note_export(asked, by=request.person)
    name = f"money-{asked.first.isoformat()}-{asked.last.isoformat()}"
    return spreadsheet.answer(name, _lines(request.person, asked))


def _asked(request: PageRequest) -> Narrowed:
    """The last month, unless other days are asked for; a year at most."""
    given = request.POST if request.method == "POST" else request.GET
    last = typed.day(given.get("until")) or clock.today()
    first = typed.day(given.get("from")) or last - timedelta(days=USUAL_DAYS - 1)
    first, last = min(first, last), max(first, last)
    first = max(first, last - timedelta(days=MOST_DAYS - 1))
    origin = given.get("origin", "")
    words = " ".join(given.get("words", "").replace("\x00", "").split())[:100]
    return Narrowed(first, last, origin if origin in Payment.Origin.values else "", given.get("free") == "1", words)


def _address(asked: Narrowed, *, page: int) -> str:
    given: dict[str, Any] = {"from": asked.first, "until": asked.last, "origin": asked.origin, "words": asked.words}
    given |= {"free": "1" if asked.only_free else "", "page": page}
    return "?" + urlencode({name: value for name, value in given.items() if value})


def _sums(person: Person, asked: Narrowed) -> list[dict[str, Any]]:
    found = listing.totals(person, asked)
    names = dict(Payment.Origin.choices)
    of_origins = [(str(names[one.origin]), one.amount) for one in found]
    every = (_("All together"), sum((one.amount for one in found), Decimal(0)))
    free = (_("for no invoice yet"), sum((one.free for one in found), Decimal(0)))
    return [{"name": name, "said": roubles(amount)} for name, amount in [*of_origins, free, every]]


def _row(one: Payment, parts: list[Any], short: Short) -> dict[str, Any]:
    return {
        **money_words.payment_row(one, parts, short),
        "client": one.client.name or f"№ {one.client_id}",
        "client_id": str(one.client_id),
        "deal": str(one.deal_id or ""),
    }


def _lines(person: Person, asked: Narrowed) -> Iterator[list[str]]:
    yield [
        _("Day"), _("Amount"), _("Origin"), _("Document"), _("Client"), _("Deal"), _("Purpose"), _("Free"),
        _("Correction"),
    ]  # fmt: skip
    for one in listing.every(person, asked):
        yield [
            one.paid_on.strftime("%d.%m.%Y"),
            spreadsheet.number(one.amount),
            one.get_origin_display(),
            one.document,
            one.client.name,
            str(one.deal_id or ""),
            one.purpose,
            spreadsheet.number(one.free_amount),
            _("yes") if one.corrects_id else "",
        ]
