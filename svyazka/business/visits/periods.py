"""The times that are taken of whoever and whatever can be booked. The database promises that nobody is in two places
at once.

They are written only with ON CONFLICT DO NOTHING, all rows of a visit in one statement, ordered by resource: a plain
insert under an exclusion constraint deadlocks when several want the same time. Whoever gives times back and takes
others in one transaction stands in line for their resources first, alone; whoever only takes, beside the others, in
the statement that takes. A new visit is written there, too: by nobody who does not have the time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.models import Deal
from svyazka.business.visits import freed
from svyazka.business.visits.models import Booking, Resource, Visit
from svyazka.kit import clock
from svyazka.kit import rows as kit_rows
from svyazka.kit.refusals import Refused

FURTHEST = timedelta(days=365)
LINE = 5_219_037  # of resources; any number will do, as long as nobody else uses it


class Overlaps(Exception):
    """The rows were not written: a period meets another one of its resource."""


class NotFree(Overlaps):
    """It was seen before that it does not go. `words`: why, where it is not the resource itself that is taken."""

    def __init__(self, words: str | None) -> None:
        super().__init__(words)
        self.words = words


class Taken(NamedTuple):
    """A resource, and when."""

    resource_id: int
    start: datetime
    end: datetime


class Keep(NamedTuple):
    """What a hold says of itself."""

    request_id: UUID
    held_by: int | None
    deal_id: int
    expires_at: datetime


# What changes on a day is written with it, in the same statement: of whoever is taken or free then, and of the crews
# that he goes with. `{of}`: rows of resource_id and during.
CHANGED = """
insert into visits_daychange (resource_id, day)
select distinct concerned.resource_id, one.day::date
from {of} changed
cross join lateral generate_series(
    date_trunc('day', lower(changed.during) at time zone %s),
    (upper(changed.during) at time zone %s) - interval '1 microsecond', '1 day') one (day)
cross join lateral (
    select changed.resource_id
    union select crew_id from visits_crewmember where member_id = changed.resource_id
    union select crew_id from visits_substitution
        where instead_id = changed.resource_id and visits_substitution.day = one.day::date) concerned
"""
_ZONE = [settings.TIME_ZONE, settings.TIME_ZONE]

# An array that the planner sees makes each plan look cheaper than one that is kept: it would plan it every time.
_TAKE = f"""
line as materialized (
    select pg_advisory_xact_lock_shared(%s, id)
    from (select distinct id from unnest((select %s::int[])) id order by id) one
), taken as (
insert into visits_booking (resource_id, during, kind, visit_id, note, request_id, held_by_id, deal_id, expires_at)
select resource_id, tstzrange(starts_at, ends_at, '[)'), %s, own.id, %s, %s, %s, %s, %s
from own, unnest((select %s::bigint[]), (select %s::timestamptz[]), (select %s::timestamptz[]))
    as wanted (resource_id, starts_at, ends_at)
where (select count(*) from line) > 0
on conflict do nothing
returning id, visit_id, resource_id, during
), changed as ({CHANGED.format(of="taken")})
"""  # noqa: S608  # of our own words only


def take(
    wanted: Collection[Taken], *, kind: str, visit: Visit | None = None, note: str = "", hold: Keep | None = None
) -> list[int]:
    """All of them or, raising Overlaps, none: the caller's transaction is rolled back then. A `visit` that is not there
    yet is written with them."""
    rows = sorted(wanted)
    columns = [_array(column) for column in zip(*rows, strict=True)]
    given = [LINE, columns[0], kind, note, *(hold or (None, None, None, None)), *columns, *_ZONE]
    return [pk for pk, _visit in _taken(_TAKE, given, len(rows), visit)]


def _array(values: Iterable[object]) -> str:
    """Numbers or moments, as PostgreSQL reads them."""
    return "{" + ",".join(map(str, values)) + "}"


def _taken(statement: str, given: Sequence[Any], number: int, visit: Visit | None) -> list[tuple[int, int]]:
    """So many rows of `taken` (id, visit_id), or Overlaps."""
    is_new = visit is not None and visit.pk is None
    with connection.cursor() as cursor:
        if visit is not None and visit.pk is None:
            cursor.execute(_with_new_visit(statement), [*given, kit_rows.content(visit), number])
        else:
            cursor.execute(_with_own(statement), [visit.pk if visit else None, *given])
        written: list[tuple[int, int]] = cursor.fetchall()
    if len(written) != number:
        raise Overlaps
    if visit is not None and is_new:
        kit_rows.is_there(visit, written[0][1])
    return written


@cache
def _with_own(statement: str) -> str:
    return f"with own as materialized (select %s::bigint as id), {statement} select id, visit_id from taken"  # noqa: S608  # of our own words only


_INSERTION = kit_rows.insertion(Visit, key="own.id", source="own")


@cache
def _with_new_visit(statement: str) -> str:
    return f"""
    with own as materialized (select nextval('visits_visit_id_seq') as id), {statement},
    visit as ({_INSERTION} where (select count(*) from taken) = %s)
    select id, visit_id from taken
    """  # noqa: S608  # of our own words only


def give_back(visit: Visit) -> None:
    _free("visit_id = %s", [visit.pk])


def give_back_some(visit: Visit, resource: Resource, starts: Collection[datetime]) -> None:
    """Of one who does not go there after all."""
    of = "visit_id = %s and resource_id = %s and lower(during) = any(%s)"
    _free(of, [visit.pk, resource.pk, list(starts)])


def come_back(absence: Booking) -> None:
    _free("id = %s", [absence.pk])


def of_visit(visit: Visit) -> list[Taken]:
    return _read("visit_id = %s", [visit.pk])


def of_hold(request_id: UUID, deal: Deal) -> list[Taken]:
    """What it keeps for this deal, as long as it does."""
    of = "kind = 'hold' and request_id = %s and deal_id = %s and expires_at > %s"
    return _read(of, [request_id, deal.pk, clock.now()])


_TURN = f"""
taken as (
update visits_booking
set kind = 'visit', visit_id = own.id, note = '',
    request_id = null, held_by_id = null, deal_id = null, expires_at = null
from own where kind = 'hold' and request_id = %s and expires_at > %s
returning visits_booking.id, visit_id, resource_id, during
), changed as ({CHANGED.format(of="taken")})
"""  # noqa: S608  # of our own words only


def turn(request_id: UUID, visit: Visit, *, number: int) -> None:
    """What was held is the visit's now, in one statement: nobody can come between. One that is not there yet is written
    with it."""
    _taken(_TURN, [request_id, clock.now(), *_ZONE], number, visit)


def release(request_id: UUID) -> set[int]:
    """→ whose time it was."""
    return _free("kind = 'hold' and request_id = %s", [request_id])


def purge() -> set[int]:
    """Holds that are over stand in nobody's way: before something is taken, and from time to time. → whose they were.

    Outside of other transactions: whoever waits for one of these rows may have what that transaction wants.
    """
    over = "select id from visits_booking where kind = 'hold' and expires_at <= %s for update skip locked"
    return _free(f"id in ({over})", [clock.now()])


def changed(resource: Resource, day: date) -> None:
    """His hours of that day, or who goes with the crew, or where: what was packed of the day is not in force."""
    begins, ends = clock.day_bounds(day)
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, [resource.pk, begins, ends, *_ZONE])


_CHANGED = CHANGED.format(of="(select %s::bigint as resource_id, tstzrange(%s, %s, '[)') as during)")


def changed_of(visit: Visit) -> None:
    """Where it goes to has changed."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED_OF, [visit.pk, *_ZONE])


_CHANGED_OF = CHANGED.format(of="(select resource_id, during from visits_booking where visit_id = %s)")


_STAND = """
select case when alone then pg_advisory_xact_lock(%s, id) else pg_advisory_xact_lock_shared(%s, id) end
from unnest(%s::int[], %s::bool[]) as one (id, alone)
"""


def stand_in_line(resources: Collection[int], *, alone: Collection[int] = ()) -> None:
    """Until the end of the transaction, always in one order. `alone`: those whom nobody else may book meanwhile."""
    ids = sorted({*resources, *alone})
    with connection.cursor() as cursor:
        cursor.execute(_STAND, [LINE, LINE, ids, [one in set(alone) for one in ids]])


def wait_for_request(request_id: UUID) -> None:
    """Of two with one and the same request, the second is to see what the first one did."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 2))", [str(request_id)])


def short(given: str, longest: int, field: str) -> str:
    text = given.replace("\x00", "").strip()
    if len(text) > longest:
        raise Refused(_("This is too long."), fields={field: _("This is too long.")})
    return text


def _free(condition: str, given: Sequence[Any]) -> set[int]:
    """→ whose time it was."""
    query = f"""
    with freed as (delete from visits_booking where {condition} returning resource_id, during),
    changed as ({CHANGED.format(of="freed")}),
    gone as (select resource_id, lower(during) as begins, upper(during) as ends from freed),
    noted as ({freed.NOTE})
    select distinct resource_id from freed
    """  # noqa: S608  # of our own words only
    with connection.cursor() as cursor:
        cursor.execute(query, [*given, *_ZONE, clock.now()])
        return {resource_id for (resource_id,) in cursor.fetchall()}


def _read(condition: str, given: Sequence[Any]) -> list[Taken]:
    query = f"select resource_id, lower(during), upper(during) from visits_booking where {condition} order by 1, 2"  # noqa: S608  # of our own words only
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return [Taken(*row) for row in cursor.fetchall()]
