"""Who is at work: neither dismissed nor absent, and within the working hours."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from svyazka.business.staff import hours
from svyazka.business.staff.models import Absence, Person
from svyazka.kit import clock
from svyazka.kit.asking import Asking, answered, ask

_LOOKED_AHEAD = 60  # days: whoever is away for longer has no day of return yet


@dataclass(frozen=True, slots=True)
class Presence:
    """How it stands with a person at a moment."""

    is_at_work: bool
    absent_until: datetime | None = None  # on leave or ill; outside his hours he is only not at work
    note: str = ""


HERE = Presence(is_at_work=True)


def at_work(moment: datetime, *, people: Iterable[int] | None = None) -> set[int]:
    """The ids of those who are at work: of `people`, or of the whole staff. One statement, however many they are."""
    return {number for number, found in presences(moment, people=people).items() if found.is_at_work}


def presences(moment: datetime, *, people: Iterable[int] | None = None) -> dict[int, Presence]:
    """By id, those who are working for the company."""
    return answered(ask_presences(moment, people=people))


def ask_presences(moment: datetime, *, people: Iterable[int] | None = None) -> Asking[dict[int, Presence]]:
    found = yield from ask(_PRESENCES, {"moment": moment, "people": None if people is None else list(people)})
    return {
        number: Presence(until is None and hours.covers(json.loads(week), moment), until, note or "")
        for number, week, until, note in found
    }


_PRESENCES = """
select person.id, person.hours, upper(away.during), away.note
from staff_person person
left join staff_absence away on away.person_id = person.id and away.during @> %(moment)s
where person.is_active and (%(people)s::bigint[] is null or person.id = any(%(people)s))
"""


def absent_now(people: Iterable[int] | None = None) -> dict[int, datetime]:
    """Those who are on leave or ill, with when they are back: of `people`, or of the whole staff."""
    with connection.cursor() as cursor:
        cursor.execute(_ABSENT, {"moment": clock.now(), "people": None if people is None else list(people)})
        return dict(cursor.fetchall())


_ABSENT = """
select person_id, upper(during) from staff_absence
where during @> %(moment)s and (%(people)s::bigint[] is null or person_id = any(%(people)s))
"""


def back_at(person: Person, *, moment: datetime) -> datetime | None:
    """When the person is at work again; the moment itself if he is. Nothing within two months: nobody knows."""
    if not person.is_active:
        return None
    span = (moment, moment + timedelta(days=_LOOKED_AHEAD))
    away = Absence.objects.filter(person=person, during__overlap=span).values_list("during", flat=True)
    for begin, end in hours.ahead(person.hours, moment, days=_LOOKED_AHEAD):
        for period in sorted(away, key=lambda one: one.lower or moment):
            if (period.lower or begin) <= begin:
                begin = max(begin, period.upper or span[1])
        if begin < min(end, span[1]):
            return begin
    return None
