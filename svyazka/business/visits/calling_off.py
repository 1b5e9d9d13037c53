"""A lost deal is not visited any more: nobody drives to a client who has said no."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals import moves
from svyazka.business.deals.held import held
from svyazka.business.deals.models import Deal, LossReason, Stage
from svyazka.business.journal.record import Actor
from svyazka.business.visits import booking, change
from svyazka.business.visits.models import Visit
from svyazka.kit.refusals import Refused


def ahead_of(deal: Deal) -> list[Visit]:
    """The visits of a deal that have not begun."""
    rows = Visit.objects.filter(deal=deal, status__in=Visit.MOVABLE).order_by("starts_at", "pk")
    return list(rows.select_related("kind", "resource"))


class StayOrNot(Refused):
    """The deal is closed, and somebody would still go there. Whoever closes it says what becomes of these `visits`."""

    def __init__(self, visits: list[Visit]) -> None:
        super().__init__(_("There are still visits ahead. Say what becomes of them."))
        self.visits = visits


@transaction.atomic
def move_deal(deal: Deal, *, to: Stage, by: Actor, call_off: bool | None = None, **how: Any) -> Deal:
    """Like `moves.move`. With a lost deal its visits are cancelled, and whoever would have gone hears of it. Of one
    that is won, `call_off` says whether they are."""
    moved = moves.move(deal, to=to, by=by, **how)
    change.follow(moved, deal.address, by=by)
    visits = [] if to.is_open else ahead_of(moved)
    if not visits:
        return moved
    if moved.loss_reason is None and call_off is None:
        raise StayOrNot(visits)
    reason = _why(moved.loss_reason)
    for visit in visits if moved.loss_reason or call_off else []:
        booking.cancel(visit, reason=reason, by=by)
    return held(deal.pk)


def _why(loss: LossReason | None) -> str:
    """In the company's language, whoever clicked."""
    with translation.override(settings.LANGUAGE_CODE):
        return (
            gettext("The deal is lost: {reason}").format(reason=loss.name) if loss else gettext("The deal is closed.")
        )
