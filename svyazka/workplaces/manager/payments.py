"""A payment: entered by hand, put right, and said what it is for."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from svyazka.business.money import books, payments
from svyazka.business.money.models import Invoice, Part, Payment
from svyazka.kit import clock, money
from svyazka.kit.refusals import Refused
from svyazka.workplaces.manager import money_words
from svyazka.workplaces.manager.finding import deal_numbered
from svyazka.workplaces.shared import typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short, typed_money
from svyazka.workplaces.shared.short import money as roubles

BACK = "back"


@needs("money.enter", "GET", "POST")
def payment_new(request: PageRequest, pk: int) -> HttpResponse:
    deal = deal_numbered(pk)
    money_words.insist(request.person, deal)
    if request.method != "POST":
        still_open = Invoice.objects.filter(deal=deal, open_amount__gt=0).order_by("due_on", "pk")
        short = Short()
        context = {
            "deal": deal,
            "invoices": [money_words.invoice_row(one, short) for one in still_open],
            "today": clock.today().isoformat(),
            "closed_until": books.books().closed_until,
        }
        return render(request, "manager/money/payment_new.html", context)
    given = request.POST
    amount = money.read(given.get("amount", ""), most=payments.LARGEST)
    day = typed.day(given.get("paid_on"))
    if day is None:
        raise Refused(_("On which day was it paid?"))
    number = typed.whole_number(given.get("invoice"))
    payments.enter(
        deal.client,
        -amount if given.get("way") == BACK else amount,
        paid_on=day,
        origin=Payment.Origin.HAND,
        deal=deal,
        invoice=get_object_or_404(Invoice, pk=number, deal=deal) if number else None,
        document=given.get("document", ""),
        purpose=given.get("purpose", ""),
        by=request.person,
    )
    return money_words.changed(_("The payment is entered."))


@needs("money.see")
def payment(request: PageRequest, payment_id: int) -> HttpResponse:
    found = money_words.payment_numbered(payment_id, request.person)
    short = Short()
    first = found.corrects or found
    parts = payments.parts_of([found.pk])
    editable = money_words.enters(request.person, found.deal)
    still_open = Invoice.objects.filter(client=found.client_id, open_amount__gt=0).order_by("due_on", "pk")
    context = {
        "payment": found,
        "shown": money_words.payment_row(found, parts, short),
        "title": money_words.TITLES[found.amount > 0],
        "client": found.client.name or f"№ {found.client_id}",
        "entered": short.moment(found.at),
        "parts": [_part(one) for one in parts],
        "invoices": [money_words.invoice_row(one, short) for one in still_open[:50]] if found.free_amount > 0 else [],
        "corrections": [
            money_words.payment_row(one, (), short) for one in first.corrections.select_related("by").order_by("pk")
        ],
        "first": str(first.pk) if first != found else "",
        "stands": roubles(payments.stands_at(first)),
        "stands_typed": typed_money(abs(payments.stands_at(first))),
        "free_typed": typed_money(found.free_amount) if found.free_amount > 0 else "",
        "editable": editable,
        "may_correct": editable and first == found and found.origin != Payment.Origin.SITE,
    }
    return render(request, "manager/money/payment.html", context)


@needs("money.enter", "POST")
def payment_correction(request: PageRequest, payment_id: int) -> HttpResponse:
    found = _to_change(request, payment_id)
    amount = money.read(request.POST.get("amount", ""), most=payments.LARGEST)
    first = found.corrects or found
    payments.correct(found, amount if first.amount > 0 else -amount, request.POST.get("reason", ""), by=request.person)
    messages.success(request, _("The payment is put right."))
    return redirect("money_payment", first.pk)


@needs("money.enter", "POST")
def payment_allocation(request: PageRequest, payment_id: int) -> HttpResponse:
    """To the invoice that is chosen; to none: as the house does it by itself."""
    found = _to_change(request, payment_id)
    if number := typed.whole_number(request.POST.get("invoice")):
        chosen = money_words.invoice_numbered(number, request.person)
        given = request.POST.get("amount", "").strip()
        amount = money.read(given, most=payments.LARGEST) if given else None
        payments.allocate(found, chosen, amount, by=request.person)
    else:
        payments.allocate_by_itself(found, by=request.person)
    return redirect("money_payment", found.pk)


@needs("money.enter", "POST")
def payment_release(request: PageRequest, payment_id: int) -> HttpResponse:
    found = _to_change(request, payment_id)
    number = typed.whole_number(request.POST.get("invoice"))
    chosen = Invoice.objects.filter(pk=number).first() if number else None
    if chosen is None:
        raise Refused(_("Nothing of this payment is for this invoice."))
    payments.release(found, chosen, by=request.person)
    return redirect("money_payment", found.pk)


def _to_change(request: PageRequest, payment_id: int) -> Payment:
    found = money_words.payment_numbered(payment_id, request.person)
    money_words.insist(request.person, found.deal)
    return found


def _part(one: Part) -> dict[str, Any]:
    return {
        "invoice": str(one.invoice_id or ""),
        "title": money_words.title(one.invoice) if one.invoice else _("went back to the client"),
        "deal": str(one.invoice.deal_id) if one.invoice else "",
        "refund": str(one.refund_id or ""),
        "amount": roubles(one.amount),
    }
