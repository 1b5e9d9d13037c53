"""Invoices: made out once, with a number of the year without gaps; called off with a reason, and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Sum
from django.forms import model_to_dict
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals import held as deals
from svyazka.business.deals.models import Deal
from svyazka.business.journal.record import Actor
from svyazka.business.money import books, lines, parts, telling
from svyazka.business.money.holding import hold, hold_numbers
from svyazka.business.money.lines import MOST, NOTHING, Billed
from svyazka.business.money.models import Invoice, Part, Payment
from svyazka.business.money.typed import tidy
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused

Origin = Invoice.Origin
LARGEST = Decimal("100000000000")
LONGEST_PURPOSE, LONGEST_REASON = 300, 300


@transaction.atomic
def issue(deal: Deal, billed: Sequence[Billed], *, due_on: date | None = None, purpose: str = "", by: Actor) -> Invoice:
    """From today. What the client has paid ahead, for this deal or for nothing yet, is for it at once."""
    today, amount = clock.today(), sum((one.sum for one in billed), NOTHING)
    deals.hold(deal.pk)
    hold_numbers(today.year)
    client_id = hold(Deal.objects.values_list("client_id", flat=True).get(pk=deal.pk))
    books.insist_open(today)
    purpose = tidy(purpose, LONGEST_PURPOSE, "purpose")
    until = due_on or books.due(today)
    _refuse(billed, amount, until, today)
    made = Invoice.objects.create(
        client_id=client_id,
        deal_id=deal.pk,
        number=_next_number(today.year),
        issued_on=today,
        due_on=until,
        amount=amount,
        vat=sum((one.vat for one in billed), NOTHING),
        open_amount=amount,
        lines=lines.to_store(billed),
        purpose=purpose,
        payee=model_to_dict(books.payee(), exclude=["id"]),
        by_id=by.actor_id,
    )
    telling.of_invoice("invoiced", made, by=by, changes={"amount": (None, str(amount)), "due_on": (None, until)})
    telling.in_history("invoiced", client_id=client_id, deal_id=deal.pk, by=by, invoice=made.pk, number=made.number)
    use_advances(made, by=by)
    return made


@transaction.atomic
def call_off(invoice: Invoice, reason: str, *, by: Actor, version: int | None = None) -> Invoice:
    """It is not to be paid after all. What was paid for it has to be released first, by somebody who knows what for."""
    current = held(invoice, version=version)
    reason = tidy(reason, LONGEST_REASON, "reason")
    if not reason:
        raise Refused(_("Write why it is called off."), fields={"reason": _("Write why it is called off.")})
    if current.origin == Origin.SITE:
        raise Refused(_("This follows what was agreed on site: change the work there."))
    if current.is_called_off:
        raise Refused(_("This invoice was called off already."))
    if current.parts.exists():
        raise Refused(_("Something is paid of this invoice: release the payment first."))
    today = clock.today()
    books.insist_open(today)
    before = current.open_amount
    current.is_called_off, current.called_off_on, current.reason = True, today, reason
    current.open_amount, current.version = NOTHING, current.version + 1
    current.save(update_fields=["is_called_off", "called_off_on", "reason", "open_amount", "version"])
    telling.of_invoice("called_off", current, by=by, changes={"open_amount": (str(before), "0.00")}, note=reason)
    telling.in_history(
        "called_off", client_id=current.client_id, deal_id=current.deal_id, by=by, text=reason, number=current.number
    )
    return current


def held(invoice: Invoice, *, version: int | None = None) -> Invoice:
    """As it is now, with the money of its client, until the end of the transaction."""
    hold(invoice.client_id)
    current = Invoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
    if version is not None and current.version != version:
        raise ChangedMeanwhile
    return current


def use_advances(invoice: Invoice, *, by: Actor) -> None:
    """What is free of payments of this deal, then of those for no deal at all."""
    free = Payment.objects.filter(client_id=invoice.client_id, free_amount__gt=0, amount__gt=0)
    ahead = [*free.filter(deal_id=invoice.deal_id), *free.filter(deal=None)]
    in_order = sorted(ahead, key=lambda one: (one.deal_id is None, one.paid_on, one.pk))
    telling.of_parts("allocated", parts.spread(in_order, [invoice]), by=by)


def invoiced(deal_id: int) -> tuple[Decimal, Decimal]:
    """What of this deal stands in invoices of the office, and the VAT of that."""
    rows = Invoice.objects.filter(deal=deal_id, origin=Origin.OFFICE, is_called_off=False)
    found = rows.aggregate(amount=Sum("amount"), vat=Sum("vat"))
    return found["amount"] or NOTHING, found["vat"] or NOTHING


def list_of_deal(deal_id: int) -> list[Invoice]:
    return list(Invoice.objects.filter(deal=deal_id).select_related("by").order_by("-issued_on", "-pk"))


def parts_of(invoice_ids: Sequence[int]) -> list[Part]:
    rows = Part.objects.filter(invoice__in=invoice_ids).select_related("payment", "invoice")
    return list(rows.order_by("payment__paid_on", "pk"))


def _refuse(billed: Sequence[Billed], amount: Decimal, due_on: date, today: date) -> None:
    if not billed:
        raise Refused(_("An invoice needs a line at least."))
    if len(billed) > MOST:
        raise Refused(_("An invoice has {most} lines at most.").format(most=MOST))
    if any(one.sum < 0 or one.vat < 0 or one.vat > one.sum for one in billed):
        raise Refused(_("No line of an invoice is less than nothing."))
    if not amount:
        raise Refused(_("There is nothing to be paid in this invoice."))
    if amount >= LARGEST:
        raise Refused(_("This costs too much to be true. Look at the quantity and the price."))
    if due_on < today:
        said = _("It cannot be due before it is made out.")
        raise Refused(said, fields={"due_on": said})


def _next_number(year: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("select max(number) from money_invoice where extract(year from issued_on) = %s", [year])
        (last,) = cursor.fetchone()
    return (last or 0) + 1
