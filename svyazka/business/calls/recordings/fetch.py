"""Recordings come here: by the worker, in a thread of its own, never in a request, and as often as it takes.

A recording is claimed with the time of its next attempt already written down, so that a worker that dies with it in its
hands leaves it to the next one. Whatever is half done lies in a workshop beside the store and is cleared away.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from django.conf import settings
from django.db import connection

from svyazka.business.calls import links
from svyazka.business.calls.models import Pbx, Recording
from svyazka.business.calls.phone_system import Access
from svyazka.business.calls.recordings import sound, store
from svyazka.business.calls.recordings.sound import Empty, Kept
from svyazka.business.calls.recordings.source import FINAL, NotFetched, source
from svyazka.business.journal.record import announce
from svyazka.kit import clock, rows
from svyazka.kit.refusals import Refused
from svyazka.kit.strongbox import WrongKey

AT_ONCE = 8
SIDE_BY_SIDE = 4
MOST_TRIES = 24  # two days: a PBX may be away over a weekend's maintenance
LEAST_ROOM = 1024 * 1024 * 1024  # the disk is not filled to its end: other things need it
WORKSHOP = ".workshop"
LEFT_BEHIND = timedelta(hours=6)

log = structlog.get_logger(__name__)
Way = tuple[str, Access | None]


@dataclass(frozen=True)
class Came:
    """What became of one attempt. `kept`: the sound is in the store."""

    recording: Recording
    kept: Kept | None = None
    trouble: str = ""
    name: str = ""
    bytes: int = 0


def fetch_due() -> int:
    """One batch; how many recordings it was."""
    claimed = _claim()
    if not claimed:
        return 0
    ways = {pbx.code: _way_to(pbx) for pbx in Pbx.objects.all()}
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for came in pool.map(lambda one: _fetch(one, ways.get(one.pbx_code)), claimed):
            _write_down(came)
    return len(claimed)


def _way_to(pbx: Pbx) -> Way:
    """Nothing to get in with, where its secrets do not open."""
    try:
        return pbx.driver, links.access(pbx)
    except WrongKey:
        return pbx.driver, None


def _claim() -> list[Recording]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": clock.now(), "most": AT_ONCE})
        ids = [pk for (pk,) in cursor.fetchall()]
    return rows.read(Recording, "where id = any(%s) order by id", [ids]) if ids else []


# The pause grows: half a minute, a minute, two … and three hours at most.
_CLAIM = """
with due as (
    select id, call_started_at from calls_recording where try_at <= %(now)s
    order by try_at limit %(most)s for update skip locked
)
update calls_recording r set tries = r.tries + 1,
       try_at = %(now)s::timestamptz + least(interval '30 seconds' * power(2, r.tries), interval '3 hours')
from due where r.id = due.id and r.call_started_at = due.call_started_at
returning r.id
"""


def _fetch(recording: Recording, way: Way | None) -> Came:
    """In a thread of its own, which asks nothing of the database. Places may hold tokens: they are not logged."""
    try:
        if way is None:
            raise NotFetched("no_way")
        with _workshop() as folder:
            return _bring(recording, way, folder)
    except Empty:
        return Came(recording, trouble="empty")
    except NotFetched as refusal:
        return Came(recording, trouble=refusal.trouble)
    except Refused:
        return Came(recording, trouble="store_away")
    except OSError as refusal:
        log.warning("recording_not_stored", recording=recording.pk, failure=refusal.strerror)
        return Came(recording, trouble="no_room")
    except Exception:
        log.exception("recording_broke", recording=recording.pk)
        return Came(recording, trouble="broken")


def _bring(recording: Recording, way: Way, folder: Path) -> Came:
    came, small, wave = folder / "came", folder / "small", folder / "wave"
    driver, access = way
    if access is None:
        raise NotFetched("locked")
    source(driver, access).fetch(recording.place, came)
    kept = sound.keep(came, small)
    wave.write_bytes(kept.wave)
    name = store.name_of(recording.call_started_at, recording.call_id, recording.pk, kept.suffix)
    size = small.stat().st_size
    store.put(store.wave_of(name), wave)
    store.put(name, small)
    return Came(recording, kept=kept, name=name, bytes=size)


@contextmanager
def _workshop() -> Iterator[Path]:
    """On the disk of the store, so that what is finished is only renamed."""
    if free_bytes() < LEAST_ROOM:
        raise NotFetched("no_room")
    with TemporaryDirectory(dir=_place_of_workshops()) as folder:
        yield Path(folder)


def _place_of_workshops() -> Path:
    place = Path(settings.RECORDINGS_ROOT) / WORKSHOP
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def free_bytes() -> int:
    return shutil.disk_usage(_place_of_workshops()).free


def clear_workshops() -> None:
    """What a worker that was killed has left behind."""
    for folder in (Path(settings.RECORDINGS_ROOT) / WORKSHOP).glob("*"):
        if time.time() - folder.stat().st_mtime > LEFT_BEHIND.total_seconds():
            shutil.rmtree(folder, ignore_errors=True)


def _write_down(came: Came) -> None:
    row = came.recording
    if came.kept:
        row.state, row.trouble, row.try_at = Recording.State.FETCHED, "", None
        row.file, row.bytes, row.fetched_at = came.name, came.bytes, clock.now()
        row.milliseconds, row.channels = came.kept.milliseconds, came.kept.channels
    elif came.trouble == "empty":
        row.state, row.trouble, row.try_at = Recording.State.EMPTY, "", None
    else:
        row.trouble = came.trouble
        if came.trouble in FINAL or row.tries >= MOST_TRIES:
            row.state = Recording.State.LEFT if came.trouble == "no_way" else Recording.State.FAILED
            row.try_at = None
    row.save(update_fields=_WRITTEN)
    if row.try_at is None:
        announce("recording", row.call_id)


_WRITTEN: Sequence[str] = (
    "state", "trouble", "try_at", "file", "bytes", "fetched_at", "milliseconds", "channels",
)  # fmt: skip
