"""Telegram's updates in our words. Source: Bot API 10.1 (Update, Message, Contact)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.intake.connector import Ignore, NotUnderstood
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.ways_in import MessageReceived
from svyazka.kit import phones
from svyazka.kit.payload import moment_in, object_in, text_in


def read(arrival: Arrival) -> Sequence[object]:
    """One message, or nothing that concerns us (edits, group chats, joins)."""
    update = _update(bytes(arrival.body))
    message = update.get("message")
    if message is None:
        kinds = ", ".join(sorted(update.keys() - {"update_id"}))
        raise Ignore(gettext_lazy("This kind of update is not used."), detail=kinds)
    if not isinstance(message, dict):
        raise NotUnderstood(gettext_lazy("The message is none of Telegram's."))
    sender, chat = object_in(message, "from"), object_in(message, "chat")
    if not isinstance(sender.get("id"), int):
        raise NotUnderstood(gettext_lazy("The message has no sender."))
    if not chat:
        raise NotUnderstood(gettext_lazy("The message stands in no chat."))
    if chat.get("type") != "private":
        raise Ignore(gettext_lazy("A message in a group, not to us."))
    nick = text_in(sender, "username")
    return [
        MessageReceived(
            channel="telegram",
            user_id=str(sender["id"]),
            outside_id=str(message.get("message_id", "")),
            sent_at=moment_in(message, "date", a_second=1, received_at=arrival.received_at),
            text=_text_of(message),
            name=" ".join(filter(None, [text_in(sender, "first_name"), text_in(sender, "last_name")]))[:200],
            nick=f"@{nick}"[:200] if nick else "",
            phone=_own_phone(message, sender["id"]),
        )
    ]


def _update(body: bytes) -> dict[str, Any]:
    try:
        update = json.loads(body)
    # A few thousand brackets are no syntax error to the parser.
    except (ValueError, RecursionError) as refusal:
        raise NotUnderstood(gettext_lazy("The body is no JSON.")) from refusal
    if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
        raise NotUnderstood(gettext_lazy("The body is no update of Telegram: update_id is missing."))
    return update


def _text_of(message: dict[str, Any]) -> str:
    """What was written; what was sent instead, by its name, so that the history says that there was something."""
    if written := text_in(message, "text") or text_in(message, "caption"):
        return written
    place = object_in(message, "location")
    if {"latitude", "longitude"} <= place.keys():
        return _("Location: {latitude}, {longitude}").format(latitude=place["latitude"], longitude=place["longitude"])
    for kind, words in _ATTACHED.items():
        if kind in message:
            return f"[{words}]"
    return ""


def _own_phone(message: dict[str, Any], sender: int) -> str:
    """Anybody's contact can be shared; only the sender's own says who he is."""
    contact = object_in(message, "contact")
    if contact.get("user_id") != sender:
        return ""
    try:
        return phones.normalise(str(contact.get("phone_number", "")))
    except phones.NotAPhone:
        return ""


_ATTACHED = {
    "photo": gettext_lazy("photo"),
    "document": gettext_lazy("file"),
    "voice": gettext_lazy("voice message"),
    "video": gettext_lazy("video"),
    "audio": gettext_lazy("audio"),
    "sticker": gettext_lazy("sticker"),
    "contact": gettext_lazy("contact"),
}
