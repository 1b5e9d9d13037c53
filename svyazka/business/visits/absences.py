"""When nobody can be booked: holiday, illness, the car at the garage."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from svyazka.business.journal.record import About, Actor, record
from svyazka.business.visits.models import Booking, Resource, Visit
from svyazka.business.visits.periods import FURTHEST, Overlaps, Taken, come_back, purge, short, take
from svyazka.engines.routing.windows import Period
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


class InTheWay(Refused):
    """Nobody can be away while clients wait for him. `visits` are those that must be moved first."""

    def __init__(self, visits: list[Visit]) -> None:
        said = ngettext(
            "There is {count} visit in this time. Move it first.",
            "There are {count} visits in this time. Move them first.",
            len(visits),
        )
        super().__init__(said.format(count=len(visits)))
        self.visits = visits


def absent(resource: Resource, starts_at: datetime, ends_at: datetime, *, note: str = "", by: Actor) -> Booking:
    """Holiday, illness, the car at the garage: nothing is offered in this time. Visits must be moved away first."""
    purge()
    return _absent(resource, starts_at, ends_at, note, by)


@transaction.atomic
def _absent(resource: Resource, starts_at: datetime, ends_at: datetime, note: str, by: Actor) -> Booking:
    _refuse_absence(starts_at, ends_at)
    period = Period(starts_at.astimezone(UTC), ends_at.astimezone(UTC))
    try:
        booking = _take(resource, period, short(note, 200, "note"))
    except Overlaps as refusal:
        raise _in_the_way(resource, period) from refusal
    about = About("resource", resource.pk)
    changes = {"absent": (None, [starts_at.isoformat(), ends_at.isoformat()])}
    people = [resource.person_id] if resource.person_id else []
    record("visits.absent", about, by=by, changes=changes, note=booking.note, people=people)
    return booking


@transaction.atomic
def back(absence: Booking, *, by: Actor) -> None:
    """The absence is taken back: the time can be booked again. A second click changes nothing."""
    found = Booking.objects.filter(pk=absence.pk, kind=Booking.Kind.ABSENCE).select_related("resource").first()
    if found is None:
        return
    come_back(found)
    resource, during = found.resource, found.during
    changes = {"absent": ([during.lower.isoformat(), during.upper.isoformat()], None)}
    people = [resource.person_id] if resource.person_id else []
    record("visits.back", About("resource", resource.pk), by=by, changes=changes, note=found.note, people=people)


def _take(resource: Resource, period: Period, note: str) -> Booking:
    (pk,) = take([Taken(resource.pk, period.start, period.end)], kind=Booking.Kind.ABSENCE, note=note)
    return Booking(pk=pk, resource=resource, kind=Booking.Kind.ABSENCE, note=note)


def _refuse_absence(starts_at: datetime, ends_at: datetime) -> None:
    if starts_at < clock.now() - FURTHEST:
        raise Refused(_("This is more than a year ago."), fields={"starts_at": _("This is more than a year ago.")})
    if ends_at <= starts_at:
        raise Refused(_("The end must be after the beginning."), fields={"ends_at": _("Must be after the beginning.")})
    if ends_at <= clock.now():
        raise Refused(_("This time has already passed."), fields={"ends_at": _("This time has already passed.")})
    if ends_at > clock.now() + FURTHEST:
        raise Refused(_("This is more than a year ahead."), fields={"ends_at": _("This is more than a year ahead.")})


def _in_the_way(resource: Resource, period: Period) -> Refused:
    rows = Visit.objects.filter(bookings__resource=resource, bookings__during__overlap=(period.start, period.end))
    if visits := list(rows.select_related("kind", "client").order_by("starts_at")):
        return InTheWay(visits)
    if resource.bookings.filter(kind=Booking.Kind.HOLD, during__overlap=(period.start, period.end)).exists():
        return Refused(_("Part of this time is held for a caller just now. Try again in a few minutes."))
    return Refused(_("An absence is already entered for this time."))
