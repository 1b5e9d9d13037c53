"""Files that came with messages come here: by the worker, never in a request, as often as it takes.

A file is claimed with the time of its next attempt already written down, so that a worker that dies with it in its
hands leaves it to the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

import structlog
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_noop

from svyazka.business.conversations import channel as channels
from svyazka.business.conversations import files, states
from svyazka.business.conversations.channel import Gone
from svyazka.business.conversations.models import Attachment
from svyazka.business.notices.messengers import Access, Denied, Unreached
from svyazka.kit import clock
from svyazka.kit.strongbox import WrongKey

AT_ONCE, SIDE_BY_SIDE = 8, 4
MOST_TRIES = 16  # some ten hours
NOT_THERE = gettext_noop("This file is not there any more, or is larger than the messenger gives out.")
NOT_FETCHED = gettext_noop("This file could not be fetched; it was tried again and again.")
State = Attachment.State

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Came:
    """What became of one attempt. None of them: it is tried again."""

    content: IO[bytes] | None = None
    lost: str = ""
    refused: str = ""


def fetch_due(access_to: Callable[[str], Access | None]) -> int:
    """One batch; how many files it was."""
    claimed = _claim()
    if not claimed:
        return 0
    ways = {code: _way(code, access_to) for code in {one.message.account for one in claimed}}
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        came = pool.map(lambda one: _fetch(one, ways[one.message.account]), claimed)
        for attachment, what in zip(claimed, came, strict=True):
            _write_down(attachment, what)
    return len(claimed)


def _claim() -> list[Attachment]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": clock.now(), "most": AT_ONCE})
        ids = [pk for (pk,) in cursor.fetchall()]
    return list(Attachment.objects.select_related("message").filter(pk__in=ids).order_by("pk")) if ids else []


# The pause grows: ten seconds, twenty … and an hour at most.
_CLAIM = """
with due as (
    select id from conversations_attachment where try_at <= %(now)s order by try_at limit %(most)s
    for update skip locked
)
update conversations_attachment a set tries = a.tries + 1,
       try_at = %(now)s::timestamptz + least(interval '10 seconds' * power(2, a.tries), interval '1 hour')
from due where a.id = due.id
returning a.id
"""


def _way(account: str, access_to: Callable[[str], Access | None]) -> Access | None:
    try:
        return access_to(account)
    except WrongKey:
        return None


def _fetch(attachment: Attachment, access: Access | None) -> Came:
    """In a thread of its own, which asks nothing of the database."""
    if access is None:
        return Came()
    try:
        with closing(channels.of_account(access.account)(access)) as channel:
            return _written(channel.fetch(attachment.ref))
    except Gone as gone:
        log.info("file_gone", attachment=attachment.pk, said=str(gone))
        return Came(lost=NOT_THERE)
    except (Denied, Unreached) as trouble:
        log.info("file_not_fetched", attachment=attachment.pk, trouble=str(trouble))
    except OSError as refusal:
        log.warning("file_not_stored", attachment=attachment.pk, failure=refusal.strerror)
    except Exception:
        log.exception("file_broke", attachment=attachment.pk)
    return Came()


def _written(pieces: Iterator[bytes]) -> Came:
    content = TemporaryFile()  # noqa: SIM115 - whoever keeps it closes it
    for piece in pieces:
        content.write(piece)
        if content.tell() > settings.LARGEST_ATTACHMENT:
            content.close()
            return Came(refused=files.TOO_LARGE)
    return Came(content)


def _write_down(attachment: Attachment, came: Came) -> None:
    """Its message may have been removed meanwhile."""
    if came.content is not None:
        with came.content as content:
            files.keep(attachment, content)
    elif came.refused:
        files.refuse(attachment, came.refused)
    elif came.lost or attachment.tries >= MOST_TRIES:
        files.refuse(attachment, came.lost or NOT_FETCHED, State.LOST)
    else:
        return
    there = Attachment.objects.filter(pk=attachment.pk)
    if there.update(**{name: getattr(attachment, name) for name in _WRITTEN}):
        states.tell_pages(attachment.message)
    elif attachment.stored:
        files.remove(attachment.stored)


_WRITTEN = ("type", "size", "stored", "state", "reason", "try_at")
