"""A drop was a mistake: the visit goes back, and the move does not count; what was booked is taken out again."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from svyazka.business.journal.models import Entry
from svyazka.business.journal.record import Actor
from svyazka.business.visits import booking, its_deal, waiting
from svyazka.business.visits.models import Asked, Resource, Visit, VisitMove
from svyazka.kit.refusals import Refused


def move_back(visit: Visit, starts_at: datetime, resource: Resource, *, by: Actor, version: int | None) -> Visit:
    """`starts_at` and `resource`: from where it was moved, by the same person. It goes through the same checks as any
    other move: the time may have been taken meanwhile."""
    with translation.override(settings.LANGUAGE_CODE):
        reason = _("Moved by mistake.")
    with transaction.atomic():
        _refuse_another(visit, starts_at, resource, by)
        back = booking.move(visit, starts_at, resource, reason=reason, by=by, version=version)
        if back.starts_at != visit.starts_at:
            Visit.objects.filter(pk=back.pk).update(moves=F("moves") - 2)
            back.moves -= 2
        counted = VisitMove.objects.filter(visit=back).order_by("-pk")[:2]
        VisitMove.objects.filter(pk__in=list(counted.values_list("pk", flat=True))).delete()
    return back


@transaction.atomic
def take_out(visit: Visit, *, by: Actor, version: int | None) -> Visit:
    """What the same person has just booked, and nobody has touched since. The work stands beside the board again: its
    client waits as he did, and the deal goes back to its stage if nobody has moved it meanwhile."""
    with translation.override(settings.LANGUAGE_CODE):
        reason = _("Booked by mistake.")
    booked = Entry.objects.filter(kind="visit", object_id=visit.pk, verb="visits.booked", by_id=by.actor_id)
    at = booked.values_list("at", flat=True).first()
    if visit.moves or at is None:
        raise _changed_since()
    gone = booking.cancel(visit, reason=reason, by=by, version=version, asked=Asked.WE)
    if its_deal.is_where_booking_left_it(gone):
        its_deal.go_back(gone, by=by)
    waiting.wait_again(gone, since=at, by=by)
    return gone


def _refuse_another(visit: Visit, starts_at: datetime, resource: Resource, by: Actor) -> None:
    moves = Entry.objects.filter(kind="visit", object_id=visit.pk, verb="visits.moved")
    last = moves.order_by("-at", "-id").first()
    was = last.changes if last and last.by_id == by.actor_id else {}
    times, names = was.get("starts_at", [""]), was.get("resource", [""])
    if not times[0] or datetime.fromisoformat(times[0]) != starts_at or names[0] != resource.name:
        raise _changed_since()


def _changed_since() -> Refused:
    return Refused(_("Somebody has changed this visit since. Look at it again."))
