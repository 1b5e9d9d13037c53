"""Payments taken on site: by person and day, who hands in how much cash, and each one of them; as a file, too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from svyazka.business.clients.naming import called_by
from svyazka.business.site_work import payments as our
from svyazka.business.site_work import taken
from svyazka.business.site_work.models import Payment, PaymentWay
from svyazka.business.site_work.taken import Narrowed, Total
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.kit import clock, money
from svyazka.workplaces.shared import spreadsheet, typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.short import money as roubles

PER_PAGE = 50
MOST_DAYS = 92
MOST_PAGES = 10_000


@needs("payments.see")
def payments(request: PageRequest) -> HttpResponse:
    asked = _asked(request)
    ways = {way.pk: way for way in PaymentWay.objects.all()}
    totals = taken.totals(request.person, asked)
    page = min(typed.whole_number(request.GET.get("page")) or 1, MOST_PAGES)
    begin = (page - 1) * PER_PAGE
    found = list(taken.list_payments(request.person, asked).order_by("-at", "-id")[begin : begin + PER_PAGE + 1])
    names = dict(Person.objects.filter(pk__in={one.person_id for one in totals}).values_list("pk", "full_name"))
    short = Short()
    context = {
        "asked": asked,
        "people": Person.objects.filter(resource__isnull=False).order_by("full_name"),
        "ways": list(ways.values()),
        "sums": _sums(totals, ways),
        "groups": _groups(totals, ways, names, short),
        "rows": [_row(one, short) for one in found[:PER_PAGE]],
        "earlier": _address(asked, page=page + 1) if len(found) > PER_PAGE else "",
        "later": _address(asked, page=page - 1) if page > 1 else "",
        "may_export": roles.may(request.person, "payments.export"),
        "most_days": MOST_DAYS,
    }
    return render(request, "controller/payments.html", context)


@needs("payments.export", "POST")
def payments_file(request: PageRequest) -> HttpResponseBase:
    asked = _asked(request)
    taken.note_export(asked, by=request.person)
    name = f"payments-{asked.first.isoformat()}-{asked.last.isoformat()}"
    return spreadsheet.answer(name, _lines(request.person, asked))


@needs("payments.correct", "POST")
def correction(request: PageRequest, payment_id: UUID) -> HttpResponse:
    """By the office, where whoever has taken the money cannot."""
    found = get_object_or_404(Payment.objects.select_related("visit", "way", "taken_by", "corrects"), pk=payment_id)
    amount = money.read(request.POST.get("amount", ""))
    our.correct(found, uuid4(), amount, request.POST.get("note", ""), by=request.person)
    messages.success(request, _("The payment is put right."))
    return redirect("visit", visit_id=found.visit_id)


def _asked(request: PageRequest) -> Narrowed:
    """Today, unless other days are asked for; a quarter at most."""
    given = request.POST if request.method == "POST" else request.GET
    last = typed.day(given.get("until")) or typed.day(given.get("from")) or clock.today()
    first = typed.day(given.get("from")) or last
    first, last = min(first, last), max(first, last)
    first = max(first, last - timedelta(days=MOST_DAYS - 1))
    return Narrowed(first, last, typed.whole_number(given.get("person")), typed.whole_number(given.get("way")))


def _address(asked: Narrowed, *, page: int) -> str:
    given: dict[str, Any] = {"from": asked.first, "until": asked.last, "person": asked.person_id, "way": asked.way_id}
    return "?" + urlencode({name: value for name, value in {**given, "page": page}.items() if value})


def _sums(totals: Sequence[Total], ways: dict[int, PaymentWay]) -> list[dict[str, Any]]:
    """Of each way, and of all."""
    found: dict[int, Decimal] = {}
    for one in totals:
        found[one.way_id] = found.get(one.way_id, Decimal(0)) + one.amount
    of_ways = [(way.name, found[pk], way.is_cash) for pk, way in ways.items() if pk in found]
    every = (_("All together"), sum(found.values(), Decimal(0)), False)
    return [{"name": name, "said": roubles(amount), "is_cash": cash} for name, amount, cash in [*of_ways, every]]


def _groups(
    totals: Sequence[Total], ways: dict[int, PaymentWay], names: dict[int, str], short: Short
) -> list[dict[str, Any]]:
    """What one person has taken on one day, and what of it he hands in."""
    found: dict[tuple[Any, int], list[Total]] = {}
    for one in totals:
        found.setdefault((one.day, one.person_id), []).append(one)
    return [
        {
            "day": short.day(day),
            "person": names.get(person, ""),
            "ways": ", ".join(f"{ways[one.way_id].name} {roubles(one.amount)}" for one in group),
            "cash": _cash(group, ways),
            "all": roubles(sum((one.amount for one in group), Decimal(0))),
        }
        for (day, person), group in sorted(
            found.items(), key=lambda one: (-one[0][0].toordinal(), names.get(one[0][1]))
        )
    ]


def _cash(group: Sequence[Total], ways: dict[int, PaymentWay]) -> str:
    cash = sum((one.amount for one in group if ways[one.way_id].is_cash), Decimal(0))
    return roubles(cash) if cash else ""


def _row(one: Payment, short: Short) -> dict[str, Any]:
    client = one.visit.client
    return {
        "when": short.moment(one.at),
        "hands": one.taken_by.full_name,
        "amount": roubles(one.amount),
        "way": one.way.name,
        "receipt": one.receipt,
        "note": one.note,
        "client": called_by(client.pk, client.name, None),
        "kind": one.visit.kind.name,
        "deal": f"/deals/{one.deal_id}/",
        "is_correction": one.corrects_id is not None,
    }


def _lines(person: Person, asked: Narrowed) -> Iterator[list[str]]:
    titles = [
        _("When"),
        _("Who has the money"),
        _("Amount"),
        _("How it was paid"),
        _("Receipt"),
        _("Client"),
        _("Visit"),
        _("Deal"),
    ]
    yield [*titles, _("Note"), _("Correction")]
    for one in taken.every(person, asked):
        yield [
            spreadsheet.moment(one.at),
            one.taken_by.full_name,
            spreadsheet.number(one.amount),
            one.way.name,
            one.receipt,
            one.visit.client.name,
            one.visit.kind.name,
            str(one.deal_id),
            one.note,
            _("yes") if one.corrects_id else "",
        ]
