"""The money of a deal and of a client, as a part of their pages: what is owed, invoices, payments."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from svyazka.business.clients.models import Client
from svyazka.business.money import debts, invoices, payments
from svyazka.business.money.models import Invoice
from svyazka.business.staff import roles
from svyazka.business.staff.roles import Reach
from svyazka.workplaces.manager import money_words
from svyazka.workplaces.manager.finding import deal_numbered
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short

MOST = 20


@needs("money.see")
def deal_money(request: PageRequest, pk: int) -> HttpResponse:
    """Of another department's deal nothing, and no word of it either: the page is theirs to read all the same."""
    deal = deal_numbered(pk)
    if not money_words.sees(request.person, deal):
        return HttpResponse()
    short = Short()
    found, paid = invoices.list_of_deal(pk), payments.of_deal(pk)
    parts = money_words.by_payment(payments.parts_of([one.pk for one in paid[:MOST]]))
    context = {
        "deal": deal,
        "owed": money_words.owed(debts.of_deal(pk), short),
        "invoices": [money_words.invoice_row(one, short) for one in found[:MOST] if one.amount],
        "payments": [money_words.payment_row(one, parts.get(one.pk, ()), short) for one in paid[:MOST]],
        "is_cut": len(found) > MOST or len(paid) > MOST,
        "editable": money_words.enters(request.person, deal),
    }
    return render(request, "manager/money/of_deal.html", context)


@needs("money.see")
def client_money(request: PageRequest, client_id: int) -> HttpResponse:
    """What he owes in all of his deals, for whoever sees all of them."""
    client = get_object_or_404(Client, pk=client_id)
    found = debts.of_client(client.pk)
    if found.is_empty or roles.reach(request.person, "money.see") is not Reach.ALL:
        return HttpResponse()
    short = Short()
    still_open = Invoice.objects.filter(client=client, open_amount__gt=0).order_by("due_on", "pk")[:MOST]
    rows = [{**money_words.invoice_row(one, short), "deal": str(one.deal_id)} for one in still_open]
    context = {"owed": money_words.owed(found, short), "invoices": rows}
    return render(request, "manager/money/of_client.html", context)
