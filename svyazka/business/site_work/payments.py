"""Money taken on site: written once, never changed. What was wrong is put right by a row of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.names import Names
from svyazka.business.money import on_site as in_books
from svyazka.business.site_work import telling, things
from svyazka.business.site_work.materials import refuse_early
from svyazka.business.site_work.models import Payment, PaymentWay
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.visits import booking
from svyazka.business.visits.models import Visit
from svyazka.business.visits.telling import people_of
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

PAYMENT_WAYS = Names(PaymentWay, about="payment_way", verb="site_work.way", is_ordered=True)
LONGEST_RECEIPT, LONGEST_NOTE = 40, 300
MOST = 100  # of a visit


@transaction.atomic
def take(
    visit: Visit,
    number: UUID,
    amount: Decimal,
    way: PaymentWay | None,
    *,
    receipt: str = "",
    note: str = "",
    hands: Person | None = None,
    insists: bool = False,
    by: Person,
    at: datetime | None = None,
) -> Payment:
    """`hands`: who has the money, where it is not whoever writes it down; `insists`: somebody has decided that it was
    paid, though the visit was moved to a later day. Sent twice, it is one payment."""
    current = booking.lock(visit)
    if not insists:
        refuse_early(current)
    receipt, note, who = things.tidy(receipt), things.tidy(note), hands or by
    if before := Payment.objects.filter(pk=number).first():
        given = (None, amount, way and way.pk, receipt, note, who.pk)
        kept = (before.corrects_id, before.amount, before.way_id, before.receipt, before.note, before.taken_by_id)
        return _same(before, current, is_same=given == kept)
    _refuse(current, amount, receipt, note)
    if way is None:
        raise Refused(_("Choose how it was paid."), fields={"way": _("Choose how it was paid.")})
    if who.pk != by.pk and who.pk not in people_of(current):
        raise Refused(_("Somebody who does not go to this visit."))
    whose = {"receipt": receipt, "note": note, "taken_by": who, "at": at or clock.now(), "by": by}
    made = Payment.objects.create(id=number, visit=current, deal=current.deal, amount=amount, way=way, **whose)
    changes = {"payment": (None, in_words(made))}
    said = " · ".join(part for part in (made.way.name, receipt and f"№ {receipt}", note) if part)
    telling.tell(current, "paid", by=by, changes=changes, event="paid", text=said, at=at)
    in_books.take(current.deal, str(number), amount, document=receipt, at=made.at, by=by)
    return made


@transaction.atomic
def correct(
    payment: Payment, number: UUID, amount: Decimal, note: str, *, by: Person, at: datetime | None = None
) -> Payment:
    """`amount`: what it should have been; nothing, if nobody has paid. Both rows stay. Sent twice, it is one; another
    amount under the same number is refused."""
    first = payment.corrects or payment
    current = booking.lock(first.visit)
    note = things.tidy(note)
    if before := Payment.objects.filter(pk=number).first():
        is_same = before.corrects_id == first.pk and (_set_right_to(before, first), before.note) == (amount, note)
        return _same(before, current, is_same=is_same)
    wrong_by = amount - stands_at(first)
    if not may_correct(first, by):
        raise Refused(_("Only whoever has taken the money, or the office, puts it right."))
    if not note:
        raise Refused(_("Write why it is put right."), fields={"note": _("Write why it is put right.")})
    if len(note) > LONGEST_NOTE:
        raise Refused(_("This is too long."))
    if not wrong_by:
        raise Refused(_("It stands there like that already."))
    given = {"receipt": first.receipt, "note": note, "taken_by": first.taken_by, "at": at or clock.now(), "by": by}
    made = Payment.objects.create(
        id=number, visit=current, deal=current.deal, amount=wrong_by, way=first.way, corrects=first, **given
    )
    changes = {"payment": (str(amount - wrong_by), str(amount))}
    telling.tell(current, "payment_corrected", by=by, changes=changes, event="payment_corrected", text=note, at=at)
    in_books.put_right(str(number), str(first.pk), wrong_by, note, by=by)
    return made


def stands_at(payment: Payment) -> Decimal:
    """With what was put right since."""
    stands: Decimal = payment.amount + sum(payment.corrections.values_list("amount", flat=True))
    return stands


def _set_right_to(correction: Payment, first: Payment) -> Decimal:
    """What it said that should have been paid: with those before it, since each says by how much it was wrong then."""
    until_then = first.corrections.filter(came_at__lte=correction.came_at)
    stood: Decimal = first.amount + sum(until_then.values_list("amount", flat=True))
    return stood


def may_correct(payment: Payment, person: Person) -> bool:
    return person.pk in (payment.taken_by_id, payment.by_id) or roles.may(person, "payments.correct")


def same_receipt(payment: Payment) -> Sequence[Payment]:
    """Others with this number on this day: one of them is mistyped, or written down twice."""
    if not payment.receipt:
        return []
    begins, ends = clock.day_bounds(clock.local(payment.at).date())
    rows = Payment.objects.filter(receipt=payment.receipt, at__gte=begins, at__lt=ends, corrects=None)
    return list(rows.exclude(pk=payment.pk))


def find(visit: Visit, number: UUID) -> Payment:
    found = Payment.objects.select_related("visit", "way", "taken_by", "corrects").filter(pk=number, visit=visit)
    if (payment := found.first()) is None:
        raise Refused(_("There is no such payment on this visit."))
    return payment


def ways() -> list[PaymentWay]:
    """Those that are offered."""
    return list(PaymentWay.objects.filter(is_active=True))


def way_called(code: object) -> PaymentWay | None:
    """Also one that was switched off while a phone had no signal: the money is there all the same."""
    return PaymentWay.objects.filter(code=code).first() if isinstance(code, str) and "\x00" not in code else None


@transaction.atomic
def call_cash(way: PaymentWay, *, is_cash: bool, by: Person) -> None:
    """Whether whoever takes it has it in his hands and hands it in."""
    current = PAYMENT_WAYS.held(way)
    if current.is_cash != is_cash:
        current.is_cash = is_cash
        current.save(update_fields=["is_cash"])
        PAYMENT_WAYS.record("changed", current, by=by, changes={"is_cash": (not is_cash, is_cash)}, note=current.name)


def in_words(payment: Payment) -> str:
    return f"{payment.amount} ₽, {payment.way.name}" + (f", № {payment.receipt}" if payment.receipt else "")


def of_day(person: Person, day_begins: datetime, day_ends: datetime) -> list[tuple[PaymentWay, Decimal]]:
    """What is in this person's hands of that day, by way: two statements."""
    rows = Payment.objects.filter(Q(taken_by=person), at__gte=day_begins, at__lt=day_ends).order_by()
    totals = dict(rows.values_list("way").annotate(total=Sum("amount")))
    return [(way, totals[way.pk]) for way in PaymentWay.objects.filter(pk__in=totals)] if totals else []


def _same(before: Payment, visit: Visit, *, is_same: bool) -> Payment:
    """A page that was gone back to sends the number that it has used already."""
    if before.visit_id != visit.pk:
        raise Refused(_("There is no such payment on this visit."))
    if not is_same:
        raise Refused(_("This page was used already: load it again."))
    return before


def _refuse(visit: Visit, amount: Decimal, receipt: str, note: str) -> None:
    if not amount:
        raise Refused(_("How much was paid?"), fields={"amount": _("How much was paid?")})
    if len(receipt) > LONGEST_RECEIPT or len(note) > LONGEST_NOTE:
        raise Refused(_("This is too long."))
    if visit.payments.count() >= MOST:
        raise Refused(_("A visit has {most} lines at most.").format(most=MOST))
