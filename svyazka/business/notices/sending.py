"""Notices go out to the devices of their people: by the worker, never in a request, as often as needed.

A notice is claimed with the time of its next attempt already written down, so that a worker that dies with it in its
hands leaves it to the next one. Whoever has read it meanwhile hears nothing (`reading.py` takes `try_at` away).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

import structlog
from django.db import connection

from svyazka.business.notices import devices
from svyazka.business.notices.devices import Gone, Letter, TryLater
from svyazka.business.notices.models import Device, Notice, SentBy
from svyazka.kit import clock, rows

AT_ONCE = 40
SIDE_BY_SIDE = 8
MOST_TRIES = 8
WORTH_SAYING = timedelta(hours=24)  # later than this nobody is woken by it any more
# How a notice becomes words, in its reader's language: that is the pages' business.
Write = Callable[[Sequence[Notice]], Mapping[int, Letter]]

log = structlog.get_logger(__name__)


class Outcome(Enum):
    REACHED = "reached"
    GONE = "gone"
    LATER = "later"


@dataclass(frozen=True)
class Came:
    outcome: Outcome
    waits_until: datetime | None = None  # the other side has asked for patience


def send_due(write: Write) -> int:
    """One batch; how many notices it was."""
    claimed = _claim()
    if not claimed:
        return 0
    wanted = rows.read(Device, _DEVICES, [[notice.person_id for notice in claimed]])
    letters = write(claimed)
    pairs = [(notice, device) for notice in claimed for device in wanted if device.person_id == notice.person_id]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        outcomes = list(pool.map(lambda pair: _send(pair[1], letters[pair[0].pk]), pairs))
    _write_down(claimed, [(notice, device, came) for (notice, device), came in zip(pairs, outcomes, strict=True)])
    return len(claimed)


def _claim() -> list[Notice]:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": now, "most": AT_ONCE})
        ids = [pk for (pk,) in cursor.fetchall()]
    found = rows.read(Notice, "where id = any(%s) order by id", [ids]) if ids else []
    late = [one.pk for one in found if one.tries > MOST_TRIES or one.at < now - WORTH_SAYING]
    _is_over(late)
    return [one for one in found if one.pk not in late]


# The pause grows: half a minute, a minute, two … and an hour at most.
_CLAIM = """
with due as (
    select id from notices_notice where try_at <= %(now)s order by try_at limit %(most)s for update skip locked
)
update notices_notice n set tries = n.tries + 1,
       try_at = %(now)s::timestamptz + least(interval '30 seconds' * power(2, n.tries), interval '1 hour')
from due where n.id = due.id
returning n.id
"""
_DEVICES = """
where person_id = any(%s) and session_id in (select session_key from staff_session where expire_date > now())
order by id
"""


def _send(device: Device, letter: Letter) -> Came:
    """In a thread of its own, which asks nothing of the database. What went wrong is logged without where to."""
    if device.waits_until and device.waits_until > clock.now():
        return Came(Outcome.LATER, device.waits_until)
    try:
        devices.outlet(device.kind).send(devices.address_of(device), letter)
    except Gone:
        return Came(Outcome.GONE)
    except TryLater as trouble:
        log.info("notice_not_sent", device=device.pk, trouble=str(trouble))
        return Came(Outcome.LATER, clock.now() + timedelta(seconds=trouble.after) if trouble.after else None)
    return Came(Outcome.REACHED)


def _write_down(claimed: Sequence[Notice], sent: Sequence[tuple[Notice, Device, Came]]) -> None:
    """Reached on one device, it is over; and so it is where there is no device left to try."""
    now = clock.now()
    _are_gone(device.pk for _notice, device, came in sent if came.outcome is Outcome.GONE)
    reached = {notice.pk for notice, _device, came in sent if came.outcome is Outcome.REACHED}
    Notice.objects.filter(pk__in=reached).update(sent_at=now, sent_by=SentBy.DEVICE)
    there = {device.pk for _notice, device, came in sent if came.outcome is Outcome.REACHED}
    Device.objects.filter(pk__in=there).update(reached_at=now, waits_until=None)
    again = {notice.pk for notice, _device, came in sent if came.outcome is Outcome.LATER} - reached
    _wait([(notice.pk, device.pk, came.waits_until) for notice, device, came in sent if came.waits_until], again)
    _is_over(one.pk for one in claimed if one.pk not in again)


def _are_gone(ids: Iterable[int]) -> None:
    if numbers := set(ids):
        Device.objects.filter(pk__in=numbers).delete()


def _wait(asked: Iterable[tuple[int, int, datetime]], again: Collection[int]) -> None:
    """Not sooner than the other side wants it; nothing else goes to that device until then, either."""
    for notice, device, until in asked:
        Device.objects.filter(pk=device).update(waits_until=until)
        if notice in again:
            Notice.objects.filter(pk=notice, try_at__lt=until).update(try_at=until)


def _is_over(ids: Iterable[int]) -> None:
    if numbers := list(ids):
        Notice.objects.filter(pk__in=numbers).update(try_at=None)
