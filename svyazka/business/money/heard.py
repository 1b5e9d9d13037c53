"""The service calls: something has happened to a payment. It is not believed, but asked, soon and by the worker."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from svyazka.business.money.models import PaymentAccount, PaymentLink, Refund
from svyazka.business.money.online import ASKED_OF
from svyazka.business.money.payment_service import Moved
from svyazka.kit import clock


class NotYet(Exception):
    """Another refund of this payment is under way, perhaps this very one: it is heard again later."""


def hear(told: Moved) -> dict[str, int]:
    """In the caller's transaction; whatever is called how often and in which order. Nothing: it is none of ours."""
    link = _link(told)
    if link is None:
        return {}
    PaymentAccount.objects.filter(pk=1).update(heard_at=clock.now())
    if told.refund:
        return {"payment_link": link.pk, "refund": _refund(link, told.refund).pk}
    PaymentLink.objects.filter(pk=link.pk, state__in=ASKED_OF).update(ask_at=clock.now())
    return {"payment_link": link.pk}


def _link(told: Moved) -> PaymentLink | None:
    """By our key, too: it may be called before we have stored what it is called there."""
    named = Q(outside_id=told.payment) & ~Q(outside_id="")
    key = _key(told.link)
    return PaymentLink.objects.filter(named | Q(key=key) if key else named).order_by("pk").first()


def _key(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None


def _refund(link: PaymentLink, outside_id: str) -> Refund:
    """One that we have not asked for was made in the service's own account: how much it was, they are asked."""
    PaymentLink.objects.select_for_update(no_key=True).get(pk=link.pk)
    known = Refund.objects.filter(outside_id=outside_id).first()
    under_way = known or link.refunds.filter(state__in=(Refund.State.ASKED, Refund.State.PENDING)).first()
    if under_way is None:
        now = clock.now()
        return Refund.objects.create(
            link=link, amount=link.amount, state=Refund.State.PENDING, outside_id=outside_id, ask_at=now, at=now
        )
    if under_way.is_open:
        Refund.objects.filter(pk=under_way.pk).update(ask_at=clock.now())
    if known is None:
        raise NotYet
    return known
