"""How long recordings are kept, which ones for longer, and what is tried once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from svyazka.business.calls.models import Call, KeepingRule, Recording
from svyazka.business.calls.recordings import fetch, store
from svyazka.business.calls.recordings.of_call import list_recordings
from svyazka.business.journal.record import About, Actor, record
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import storable

LONGEST_DAYS = 3650
AT_ONCE = 500
LATEST = 20
COUNTED = 10_000
# It is here, or is on its way.
WORTH_KEEPING = (Recording.State.FETCHED, Recording.State.AWAITED)


def rule() -> KeepingRule:
    return KeepingRule.objects.get_or_create(pk=1)[0]


@transaction.atomic
def change(days: int | None, *, by: Actor) -> KeepingRule:
    """`days`: None keeps them for ever."""
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        words = _("From 1 to {most} days; empty: for ever.").format(most=LONGEST_DAYS)
        raise Refused(words, fields={"days": words})
    rule()
    known = KeepingRule.objects.select_for_update().get(pk=1)
    if known.days != days:
        changes = {"days": (known.days, days)}
        known.days = days
        known.save(update_fields=["days"])
        record("calls.keeping_changed", About("recording", known.pk), by=by, changes=changes)
    return known


@transaction.atomic
def keep(call: Call, why: str, *, by: Person) -> None:
    """A complaint, a dispute: what was said must not go when its time is over."""
    why = storable(why).strip()[:300]
    if not why:
        words = _("Write down why this recording must be kept.")
        raise Refused(words, fields={"why": words})
    kept = [one for one in list_recordings(call) if one.state != Recording.State.REMOVED]
    if not any(one.state in WORTH_KEEPING for one in kept):
        raise Refused(_("There is nothing left of this call to keep."))
    _of(kept).update(kept_by_id=by.pk, kept_why=why)
    about = About("call", call.pk, client_id=call.client_id, deal_id=call.deal_id)
    record("calls.recording_kept", about, by=by, changes={"reason": (None, why)})


@transaction.atomic
def release(call: Call, *, by: Person) -> None:
    kept = [one for one in list_recordings(call) if one.kept_by_id]
    if kept:
        _of(kept).update(kept_by_id=None, kept_why="")
        about = About("call", call.pk, client_id=call.client_id, deal_id=call.deal_id)
        record("calls.recording_released", about, by=by, changes={"reason": (kept[0].kept_why, None)})


def remove_old() -> int:
    """One batch of those whose time is over; how many it was. The row stays and says that there was a recording."""
    days = rule().days
    if days is None:
        return 0
    over = Recording.objects.filter(call_started_at__lt=clock.now() - timedelta(days=days), kept_by_id=None)
    batch = list(over.exclude(file="").order_by("call_started_at")[:AT_ONCE])
    for recording in batch:
        _remove(recording)
    return len(batch)


def _remove(recording: Recording) -> None:
    """First the row, under a lock, so that whoever keeps it in this moment keeps it; then the file: what is left behind
    by a crash between the two is named by the row no more, but lies in the folder of a day that is over."""
    with transaction.atomic():
        current = Recording.objects.select_for_update(skip_locked=True).filter(
            pk=recording.pk, kept_by_id=None
        ).first()  # fmt: skip
        if current is None:
            return
        store.remove(current.file)
        current.state, current.file, current.try_at = Recording.State.REMOVED, "", None
        current.save(update_fields=["state", "file", "try_at"])


def tidy_up() -> None:
    """From time to time, by any worker."""
    remove_old()
    fetch.clear_workshops()


@transaction.atomic
def fetch_again(*, by: Actor) -> int:
    """Everything that was given up; how many it is."""
    number = Recording.objects.not_fetched().update(
        state=Recording.State.AWAITED, try_at=clock.now(), tries=0, trouble=""
    )
    if number:
        record("calls.recordings_fetched_again", About("recording", 1), by=by, changes={"number": (None, number)})
    return number


@dataclass(frozen=True)
class Stand:
    """How fetching goes. Numbers up to COUNTED: nobody waits for the exact one of a million."""

    awaited: int
    not_fetched: int
    latest: list[Recording]  # of those that were given up
    free_bytes: int


def stand() -> Stand:
    return Stand(
        awaited=_number(Recording.objects.exclude(try_at=None)),
        not_fetched=_number(Recording.objects.not_fetched()),
        latest=list(Recording.objects.not_fetched().order_by("-call_started_at", "-pk")[:LATEST]),
        free_bytes=fetch.free_bytes(),
    )


def _number(rows: QuerySet[Recording]) -> int:
    return rows.values("pk")[:COUNTED].count()


def _of(recordings: Sequence[Recording]) -> QuerySet[Recording]:
    return Recording.objects.filter(pk__in=[one.pk for one in recordings])
