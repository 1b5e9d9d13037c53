"""Which payment is for what: parts are put and taken here, and payment, invoice and part stay one sum."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db.models import F

from svyazka.business.money.models import Invoice, Part, Payment

NOTHING = Decimal(0)


def put(payment: Payment, invoice: Invoice, amount: Decimal) -> None:
    """So much of the payment is for this invoice; less than nothing: so much is for it no longer."""
    _change(amount, payment=payment, invoice=invoice)
    Payment.objects.filter(pk=payment.pk).update(free_amount=F("free_amount") - amount)
    Invoice.objects.filter(pk=invoice.pk).update(open_amount=F("open_amount") - amount, version=F("version") + 1)
    payment.free_amount -= amount
    invoice.open_amount -= amount
    invoice.version += 1


def give_back(payment: Payment, refund: Payment, amount: Decimal) -> None:
    """So much of the payment went back by that refund; less than nothing: so much did not after all."""
    _change(amount, payment=payment, refund=refund)
    Payment.objects.filter(pk=payment.pk).update(free_amount=F("free_amount") - amount)
    Payment.objects.filter(pk=refund.pk).update(free_amount=F("free_amount") + amount)
    payment.free_amount -= amount
    refund.free_amount += amount


def spread(payments: Iterable[Payment], invoices: Sequence[Invoice]) -> list[tuple[Payment, Invoice, Decimal]]:
    """What is free goes to what is open, in this order. What was put where."""
    done = []
    for payment in payments:
        for invoice in invoices:
            amount = min(payment.free_amount, invoice.open_amount)
            if amount > 0:
                put(payment, invoice, amount)
                done.append((payment, invoice, amount))
    return done


def take(refund: Payment, payments: Iterable[Payment], parts: Iterable[Part]) -> list[tuple[Payment, Invoice, Decimal]]:
    """What went back is taken from what is free, then from what was for invoices: those are owed again. What was taken
    from where."""
    for payment in payments:
        amount = min(payment.free_amount, -refund.free_amount)
        if amount > 0:
            give_back(payment, refund, amount)
    done = []
    for part in parts:
        amount = min(part.amount, -refund.free_amount)
        if amount > 0 and part.invoice:
            put(part.payment, part.invoice, -amount)
            give_back(part.payment, refund, amount)
            done.append((part.payment, part.invoice, amount))
    return done


def _change(amount: Decimal, **between: Payment | Invoice) -> None:
    known = Part.objects.filter(**between).first()
    after = (known.amount if known else NOTHING) + amount
    if known is None:
        Part.objects.create(amount=amount, **between)
    elif after:
        Part.objects.filter(pk=known.pk).update(amount=after)
    else:
        known.delete()
