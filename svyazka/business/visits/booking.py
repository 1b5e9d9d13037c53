"""Who goes where and when: booked, moved, cancelled.

Locks are always taken in one order: the deal, the visit, the line of the resources by number, the periods.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.held import held
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal
from svyazka.business.deals.work import next_steps
from svyazka.business.journal.record import Actor
from svyazka.business.visits import (
    chain,
    its_deal,
    offering,
    periods,
    promises,
    rescheduled,
    taking_along,
    to_client,
    waiting,
    work,
)
from svyazka.business.visits.held import read
from svyazka.business.visits.models import Asked, Booking, MoveReason, Resource, Visit, VisitKind
from svyazka.business.visits.offering import Offer, Offered
from svyazka.business.visits.periods import NotFree, Overlaps, Taken, short
from svyazka.business.visits.rescheduled import Why
from svyazka.business.visits.settling import Settled, Wish, settle
from svyazka.business.visits.taking_along import ANYHOW, Effect, TakesAlong
from svyazka.business.visits.telling import people_of, tell
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused

TRIES = 3  # another van may still be free

Done = TypeVar("Done")


class SlotTaken(Refused):
    """Somebody was quicker. `slots` are the best windows that are still free."""

    status = 409

    def __init__(self, free: Sequence[Offered], words: str | None = None) -> None:
        super().__init__(words or _("This time has just been taken. Choose another one."))
        self.slots = free


def book(
    deal: Deal,
    kind: VisitKind,
    resource: Resource,
    starts_at: datetime,
    *,
    request_id: UUID,
    by: Actor,
    wishes: str = "",
    address: str = "",
    hold: UUID | None = None,
    is_within: bool = False,
) -> Visit:
    """Makes a visit and takes the deal on. The same `request_id` again gives the same visit. `hold`: the request by
    which its time was held; `is_within`: as for `move`."""
    given: dict[str, Any] = {"request_id": request_id, "by": by, "wishes": wishes, "address": address}
    return with_others_offered(
        lambda: _book(Wish(kind, resource, starts_at.astimezone(UTC), deal, holds=(hold,) if hold else ()), **given),
        lambda: others(deal, kind, address),
        tries=TRIES if kind.takes_others else 1,
        is_within=is_within,
    )


def move(
    visit: Visit,
    starts_at: datetime,
    resource: Resource,
    *,
    reason: str,
    by: Actor,
    version: int | None = None,
    why: MoveReason | None = None,
    asked: str = Asked.CLIENT,
    seen: str = "",
    tells_staff: bool = True,
    is_within: bool = False,
) -> Visit:
    """Another time, another person, or both. Whoever had it and whoever gets it hear of it, unless the caller tells
    them. `why`: out of the company's list; `seen`: the `taking_along.token` of what was shown of the visits that wait
    for this one; `is_within` a transaction: holds that are over have been purged before it."""
    told = Why(reason, why, Asked(asked))
    given: dict[str, Any] = {"by": by, "version": version, "seen": seen, "tells_staff": tells_staff}
    return with_others_offered(
        lambda: _move(visit, starts_at.astimezone(UTC), resource, told, **given),
        lambda: offering.offer(visit.kind, visit.address, moving=visit),
        tries=TRIES if visit.kind.takes_others else 1,
        is_within=is_within,
    )


def others(deal: Deal, kind: VisitKind, address: str = "") -> Offer:
    """What can be offered of such work in this deal."""
    size: dict[str, Any] = {"openings": work.openings_of(deal), "booked": work.booked_of(deal, kind)}
    return offering.offer(kind, address or deal.address, not_before=chain.begins(kind, deal.pk), **size)


def with_others_offered(
    verb: Callable[[], Done], others: Callable[[], Offer], *, tries: int, is_within: bool = False
) -> Done:
    """Whoever was too late is offered what is still free, in the same answer."""
    words = None
    if not is_within:
        periods.purge()
    for _number in range(tries):
        try:
            return verb()
        except NotFree as refusal:
            words = refusal.words
            break
        except Overlaps:
            continue
    raise SlotTaken(others().windows, words)


@transaction.atomic
def cancel(
    visit: Visit,
    *,
    reason: str,
    by: Actor,
    version: int | None = None,
    asked: str = Asked.CLIENT,
    tells_staff: bool = True,
    tells_client: bool = True,
) -> Visit:
    """The time is free again, and the deal gets a next step, so that the client is not lost with the date; of those
    that waited for it somebody has to say what becomes. `tells_client`: no, where the caller does it himself."""
    current = lock(visit)
    if current.status == Visit.Status.CANCELLED:
        return current
    refuse_change(current, version)
    current.reason = Why(reason).said
    current.status = Visit.Status.CANCELLED
    current.lacks = current.lacks_since = None
    current.version += 1
    current.save()
    people = people_of(current)
    periods.give_back(current)
    changes = {"status": (visit.status, current.status)}
    tell(current, "cancelled", by=by, note=current.reason, changes=changes, also=people)
    if tells_staff:
        rescheduled.notify_cancelled(current, people, by=by)
    its_deal.write_date(current, by=by)
    knows = asked == Asked.CLIENT
    if current.deal.is_open:
        its_deal.agree_on_a_new_date(current, by=by, knows=knows)
        its_deal.ask_about_later(current, by=by)
    if tells_client:
        say_called_off(current, by=by, knows=knows)
    return current


def say_called_off(visit: Visit, *, by: Actor, knows: bool = False) -> None:
    """Whoever agrees with him on another time says it then: nobody rings twice."""
    to_client.tell(visit, "called_off", by=by, knows=knows or visit.deal.is_open)


def lock(visit: Visit) -> Visit:
    """The visit as it is now, held until the end of the transaction; its deal is held first."""
    deal = held(visit.deal_id)
    found = read(visit.pk)
    if found is None:
        raise Visit.DoesNotExist
    current: Visit = found[0]
    current.deal = deal
    return current


def refuse_change(visit: Visit, version: int | None) -> None:
    """Only what has not begun can be changed, and only what one has seen."""
    if version is not None and visit.version != version:
        raise ChangedMeanwhile
    if visit.status not in Visit.MOVABLE:
        raise Refused(_("The visit is already under way, finished or cancelled."))


@transaction.atomic
def _book(wish: Wish, *, request_id: UUID, by: Actor, wishes: str, address: str) -> Visit:
    periods.wait_for_request(request_id)
    current = held(wish.deal.pk)
    if earlier := Visit.objects.filter(request_id=request_id).select_related("kind", "resource").first():
        return _booked_before(earlier, current)
    address = short(address, 300, "address") or current.address
    _refuse_booking(current, address)
    kind = wish.kind
    was_held = [one for each in wish.holds for one in periods.of_hold(each, current)]
    settled = settle(replace(wish, deal=current), so_far=was_held, stays=True)
    _refuse_before_later(current, kind, settled)
    visit = Visit(
        kind=kind,
        deal=current,
        client=current.client,
        resource=wish.resource,
        address=address,
        wishes=short(wishes, 300, "wishes"),
        request_id=request_id,
        arranged_at=clock.now(),
        **times_of(settled),
    )
    _take(visit, settled, was_held, wish.holds)
    changes = {"starts_at": (None, visit.starts_at.isoformat()), "resource": (None, wish.resource.name)}
    tell(visit, "booked", by=by, changes=changes)
    waiting.served(visit, by=by)
    if not current.address:
        current = facts.change(current, {"address": address}, by=by)
    visit.deal = current
    its_deal.write_date(visit, by=by)
    if visit.deal.stage.code == kind.booked_stage and not its_deal.has_another(visit):
        # In the place of "agree on a new date", which has just been done.
        next_steps.plan_for_stage(visit.deal, by=by)
    its_deal.take_on(visit, by=by)
    its_deal.confirm_the_day_before(visit)
    to_client.tell(visit, "booked", by=by, knows=True)
    return visit


def _refuse_before_later(deal: Deal, kind: VisitKind, settled: Settled) -> None:
    """One more visit of an earlier kind would push what waits for it; that is moved by whoever books, not by itself."""
    if later := chain.broken_by(Visit(deal=deal, kind=kind), settled.fit.ends_at):
        said = gettext("“{later}” of this deal would come too early then. Move it first.")
        message = said.format(later=later[0].kind.name)
        raise Refused(message, fields={"starts_at": message})


def times_of(settled: Settled) -> dict[str, Any]:
    fit = settled.fit
    minutes = None if fit.starts_at + fit.work == fit.ends_at else fit.work // timedelta(minutes=1)
    return {"starts_at": fit.starts_at, "ends_at": fit.ends_at, "work_minutes": minutes}


def _take(visit: Visit, settled: Settled, was_held: list[Taken], holds: Iterable[UUID]) -> None:
    """What was held for it becomes the visit's; where something else was chosen, the hold is given back first."""
    for hold in holds if was_held else ():
        if was_held == list(settled.wanted):
            periods.turn(hold, visit, number=len(was_held))
            return
        periods.release(hold)
    periods.take(settled.wanted, kind=Booking.Kind.VISIT, visit=visit)


@transaction.atomic
def _move(
    visit: Visit,
    start: datetime,
    resource: Resource,
    why: Why,
    *,
    by: Actor,
    version: int | None,
    seen: str,
    tells_staff: bool = True,
) -> Visit:
    current = lock(visit)
    refuse_change(current, version)
    if (start, resource.pk) == (current.starts_at, current.resource_id) and not current.is_orphaned:
        raise Refused(_("The visit is at this time already."), fields={"starts_at": _("Choose another time.")})
    said, people = why.said, people_of(current)
    wish = Wish(current.kind, resource, start, current.deal, visit=current)
    settled = settle(wish, so_far=periods.of_visit(current))
    effects = taking_along.effects(current, settled.fit.ends_at)
    if effects and seen not in (ANYHOW, taking_along.token(effects)):
        raise TakesAlong(effects)
    periods.give_back(current)
    was = current.starts_at
    put(current, resource, settled, why, said=said, also=people, by=by, is_another_time=start != was)
    if tells_staff:
        rescheduled.notify_moved(current, was, {*people, *people_of(current)}, by=by)
    if not promises.holds(was, current.starts_at):
        to_client.tell(current, "moved", by=by, knows=why.asked == Asked.CLIENT)
    for effect in effects:
        _take_along(effect, current, by=by)
    return current


def put(
    current: Visit,
    resource: Resource,
    settled: Settled,
    why: Why,
    *,
    said: str,
    also: set[int],
    by: Actor,
    is_another_time: bool,
) -> None:
    """There it is from now on; what it took before has been given back. `also`: who went there before;
    `is_another_time`: than the client knows."""
    periods.take(settled.wanted, kind=Booking.Kind.VISIT, visit=current)
    before, was = current.resource, current.starts_at
    current.reason = said
    current.resource = resource
    for name, value in times_of(settled).items():
        setattr(current, name, value)
    current.status, current.late_minutes, current.arrives_at = Visit.Status.PLANNED, 0, None
    current.lacks = current.lacks_since = None
    was_confirmed = current.confirmed_at is not None
    if is_another_time:
        current.arranged_at = clock.now()
        current.moves += 1
        current.confirmed_at = None  # it was another time that suited
    current.version += 1
    current.save()
    rescheduled.remember(current, why, before, was, by=by)
    changes = {
        "starts_at": (was.isoformat(), current.starts_at.isoformat()),
        "resource": (before.name, resource.name),
    }
    tell(
        current, "moved", by=by, note=current.reason, changes=changes, was=was, also=also,
        data={"number": current.moves},
    )  # fmt: skip
    its_deal.write_date(current, by=by)
    if was_confirmed and is_another_time:
        its_deal.ask_again(current, by=by)
    else:
        its_deal.confirm_the_day_before(current)


def _take_along(effect: Effect, first: Visit, *, by: Actor) -> None:
    """What waits for it goes to the time that was shown; what finds none is called off, and somebody has to ring."""
    with translation.override(settings.LANGUAGE_CODE):
        said = gettext("“{first}” of this deal was moved.").format(first=first.kind.name)
    if effect.slot is None:
        cancel(effect.visit, reason=said, by=by, asked=Asked.WE)
        return
    at, who = effect.slot.starts_at.astimezone(UTC), effect.slot.resource
    _move(effect.visit, at, who, Why(said, asked=Asked.WE), by=by, version=None, seen=ANYHOW)


def _booked_before(earlier: Visit, deal: Deal) -> Visit:
    if earlier.deal_id != deal.pk:
        raise Refused(_("This request has already booked another visit. Reload the page."))
    earlier.deal = deal
    return earlier


def _refuse_booking(deal: Deal, address: str) -> None:
    if not deal.is_open:
        raise Refused(_("The deal is closed; there is nothing to go out for."))
    if not address:
        raise Refused(_("Where to go? The address is missing."), fields={"address": _("Enter the address.")})
