"""When clients are rung: by the clock of the place where they are, not by ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.models import CallingHours
from svyazka.business.journal.record import About, Actor, record
from svyazka.kit import clock, phones, regions, rows, words
from svyazka.kit.refusals import Refused
from svyazka.kit.regions import Region

USUAL = CallingHours(begins=time(9), ends=time(21), weekend_begins=time(10), weekend_ends=time(20))
_FIELDS = ("begins", "ends", "weekend_begins", "weekend_ends")


@dataclass(frozen=True)
class There:
    """What time it is where the client is."""

    at: datetime
    place: str  # empty: not known, so our own clock counts
    is_late: bool  # or too early: outside the hours in which clients are rung


def of_company() -> CallingHours:
    return next(iter(rows.read(CallingHours, "order by id limit 1")), USUAL)


def there(number: str, *, address: str = "", moment: datetime, kept: CallingHours | None = None) -> There:
    """By the number's town; a mobile number has none, so by the address, and otherwise here."""
    region = region_of(number, address)
    local = moment.astimezone(region.zone) if region else phones.local_time(number, moment) or clock.local(moment)
    return There(local, words.here(region.words) if region else "", not _covers(kept or of_company(), local))


def region_of(number: str, address: str) -> Region | None:
    return regions.of_number(number) or regions.of_address(address)


def _covers(kept: CallingHours, local: datetime) -> bool:
    if local.weekday() >= 5:
        return kept.weekend_begins <= local.time() < kept.weekend_ends
    return kept.begins <= local.time() < kept.ends


@transaction.atomic
def change(*, begins: time, ends: time, weekend_begins: time, weekend_ends: time, by: Actor) -> None:
    for name, first, last in (("ends", begins, ends), ("weekend_ends", weekend_begins, weekend_ends)):
        if first >= last:
            fault = _("This must be later than the beginning.")
            raise Refused(fault, fields={name: fault})
    row = CallingHours.objects.select_for_update().order_by("pk").first() or usual()
    wanted = dict(zip(_FIELDS, (begins, ends, weekend_begins, weekend_ends), strict=True))
    changes = {name: (_said(getattr(row, name)), _said(at)) for name, at in wanted.items() if getattr(row, name) != at}
    if not changes:
        return
    for name, at in wanted.items():
        setattr(row, name, at)
    row.save()
    record("calls.hours_changed", About("calling_hours", row.pk), by=by, changes=changes)


def usual() -> CallingHours:
    return CallingHours(**{name: getattr(USUAL, name) for name in _FIELDS})


def _said(at: time) -> str:
    return f"{at:%H:%M}"
