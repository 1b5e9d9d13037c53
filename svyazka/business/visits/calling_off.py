"""A lost deal is not visited any more: nobody drives to a client who has said no."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from svyazka.business.deals import moves
from svyazka.business.deals.held import held
from svyazka.business.deals.models import Deal, Stage
from svyazka.business.journal.record import Actor
from svyazka.business.visits import booking, change
from svyazka.business.visits.models import Visit


def ahead_of(deal: Deal) -> list[Visit]:
    """The visits of a deal that have not begun."""
    rows = Visit.objects.filter(deal=deal, status__in=booking.MOVABLE).order_by("starts_at", "pk")
    return list(rows.select_related("kind", "resource"))


@transaction.atomic
def move_deal(deal: Deal, *, to: Stage, by: Actor, **how: Any) -> Deal:
    """Like `moves.move`. With a lost deal its visits are cancelled, and whoever would have gone hears of it."""
    moved = moves.move(deal, to=to, by=by, **how)
    change.follow(moved, deal.address, by=by)
    if to.kind != Stage.Kind.LOST or moved.loss_reason is None:
        return moved
    reason = gettext("The deal is lost: {reason}").format(reason=moved.loss_reason.name)
    for visit in ahead_of(moved):
        booking.cancel(visit, reason=reason, by=by)
    return held(deal.pk)
