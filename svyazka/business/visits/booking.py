"""Who goes where and when: booked, moved, cancelled.

Locks are always taken in one order: the deal, the visit, resources by number, the periods.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals import moves
from svyazka.business.deals.held import held
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, Stage
from svyazka.business.deals.work import next_steps, staying, tasks
from svyazka.business.journal.record import Actor
from svyazka.business.visits import slots
from svyazka.business.visits.models import Booking, Resource, Visit, VisitKind
from svyazka.business.visits.periods import FURTHEST, Overlaps, short, take
from svyazka.business.visits.slots import Slot
from svyazka.business.visits.telling import tell
from svyazka.engines.routing.windows import Period, is_open
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused

EVE = time(18)  # until then somebody confirms tomorrow's visits
GRID = 5  # minutes: a visit begins at a time that can be said on the phone
NEW_DATE_WITHIN = timedelta(days=1)
MOVABLE = (Visit.Status.PLANNED, Visit.Status.ON_WAY)


class SlotTaken(Refused):
    """Somebody was quicker. `slots` are the best windows that are still free."""

    status = 409

    def __init__(self, free: list[Slot]) -> None:
        super().__init__(_("This time has just been taken. Choose another one."))
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
) -> Visit:
    """Makes a visit and takes the deal on. The same `request_id` again gives the same visit."""
    try:
        return _book(deal, kind, resource, starts_at, request_id=request_id, by=by, wishes=wishes, address=address)
    except Overlaps:
        free = slots.free_slots(kind, openings=slots.openings_of(deal), booked=slots.booked_of(deal, kind))
    raise SlotTaken(slots.best(free))


def move(
    visit: Visit,
    starts_at: datetime,
    resource: Resource,
    *,
    reason: str,
    by: Actor,
    version: int | None = None,
) -> Visit:
    """Another time, another person, or both. Whoever had it and whoever gets it hear of it."""
    try:
        return _move(visit, starts_at, resource, reason=reason, by=by, version=version)
    except Overlaps:
        free = slots.free_slots(visit.kind, moving=visit)
    raise SlotTaken(slots.best(free))


@transaction.atomic
def cancel(visit: Visit, *, reason: str, by: Actor, version: int | None = None) -> Visit:
    """The time is free again, and the deal gets a next step, so that the client is not lost with the date."""
    current = lock(visit)
    if current.status == Visit.Status.CANCELLED:
        return current
    refuse_change(current, version)
    current.reason = _reason(reason)
    current.status = Visit.Status.CANCELLED
    current.version += 1
    current.save()
    Booking.objects.filter(visit=current).delete()
    tell(current, "cancelled", by=by, note=current.reason, changes={"status": (visit.status, current.status)})
    _write_date(current, by=by)
    if current.deal.is_open:
        _agree_on_a_new_date(current, by=by)
    return current


def deal_waits_for(visit: Visit) -> list[str]:
    """What must still be known before the deal can go on to the stage of such a visit, in words."""
    stage = _stage(visit.deal, visit.kind.booked_stage)
    return [facts.name_of(code) for code in moves.missing_to_leave(visit.deal, to=stage)] if stage else []


def carry_on(deal: Deal, code: str, *, by: Actor) -> Deal:
    """Takes the deal forward to this stage of its pipeline. Where something is still missing it stays."""
    stage = _stage(deal, code)
    if stage is None or not deal.is_open or stage.position <= deal.stage.position:
        return deal
    try:
        return moves.move(deal, to=stage, by=by)
    except staying.CannotLeave:
        return deal


def lock(visit: Visit) -> Visit:
    """The visit as it is now, held until the end of the transaction; its deal is held first."""
    deal = held(visit.deal_id)
    Visit.objects.select_for_update().only("pk").get(pk=visit.pk)
    current = Visit.objects.select_related("kind", "resource", "client").get(pk=visit.pk)
    current.deal = deal
    return current


def refuse_change(visit: Visit, version: int | None) -> None:
    """Only what has not begun can be changed, and only what one has seen."""
    if version is not None and visit.version != version:
        raise ChangedMeanwhile
    if visit.status not in MOVABLE:
        raise Refused(_("The visit is already under way, finished or cancelled."))


def ask_again(visit: Visit, *, by: Actor) -> None:
    """Whether the time suits: the step of a deal whose visit was confirmed takes its old place again."""
    if visit.deal.stage.code == visit.kind.booked_stage:
        next_steps.plan_for_stage(visit.deal, by=by)
        _confirm_the_day_before(visit)


@transaction.atomic
def _book(
    deal: Deal,
    kind: VisitKind,
    resource: Resource,
    starts_at: datetime,
    *,
    request_id: UUID,
    by: Actor,
    wishes: str,
    address: str,
) -> Visit:
    _wait_in_line(request_id)
    current = held(deal.pk)
    if earlier := Visit.objects.filter(request_id=request_id).select_related("kind", "resource").first():
        return _booked_before(earlier, current)
    start = starts_at.astimezone(UTC)
    period = Period(start, start + _length(current, kind, start))
    address = short(address, 300, "address") or current.address
    _refuse_booking(current, address)
    _refuse_period(kind, resource, period)
    visit = Visit.objects.create(
        kind=kind,
        deal=current,
        client=current.client,
        resource=resource,
        address=address,
        starts_at=period.start,
        ends_at=period.end,
        wishes=short(wishes, 300, "wishes"),
        request_id=request_id,
    )
    take(resource, period, kind=Booking.Kind.VISIT, visit=visit)
    changes = {"starts_at": (None, visit.starts_at.isoformat()), "resource": (None, resource.name)}
    tell(visit, "booked", by=by, changes=changes)
    if not current.address:
        current = facts.change(current, {"address": address}, by=by)
    visit.deal = current
    _write_date(visit, by=by)
    if visit.deal.stage.code == kind.booked_stage and not _has_another(visit):
        # In the place of "agree on a new date", which has just been done.
        next_steps.plan_for_stage(visit.deal, by=by)
    visit.deal = carry_on(visit.deal, kind.booked_stage, by=by)
    _confirm_the_day_before(visit)
    return visit


@transaction.atomic
def _move(
    visit: Visit, starts_at: datetime, resource: Resource, *, reason: str, by: Actor, version: int | None
) -> Visit:
    current = lock(visit)
    refuse_change(current, version)
    start = starts_at.astimezone(UTC)
    period = Period(start, start + (current.ends_at - current.starts_at))
    before, was = current.resource, current.starts_at
    if (period.start, resource.pk) == (was, before.pk):
        raise Refused(_("The visit is at this time already."), fields={"starts_at": _("Choose another time.")})
    _refuse_period(current.kind, resource, period)
    current.reason = _reason(reason)
    # Two visits that change places would each wait for the other's period.
    list(Resource.objects.select_for_update(no_key=True).filter(pk__in={before.pk, resource.pk}).order_by("pk"))
    Booking.objects.filter(visit=current).delete()
    take(resource, period, kind=Booking.Kind.VISIT, visit=current)
    current.resource = resource
    current.starts_at, current.ends_at = period.start, period.end
    current.status = Visit.Status.PLANNED
    was_confirmed, current.confirmed_at = current.confirmed_at is not None, None  # it was another time that suited
    current.moves += 1
    current.version += 1
    current.save()
    changes = {
        "starts_at": (was.isoformat(), current.starts_at.isoformat()),
        "resource": (before.name, resource.name),
    }
    tell(current, "moved", by=by, note=current.reason, changes=changes, was=was, also=before)
    _write_date(current, by=by)
    if was_confirmed:
        ask_again(current, by=by)
    else:
        _confirm_the_day_before(current)
    return current


def _length(deal: Deal, kind: VisitKind, start: datetime) -> timedelta:
    able, openings, booked = slots.able_to(kind), slots.openings_of(deal), slots.booked_of(deal, kind)
    return slots.length_on(clock.local(start).date(), able, kind, openings=openings, booked=booked)


def _confirm_the_day_before(visit: Visit) -> None:
    """What the stage asks for before such a visit is asked for on its eve; on the same day within the hour."""
    if visit.deal.stage.code != visit.kind.booked_stage:
        return
    eve = clock.at(clock.local(visit.starts_at).date() - timedelta(days=1), EVE)
    soon = min(clock.now() + timedelta(hours=1), visit.starts_at)
    next_steps.set_due(visit.deal, max(eve, soon))


def _agree_on_a_new_date(visit: Visit, *, by: Actor) -> None:
    """What a deal with a booked visit asks for ("confirm the time") is void when there is none any more."""
    with translation.override(settings.LANGUAGE_CODE):
        what = gettext("Agree on a new date with the client")
    deal = visit.deal
    due_at = clock.now() + NEW_DATE_WITHIN
    if deal.stage.code == visit.kind.booked_stage and not _has_another(visit):
        next_steps.replace_stages(deal, what, due_at=due_at, by=by)
    else:
        tasks.plan(deal, what, due_at=due_at, by=by)


def _has_another(visit: Visit) -> bool:
    rows = Visit.objects.filter(deal=visit.deal, kind=visit.kind, status__in=MOVABLE)
    return rows.exclude(pk=visit.pk).exists()


def _wait_in_line(request_id: UUID) -> None:
    """Of two deals that are booked with one and the same request, the second is to see the first one's visit."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 2))", [str(request_id)])


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


def _refuse_period(kind: VisitKind, resource: Resource, period: Period) -> None:
    if period.start < clock.now():
        _refuse_time(_("This time has already passed."))
    if period.start > clock.now() + FURTHEST:
        _refuse_time(_("This is more than a year ahead."))
    if period.start.minute % GRID or period.start.second or period.start.microsecond:
        _refuse_time(_("Choose one of the times that are offered."))
    if not resource.is_bookable or kind.skill not in resource.skills:
        message = _("This person or crew does not do such work.")
        raise Refused(message, fields={"resource": message})
    day = clock.local(period.start).date()
    if not is_open(period, slots.hours_of(resource, day)):
        _refuse_time(_("This is outside the working hours."))


def _refuse_time(message: Promise | str) -> None:
    raise Refused(message, fields={"starts_at": message})


def _reason(given: str) -> str:
    reason = short(given, 300, "reason")
    if not reason:
        raise Refused(_("Give the reason: colleagues and the client will ask."), fields={"reason": _("Why?")})
    return reason


def _write_date(visit: Visit, *, by: Actor) -> None:
    """The deal's field says when the last visit of this kind is, or nothing when there is none."""
    if not visit.kind.booked_fact:
        return
    last = Visit.objects.still_on().filter(deal=visit.deal, kind=visit.kind).order_by("-starts_at").first()
    day = clock.local(last.starts_at).date().isoformat() if last else ""
    visit.deal = facts.change(visit.deal, {visit.kind.booked_fact: day}, by=by)


def _stage(deal: Deal, code: str) -> Stage | None:
    return Stage.objects.filter(pipeline_id=deal.pipeline_id, code=code).first() if code else None
