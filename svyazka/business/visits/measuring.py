"""What finished visits teach of travel times: from one address to the next, between "on my way" and "started"."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from svyazka.business.places import find, times
from svyazka.business.places.find import Placed
from svyazka.business.places.models import Measured
from svyazka.engines.routing.estimate import Estimate, Way, calibrate
from svyazka.kit import clock
from svyazka.kit.alone import alone

# Any number will do, as long as nobody else uses it.
LOCK = 5_219_012
SEEN = timedelta(days=180)
NIGHT = range(1, 5)  # hours in which nobody waits for the machine
AGAIN = timedelta(hours=20)


class _Leg(NamedTuple):
    """One visit, as it was tapped on the phone, or noticed by it."""

    resource_id: int
    day: object
    address: str
    set_out: datetime | None
    began: datetime | None
    ended: datetime | None
    is_noticed: bool  # that he left, by his phone


def at_night() -> None:
    """Once a night, by whichever worker is there first."""
    if clock.local(clock.now()).hour not in NIGHT or Measured.objects.filter(at__gt=clock.now() - AGAIN).exists():
        return
    with alone(LOCK) as nobody_else:
        if nobody_else:
            learn()


def learn() -> int:
    """Corrects the built-in estimate by all ways that were driven in the last half-year; how many they were. It begins
    anew each time: what was learnt is not learnt twice."""
    legs = _legs()
    placed = find.of_all({leg.address for leg in legs})
    ways = list(_ways(legs, placed))
    times.learn(calibrate(Estimate(times.estimate().centre), ways), journeys=len(ways))
    return len(ways)


def _legs() -> list[_Leg]:
    with connection.cursor() as cursor:
        cursor.execute(_LEGS, {"since": clock.now() - SEEN, "zone": settings.TIME_ZONE})
        return [_Leg(*row) for row in cursor.fetchall()]


# A tap that was taken back is followed by another one: the last counts. What a phone has noticed of coming and leaving
# is closer to the truth than what was tapped.
_LEGS = """
select v.resource_id, (v.starts_at at time zone %(zone)s)::date, v.address, tapped.set_out,
       coalesce(noticed.came, tapped.began), coalesce(noticed.gone, tapped.ended),
       noticed.gone is not null
from visits_visit v
join (
    select object_id, max(at) filter (where verb = 'visits.on_way') as set_out,
           max(at) filter (where verb = 'visits.started') as began, max(at) filter (where verb = 'visits.done') as ended
    from journal_entry
    where kind = 'visit' and at > %(since)s and verb in ('visits.on_way', 'visits.started', 'visits.done')
    group by object_id
) tapped on tapped.object_id = v.id
join visits_resource r on r.id = v.resource_id
left join (
    select visit_id, person_id, min(at) filter (where kind = 'came') as came,
           max(at) filter (where kind = 'left') as gone
    from visits_mark group by visit_id, person_id
) noticed on noticed.visit_id = v.id and noticed.person_id = r.person_id
where v.status = 'done' and v.address <> ''
order by v.resource_id, coalesce(noticed.came, tapped.began), v.id
"""


def _ways(legs: list[_Leg], placed: dict[str, Placed]) -> Iterator[Way]:
    """Between two visits of one day, both of them on the map. Whoever sets out before he is done was still there."""
    for before, leg in pairwise(legs):
        if (before.resource_id, before.day) != (leg.resource_id, leg.day):
            continue
        start, end = placed.get(before.address), placed.get(leg.address)
        if not start or not end or start.is_rough or end.is_rough:
            continue
        if (set_out := _set_out(before, leg)) and leg.began and set_out < leg.began:
            hour = clock.local(set_out).hour
            yield Way(start.point, end.point, hour, round((leg.began - set_out).total_seconds()))


def _set_out(before: _Leg, leg: _Leg) -> datetime | None:
    """When he tapped it. Whoever tapped it while he was still there set out when his phone noticed that he left."""
    if not before.ended or not leg.set_out:
        return None
    if before.is_noticed:
        return max(leg.set_out, before.ended)
    return leg.set_out if before.ended <= leg.set_out else None
