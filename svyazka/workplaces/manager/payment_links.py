"""Links by which a client pays online, of an invoice and of a deal: made, sent, copied, asked after, called off; and
what was paid by them goes back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from svyazka.business.money import link_letters, online, payments, refunds
from svyazka.business.money.models import Invoice, PaymentLink, Refund
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.kit import money
from svyazka.kit.refusals import Refused
from svyazka.workplaces.manager import money_words
from svyazka.workplaces.manager.finding import deal_numbered
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short, typed_money
from svyazka.workplaces.shared.short import money as roubles

OF_DEAL = "deal"  # the part of the page of a deal, else of an invoice
_TONES = {"succeeded": "good", "failed": "bad", "asked": "warn", "pending": "", "canceled": "", "off": ""}


@needs("money.see")
def invoice_links(request: PageRequest, invoice_id: int) -> HttpResponse:
    return _shown(request, money_words.invoice_numbered(invoice_id, request.person))


@needs("money.see")
def deal_links(request: PageRequest, pk: int) -> HttpResponse:
    """Nothing, where nothing is to be paid online and never was."""
    deal = deal_numbered(pk)
    if not money_words.sees(request.person, deal):
        return HttpResponse()
    context = _of_deal(request.person, pk)
    if not context["links"] and not context["open"]:
        return HttpResponse()
    return render(request, "manager/money/links.html", context)


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
    if link.is_asked_of:
        online.look(link)
    for refund in Refund.objects.filter(link=link, ask_at__isnull=False):
        refunds.look(refund)
    return _shown(request, found)


@needs("money.enter", "POST")
def payment_link_sending(request: PageRequest, link_id: int) -> HttpResponse:
    """By the channel that was chosen; the one by which the client wrote last stands first."""
    link, found = _changed(request, link_id)
    account, _bar, user_id = request.POST.get("way", "").replace("\x00", "").partition("|")
    link_letters.send(link, account=account, user_id=user_id, by=request.person)
    return _shown(request, found, said=_("The link goes to the client in a moment."))


@needs("money.enter", "POST")
def payment_link_calling_off(request: PageRequest, link_id: int) -> HttpResponse:
    link, found = _changed(request, link_id)
    online.call_off(link, by=request.person)
    return _shown(request, found)


@needs("money.refund", "GET", "POST")
def payment_link_refund(request: PageRequest, link_id: int) -> HttpResponse:
    """Asked twice whether it is meant: money that has gone does not come back."""
    link, _found = _changed(request, link_id)
    if request.method != "POST":
        most = refunds.left(link)
        context = {
            "link_id": str(link.pk),
            "most": roubles(most),
            "most_typed": typed_money(most),
            "contact": link.contact,
        }
        return render(request, "manager/money/refund.html", context)
    if request.POST.get("sure") != "1":
        said = _("Tick that the money is to go back.")
        raise Refused(said, fields={"sure": said})
    amount = money.read(request.POST.get("amount", ""), most=payments.LARGEST)
    made = refunds.give_back(link, amount, request.POST.get("reason", ""), by=request.person)
    if made.state in (Refund.State.CANCELED, Refund.State.FAILED):
        raise Refused(_("It did not go back: {why}").format(why=online.in_words(made.why)))
    is_back = made.state == Refund.State.SUCCEEDED
    return money_words.changed(_("The money went back.") if is_back else _("The refund is under way."))


def _changed(request: PageRequest, link_id: int) -> tuple[PaymentLink, Invoice]:
    link = get_object_or_404(PaymentLink.objects.select_related("payment", "invoice"), pk=link_id)
    found = money_words.invoice_numbered(link.invoice_id, request.person)
    money_words.insist(request.person, found.deal)
    return link, found


def _shown(request: PageRequest, invoice: Invoice, *, said: str = "") -> HttpResponse:
    is_of_deal = request.POST.get("at") == OF_DEAL
    context = _of_deal(request.person, invoice.deal_id) if is_of_deal else _of_invoice(request.person, invoice)
    answer = render(request, "manager/money/links.html", context)
    if said:
        answer.headers["HX-Trigger"] = money_words.toast(said)
    return answer


def _of_invoice(person: Person, invoice: Invoice) -> dict[str, Any]:
    links = online.list_of_invoice(invoice)
    return _context(person, invoice, links, [invoice], at="invoice", here=str(invoice.pk))


def _of_deal(person: Person, deal_id: int) -> dict[str, Any]:
    links = online.list_of_deal(deal_id)
    still_open = Invoice.objects.filter(deal=deal_id, open_amount__gt=0, is_called_off=False).select_related("deal")
    bills = list(still_open.order_by("due_on", "pk")[: online.AT_ONCE])
    first = bills[0] if bills else links[0].invoice if links else None
    return _context(person, first, links, bills, at=OF_DEAL, here=str(deal_id))


def _context(
    person: Person, first: Invoice | None, links: list[PaymentLink], bills: list[Invoice], *, at: str, here: str
) -> dict[str, Any]:
    """Nothing of it is asked for by each link."""
    short, enters = Short(), first is not None and money_words.enters(person, first.deal)
    taken = {one.invoice_id for one in links if one.is_open}
    wanting = [one for one in bills if one.open_amount and not one.is_called_off and one.pk not in taken]
    may_refund = enters and roles.may(person, "money.refund")
    is_any_open = enters and any(one.state == PaymentLink.State.PENDING for one in links)
    return {
        "at": at,
        "here": here,
        "links": [_link(one, short, may_refund=may_refund) for one in links],
        "open": [_open(one) for one in wanting] if enters and online.is_ready() else [],
        "ways": link_letters.ways_of(links[0].client_id) if is_any_open else [],
        "editable": enters,
    }


def _open(one: Invoice) -> dict[str, str]:
    return {"id": str(one.pk), "title": money_words.title(one), "amount": roubles(one.open_amount)}


def _link(one: PaymentLink, short: Short, *, may_refund: bool) -> dict[str, Any]:
    gone = sum((each.amount for each in one.refunds.all() if each.state == Refund.State.SUCCEEDED), Decimal(0))
    state, tone = one.get_state_display(), _TONES[one.state]
    if gone:
        state, tone = (_("refunded"), "warn") if gone >= one.amount else (_("refunded in part"), "warn")
    is_paid = one.state == PaymentLink.State.SUCCEEDED
    return {
        "id": str(one.pk),
        "title": money_words.title(one.invoice),
        "amount": roubles(one.amount),
        "when": short.moment(one.at),
        "by": one.by.full_name,
        "url": one.url if one.state == PaymentLink.State.PENDING else "",
        "state": state,
        "tone": tone,
        "why": online.in_words(one.why) if one.why else "",
        "is_open": one.is_open,
        "is_asked_of": one.is_asked_of or any(each.is_open for each in one.refunds.all()),
        "is_off": one.state == PaymentLink.State.OFF,
        "may_refund": may_refund and is_paid and gone < one.amount,
        "refunds": [_refund(each, short) for each in one.refunds.all()],
    }


def _refund(one: Refund, short: Short) -> dict[str, Any]:
    return {
        "amount": roubles(one.amount),
        "state": one.get_state_display(),
        "tone": {"succeeded": "", "failed": "bad", "canceled": "bad"}.get(one.state, "warn"),
        "when": short.moment(one.at),
        "by": one.by.full_name if one.by else _("in the service’s account"),
        "reason": one.reason,
        "why": online.in_words(one.why) if one.why else "",
    }
