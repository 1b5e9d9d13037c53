"""A month of those who go out at a glance: of each day how many visits, and how full it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import connection

from svyazka.business.visits.models import Resource
from svyazka.business.visits.rota import Hours
from svyazka.kit import clock


@dataclass(frozen=True)
class Day:
    day: date
    visits: int
    load: int | None  # in percent of the hours, without the ways; nothing on a day off
    is_away: bool


@dataclass(frozen=True)
class Row:
    resource: Resource
    days: list[Day]


_SUMS = """
select b.resource_id, (lower(b.during) at time zone %s)::date as day, count(*) filter (where b.kind = 'visit'),
       extract(epoch from coalesce(sum(upper(b.during) - lower(b.during)) filter (where b.kind = 'visit'), '0'))::int,
       bool_or(b.kind = 'absence')
from visits_booking b where b.during && tstzrange(%s, %s, '[)') and b.kind <> 'hold'
group by 1, 2
"""


def read(days: Sequence[date]) -> list[Row]:
    """In three statements."""
    span = clock.day_bounds(days[0])[0], clock.day_bounds(days[-1])[1]
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, [settings.TIME_ZONE, *span])
        sums = {(resource, day): (visits, seconds, away) for resource, day, visits, seconds, away in cursor.fetchall()}
    goes_out = Resource.objects.bookable().filter(kind__in=(Resource.Kind.ENGINEER, Resource.Kind.CREW))
    shown = goes_out | Resource.objects.filter(pk__in={resource for resource, _day in sums})
    hours = Hours(days[0], days[-1])
    found = []
    for resource in shown:
        row = []
        for day in days:
            visits, seconds, away = sums.get((resource.pk, day), (0, 0, False))
            whole = sum((one.end - one.start for one in hours.on(resource, day)), timedelta())
            load = round(100 * timedelta(seconds=seconds) / whole) if whole else (100 if visits else None)
            row.append(Day(day, visits, load, away))
        found.append(Row(resource, row))
    return found
