"""How somebody gets through his day: the way to each visit, and when he has to leave for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from svyazka.business.places import find, times
from svyazka.business.places.find import Placed
from svyazka.business.visits.board import home_of
from svyazka.business.visits.models import Visit
from svyazka.engines.routing.problem import Point

GRAIN = 5  # minutes: nobody leaves to the minute


@dataclass(frozen=True)
class Way:
    """`leave_at`: nothing where he has set out, or goes on with what he began on a day before. `short_by`: so much too
    late he is there if the visit before ends as planned."""

    length: timedelta
    km: float
    from_home: bool
    leave_at: datetime | None
    short_by: timedelta


def of_day(visits: Sequence[Visit], begins: datetime) -> dict[int, Way]:
    """By visit, in the order of the day that begins then; none, where a place is not known. Nobody goes to those of
    which nothing came."""
    going = [one for one in visits if not one.is_off]
    placed = find.of_all({one.address for one in going if one.address}) if going else {}
    parts = list(_parts(going, placed))
    driven = times.with_km([(start, end) for _visit, _before, start, end in parts])
    return {
        visit.pk: _way(visit, before, timedelta(seconds=seconds), km, begins)
        for (visit, before, _start, _end), (seconds, km) in zip(parts, driven, strict=True)
    }


def _parts(going: Sequence[Visit], placed: Mapping[str, Placed]) -> Iterator[tuple[Visit, Visit | None, Point, Point]]:
    """To each visit from the one before; to the first one from home, or from the crew's depot."""
    here, last = home_of(going[0].resource) if going else None, None
    for visit in going:
        found = placed.get(visit.address)
        there = found.point if found and not found.is_rough else None
        if here and there:
            yield visit, last, here, there
        here, last = there, visit


def _way(visit: Visit, before: Visit | None, length: timedelta, km: float, begins: datetime) -> Way:
    is_ahead = visit.status == Visit.Status.PLANNED and visit.starts_at >= begins
    leave_at = _rounded_down(visit.starts_at - length) if is_ahead else None
    late = timedelta()
    if before and is_ahead and before.status != Visit.Status.DONE:
        free_at = before.ends_at + timedelta(minutes=before.late_minutes)
        late = max(free_at + length - visit.starts_at, timedelta())
    return Way(length, km, before is None, leave_at, late)


def _rounded_down(moment: datetime) -> datetime:
    return moment.replace(minute=moment.minute - moment.minute % GRAIN, second=0, microsecond=0)
