"""Green-API's notifications in our words. Source: its documentation (notifications format, WhatsApp and MAX)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy

from svyazka.business.intake.connector import Ignore, NotUnderstood
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.ways_in import FileSent, MessageEdited, MessageReceived, MessageState
from svyazka.kit import phones
from svyazka.kit.payload import moment_in, object_in, text_in

PERSON = "@c.us"  # of a chat of WhatsApp; a group ends with @g.us
FROM_PHONE = "outgoingMessageReceived"
STATES = {"sent": "sent", "delivered": "delivered", "read": "read", "failed": "failed", "noAccount": "failed"}
FILES = {
    "imageMessage": "photo",
    "videoMessage": "video",
    "documentMessage": "document",
    "audioMessage": "voice",
    "stickerMessage": "sticker",
}


def read(arrival: Arrival) -> Sequence[object]:
    """One message, an edit of one, or the state of one of ours."""
    told = _told(bytes(arrival.body))
    kind = text_in(told, "typeWebhook")
    reader = _READERS.get(kind)
    if reader is None:
        raise Ignore(gettext_lazy("This kind of update is not used."), detail=kind[:100])
    return [reader(told, arrival)]


def _message(told: dict[str, Any], arrival: Arrival) -> MessageReceived | MessageEdited:
    sender, data = object_in(told, "senderData"), object_in(told, "messageData")
    chat, kind = text_in(sender, "chatId"), text_in(data, "typeMessage")
    if not chat or not text_in(told, "idMessage"):
        raise NotUnderstood(gettext_lazy("The message has no sender."))
    if chat.endswith("@g.us") or chat.startswith("-"):
        raise Ignore(gettext_lazy("A message in a group, not to us."))
    if kind in ("editedMessage", "deletedMessage"):
        return _edited(data, kind, chat, _moment(told, arrival))
    if kind == "reactionMessage":
        raise Ignore(gettext_lazy("This kind of update is not used."), detail=kind)
    is_ours = text_in(told, "typeWebhook") == FROM_PHONE
    network = "whatsapp" if text_in(object_in(told, "instanceData"), "typeInstance") == "whatsapp" else "max"
    name = text_in(sender, "chatName" if is_ours else "senderName")
    place = object_in(data, "locationMessageData")
    has_place = {"latitude", "longitude"} <= place.keys()
    return MessageReceived(
        channel=network,
        user_id=chat,
        outside_id=text_in(told, "idMessage"),
        sent_at=_moment(told, arrival),
        text=_text(data, kind),
        name=name[:200],
        phone=_phone(chat, sender),
        files=_files(data, kind, told),
        place=(float(place["latitude"]), float(place["longitude"])) if has_place else None,
        contact=_contact(data),
        answers=text_in(object_in(data, "quotedMessage"), "stanzaId"),
        is_ours=is_ours,
    )


def _edited(data: dict[str, Any], kind: str, chat: str, at: datetime) -> MessageEdited:
    changed = object_in(data, f"{kind}Data")
    number = text_in(changed, "stanzaId")
    if not number:
        raise NotUnderstood(gettext_lazy("The message has no sender."))
    text = text_in(changed, "textMessage") or text_in(changed, "caption")
    return MessageEdited(chat, number, at, text if kind == "editedMessage" else None)


def _state(told: dict[str, Any], arrival: Arrival) -> MessageState:
    state = STATES.get(text_in(told, "status"))
    if state is None:
        raise Ignore(gettext_lazy("This kind of update is not used."), detail=text_in(told, "status")[:100])
    reason = text_in(told, "description")[:100] or (text_in(told, "status") if state == "failed" else "")
    return MessageState(text_in(told, "idMessage"), state, _moment(told, arrival), reason=reason)


def _text(data: dict[str, Any], kind: str) -> str:
    for place, name in _TEXTS:
        if found := text_in(object_in(data, place), name):
            return found
    words = _KINDS.get(kind)
    return f"[{words}]" if words else ("" if kind in FILES or kind in _SAID else f"[{kind}]")


def _files(data: dict[str, Any], kind: str, told: dict[str, Any]) -> tuple[FileSent, ...]:
    if kind not in FILES:
        return ()
    file = object_in(data, "fileMessageData")
    ref = {
        "url": text_in(file, "downloadUrl"),
        "chat": text_in(object_in(told, "senderData"), "chatId"),
        "message": text_in(told, "idMessage"),
    }
    name, kind_there = text_in(file, "fileName")[:200], text_in(file, "mimeType")[:100]
    return (FileSent(FILES[kind], ref, name=name, type=kind_there),)


def _contact(data: dict[str, Any]) -> tuple[str, str] | None:
    shared = object_in(data, "contactMessageData")
    if not shared:
        return None
    numbers = [line.rpartition(":")[2] for line in text_in(shared, "vcard").splitlines() if "TEL" in line.upper()]
    return text_in(shared, "displayName")[:200], (numbers or [""])[0].strip()[:60]


def _phone(chat: str, sender: dict[str, Any]) -> str:
    """A chat of WhatsApp is a number; MAX says it beside, where the person lets it be seen."""
    shown = chat.removesuffix(PERSON) if chat.endswith(PERSON) else str(sender.get("senderPhoneNumber") or "")
    try:
        return phones.normalise(f"+{shown}") if shown.isdecimal() and shown != "0" else ""
    except phones.NotAPhone:
        return ""


def _moment(told: dict[str, Any], arrival: Arrival) -> datetime:
    return moment_in(told, "timestamp", a_second=1, received_at=arrival.received_at)


def _told(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    # A few thousand brackets are no syntax error to the parser.
    except (ValueError, RecursionError) as refusal:
        raise NotUnderstood(gettext_lazy("The body is no JSON.")) from refusal
    if not isinstance(told, dict) or not isinstance(told.get("typeWebhook"), str):
        raise NotUnderstood(gettext_lazy("The body is no notification of Green-API: typeWebhook is missing."))
    return told


# Where the words of a message stand, by its kind.
_TEXTS = (
    ("textMessageData", "textMessage"),
    ("extendedTextMessageData", "text"),
    ("fileMessageData", "caption"),
    ("locationMessageData", "nameLocation"),
)
_SAID = frozenset({"textMessage", "extendedTextMessage", "quotedMessage", "locationMessage", "contactMessage"})
_KINDS = {
    "pollMessage": gettext_lazy("poll"),
    "contactsArrayMessage": gettext_lazy("contacts"),
}
_READERS: Mapping[str, Callable[[dict[str, Any], Arrival], object]] = {
    "incomingMessageReceived": _message,
    FROM_PHONE: _message,
    "outgoingMessageStatus": _state,
}
