"""Days that are unlike their weekday: another shift, an extra Saturday, a day off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, Actor, record
from svyazka.business.staff import hours
from svyazka.business.visits import freed, periods
from svyazka.business.visits.models import Resource, Shift
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

LONGEST_NOTE = 120


@transaction.atomic
def enter(resource: Resource, day: date, stretches: Sequence[tuple[time, time]], *, note: str = "", by: Actor) -> Shift:
    """In the place of what the day had. Without hours it is a day off. Visits that are booked stay as they are."""
    if day < clock.today():
        raise Refused(_("This day is over."), fields={"day": _("This day is over.")})
    if day > clock.today() + timedelta(days=periods.FURTHEST.days):
        raise Refused(_("This is more than a year ahead."), fields={"day": _("This is more than a year ahead.")})
    stored = hours.to_store({day.weekday(): stretches}).get(str(day.weekday()), [])
    values = {"hours": stored, "note": periods.short(note, LONGEST_NOTE, "note")}
    before = Shift.objects.filter(resource=resource, day=day).first()
    written, _new = Shift.objects.update_or_create(resource=resource, day=day, defaults=values)
    periods.changed(resource, day)
    if before is None or in_words(before) != in_words(written):
        _tell(written, (in_words(before) if before else None, in_words(written)), by=by)
    return written


@transaction.atomic
def remove(shift: Shift, *, by: Actor) -> None:
    """The day is like its weekday again. A second click changes nothing."""
    found = Shift.objects.filter(pk=shift.pk).select_related("resource").first()
    if found is None:
        return
    said = in_words(found)
    found.delete()
    periods.changed(found.resource, found.day)
    _tell(found, (said, None), by=by)


def ahead_of(resource: Resource) -> list[Shift]:
    return list(resource.shifts.filter(day__gte=clock.today()).order_by("day"))


def in_words(shift: Shift) -> str:
    """As the journal tells it: `27.11.2026 10:00–14:00`."""
    said = ", ".join(f"{begin}–{end}" for begin, end in shift.hours)
    return f"{shift.day:%d.%m.%Y} {said or '—'}"


def _tell(shift: Shift, changes: tuple[str | None, str | None], *, by: Actor) -> None:
    resource = shift.resource
    freed.note_day(resource, shift.day)
    people = [resource.person_id] if resource.person_id else []
    about = About("resource", resource.pk)
    record("visits.shift_changed", about, by=by, changes={"shift": changes}, note=resource.name, people=people)
