"""The times that are taken of whoever and whatever can be booked. The database promises that nobody is in two places
at once.

They are written only with ON CONFLICT DO NOTHING, all rows of a visit in one statement, ordered by resource: a plain
insert under an exclusion constraint deadlocks when several want the same time. Whoever gives times back and takes
others in one transaction stands in line for their resources first, alone; whoever only takes, beside the others.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.models import Deal
from svyazka.business.visits.models import Booking, Resource, Visit
from svyazka.kit import clock
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


_TAKE = """
insert into visits_booking (resource_id, during, kind, visit_id, note, request_id, held_by_id, deal_id, expires_at)
select resource_id, tstzrange(starts_at, ends_at, '[)'), %s, %s, %s, %s, %s, %s, %s
from unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) as wanted (resource_id, starts_at, ends_at)
on conflict do nothing
returning id
"""


def take(
    wanted: Collection[Taken], *, kind: str, visit: Visit | None = None, note: str = "", hold: Keep | None = None
) -> list[int]:
    """All of them or, raising Overlaps, none: the caller's transaction is rolled back then."""
    rows = sorted(wanted)
    given = [kind, visit.pk if visit else None, note, *(hold or (None, None, None, None))]
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [*given, *(list(column) for column in zip(*rows, strict=True))])
        written = [pk for (pk,) in cursor.fetchall()]
    if len(written) < len(rows):
        raise Overlaps
    return written


def give_back(visit: Visit) -> None:
    Booking.objects.filter(visit=visit).delete()


def give_back_some(visit: Visit, resource: Resource, starts: Collection[datetime]) -> None:
    """Of one who does not go there after all."""
    Booking.objects.filter(visit=visit, resource=resource, during__startswith__in=starts).delete()


def of_visit(visit: Visit) -> list[Taken]:
    return _read("visit_id = %s", [visit.pk])


def of_hold(request_id: UUID, deal: Deal) -> list[Taken]:
    """What it keeps for this deal, as long as it does."""
    of = "kind = 'hold' and request_id = %s and deal_id = %s and expires_at > %s"
    return _read(of, [request_id, deal.pk, clock.now()])


_TURN = """
update visits_booking
set kind = 'visit', visit_id = %s, note = '', request_id = null, held_by_id = null, deal_id = null, expires_at = null
where kind = 'hold' and request_id = %s and expires_at > %s
"""


def turn(request_id: UUID, visit: Visit, *, number: int) -> None:
    """What was held is the visit's now, in one statement: nobody can come between."""
    with connection.cursor() as cursor:
        cursor.execute(_TURN, [visit.pk, request_id, clock.now()])
        if cursor.rowcount != number:
            raise Overlaps


def release(request_id: UUID) -> set[int]:
    """→ whose time it was."""
    rows = Booking.objects.filter(kind=Booking.Kind.HOLD, request_id=request_id)
    resources = set(rows.values_list("resource_id", flat=True))
    rows.delete()
    return resources


_PURGE = """
delete from visits_booking where id in (
    select id from visits_booking where kind = 'hold' and expires_at <= %s for update skip locked)
returning resource_id
"""


def purge() -> set[int]:
    """Holds that are over stand in nobody's way: before something is taken, and from time to time. → whose they were.

    Outside of other transactions: whoever waits for one of these rows may have what that transaction wants.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PURGE, [clock.now()])
        return {resource_id for (resource_id,) in cursor.fetchall()}


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


def _read(condition: str, given: Sequence[Any]) -> list[Taken]:
    query = f"select resource_id, lower(during), upper(during) from visits_booking where {condition} order by 1, 2"  # noqa: S608  # of our own words only
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return [Taken(*row) for row in cursor.fetchall()]
