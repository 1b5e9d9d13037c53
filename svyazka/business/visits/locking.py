"""A visit that planning leaves with whom it is and when it is. People move it as before."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import announce, record
from svyazka.business.staff.models import Person
from svyazka.business.visits import booking, periods
from svyazka.business.visits.models import Visit
from svyazka.business.visits.telling import about
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

LONGEST_WHY = 200


@transaction.atomic
def lock(visit: Visit, *, why: str = "", by: Person) -> Visit:
    """A second click changes nothing."""
    current = booking.lock(visit)
    if current.locked_at:
        return current
    if current.status != Visit.Status.PLANNED:
        raise Refused(_("The visit is already under way, finished or cancelled."))
    current.locked_at, current.locked_by = clock.now(), by
    current.locked_why = periods.short(why, LONGEST_WHY, "why")
    _save(current)
    record("visits.locked", about(current), by=by, changes={"locked": (False, True)}, note=current.locked_why)
    announce("deal", current.deal_id, data={"visit": current.pk})
    return current


@transaction.atomic
def unlock(visit: Visit, *, by: Person) -> Visit:
    current = booking.lock(visit)
    if current.locked_at is None:
        return current
    current.locked_at, current.locked_by, current.locked_why = None, None, ""
    _save(current)
    record("visits.unlocked", about(current), by=by, changes={"locked": (True, False)})
    announce("deal", current.deal_id, data={"visit": current.pk})
    return current


def _save(visit: Visit) -> None:
    visit.version += 1
    visit.save(update_fields=["locked_at", "locked_by", "locked_why", "version"])
