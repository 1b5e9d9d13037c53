"""Wazzup's webhooks in our words. Source: its documentation of API v3 (webhooks: messages, statuses)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy

from svyazka.business.intake.connector import Ignore, NotUnderstood
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.ways_in import FileSent, MessageEdited, MessageReceived, MessageState
from svyazka.kit import phones
from svyazka.kit.payload import object_in, said_moment, text_in

# Their name of a network → a ContactPoint.Kind.
NETWORKS = {"whatsapp": "whatsapp", "telegram": "telegram", "max": "max", "vk": "vk", "avito": "avito"}
GROUPS = frozenset({"whatsgroup", "telegroup"})
FILES = {"image": "photo", "document": "document", "audio": "voice", "video": "video"}
STATES = {"sent": "sent", "delivered": "delivered", "read": "read", "error": "failed"}


def read(arrival: Arrival) -> Sequence[object]:
    """All that one webhook tells: messages, edits, states; in the order in which they stand there."""
    told = _told(bytes(arrival.body))
    found = [*_messages(told, arrival), *_states(told, arrival)]
    if not found:
        raise Ignore(gettext_lazy("This kind of update is not used."), detail=", ".join(sorted(told))[:100])
    return found


def _messages(told: dict[str, Any], arrival: Arrival) -> Iterator[object]:
    for message in _listed(told, "messages"):
        network = text_in(message, "chatType")
        if network in GROUPS:
            continue
        if network not in NETWORKS:
            raise NotUnderstood(gettext_lazy("Messages of this network are not known here."), detail=network[:40])
        chat, number = text_in(message, "chatId"), text_in(message, "messageId")
        if not chat or not number:
            raise NotUnderstood(gettext_lazy("The message has no sender."))
        if message.get("isEdited") or message.get("isDeleted"):
            yield _edited(message, arrival)
        elif not _is_our_own_echo(message):
            yield _written(message, network, arrival)


def _written(message: dict[str, Any], network: str, arrival: Arrival) -> MessageReceived:
    chat, contact = text_in(message, "chatId"), object_in(message, "contact")
    nick = text_in(contact, "username")
    return MessageReceived(
        channel=NETWORKS[network],
        user_id=user_of(message),
        outside_id=text_in(message, "messageId"),
        sent_at=_moment(message, arrival),
        text=text_in(message, "text") or _instead(message),
        name=text_in(contact, "name")[:200],
        nick=f"@{nick}"[:200] if nick else "",
        phone=_phone(chat if network == "whatsapp" else text_in(contact, "phone")),
        files=_files(message),
        answers=text_in(object_in(message, "quotedMessage"), "messageId"),
        address={"channelId": text_in(message, "channelId"), "chatType": network, "chatId": chat},
        is_ours=message.get("isEcho") is True,
    )


def user_of(message: dict[str, Any]) -> str:
    """Several networks come through one account: a number is somebody else in each."""
    return f"{text_in(message, 'chatType')}/{text_in(message, 'chatId')}"


def _edited(message: dict[str, Any], arrival: Arrival) -> MessageEdited:
    text = None if message.get("isDeleted") else text_in(message, "text")
    return MessageEdited(user_of(message), text_in(message, "messageId"), _moment(message, arrival), text)


def _is_our_own_echo(message: dict[str, Any]) -> bool:
    """What went out through the API comes back as well, without an author: it stands in the history already."""
    return message.get("isEcho") is True and not text_in(message, "authorName")


def _states(told: dict[str, Any], arrival: Arrival) -> Iterator[MessageState]:
    for status in _listed(told, "statuses"):
        state, number = STATES.get(text_in(status, "status")), text_in(status, "messageId")
        if state and number:
            at = said_moment(status.get("timestamp"), received_at=arrival.received_at)
            yield MessageState(number, state, at, reason=text_in(object_in(status, "error"), "error")[:100])


def _files(message: dict[str, Any]) -> tuple[FileSent, ...]:
    address, kind = text_in(message, "contentUri"), FILES.get(text_in(message, "type"), "document")
    return (FileSent(kind, {"url": address}, name=text_in(message, "fileName")[:200]),) if address else ()


def _instead(message: dict[str, Any]) -> str:
    """What was sent in place of a text, by its name, so that the history says that there was something."""
    kind = text_in(message, "type")
    words = _KINDS.get(kind)
    return f"[{words}]" if words else (f"[{kind}]" if kind and kind not in FILES and kind != "text" else "")


def _moment(message: dict[str, Any], arrival: Arrival) -> datetime:
    return said_moment(message.get("dateTime"), received_at=arrival.received_at)


def _phone(typed: str) -> str:
    try:
        return phones.normalise(f"+{typed.lstrip('+')}") if typed else ""
    except phones.NotAPhone:
        return ""


def _told(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    # A few thousand brackets are no syntax error to the parser.
    except (ValueError, RecursionError) as refusal:
        raise NotUnderstood(gettext_lazy("The body is no JSON.")) from refusal
    if not isinstance(told, dict):
        raise NotUnderstood(gettext_lazy("The body is no webhook of Wazzup."))
    return told


def _listed(told: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = told.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


_KINDS = {
    "geo": gettext_lazy("location"),
    "vcard": gettext_lazy("contact"),
    "missed_call": gettext_lazy("missed call in the messenger"),
    "unsupported": gettext_lazy("something that Wazzup does not pass on"),
}
