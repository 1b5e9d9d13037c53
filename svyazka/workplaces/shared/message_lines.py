"""What a line of the history shows of a message besides its words: files, whether it has arrived, what was edited."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from svyazka.business.clients.models import Interaction
from svyazka.business.conversations import messages
from svyazka.business.conversations.models import Attachment, Message
from svyazka.business.inbox.fallback import in_their_place
from svyazka.kit import file_kinds
from svyazka.workplaces.shared.templatetags.svyazka import moment

State = Message.State
AGAIN = (State.FAILED, State.UNSURE, State.CALLED_OFF)
_TONES = {State.FAILED: "bad", State.UNSURE: "warn"}


@dataclass(frozen=True)
class ShownFile:
    """`shows`: "picture", "sound", "video" or nothing: then it is saved."""

    name: str
    url: str
    small: str
    shows: str
    about: str  # how large, how long; or why it is not here
    is_here: bool


@dataclass(frozen=True)
class Shown:
    files: Sequence[ShownFile]
    state: str  # of ours alone
    tone: str
    reason: str
    edits: Sequence[tuple[str, str]]  # what it said before, and until when
    taken_back: str  # when
    message: Message | None  # of which all of it is said
    number: str  # of the message, where something can still be done with it
    can_again: bool
    can_call_off: bool


def of_lines(interactions: Iterable[Interaction]) -> dict[int, Shown]:
    """Two questions to the database, or none where there is no message among them; a third where one of ours failed."""
    lines = [one for one in interactions if one.kind == Interaction.Kind.MESSAGE]
    known = messages.of_lines([one.pk for one in lines])
    failed = [one.pk for one in known.values() if one.is_ours and one.state in AGAIN]
    gone = {number for number, fell in in_their_place(failed).items() if fell.by_message_id}
    return {one.pk: shown(one, known.get(one.pk), gone) for one in lines}


def shown(line: Interaction, message: Message | None, gone: Collection[int] = ()) -> Shown:
    """`gone`: messages in whose place others went."""
    can_again = bool(message and message.is_ours and message.state in AGAIN and message.pk not in gone)
    can_call_off = bool(message and message.is_ours and message.state == State.WAITING)
    return Shown(
        files=[_file(one) for one in sorted(message.files.all(), key=_number)] if message else [],
        state=message.get_state_display() if message and message.is_ours else "",
        tone=_TONES.get(State(message.state), "") if message and message.is_ours else "",
        reason=messages.in_words(message) if message and message.reason else "",
        edits=[(str(one.get("text", "")), _moment(one.get("until"))) for one in line.data.get("edits", [])],
        taken_back=_moment(line.data.get("taken_back")),
        message=message,
        number=str(message.pk) if message and (can_again or can_call_off) else "",
        can_again=can_again,
        can_call_off=can_call_off,
    )


def _file(one: Attachment) -> ShownFile:
    is_here = one.state == Attachment.State.KEPT
    url = reverse("attachment", args=[one.pk]) if is_here else ""
    is_picture = is_here and one.type in file_kinds.PICTURES
    return ShownFile(
        name=one.name or _kinds().get(one.kind, pgettext("attachment", "File")),
        url=url,
        small=reverse("attachment_small", args=[one.pk]) if is_picture else "",
        shows="picture" if is_picture else _played(one) if is_here else "",
        about=_about(one),
        is_here=is_here,
    )


def _number(one: Attachment) -> int:
    return one.number


def _played(one: Attachment) -> str:
    if one.type not in file_kinds.SHOWN:
        return ""
    return {"audio": "sound", "video": "video"}.get(one.type.partition("/")[0], "")


def _about(one: Attachment) -> str:
    if one.state != Attachment.State.KEPT:
        return " — ".join(filter(None, [one.get_state_display(), messages.reason_in_words(one.reason)]))
    length = f"{one.seconds // 60}:{one.seconds % 60:02d}" if one.seconds else ""
    return " · ".join(filter(None, [length, filesizeformat(one.size or 0)]))


def _kinds() -> Mapping[str, str]:
    return {
        "photo": pgettext("attachment", "Photo"),
        "voice": pgettext("attachment", "Voice message"),
        "video": pgettext("attachment", "Video"),
        "audio": pgettext("attachment", "Sound"),
        "sticker": pgettext("attachment", "Sticker"),
    }


def _moment(written: object) -> str:
    """As the history keeps it."""
    try:
        return moment(datetime.fromisoformat(str(written))) if written else ""
    except ValueError:
        return _("earlier")
