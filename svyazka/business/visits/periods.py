"""The times that are taken of whoever can be booked. The database promises that nobody is in two places at once.

They are written only with ON CONFLICT DO NOTHING: a plain insert under an exclusion constraint deadlocks when several
want the same time.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.utils.translation import gettext_lazy as _

from svyazka.business.visits.models import Booking, Resource, Visit
from svyazka.engines.routing.windows import Period
from svyazka.kit.refusals import Refused

FURTHEST = timedelta(days=365)


class Overlaps(Exception):
    """The row was not written: the period meets another one of this resource."""


_TAKE = """
insert into visits_booking (resource_id, during, kind, visit_id, note)
values (%s, tstzrange(%s, %s, '[)'), %s, %s, %s)
on conflict do nothing
returning id
"""


def take(resource: Resource, period: Period, *, kind: str, visit: Visit | None = None, note: str = "") -> Booking:
    with connection.cursor() as cursor:
        visit_id = visit.pk if visit else None
        cursor.execute(_TAKE, [resource.pk, period.start, period.end, kind, visit_id, note])
        written = cursor.fetchone()
    if written is None:
        raise Overlaps
    return Booking(pk=written[0], resource=resource, kind=kind, visit=visit, note=note)


def short(given: str, longest: int, field: str) -> str:
    text = given.replace("\x00", "").strip()
    if len(text) > longest:
        raise Refused(_("This is too long."), fields={field: _("This is too long.")})
    return text
