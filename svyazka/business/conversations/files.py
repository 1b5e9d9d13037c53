"""Files of messages: wanted, fetched by the worker, looked at, and kept in a store of their own.

What a file is stands in its content, not in its name. Beside each picture lies a small one.
"""

from __future__ import annotations

import secrets as randomness
from collections.abc import Sequence
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.utils.translation import gettext, gettext_noop

from svyazka.business.conversations.client_channel import Attached
from svyazka.business.conversations.models import Attachment, Message
from svyazka.business.conversations.told import FileSent
from svyazka.kit import clock, file_kinds, small_pictures
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import storable

MOST = 10  # files of one message; what comes above that is of no use to anybody
TOO_LARGE = gettext_noop("This file is larger than we take.")
PROGRAM = gettext_noop("This is a program, or a page that runs one: it is not kept.")
EMPTY = gettext_noop("This file is empty.")
_DANGEROUS = frozenset({file_kinds.PROGRAM, "text/html"})


class NotKept(Exception):
    """`why`: one of the reasons above, in English."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def want(message: Message, sent: Sequence[FileSent]) -> None:
    """What came with a message. What is there already is kept at once; the worker fetches the rest."""
    begun = message.files.count() if message.more.get("album") else 0
    now = clock.now()
    for number, one in enumerate(sent[: MOST - begun], start=begun):
        wanted = Attachment(
            message=message,
            number=number,
            kind=one.kind[:10],
            name=storable(one.name)[:200],
            type=one.type[:100],
            size=one.size,
            seconds=one.seconds,
            ref=one.ref,
            try_at=now,
        )
        if one.content is not None:
            keep(wanted, BytesIO(one.content))
        elif one.size and one.size > settings.LARGEST_ATTACHMENT:
            refuse(wanted, TOO_LARGE)
        wanted.save(force_insert=True)


def attach(message: Message, given: Sequence[Attached]) -> None:
    """What goes out with a message of ours. Refused says which of them does not."""
    if len(given) > MOST:
        words = gettext("Up to {most} files go with one message.").format(most=MOST)
        raise Refused(words, fields={"files": words})
    for number, one in enumerate(given):
        attached = Attachment(message=message, number=number, kind=kind_of(one.kind), name=storable(one.name)[:200])
        keep(attached, BytesIO(one.content))
        if attached.state != Attachment.State.KEPT:
            words = f"{one.name}: {gettext(attached.reason)}"
            raise Refused(words, fields={"files": words})
        attached.save(force_insert=True)


def kind_of(type_: str) -> str:
    """`image/jpeg` → photo."""
    if type_ in file_kinds.PICTURES:
        return "photo"
    if type_ == "audio/ogg":
        return "voice"
    family = type_.partition("/")[0]
    return family if family in ("audio", "video") else "document"


def keep(attachment: Attachment, content: IO[bytes]) -> None:
    """Into the store, or refused with a reason. The caller writes the row."""
    attachment.try_at = None
    try:
        attachment.type, attachment.size = _looked_at(content)
    except NotKept as refusal:
        return refuse(attachment, refusal.why)
    attachment.stored = f"{clock.now():%Y/%m/%d}/{randomness.token_hex(16)}"
    _store().save(attachment.stored, File(content))
    if attachment.type in file_kinds.PICTURES and (small := small_pictures.made(content)):
        _store().save(small_of(attachment.stored), ContentFile(small))
    attachment.state, attachment.reason = Attachment.State.KEPT, ""
    return None


def refuse(attachment: Attachment, why: str, state: Attachment.State = Attachment.State.REFUSED) -> None:
    attachment.state, attachment.reason, attachment.try_at = state, why[:300], None


def open_file(stored: str) -> File[Any]:
    """Raises FileNotFoundError."""
    found: File[Any] = _store().open(stored, "rb")
    return found


def read(attachment: Attachment) -> bytes:
    with open_file(attachment.stored) as file:
        content: bytes = file.read()
        return content


def has_small(attachment: Attachment) -> bool:
    return _store().exists(small_of(attachment.stored))


def remove(stored: str) -> None:
    _store().delete(stored)
    _store().delete(small_of(stored))


def small_of(stored: str) -> str:
    return f"{stored}.small"


def _looked_at(content: IO[bytes]) -> tuple[str, int]:
    size = content.seek(0, 2)
    if not size:
        raise NotKept(EMPTY)
    if size > settings.LARGEST_ATTACHMENT:
        raise NotKept(TOO_LARGE)
    found = file_kinds.kind_of(content)
    if found in _DANGEROUS:
        raise NotKept(PROGRAM)
    return found, size


def _store() -> Storage:
    return storages["attachments"]
