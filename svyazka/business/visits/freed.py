"""Time that becomes free while somebody waits is noted in the transaction that frees it, in one statement; whom it is
offered to is found by the next round (`waiting_round.py`). While nobody waits, nothing is written.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from svyazka.business.visits.models import Resource
from svyazka.kit import clock

DAYS = 14

# What every statement that notes freed time ends with; `gone` has the columns resource_id, begins, ends.
NOTE = """
insert into visits_freed (resource_id, begins, ends)
select distinct resource_id, begins, ends from gone
where ends > %s and exists (select from visits_waiting where state = 'open')
"""


def note(resources: Collection[Resource], begins: datetime, ends: datetime) -> None:
    ids = [one.pk for one in resources]
    given = "gone as (select id as resource_id, %s::timestamptz as begins, %s::timestamptz as ends"
    _write(f"with {given} from unnest(%s::bigint[]) id) {NOTE}", [begins, ends, ids])


def note_day(resource: Resource, day: date) -> None:
    note([resource], *clock.day_bounds(day))


def note_coming_days(resource: Resource) -> None:
    """Somebody new, or somebody who can do more now: day by day, as each is filled by itself."""
    first = clock.today()
    given = "gone as (select %s::bigint as resource_id, begins, ends"
    bounds = [clock.day_bounds(first + timedelta(days=number)) for number in range(DAYS)]
    begins, ends = zip(*bounds, strict=True)
    days = "unnest(%s::timestamptz[], %s::timestamptz[]) as day (begins, ends)"
    _write(f"with {given} from {days}) {NOTE}", [resource.pk, list(begins), list(ends)])


def _write(statement: str, given: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [*given, clock.now()])
