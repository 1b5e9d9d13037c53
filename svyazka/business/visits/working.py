"""How long somebody really worked on site: begun, a break, on again, done. Breaks do not count."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import Actor
from svyazka.business.visits import booking
from svyazka.business.visits.models import Stint, Visit
from svyazka.business.visits.telling import tell
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused

STARTED = Visit.Status.STARTED


@transaction.atomic
def pause(visit: Visit, *, by: Actor, at: datetime | None = None, version: int | None = None) -> Visit:
    """Nobody works for a while. A second tap changes nothing. `at`: when it began."""
    current = _under_way(visit, version)
    if current.paused_at:
        return current
    end(current, at or clock.now(), until_break=True)
    _save(current)
    tell(current, "paused", by=by, changes={"paused_at": (None, current.paused_at)}, at=at and current.paused_at)
    return current


@transaction.atomic
def go_on(visit: Visit, *, by: Actor, at: datetime | None = None, version: int | None = None) -> Visit:
    """The break is over. A second tap changes nothing."""
    current = _under_way(visit, version)
    if not current.paused_at:
        return current
    was, moment = current.paused_at, max(min(at or clock.now(), clock.now()), current.paused_at)
    begin(current, moment)
    _save(current)
    minutes = (moment - was) // timedelta(minutes=1)
    tell(current, "gone_on", by=by, changes={"paused_at": (was, None)}, data={"minutes": minutes}, at=at and moment)
    return current


def begin(visit: Visit, at: datetime) -> None:
    """The caller holds and saves the visit, here and below."""
    visit.paused_at = None
    Stint.objects.create(visit=visit, began_at=at)


def end(visit: Visit, at: datetime, *, until_break: bool = False) -> None:
    """No earlier than it began, however wrong the phone's clock is."""
    running = Stint.objects.filter(visit=visit, ended_at=None).first()
    visit.paused_at = None
    if running is None:
        return
    running.ended_at, running.until_break = max(min(at, clock.now()), running.began_at), until_break
    running.save(update_fields=["ended_at", "until_break"])
    if until_break:
        visit.paused_at = running.ended_at


def open_again(visit: Visit) -> None:
    """The end was a mistake: as it was before, at work or on a break."""
    last = Stint.objects.filter(visit=visit).last()
    if last is None:
        return
    if last.until_break:
        visit.paused_at = last.ended_at
    else:
        last.ended_at = None
        last.save(update_fields=["ended_at"])


def forget(visit: Visit) -> None:
    """It had not begun after all."""
    visit.paused_at = None
    Stint.objects.filter(visit=visit).delete()


def worked(stints: Iterable[Stint]) -> timedelta:
    """Without the breaks; what goes on counts until now."""
    return sum(((one.ended_at or clock.now()) - one.began_at for one in stints), timedelta())


def rested(stints: Iterable[Stint], paused_at: datetime | None) -> timedelta:
    """The breaks between, with the one that goes on."""
    rows = list(stints)
    between = [later.began_at - one.ended_at for one, later in pairwise(rows) if one.ended_at]
    return sum(between, clock.now() - paused_at if paused_at else timedelta())


def _under_way(visit: Visit, version: int | None) -> Visit:
    current = booking.lock(visit)
    if version is not None and current.version != version:
        raise ChangedMeanwhile
    if current.status != STARTED:
        raise Refused(_("Only work that has begun can have a break."))
    return current


def _save(visit: Visit) -> None:
    visit.version += 1
    visit.save(update_fields=["paused_at", "version"])
