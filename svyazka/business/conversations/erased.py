"""What becomes of what is held of a client here when he is erased: the files go out of the store, then all that the
channels know of his messages. The words stand in his history, a room below."""

from __future__ import annotations

from collections.abc import Sequence

from svyazka.business.conversations import files
from svyazka.business.conversations.models import Attachment, Message, Reach
from svyazka.business.conversations.of_client import HELD
from svyazka.kit.erased import removed


def _without_content(attachments: Sequence[Attachment]) -> None:
    for one in attachments:
        if one.stored:
            files.remove(one.stored)


ERASED = (
    removed(Attachment, HELD, without_files=_without_content),
    removed(Message, HELD),
    removed(Reach, HELD),
)
