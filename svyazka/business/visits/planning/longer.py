"""Work that goes on for days stands beside the routes that the engine makes; in before and after it counts, too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F

from svyazka.business.places import find
from svyazka.business.visits.models import Booking, Visit
from svyazka.business.visits.planning.reading import Days, is_nowhere
from svyazka.engines.routing.problem import Point, Travel
from svyazka.kit import clock


@dataclass(frozen=True)
class Longer:
    """Of one visit, as far as it lies within these days."""

    crew: int  # who goes there
    days: int
    work: int  # seconds
    at: Point | None  # None: nobody knows where that is
    home: Point | None

    def way(self, travel: Travel) -> int:
        """There in the morning and back in the evening, every day."""
        if self.at is None or self.home is None:
            return 0
        there, back = travel.matrix([self.home, self.at])[0, 1], travel.matrix([self.at, self.home])[0, 1]
        return self.days * (int(there) + int(back))


def of(days: Days, crews: Mapping[int, int]) -> list[Longer]:
    """`crews`: who goes to a visit instead of whoever goes there now."""
    visits = [one for one in days.visits.values() if one.goes_on and one.pk not in days.problem.job]
    if not visits:
        return []
    placed = find.of_all({one.address for one in visits})
    taken = _taken(days, visits)
    found = []
    for one in visits:
        spans, crew = taken.get(one.pk, []), crews.get(one.pk, one.resource_id)
        at = None if is_nowhere(placed.get(one.address)) else placed[one.address].point
        work = sum(spans, timedelta())
        found.append(Longer(crew, len(spans), int(work.total_seconds()), at, _home(days, crew)))
    return found


def _taken(days: Days, visits: list[Visit]) -> dict[int, list[timedelta]]:
    """Visit → how long on each of its days."""
    span = (clock.day_bounds(days.first)[0], clock.day_bounds(days.last)[1])
    rows = Booking.objects.filter(visit__in=[one.pk for one in visits], resource=F("visit__resource"))
    found: dict[int, list[timedelta]] = {}
    for visit, during in rows.filter(during__overlap=span).values_list("visit", "during"):
        if visit is not None:
            found.setdefault(visit, []).append(during.upper - during.lower)
    return found


def _home(days: Days, crew: int) -> Point | None:
    one = days.rota.resources.get(crew)
    return None if one is None or one.lat is None or one.lon is None else Point(one.lat, one.lon)
