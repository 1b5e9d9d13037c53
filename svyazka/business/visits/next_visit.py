"""On the spot: whoever is at the client's books what comes next in the deal, out of real windows."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import Actor
from svyazka.business.visits import booking
from svyazka.business.visits.models import Resource, Visit, VisitKind
from svyazka.business.visits.offering import Offer
from svyazka.kit.refusals import Refused

ON_THE_SPOT = (Visit.Status.STARTED, Visit.Status.DONE)


def kinds_after(visit: Visit) -> list[VisitKind]:
    """What comes after it in a deal; nothing before somebody is there."""
    return kinds_later(visit) if visit.status in ON_THE_SPOT else []


def kinds_later(visit: Visit) -> list[VisitKind]:
    """The same, as it will be once somebody is there."""
    return list(VisitKind.objects.filter(comes_after=visit.kind.code)) if visit.deal.is_open else []


def booked(visit: Visit, kind: VisitKind) -> Visit | None:
    """Such a visit of the deal that is still ahead."""
    ahead = Visit.objects.filter(deal=visit.deal_id, kind=kind, status__in=Visit.MOVABLE)
    return ahead.select_related("resource").order_by("starts_at").first()


def offer(visit: Visit, kind: VisitKind) -> Offer:
    """What the client can choose from, where this visit was."""
    return booking.others(visit.deal, kind, visit.address)


def book(
    visit: Visit,
    kind: VisitKind,
    resource: Resource,
    starts_at: datetime,
    *,
    request_id: UUID,
    by: Actor,
    wishes: str = "",
) -> Visit:
    """Like any other booking: the deal goes on, and the client hears of it. The same `request_id` again books once."""
    earlier = Visit.objects.filter(request_id=request_id).exists()
    if kind not in kinds_after(visit):
        raise Refused(_("This does not come after the visit, or the deal is closed."))
    if not earlier and booked(visit, kind):
        raise Refused(_("Such a visit is booked already."))
    deal, address = visit.deal, visit.address
    return booking.book(deal, kind, resource, starts_at, request_id=request_id, by=by, wishes=wishes, address=address)
