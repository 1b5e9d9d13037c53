"""Links by which a client pays an invoice online: made, copied, asked after."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from svyazka.business.money import online
from svyazka.business.money.models import Invoice, PaymentLink
from svyazka.workplaces.manager import money_words
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.short import money as roubles

_TONES = {"succeeded": "good", "failed": "bad", "asked": "warn", "pending": "", "canceled": ""}


@needs("money.see")
def invoice_links(request: PageRequest, invoice_id: int) -> HttpResponse:
    return _shown(request, money_words.invoice_numbered(invoice_id, request.person))


@needs("money.enter", "POST")
def invoice_link_new(request: PageRequest, invoice_id: int) -> HttpResponse:
    """Over what is open. Pressed twice it is one."""
    found = money_words.invoice_numbered(invoice_id, request.person)
    money_words.insist(request.person, found.deal)
    online.ask_link(found, by=request.person)
    return _shown(request, found)


@needs("money.see", "POST")
def payment_link_look(request: PageRequest, link_id: int) -> HttpResponse:
    """The service is asked at once, in the place of its turn."""
    link = get_object_or_404(PaymentLink, pk=link_id)
    found = money_words.invoice_numbered(link.invoice_id, request.person)
    if link.is_open:
        online.look(link)
    return _shown(request, found)


def _shown(request: PageRequest, invoice: Invoice) -> HttpResponse:
    short = Short()
    links = [_link(one, short) for one in online.list_of_invoice(invoice)]
    is_open = not invoice.is_called_off and bool(invoice.open_amount)
    context = {
        "invoice_id": str(invoice.pk),
        "links": links,
        "can_ask": is_open
        and online.is_ready()
        and money_words.enters(request.person, invoice.deal)
        and not any(one["is_open"] for one in links),
        "open_amount": roubles(invoice.open_amount),
    }
    return render(request, "manager/money/links.html", context)


def _link(one: PaymentLink, short: Short) -> dict[str, Any]:
    return {
        "id": str(one.pk),
        "amount": roubles(one.amount),
        "when": short.moment(one.at),
        "by": one.by.full_name,
        "url": one.url if one.state == PaymentLink.State.PENDING else "",
        "state": one.get_state_display(),
        "tone": _TONES[one.state],
        "why": online.in_words(one.why) if one.why else "",
        "is_open": one.is_open,
    }
