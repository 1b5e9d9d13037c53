"""What was agreed and paid on site, in the books: owed without an invoice's number, and paid the moment it is taken."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from svyazka.business.deals.models import Deal
from svyazka.business.journal.record import Actor
from svyazka.business.money import books, invoices, parts, payments, telling
from svyazka.business.money.holding import hold
from svyazka.business.money.lines import NOTHING
from svyazka.business.money.models import Invoice, Part, Payment
from svyazka.kit import clock

SITE = Invoice.Origin.SITE


def hold_of(deal: Deal) -> None:
    """Before whoever calls adds up what was agreed: nobody else does meanwhile."""
    hold(deal.client_id)


def owe(deal: Deal, amount: Decimal, *, by: Actor) -> Invoice | None:
    """All that the client has agreed to on site in this deal is owed, from today. Where it became less than was paid
    of it, the payment is free again."""
    known = Invoice.objects.select_for_update(no_key=True).filter(deal=deal.pk, origin=SITE).first()
    if known is None and not amount:
        return None
    current = known or _nothing_yet(deal, by)
    if current.amount == amount:
        return current
    before = current.amount
    freed = _make_room(current, before - amount) if amount < before else []
    current.amount, current.open_amount = amount, current.open_amount + amount - before
    current.save(update_fields=["amount", "open_amount"])
    telling.of_invoice("owed_changed", current, by=by, changes={"amount": (str(before), str(amount))})
    telling.of_parts("released", freed, by=by)
    invoices.use_advances(current, by=by)
    return current


def take(deal: Deal, number: str, amount: Decimal, *, document: str, at: datetime, by: Actor) -> Payment:
    """Whoever has money in his hands is never refused: in a closed period it is entered on the first day after it."""
    site = Invoice.objects.filter(deal=deal.pk, origin=SITE).first()
    return payments.enter(
        deal.client,
        amount,
        paid_on=_day(at),
        origin=Payment.Origin.SITE,
        deal=deal,
        invoice=site if site and site.open_amount else None,
        outside_id=number,
        document=document,
        by=by,
        is_told=False,
    )


def put_right(number: str, of: str, wrong_by: Decimal, reason: str, *, by: Actor) -> Payment:
    """`of`: under which number it was taken."""
    first = Payment.objects.get(origin=Payment.Origin.SITE, outside_id=of)
    return payments.put_right(first, wrong_by, reason, outside_id=number, by=by, is_told=False)


def _nothing_yet(deal: Deal, by: Actor) -> Invoice:
    today = clock.today()
    return Invoice.objects.create(
        client_id=deal.client_id,
        deal_id=deal.pk,
        origin=SITE,
        issued_on=today,
        due_on=books.due(today),
        amount=NOTHING,
        open_amount=NOTHING,
        by_id=by.actor_id,
    )


def _make_room(current: Invoice, less: Decimal) -> list[telling.Put]:
    """So much has to be open before it can be taken off; the latest payment is released first."""
    freed = []
    rows = Part.objects.filter(invoice=current).select_related("payment")
    for part in rows.order_by("-payment__paid_on", "-pk"):
        amount = min(part.amount, less - current.open_amount)
        if amount > 0:
            parts.put(part.payment, current, -amount)
            freed.append((part.payment, current, amount))
    return freed


def _day(at: datetime) -> date:
    return books.open_day(min(clock.local(at).date(), clock.today()))
