"""Somebody runs late: the work takes longer, he set out too late, or he says so himself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import Actor
from svyazka.business.notices import tell as notices
from svyazka.business.visits import booking, orphans
from svyazka.business.visits.models import Visit
from svyazka.business.visits.telling import tell
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

MOST = 480  # minutes
GRID = timedelta(minutes=5)  # as visits begin
UNDER_WAY = (Visit.Status.PLANNED, Visit.Status.ON_WAY, Visit.Status.STARTED)


@transaction.atomic
def say(visit: Visit, minutes: int, *, by: Actor, at: datetime | None = None) -> Visit:
    """So many minutes later than planned it will be over. Whoever plans his day hears of it when that hurts others.
    `at`: when it was said, where the phone had no signal then."""
    current = booking.lock(visit)
    if not 0 <= minutes <= MOST:
        raise Refused(_("A number of minutes is needed here."), fields={"minutes": _("Up to eight hours.")})
    if current.status not in UNDER_WAY:
        raise Refused(_("The visit is over or cancelled."))
    if minutes == current.late_minutes:
        return current
    before, current.late_minutes = current.late_minutes, minutes
    current.version += 1
    current.save(update_fields=["late_minutes", "version"])
    tell(current, "late", by=by, changes={"late_minutes": (before, minutes)}, data={"minutes": minutes}, at=at)
    if hurt := behind(current):
        people = {one.pk for one in orphans.planners(current.resource)}
        data = {"who": current.resource.name, "minutes": minutes, "count": len(hurt), "resource": current.resource_id}
        notices.tell(people, "visit.runs_late", by=by, data=data)
    return current


def over_at(visit: Visit) -> datetime:
    """When it will be over, as far as one knows now."""
    said = visit.ends_at + timedelta(minutes=visit.late_minutes)
    now = clock.now()
    if visit.status == Visit.Status.STARTED:
        return max(said, now)
    if visit.status == Visit.Status.ON_WAY and visit.starts_at < now:
        return max(said, now + visit.work)
    return said


def behind(visit: Visit) -> list[Visit]:
    """The visits of the same people on that day that begin before it is over."""
    _begins, ends = clock.day_bounds(clock.local(visit.starts_at).date())
    rows = Visit.objects.filter(resource=visit.resource_id, status=Visit.Status.PLANNED, starts_at__lt=ends)
    later = rows.filter(starts_at__gt=visit.starts_at).exclude(pk=visit.pk).order_by("starts_at")
    return [one for one in later if one.starts_at < over_at(visit)]


def late(visits: Iterable[Visit]) -> list[Visit]:
    """Of today's, those that keep others waiting."""
    return [visit for visit in visits if over_at(visit) > visit.ends_at and behind(visit)]


def rounded_up(moment: datetime) -> datetime:
    """To the next time at which a visit may begin."""
    past = timedelta(minutes=moment.minute % 5, seconds=moment.second, microseconds=moment.microsecond)
    return moment + (GRID - past if past else timedelta())
