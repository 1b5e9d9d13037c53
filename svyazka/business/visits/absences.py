"""When nobody can be booked: holiday, illness, the car at the garage."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import UTC, date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from svyazka.business.journal.record import About, Actor, record
from svyazka.business.staff import absences as staff_absences
from svyazka.business.staff.models import Absence, Person
from svyazka.business.visits import orphans
from svyazka.business.visits.delays import rounded_up
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


def absent(
    resource: Resource, starts_at: datetime, ends_at: datetime, *, note: str = "", by: Actor, leaving: bool = False
) -> Booking:
    """Holiday, illness, the car at the garage: nothing is offered in this time. Visits must be moved away first, unless
    he is `leaving` them: then they lack him, and whoever plans hears of it at once."""
    purge()
    return _absent(resource, starts_at, ends_at, note, by, leaving=leaving)


@transaction.atomic
def _absent(
    resource: Resource, starts_at: datetime, ends_at: datetime, note: str, by: Actor, *, leaving: bool
) -> Booking:
    _refuse_absence(starts_at, ends_at)
    period, note = Period(starts_at.astimezone(UTC), ends_at.astimezone(UTC)), short(note, 200, "note")
    free = orphans.leave(resource, period, by=by) if leaving else [period]
    try:
        booking, *_others = _take(resource, free, note)
    except Overlaps as refusal:
        raise _in_the_way(resource, period) from refusal
    about = About("resource", resource.pk)
    changes = {"absent": (None, [starts_at.isoformat(), ends_at.isoformat()])}
    people = [resource.person_id] if resource.person_id else []
    record("visits.absent", about, by=by, changes=changes, note=note, people=people)
    return booking


@transaction.atomic
def cannot_come(person: Person, until: date | None, *, note: str = "", by: Actor, at: datetime | None = None) -> None:
    """Whoever goes out says so himself: from now on, or since `at`, to the end of that day. What was planned lacks him,
    and the dispatcher sees to it."""
    own = Resource.objects.bookable().filter(person=person).first()
    if own is None:
        raise Refused(_("You are not in the calendar of visits."))
    said = min(at or clock.now(), clock.now())
    last = max(until or clock.local(said).date(), clock.local(said).date())
    _absent(own, rounded_up(said), clock.day_bounds(last)[1], note, by, leaving=True)


def absent_person(person: Person, begin: datetime, end: datetime, *, note: str = "", by: Actor) -> Absence:
    """Whoever is on leave or ill goes to no visit either: those that he was to go to lack him from now on."""
    purge()
    with transaction.atomic():
        absence = staff_absences.enter(person, begin, end, note=note, by=by)
        if resource := Resource.objects.filter(person=person, is_active=True).first():
            with contextlib.suppress(Refused):  # he is away in the calendar already
                _absent(resource, begin, end, absence.note, by, leaving=True)
    return absence


@transaction.atomic
def person_back(absence: Absence, *, by: Actor) -> None:
    """From now on, or not away at all; in the calendar, too."""
    during = absence.during
    staff_absences.end(absence, by=by)
    rows = Booking.objects.filter(kind=Booking.Kind.ABSENCE, resource__person=absence.person_id)
    for one in rows.filter(during__contained_by=during, during__endswith__gt=clock.now()):
        back(one, by=by)


@transaction.atomic
def back(absence: Booking, *, by: Actor) -> None:
    """The absence is taken back: the time can be booked again, and whoever was left gets him again where that still
    goes. A second click changes nothing."""
    found = Booking.objects.filter(pk=absence.pk, kind=Booking.Kind.ABSENCE).select_related("resource").first()
    if found is None:
        return
    resource, during = found.resource, found.during
    # The deals are held before the time is given back: whoever books it just now holds one, too.
    left = orphans.waiting_for(resource, Period(during.lower, during.upper))
    come_back(found)
    changes = {"absent": ([during.lower.isoformat(), during.upper.isoformat()], None)}
    people = [resource.person_id] if resource.person_id else []
    record("visits.back", About("resource", resource.pk), by=by, changes=changes, note=found.note, people=people)
    orphans.find_again(left, by=by)


def _take(resource: Resource, free: Sequence[Period], note: str) -> list[Booking]:
    """In so many parts as what stays leaves."""
    if not free:
        raise Overlaps
    wanted = [Taken(resource.pk, one.start, one.end) for one in free]
    numbers = take(wanted, kind=Booking.Kind.ABSENCE, note=note)
    return [Booking(pk=pk, resource=resource, kind=Booking.Kind.ABSENCE, note=note) for pk in numbers]


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
