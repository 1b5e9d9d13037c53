"""Money that was paid by a link goes back by the same way, whole or in part; the books follow once it has gone.

A try that hangs is asked for again with its own key, by which the service knows it. A new try is a new row.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from svyazka.business.clients.models import Client
from svyazka.business.journal.record import About, Actor, announce, record
from svyazka.business.money import books, online, payments
from svyazka.business.money.models import Part, Payment, PaymentLink, Refund
from svyazka.business.money.payment_service import Return, Told, Trouble
from svyazka.business.money.typed import tidy
from svyazka.business.staff.models import Person
from svyazka.kit import clock, money
from svyazka.kit.alone import alone
from svyazka.kit.refusals import Refused

LONGEST_REASON = 300
KEY_LIVES = timedelta(hours=20)  # a day long the same key is the same refund there; afterwards it would be another one
_LOOKING = 5_219_134  # any number will do, as long as nobody else uses it
State = Refund.State


def give_back(link: PaymentLink, amount: Decimal, reason: str, *, by: Person) -> Refund:
    """Pressed twice it is refused: one is under way."""
    made = _begin(link, amount, tidy(reason, LONGEST_REASON, "reason"), by=by)
    look(made)
    made.refresh_from_db()
    return made


@transaction.atomic
def _begin(link: PaymentLink, amount: Decimal, reason: str, *, by: Person) -> Refund:
    current = PaymentLink.objects.select_for_update(of=("self",)).select_related("payment").get(pk=link.pk)
    if not reason:
        raise Refused(_("Write why it goes back."), fields={"reason": _("Write why it goes back.")})
    if current.refunds.filter(state__in=(State.ASKED, State.PENDING)).exists():
        raise Refused(_("A refund of this payment is under way: wait until it is settled."))
    most = left(current)
    if not most:
        raise Refused(_("Nothing of this payment can go back any more."))
    if not 0 < amount <= most:
        said = _("From 0,01 to {most} ₽ can go back.").format(most=money.shown(most))
        raise Refused(said, fields={"amount": said})
    if not online.account().kind:
        raise Refused(_("Nobody takes money online yet: Settings → Online payments."))
    now = clock.now()
    made = Refund.objects.create(link=current, amount=amount, reason=reason, ask_at=now, at=now, by=by)
    record("money.refund_asked", _about(made), by=by, changes={"amount": (None, str(amount))}, note=reason)
    return made


def left(link: PaymentLink) -> Decimal:
    """So much of it is with us still, and stands in the books."""
    if link.state != PaymentLink.State.SUCCEEDED or link.payment is None:
        return Decimal(0)
    gone = link.refunds.exclude(state__in=(State.CANCELED, State.FAILED)).aggregate(total=Sum("amount"))["total"]
    return max(Decimal(0), min(link.amount, payments.stands_at(link.payment)) - (gone or Decimal(0)))


def go_round() -> None:
    """Those that are due, by the worker."""
    if not Refund.objects.filter(ask_at__lte=clock.now()).exists():
        return
    own = online.account()
    if not own.kind or (own.rests_until and own.rests_until > clock.now()):
        return
    with alone(_LOOKING) as nobody_else:
        due = Refund.objects.filter(ask_at__lte=clock.now()).order_by("ask_at", "pk")[: online.AT_ONCE]
        for refund in due if nobody_else else ():
            if not look(refund):
                return


def look(refund: Refund) -> bool:
    """The service is asked for it, or how it stands. False: it does not answer."""
    if not refund.outside_id and clock.now() - refund.at > KEY_LIVES:
        _fail(refund, "unsure")
        return True
    own = online.account()
    try:
        service = online.service_of(own)
        told = service.look_at_refund(refund.outside_id) if refund.outside_id else service.give_back(_wanted(refund))
    except Trouble as trouble:
        if trouble.again or trouble.why == "wrong_key":
            open_ones = Refund.objects.filter(pk=refund.pk, ask_at__isnull=False)
            open_ones.update(ask_at=online.rest(trouble), why=trouble.why)
            return False
        _fail(refund, trouble.why)
        return True
    online.rested(own)
    settle(refund, told)
    return True


@transaction.atomic
def settle(refund: Refund, told: Told) -> None:
    """What the service says of it. Said twice, the money goes once."""
    current = _held(refund)
    if not current.is_open:
        return
    before, current.outside_id, current.why = current.state, told.outside_id, told.why[:60]
    if told.state == "succeeded":
        _take(current, told)
    elif told.state == "canceled":
        current.state, current.ask_at = State.CANCELED, None
    else:
        current.state = State.PENDING
        # A call that came while they were asked: once more, at once.
        current.ask_at = current.ask_at if current.ask_at != refund.ask_at else online.next_at(current.at)
    current.save()
    if current.state != before:
        _tell(current, before, by=online.HOUSE)


def _take(refund: Refund, told: Told) -> None:
    """In a period that is closed nothing is written: then it stands on the first day that is open."""
    refund.ask_at, link = None, refund.link
    if refund.by_id is None and told.of == link.outside_id:
        refund.amount = told.amount  # made in their account: only they know how much it was
    if told.of != link.outside_id or told.amount != refund.amount or told.currency != "RUB":
        refund.state, refund.why = State.FAILED, "another_sum"
        return
    day = clock.local(told.paid_at).date() if told.paid_at else clock.today()
    assert link.payment is not None
    is_for_it = Part.objects.filter(payment=link.payment, invoice=link.invoice).exists()
    refund.state = State.SUCCEEDED
    refund.payment = payments.enter(
        Client.objects.get(pk=link.payment.client_id),
        -told.amount,
        paid_on=books.open_day(min(day, clock.today())),
        origin=Payment.Origin.ONLINE,
        deal=link.invoice.deal,
        invoice=link.invoice if is_for_it else None,
        outside_id=told.outside_id,
        purpose=refund.reason,
        by=refund.by or online.HOUSE,
    )


@transaction.atomic
def _fail(refund: Refund, why: str) -> None:
    current = _held(refund)
    if not current.is_open:
        return
    before = current.state
    current.state, current.why, current.ask_at = State.FAILED, why, None
    current.save()
    _tell(current, before, by=online.HOUSE)


def _held(refund: Refund) -> Refund:
    rows = Refund.objects.select_for_update(of=("self",))
    return rows.select_related("by", "link__payment", "link__invoice__deal").get(pk=refund.pk)


def _wanted(refund: Refund) -> Return:
    """With the receipt of the return, where the payment had one."""
    link = refund.link
    items = online.items_of(link, refund.amount) if link.contact else ()
    return Return(str(refund.key), link.outside_id, refund.amount, refund.reason, link.contact, items)


def _tell(refund: Refund, before: str, *, by: Actor) -> None:
    record("money.refund_stands", _about(refund), by=by, changes={"state": (str(before), str(refund.state))})
    announce("deal", refund.link.deal_id, data={"client": refund.link.client_id})


def _about(refund: Refund) -> About:
    return About("refund", refund.pk, client_id=refund.link.client_id, deal_id=refund.link.deal_id)
