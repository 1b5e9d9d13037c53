"""Updates of MAX in our words. Source: the official schema of its Bot API (Update, Message, User), read tolerantly:
what really comes differs from it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.intake.connector import Ignore, NotUnderstood
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.ways_in import MessageReceived
from svyazka.kit import phones
from svyazka.kit.payload import moment_in, object_in, text_in

_PHONE = re.compile(r"^TEL[^:\r\n]*:(.+)$", re.MULTILINE)


def read(arrival: Arrival) -> Sequence[object]:
    """One message, or nothing that concerns us (edits, group chats, a bot that is only started)."""
    update = _update(bytes(arrival.body))
    kind = update.get("update_type")
    if kind == "bot_started":
        return [_started(update, arrival)]
    if kind == "message_created":
        return [_written(update, arrival)]
    raise Ignore(gettext_lazy("This kind of update is not used."), detail=str(kind)[:60])


def _started(update: dict[str, Any], arrival: Arrival) -> MessageReceived:
    """What a link brought along comes as if it were written, as in Telegram."""
    payload = text_in(update, "payload").strip()
    if not payload:
        raise Ignore(gettext_lazy("The bot was started; nothing is written yet."))
    sender = _sender(object_in(update, "user"))
    moment = moment_in(update, "timestamp", a_second=1000, received_at=arrival.received_at)
    return MessageReceived(outside_id="", sent_at=moment, text=f"/start {payload}", **sender)


def _written(update: dict[str, Any], arrival: Arrival) -> MessageReceived:
    message = object_in(update, "message")
    sender, recipient, body = (object_in(message, name) for name in ("sender", "recipient", "body"))
    if sender.get("is_bot") is True:
        raise Ignore(gettext_lazy("Written by a bot."))
    if recipient.get("chat_type") != "dialog":
        raise Ignore(gettext_lazy("A message in a group, not to us."))
    return MessageReceived(
        outside_id=text_in(body, "mid")[:100],
        sent_at=moment_in(message, "timestamp", a_second=1000, received_at=arrival.received_at),
        text=text_in(body, "text") or _attached(body),
        phone=_own_phone(body, sender.get("user_id")),
        **_sender(sender),
    )


def _update(body: bytes) -> dict[str, Any]:
    try:
        update = json.loads(body)
    # A few thousand brackets are no syntax error to the parser.
    except (ValueError, RecursionError) as refusal:
        raise NotUnderstood(gettext_lazy("The body is no JSON.")) from refusal
    if not isinstance(update, dict) or not isinstance(update.get("update_type"), str):
        raise NotUnderstood(gettext_lazy("The body is no update of MAX: update_type is missing."))
    return update


def _sender(user: dict[str, Any]) -> dict[str, Any]:
    number = user.get("user_id")
    if not isinstance(number, int) or isinstance(number, bool):
        raise NotUnderstood(gettext_lazy("The message has no sender."))
    nick = text_in(user, "username")
    name = " ".join(filter(None, [text_in(user, "first_name"), text_in(user, "last_name")])) or text_in(user, "name")
    return {"channel": "max", "user_id": str(number), "name": name[:200], "nick": f"@{nick}"[:200] if nick else ""}


def _attached(body: dict[str, Any]) -> str:
    """What was sent instead of a text, by its name, so that the history says that there was something."""
    for one in _attachments(body):
        if one.get("type") == "location" and {"latitude", "longitude"} <= one.keys():
            place = {name: one[name] for name in ("latitude", "longitude")}
            return _("Location: {latitude}, {longitude}").format(**place)
        if words := _KINDS.get(str(one.get("type"))):
            return f"[{words}]"
    return ""


def _own_phone(body: dict[str, Any], sender: object) -> str:
    """Anybody's contact can be shared; only the sender's own says who he is."""
    for one in _attachments(body):
        payload = object_in(one, "payload")
        if one.get("type") != "contact" or object_in(payload, "max_info").get("user_id") != sender:
            continue
        found = _PHONE.search(text_in(payload, "vcf_info"))
        try:
            return phones.normalise(found[1].strip()) if found else ""
        except phones.NotAPhone:
            return ""
    return ""


def _attachments(body: dict[str, Any]) -> list[dict[str, Any]]:
    found = body.get("attachments")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


_KINDS = {
    "image": gettext_lazy("photo"),
    "file": gettext_lazy("file"),
    "audio": gettext_lazy("voice message"),
    "video": gettext_lazy("video"),
    "sticker": gettext_lazy("sticker"),
    "contact": gettext_lazy("contact"),
}
