"""What does not fit on the board, in words: ways that take longer than there is time, hours, absences, delays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from svyazka.business.visits.directions import street_of
from svyazka.business.visits.models import Resource, Visit
from svyazka.kit import clock

if TYPE_CHECKING:
    from svyazka.business.visits.board import Cell, Taken

AWAY = ("absence", "leave")
# Asked of each visit of a week: looking them up in their class takes longer than comparing.
_PLANNED = str(Visit.Status.PLANNED)
_AHEAD = (_PLANNED, str(Visit.Status.ON_WAY))
SOON = timedelta(days=1)  # by then the client has said that the time suits


def find(resource: Resource, works: bool, cells: Sequence[Cell]) -> None:
    """Writes it beside each entry."""
    now = clock.now()
    for cell in cells:
        visits = cell.visits
        away = [one.taken for one in cell.entries if one.taken.kind in AWAY]
        for before, after in pairwise(visits):
            if not fits(before.taken, after.taken, after.way):
                after.faults.append(too_far(before.taken, after.taken, after.way or 0))
        for entry in visits:
            entry.faults += _of_one(resource, works, cell, away, entry.taken, now)


def fits(before: Taken, after: Taken, way: int | None) -> bool:
    return way is None or before.ends_at + timedelta(seconds=way) <= after.starts_at


def too_far(before: Taken, after: Taken, way: int) -> str:
    return _("Between {ends} and {begins} one does not get from {here} to {there}: {minutes} min.").format(
        ends=_hour(before.ends_at),
        begins=_hour(after.starts_at),
        here=street_of(before.address),
        there=street_of(after.address),
        minutes=-(-way // 60),
    )


def _of_one(resource: Resource, works: bool, cell: Cell, away: Sequence[Taken], one: Taken, now: datetime) -> list[str]:
    if one.status not in _AHEAD:
        return []
    found = []
    if not works:
        found.append(_("{name} no longer works here.").format(name=resource.name))
    elif resource.goes_out and one.ends_at > now:
        found += _not_there(resource, cell, away, one)
    if one.status == _PLANNED and one.starts_at < now:
        found.append(_("Should have begun at {hour}.").format(hour=_hour(one.begins_at or one.starts_at)))
    elif one.is_led and not one.is_confirmed and one.starts_at - now < SOON:
        found.append(_("The client has not confirmed the time yet."))
    return found


def _not_there(resource: Resource, cell: Cell, away: Sequence[Taken], one: Taken) -> list[str]:
    if any(each.starts_at < one.ends_at and one.starts_at < each.ends_at for each in away):
        return [_("{name} is away then.").format(name=resource.name)]
    if not cell.open:
        return [_("{name} does not work on this day.").format(name=resource.name)]
    # What goes on for days is done through the breaks.
    is_within = cell.open[0].start <= one.starts_at and one.ends_at <= cell.open[-1].end
    return [] if is_within else [_("Outside the working hours of {name}.").format(name=resource.name)]


def _hour(moment: datetime) -> str:
    return f"{clock.local(moment):%H:%M}"
