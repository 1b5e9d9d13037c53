"""A time is held for the caller while he thinks: for some minutes nobody else is offered it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.models import Deal
from svyazka.business.journal.record import About, Actor, announce, record
from svyazka.business.visits import booking, periods
from svyazka.business.visits.models import Booking, Resource, VisitKind
from svyazka.business.visits.periods import Keep
from svyazka.business.visits.settling import Wish, settle
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

HELD_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class Hold:
    request_id: UUID
    resource: Resource
    starts_at: datetime
    expires_at: datetime


def hold(
    deal: Deal,
    kind: VisitKind,
    resource: Resource,
    starts_at: datetime,
    *,
    request_id: UUID,
    by: Actor,
    lasts: timedelta = HELD_FOR,
    is_within: bool = False,
) -> Hold:
    """For everybody and everything that such a visit takes. What the same person has held for this deal before is free
    again. The same `request_id` again gives the same hold. `is_within`: as for `booking.move`."""
    start = starts_at.astimezone(UTC)
    return booking.with_others_offered(
        lambda: _hold(Wish(kind, resource, start, deal), request_id, by, lasts),
        lambda: booking.others(deal, kind),
        tries=booking.TRIES if kind.takes_others else 1,
        is_within=is_within,
    )


@transaction.atomic
def release(request_id: UUID, *, by: Actor) -> None:
    """The client has chosen another time, or none. A second click changes nothing."""
    found = Booking.objects.filter(kind=Booking.Kind.HOLD, request_id=request_id).select_related("deal").first()
    if found is None or found.deal is None:
        return
    resources = periods.release(request_id)
    changes = {"held": (found.during.lower.isoformat(), None)}
    record("visits.released", _about(found.deal), by=by, changes=changes)
    _look_again(resources)


def standing(deal: Deal, kind: VisitKind, *, by: Actor) -> Hold | None:
    """What this person keeps for the deal just now, as far as it is such work."""
    rows = Booking.objects.filter(kind=Booking.Kind.HOLD, deal=deal, held_by=by.actor_id, expires_at__gt=clock.now())
    kept = [
        one for one in rows.select_related("resource") if one.resource.goes_out and kind.skill in one.resource.skills
    ]
    kept.sort(key=lambda one: (one.resource.kind != Resource.Kind.CREW, one.during.lower, one.resource_id))
    if not kept or not kept[0].request_id or not kept[0].expires_at:
        return None
    start = kept[0].during.lower + timedelta(minutes=kind.before)
    return Hold(kept[0].request_id, kept[0].resource, start, kept[0].expires_at)


def let_lapse() -> None:
    """From time to time: whoever looks at the calendar sees that the time is free again."""
    with transaction.atomic():
        _look_again(periods.purge())


@transaction.atomic
def _hold(wish: Wish, request_id: UUID, by: Actor, lasts: timedelta) -> Hold:
    periods.wait_for_request(request_id)
    if earlier := Booking.objects.filter(kind=Booking.Kind.HOLD, request_id=request_id).first():
        return _held_before(earlier, request_id, wish)
    if not wish.deal.is_open:
        raise Refused(_("The deal is closed; there is nothing to go out for."))
    others = _others_of(wish.deal, by)
    so_far = [one for each in others for one in periods.of_hold(each, wish.deal)]
    settled = settle(replace(wish, holds=tuple(others)), so_far=so_far)
    freed = {pk for each in others for pk in periods.release(each)}
    expires_at = clock.now() + lasts
    keep = Keep(request_id, by.actor_id, wish.deal.pk, expires_at)
    periods.take(settled.wanted, kind=Booking.Kind.HOLD, note=wish.deal.client.name[:200], hold=keep)
    changes = {"held": (None, wish.start.isoformat()), "resource": (None, wish.resource.name)}
    record("visits.held", _about(wish.deal), by=by, changes=changes)
    _look_again({*freed, *(one.resource_id for one in settled.wanted)})
    return Hold(request_id, wish.resource, wish.start, expires_at)


def _held_before(earlier: Booking, request_id: UUID, wish: Wish) -> Hold:
    rows = Booking.objects.filter(request_id=request_id, resource=wish.resource)
    if earlier.deal_id != wish.deal.pk or earlier.expires_at is None or not rows.exists():
        raise Refused(_("This request has already held another time. Reload the page."))
    return Hold(request_id, wish.resource, wish.start, earlier.expires_at)


def _others_of(deal: Deal, by: Actor) -> list[UUID]:
    rows = Booking.objects.filter(kind=Booking.Kind.HOLD, deal=deal, held_by=by.actor_id)
    return sorted(one for one in rows.values_list("request_id", flat=True).distinct() if one)


def _about(deal: Deal) -> About:
    return About("deal", deal.pk, client_id=deal.client_id, deal_id=deal.pk)


def _look_again(resources: Iterable[int]) -> None:
    for pk in sorted(resources):
        announce("resource", pk)
