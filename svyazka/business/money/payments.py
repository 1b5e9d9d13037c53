"""Money that came in or went back: entered once, never changed. What was wrong is put right by a row of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal
from svyazka.business.journal.record import Actor
from svyazka.business.money import books, parts, telling
from svyazka.business.money.holding import hold
from svyazka.business.money.models import Invoice, Part, Payment
from svyazka.business.money.typed import tidy
from svyazka.kit import clock, money
from svyazka.kit.refusals import Refused

Origin = Payment.Origin
LARGEST = Decimal("100000000000")
LONGEST_PURPOSE, LONGEST_DOCUMENT, LONGEST_OUTSIDE = 500, 40, 120


@dataclass(frozen=True)
class _For:
    """What a payment is said to be for."""

    client_id: int
    deal_id: int | None
    invoice: Invoice | None


def enter(
    client: Client,
    amount: Decimal,
    *,
    paid_on: date,
    origin: str,
    deal: Deal | None = None,
    invoice: Invoice | None = None,
    outside_id: str = "",
    document: str = "",
    purpose: str = "",
    by: Actor,
    is_told: bool = True,
) -> Payment:
    """`amount` less than nothing: it went back to the client. It is for the invoice that is named, then for those of
    its deal, or without a deal for all of the client's, the one that is due first before the others; the rest is an
    advance. The same `outside_id` is the same payment. `is_told`: nothing else says it in the history."""
    try:
        return _enter(client, amount, paid_on, origin, deal, invoice, outside_id, document, purpose, by, is_told)
    except IntegrityError:
        # Somebody was quicker, under another client.
        if before := _known(origin, outside_id):
            return _same(before, amount)
        raise


@transaction.atomic
def _enter(
    client: Client,
    amount: Decimal,
    paid_on: date,
    origin: str,
    deal: Deal | None,
    invoice: Invoice | None,
    outside_id: str,
    document: str,
    purpose: str,
    by: Actor,
    is_told: bool,
) -> Payment:
    client_id = hold(client.pk)
    outside_id = tidy(outside_id, LONGEST_OUTSIDE, "outside_id")
    if before := _known(origin, outside_id):
        return _same(before, amount)
    document, purpose = tidy(document, LONGEST_DOCUMENT, "document"), tidy(purpose, LONGEST_PURPOSE, "purpose")
    books.insist_open(paid_on)
    _refuse(amount, paid_on)
    whose = _for(client_id, deal, invoice)
    made = Payment.objects.create(
        client_id=client_id,
        deal_id=whose.deal_id,
        amount=amount,
        free_amount=amount,
        paid_on=paid_on,
        origin=origin,
        outside_id=outside_id,
        document=document,
        purpose=purpose,
        by_id=by.actor_id,
        at=clock.now(),
    )
    done = _spread(made, whose.invoice) if amount > 0 else _take_back(made, whose.invoice)
    _learn_deal(made, done)
    verb, changes = ("paid", (None, str(amount))) if amount > 0 else ("refunded", (None, str(amount)))
    telling.of_payment("paid" if amount > 0 else "refunded", made, by=by, changes={"amount": changes})
    telling.of_parts("allocated" if amount > 0 else "released", done, by=by)
    if is_told:
        telling.in_history(verb, client_id=client_id, deal_id=made.deal_id, by=by, origin=origin, payment=made.pk)
    return made


@transaction.atomic
def correct(payment: Payment, amount: Decimal, reason: str, *, by: Actor) -> Payment:
    """`amount`: what it should have been; nothing, if nobody has paid. Both rows stay."""
    first, reason = _first_held(payment), tidy(reason, LONGEST_PURPOSE, "reason")
    if not reason:
        raise Refused(_("Write why it is put right."), fields={"reason": _("Write why it is put right.")})
    if amount and (amount > 0) != (first.amount > 0):
        said = _("What came in does not become what went back: correct it to nothing, and enter the other one.")
        raise Refused(said, fields={"amount": said})
    if first.origin == Origin.SITE:
        raise Refused(_("This was taken on site: put it right there, at the visit."))
    return put_right(first, amount - stands_at(first), reason, by=by)


@transaction.atomic
def put_right(
    payment: Payment, wrong_by: Decimal, reason: str, *, outside_id: str = "", by: Actor, is_told: bool = True
) -> Payment:
    """On the day of the payment, if that is open; else today."""
    first = _first_held(payment)
    if before := _known(first.origin, outside_id):
        return _same(before, wrong_by)
    if not wrong_by:
        raise Refused(_("It stands there like that already."))
    day = first.paid_on if books.is_open(first.paid_on) else books.open_day(clock.today())
    books.insist_open(day)
    stood = stands_at(first)
    made = Payment.objects.create(
        client_id=first.client_id,
        deal_id=first.deal_id,
        amount=wrong_by,
        free_amount=wrong_by,
        paid_on=day,
        origin=first.origin,
        outside_id=outside_id,
        document=first.document,
        purpose=reason,
        corrects=first,
        by_id=by.actor_id,
        at=clock.now(),
    )
    put, taken = _put_right_parts(first, made)
    changes = {"amount": (str(stood), str(stood + wrong_by))}
    telling.of_payment("corrected", made, by=by, changes=changes, note=reason)
    telling.of_parts("allocated", put, by=by)
    telling.of_parts("released", taken, by=by)
    if is_told:
        telling.in_history("corrected", client_id=made.client_id, deal_id=made.deal_id, by=by, text=reason)
    return made


@transaction.atomic
def allocate(payment: Payment, invoice: Invoice, amount: Decimal | None = None, *, by: Actor) -> None:
    """By hand; without `amount` as much as there is of both."""
    current = _held(payment)
    chosen = Invoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
    if chosen.client_id != current.client_id:
        raise Refused(_("This invoice is another client's."))
    if chosen.is_called_off:
        raise Refused(_("This invoice was called off already."))
    most = min(current.free_amount, chosen.open_amount)
    if most <= 0:
        raise Refused(_("Nothing of this payment is free, or nothing of this invoice is open."))
    wanted = most if amount is None else amount
    if wanted <= 0 or wanted > most:
        said = _("From 0,01 to {most} ₽ can be taken here.").format(most=money.shown(most))
        raise Refused(said, fields={"amount": said})
    parts.put(current, chosen, wanted)
    telling.of_parts("allocated", [(current, chosen, wanted)], by=by)


@transaction.atomic
def allocate_by_itself(payment: Payment, *, by: Actor) -> None:
    """What is free of it, in the order of the house."""
    current = _held(payment)
    telling.of_parts("allocated", _spread(current, None), by=by)


@transaction.atomic
def release(payment: Payment, invoice: Invoice, *, by: Actor) -> None:
    """It was not for this invoice: it is free again."""
    current = _held(payment)
    chosen = Invoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
    part = Part.objects.filter(payment=current, invoice=chosen).first()
    if part is None:
        raise Refused(_("Nothing of this payment is for this invoice."))
    parts.put(current, chosen, -part.amount)
    telling.of_parts("released", [(current, chosen, part.amount)], by=by)


def stands_at(payment: Payment) -> Decimal:
    """With what was put right since."""
    later = payment.corrections.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    stands: Decimal = payment.amount + later
    return stands


def of_deal(deal_id: int) -> list[Payment]:
    """Those that name it, and those of which a part is for one of its invoices."""
    rows = Payment.objects.filter(Q(deal=deal_id) | Q(parts__invoice__deal=deal_id)).distinct()
    return list(rows.select_related("by", "corrects").order_by("-paid_on", "-pk"))


def parts_of(payment_ids: Sequence[int]) -> list[Part]:
    rows = Part.objects.filter(payment__in=payment_ids).select_related("invoice", "refund")
    return list(rows.order_by("pk"))


def _for(client_id: int, deal: Deal | None, invoice: Invoice | None) -> _For:
    chosen = Invoice.objects.select_for_update(no_key=True).get(pk=invoice.pk) if invoice else None
    if chosen and chosen.client_id != client_id:
        raise Refused(_("This invoice is another client's."))
    if chosen and chosen.is_called_off:
        raise Refused(_("This invoice was called off already."))
    if deal and not Deal.objects.filter(pk=deal.pk, client_id=client_id).exists():
        raise Refused(_("This deal is another client's."))
    if deal and chosen and chosen.deal_id != deal.pk:
        raise Refused(_("This invoice is of another deal."))
    its_deal = chosen.deal_id if chosen else deal.pk if deal else None
    return _For(client_id, its_deal, chosen)


def _spread(payment: Payment, named: Invoice | None) -> list[telling.Put]:
    rows = Invoice.objects.filter(client_id=payment.client_id, open_amount__gt=0, is_called_off=False)
    if payment.deal_id:
        rows = rows.filter(deal_id=payment.deal_id)
    others = rows.exclude(pk=named.pk) if named else rows
    in_order = [*([named] if named else ()), *others.order_by("due_on", "issued_on", "pk")]
    return parts.spread([payment], in_order)


def _take_back(refund: Payment, named: Invoice | None) -> list[telling.Put]:
    """From the invoice that is named; else from what is free, and then from the deal's invoices, the latest first. What
    the client's other deals have been paid with stays theirs."""
    done = parts.take(refund, [], _parts(invoice=named)) if named else []
    free = Payment.objects.filter(client_id=refund.client_id, amount__gt=0, free_amount__gt=0)
    if refund.deal_id:
        free = free.filter(Q(deal=refund.deal_id) | Q(deal=None))
    in_order = free.order_by(F("deal_id").desc(nulls_last=True), "-paid_on", "-pk")
    of_deal = _parts(invoice__deal_id=refund.deal_id) if refund.deal_id else []
    return done + parts.take(refund, in_order, of_deal)


def _put_right_parts(first: Payment, made: Payment) -> tuple[list[telling.Put], list[telling.Put]]:
    """What was put, and what was taken."""
    if first.amount > 0 and made.amount > 0:
        return _spread(made, None), []
    if first.amount > 0:
        own = Q(pk=first.pk) | Q(corrects=first, amount__gt=0)
        free = Payment.objects.filter(own, free_amount__gt=0).order_by("-pk")
        return [], parts.take(made, free, _parts(payment__in=Payment.objects.filter(own)))
    if made.amount < 0:
        return [], _take_back(made, None)
    _back_after_all(first, made)
    return [], []


def _back_after_all(refund: Payment, made: Payment) -> None:
    """Less went back than was written down: first what nobody knew from where, then what had been taken."""
    for each in (refund, *refund.corrections.filter(amount__lt=0)):
        for part in each.taken.exclude(payment__corrects=refund).select_related("payment").order_by("-pk"):
            short = min(part.amount, made.free_amount + each.free_amount)
            if short > 0:
                parts.give_back(part.payment, each, -short)
        amount = min(made.free_amount, -each.free_amount)
        if amount > 0:
            parts.give_back(made, each, amount)


def _parts(**of: object) -> QuerySet[Part]:
    rows = Part.objects.filter(invoice__isnull=False, **of).select_related("payment", "invoice")
    return rows.order_by("-invoice__due_on", "-invoice_id", "-pk")


def _learn_deal(payment: Payment, done: Sequence[telling.Put]) -> None:
    """Where all of it is for one deal, it is that deal's."""
    found = {invoice.deal_id for _payment, invoice, _amount in done}
    if payment.deal_id is None and len(found) == 1 and not payment.free_amount:
        payment.deal_id = found.pop()
        payment.save(update_fields=["deal"])


def _first_held(payment: Payment) -> Payment:
    current = _held(payment)
    return current.corrects or current


def _held(payment: Payment) -> Payment:
    hold(payment.client_id)
    return Payment.objects.select_related("corrects").get(pk=payment.pk)


def _known(origin: str, outside_id: str) -> Payment | None:
    return Payment.objects.filter(origin=origin, outside_id=outside_id).first() if outside_id else None


def _same(before: Payment, amount: Decimal) -> Payment:
    if before.amount != amount:
        raise Refused(_("There is a payment of this number already, and of another sum."))
    return before


def _refuse(amount: Decimal, paid_on: date) -> None:
    if not amount:
        raise Refused(_("How much was paid?"), fields={"amount": _("How much was paid?")})
    if abs(amount) >= LARGEST or amount != amount.quantize(money.KOPECK):
        said = _("The amount must be in roubles and kopecks, {most} at most.").format(most=f"{LARGEST:,.0f}")
        raise Refused(said, fields={"amount": said})
    if paid_on > clock.today():
        too_early = _("Nobody has paid on a day to come.")
        raise Refused(too_early, fields={"paid_on": too_early})
