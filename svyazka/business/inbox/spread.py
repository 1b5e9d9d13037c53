"""Who of several gets the next thread: the least loaded of those who are there, and of those whoever had none for
longest. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from svyazka.business.staff import hours
from svyazka.business.staff.hours import Stored, Stretch

_NEVER = datetime.min.replace(tzinfo=UTC)
DAYS = 14  # further ahead nobody's hours are looked at


@dataclass(frozen=True, slots=True)
class Candidate:
    person_id: int
    is_there: bool
    load: int = 0  # threads that wait for him
    last: datetime | None = None  # when he was given one


def pick(candidates: Iterable[Candidate]) -> int | None:
    """None: nobody is there."""
    there = [one for one in candidates if one.is_there]
    if not there:
        return None
    return min(there, key=lambda one: (one.load, one.last or _NEVER, one.person_id)).person_id


def due(weeks: Sequence[Stored], moment: datetime, minutes: int) -> datetime:
    """When so many minutes are over in which somebody of them works. Of whom nothing is entered works always."""
    if not weeks or not all(weeks):
        return moment + timedelta(minutes=minutes)
    left = timedelta(minutes=minutes)
    for begin, end in _together(stretch for week in weeks for stretch in hours.ahead(week, moment, days=DAYS)):
        if begin + left <= end:
            return begin + left
        left -= end - begin
    return moment + timedelta(minutes=minutes)


def _together(stretches: Iterable[Stretch]) -> list[Stretch]:
    found: list[Stretch] = []
    for begin, end in sorted(stretches):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found
