"""Work on site: on the way, started, done."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals import moves
from svyazka.business.deals.work import staying
from svyazka.business.journal.record import Actor
from svyazka.business.visits import arriving, booking, chain, its_deal, to_client
from svyazka.business.visits.models import Visit
from svyazka.business.visits.telling import Event, tell
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused

# A visit goes through these only forward; a step that nobody tapped may be passed over.
STEPS = (Visit.Status.PLANNED, Visit.Status.ON_WAY, Visit.Status.STARTED, Visit.Status.DONE)
_EVENTS: dict[str, Event] = {
    Visit.Status.ON_WAY: "on_way",
    Visit.Status.STARTED: "started",
    Visit.Status.DONE: "done",
}
# A mistaken tap is noticed soon; later on the deal has gone its way.
TAKE_BACK_WITHIN = timedelta(days=1)
# Set out longer ago than this: where he would be by now nobody knows, and the client needs no word of it any more.
STALE = timedelta(minutes=15)


@transaction.atomic
def set_status(
    visit: Visit, status: Visit.Status, *, by: Actor, version: int | None = None, at: datetime | None = None
) -> Visit:
    """On the way, started, done. A second tap changes nothing. When it is done, the deal goes on. `at`: when it
    happened, where the phone had no signal then."""
    current = booking.lock(visit)
    if current.status == status:
        return current
    if version is not None and current.version != version:
        raise ChangedMeanwhile
    if current.status == Visit.Status.CANCELLED:
        raise Refused(_("The visit has been cancelled."))
    if status not in STEPS or STEPS.index(status) < STEPS.index(Visit.Status(current.status)):
        raise Refused(_("A visit only goes forward: on the way, started, done."))
    before, current.status = current.status, status
    current.status_since = at or clock.now()
    sets_out = status == Visit.Status.ON_WAY and current.status_since > clock.now() - STALE
    if sets_out:
        current.arrives_at = arriving.expected(current)
    current.version += 1
    current.save()
    tell(current, _EVENTS[status], by=by, changes={"status": (before, status)}, at=at)
    if sets_out:
        to_client.tell(current, "on_the_way", by=by)
        arriving.warn_if_late(current, by=by)
    else:
        to_client.fall_away(current, by=by)
    if status == Visit.Status.DONE:
        _carry_on(current, by=by)
    return current


@transaction.atomic
def take_back(visit: Visit, *, by: Actor, version: int | None = None, at: datetime | None = None) -> Visit:
    """One status back, after a mistaken tap. The deal comes back too if nobody has moved it since."""
    current = booking.lock(visit)
    if version is not None and current.version != version:
        raise ChangedMeanwhile
    before, status = current.status, status_before(current)
    if status is None:
        raise Refused(_("This can no longer be taken back."))
    if current.left_stage and _is_where_it_left_it(current):
        with contextlib.suppress(staying.CannotLeave):  # a question holds it where it is
            current.deal = moves.move(current.deal, to=current.left_stage, by=by)
    if status in Visit.MOVABLE:
        chain.insist(current.kind, current.deal_id, current.starts_at, without=current)
    current.status, current.left_stage = status, None
    if status == Visit.Status.PLANNED:
        current.arrives_at = None
        to_client.fall_away(current, by=by)
    current.version += 1
    current.save()
    tell(current, "taken_back", by=by, changes={"status": (before, status)}, data={"status": status}, at=at)
    return current


@transaction.atomic
def reinstate(visit: Visit, *, by: Actor, at: datetime | None = None) -> Visit:
    """It was called off, and whoever had no signal went there all the same. Its time may belong to others by now; it
    takes none."""
    current = booking.lock(visit)
    if current.status != Visit.Status.CANCELLED:
        return current
    before, current.status = current.status, Visit.Status.PLANNED
    current.status_since, current.reason = at or clock.now(), ""
    current.version += 1
    current.save()
    tell(current, "taken_back", by=by, changes={"status": (before, current.status)}, data={"status": "planned"}, at=at)
    its_deal.write_date(current, by=by)
    return current


def status_before(visit: Visit) -> Visit.Status | None:
    """What a mistaken tap can be taken back to; nothing when there was none, or when it is too long ago."""
    if visit.status not in STEPS or visit.status == Visit.Status.PLANNED:
        return None
    if visit.status_since is None or visit.status_since < clock.now() - TAKE_BACK_WITHIN:
        return None
    return STEPS[STEPS.index(Visit.Status(visit.status)) - 1]


def _carry_on(visit: Visit, *, by: Actor) -> None:
    left = visit.deal.stage
    visit.deal = its_deal.carry_on(visit.deal, visit.kind.done_stage, by=by)
    if visit.deal.stage_id != left.pk:
        # The very moment at which the deal got there says later whether somebody has moved it since.
        visit.left_stage, visit.status_since = left, visit.deal.stage_since
        visit.save(update_fields=["left_stage", "status_since"])


def _is_where_it_left_it(visit: Visit) -> bool:
    return visit.deal.stage.code == visit.kind.done_stage and visit.deal.stage_since == visit.status_since
