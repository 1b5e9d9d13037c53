"""A visit of today or tomorrow has changed: those who go there have to hear of it, those who did it themselves not.

What is written down is how the visit was when somebody last knew it; `sending.py` looks after a while how it is then.
So several changes become one notice, and what was changed and changed back none.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from svyazka.business.journal.record import Actor
from svyazka.business.visits.models import Visit
from svyazka.business.visits.road.rules import rules
from svyazka.kit import clock

# Nobody waits with a change to a visit that begins at once.
AT_ONCE, HEAD_START = timedelta(hours=1), timedelta(seconds=20)
_STAY = ("changed", "confirmed", "unconfirmed", "found", "team", "phones")  # whoever goes there went there before


@dataclass(frozen=True)
class Happened:
    """`there`: who goes there now; `also`: who went there before."""

    event: str
    changes: Mapping[str, tuple[Any, Any]]
    there: Collection[int]
    also: Collection[int]
    was: datetime | None = None


def note(visit: Visit, happened: Happened, *, by: Actor) -> None:
    """Call it in the transaction of the change, after it."""
    was = _was(visit, happened)
    before = happened.was or visit.starts_at
    if was is None or not covers(before, visit.starts_at):
        return
    went, goes = _people(visit, happened)
    rows = [(person, json.dumps({**was, "goes": person in went, "team": sorted(went)})) for person in went | goes]
    _write(visit, [row for row in sorted(rows) if row[0] != by.actor_id], before)


def covers(*moments: datetime) -> bool:
    """Whether those who go to a visit hear of its change in this way: one of its times lies before the end of
    tomorrow."""
    now = clock.now()
    begins, _ends = clock.day_bounds(clock.today())
    end = begins + timedelta(days=2)
    return any(now - timedelta(hours=1) <= one < end for one in moments) and rules().is_on


def _was(visit: Visit, happened: Happened) -> dict[str, Any] | None:
    """What was known of the visit. None: nothing that anybody on the road has to hear of at once."""
    event, changes = happened.event, happened.changes
    at = (happened.was or visit.starts_at).isoformat()
    if event in ("booked", "moved", "replanned", "cancelled", "orphaned", "found", "team"):
        return {"at": at}
    if event == "taken_back" and changes.get("status", ("",))[0] == Visit.Status.CANCELLED:
        return {"at": at}
    if event == "changed" and "address" in changes:
        return {"at": at, "address": changes["address"][0]}
    if event in ("confirmed", "unconfirmed"):
        return {"at": at, "confirmed": event == "unconfirmed"}
    if event == "phones":
        return {"at": at, "phone": True}  # the number itself is on the visit
    return None


def _people(visit: Visit, happened: Happened) -> tuple[set[int], set[int]]:
    """Who went there, and who goes there now. Whoever is ill need not hear that he does not come."""
    there = set(happened.there)
    stays = happened.event in _STAY and happened.event != "team"
    went = there | set(happened.also) if stays or happened.event == "orphaned" else set(happened.also)
    goes = set() if visit.is_off else there
    ill = visit.lacks.person_id if visit.lacks else None
    return (went, goes - {ill}) if happened.event != "orphaned" else (went - {ill}, goes - {ill})


def _write(visit: Visit, rows: list[tuple[int, str]], before: datetime) -> None:
    if not rows:
        return
    now = clock.now()
    soonest = min((one for one in (before, visit.starts_at) if one > now), default=now)
    pause = HEAD_START if soonest < now + AT_ONCE else timedelta(minutes=rules().gathers_minutes)
    people, was = zip(*rows, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [visit.pk, now, now + pause, list(people), list(was)])


# What was known at the first change stays; a later one adds what it knows besides.
_WRITE = """
insert into visits_roadnews (visit_id, at, try_at, person_id, was, state, way)
select %s, %s, %s, person, was, 'gathered', '' from unnest(%s::bigint[], %s::jsonb[]) as told (person, was)
on conflict (visit_id, person_id) where state = 'gathered'
do update set was = excluded.was || visits_roadnews.was, try_at = least(visits_roadnews.try_at, excluded.try_at)
"""
