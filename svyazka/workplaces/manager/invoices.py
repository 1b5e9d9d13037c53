"""Invoices: a new one out of a deal, its page, calling it off."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from svyazka.business.deals.models import Deal
from svyazka.business.money import books, invoices, lines, paper
from svyazka.business.money.lines import Billed, Line
from svyazka.business.money.models import Invoice, Part
from svyazka.business.offers.lines import lines_of, sums_of
from svyazka.kit import clock, money
from svyazka.kit.paper import NoPaper
from svyazka.kit.refusals import Refused
from svyazka.workplaces.manager import money_words
from svyazka.workplaces.manager.finding import deal_numbered
from svyazka.workplaces.shared import typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.short import money as roubles

ROWS = 12
PARTS = (30, 50, 70, 100)
SOLD, REST, SHARE = "sold", "rest", "share"  # what an invoice is made out of, besides lines that are typed


@needs("money.enter", "GET", "POST")
def invoice_new(request: PageRequest, pk: int) -> HttpResponse:
    """What the deal sells, what of it stands in no invoice yet, a part of its sum, or lines as they are typed."""
    deal = deal_numbered(pk)
    money_words.insist(request.person, deal)
    if request.method != "POST":
        return render(request, "manager/money/invoice_new.html", _offered(deal))
    given = request.POST
    due_on = typed.day(given.get("due_on"))
    made = invoices.issue(
        deal, _billed(deal, given), due_on=due_on, purpose=given.get("purpose", ""), by=request.person
    )
    return money_words.changed(_("Invoice № {number} is made out.").format(number=made.number))


@needs("money.see")
def invoice(request: PageRequest, invoice_id: int) -> HttpResponse:
    found = money_words.invoice_numbered(invoice_id, request.person)
    short = Short()
    parts = invoices.parts_of([found.pk])
    context = {
        "invoice": found,
        "shown": money_words.invoice_row(found, short),
        "client": found.client.name or f"№ {found.client_id}",
        "lines": [_line(one) for one in found.lines],
        "vat": roubles(found.vat) if found.vat else "",
        "paid": roubles(found.paid),
        "left": roubles(found.open_amount),
        "parts": [_part(one, short) for one in parts],
        "by": found.by.full_name if found.by else "",
        "called_off_on": short.day(found.called_off_on) if found.called_off_on else "",
        "editable": money_words.enters(request.person, found.deal),
        "is_paper": found.origin == Invoice.Origin.OFFICE,
    }
    return render(request, "manager/money/invoice.html", context)


@needs("money.enter", "POST")
def invoice_calling_off(request: PageRequest, invoice_id: int) -> HttpResponse:
    found = money_words.invoice_numbered(invoice_id, request.person)
    money_words.insist(request.person, found.deal)
    version = typed.whole_number(request.POST.get("version"))
    invoices.call_off(found, request.POST.get("reason", ""), by=request.person, version=version)
    messages.success(request, _("The invoice is called off."))
    return redirect("invoice", found.pk)


@needs("money.see")
def invoice_file(request: PageRequest, invoice_id: int) -> HttpResponse:
    """Made whenever it is asked for: nothing of it ever changes but whether it was called off."""
    found = money_words.invoice_numbered(invoice_id, request.person)
    if found.origin != Invoice.Origin.OFFICE:
        raise Refused(_("What was agreed on site has no invoice of its own."))
    try:
        made = paper.pdf(found)
    except NoPaper as trouble:
        raise Refused(_("The PDF could not be made. Try again.")) from trouble
    answer = HttpResponse(made, content_type="application/pdf")
    name = content_disposition_header(as_attachment=False, filename=paper.file_name(found))
    answer["Content-Disposition"] = name or "inline"
    return answer


def _offered(deal: Deal) -> dict[str, Any]:
    already, _vat = invoices.invoiced(deal.pk)
    sold = sums_of([deal.pk]).get(deal.pk)
    return {
        "sold": {"lines": sold.lines, "total": roubles(sold.total)} if sold and sold.lines else None,
        "rest": roubles(sold.total - already) if sold and already and sold.total > already else "",
        "deal": deal,
        "rows": range(1, ROWS + 1),
        "rates": [("", _("without VAT")), *((str(rate), f"{rate} %") for rate in lines.VAT_RATES if rate is not None)],
        "parts": PARTS,
        "amount": roubles(deal.amount) if deal.amount else "",
        "already": roubles(already) if already else "",
        "due_on": books.due(clock.today()).isoformat(),
        "today": clock.today().isoformat(),
    }


def _billed(deal: Deal, given: QueryDict) -> Sequence[Billed]:
    how, sold = given.get("how"), lines_of(deal.pk)
    if how in (SOLD, REST) and not sold:
        raise Refused(_("The deal has no products or services yet."))
    if how == SOLD:
        return sold
    if how == REST:
        return lines.rest(sold, *invoices.invoiced(deal.pk), _("The rest of deal № {deal}").format(deal=deal.pk))
    if how != SHARE:
        return lines.read(
            {name: given.get(f"{name}_{row}", "") for name in ("name", "quantity", "unit", "price", "vat_rate")}
            for row in range(1, ROWS + 1)
        )
    percent = money.read_quantity(given.get("percent", ""))
    name = _("{percent} % of deal № {deal}").format(percent=money.shown(percent), deal=deal.pk)
    return lines.share(sold or [_whole(deal, given)], percent, name)


def _whole(deal: Deal, given: QueryDict) -> Line:
    if not deal.amount:
        raise Refused(_("The deal has no sum yet: write it there, or type the lines."))
    return lines.line("", Decimal(1), deal.amount, vat_rate=lines.read_rate(given.get("share_vat", "")))


def _line(one: dict[str, Any]) -> dict[str, str]:
    return {
        "name": one["name"],
        "quantity": f"{one['quantity'].replace('.', ',')}\u00a0{one['unit']}".strip(),
        "price": roubles(Decimal(one["price"])),
        "vat": f"{one['vat_rate']} %" if one["vat_rate"] else "",
        "sum": roubles(Decimal(one["sum"])),
    }


def _part(one: Part, short: Short) -> dict[str, str]:
    return {
        "payment": str(one.payment_id),
        "day": short.day(one.payment.paid_on),
        "origin": one.payment.get_origin_display(),
        "document": one.payment.document,
        "amount": roubles(one.amount),
    }
