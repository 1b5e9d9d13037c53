"""Updates of MAX in our words. Source: the official schema of its Bot API (Update, Message, User), read tolerantly:
what really comes differs from it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.intake.connector import Ignore, NotUnderstood
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.ways_in import MessageEdited, MessageReceived, ReachChanged
from svyazka.connectors.max.attachments import Brought, brought
from svyazka.kit.payload import moment_in, object_in, text_in

PRESS = "callback/"  # begins the number of a press, which is no message of theirs


def read(arrival: Arrival) -> Sequence[object]:
    """What concerns a dialog with us; groups, and what people do there with the bot, do not."""
    update = _update(bytes(arrival.body))
    kind = str(update.get("update_type"))
    if kind not in _READERS:
        raise Ignore(gettext_lazy("This kind of update is not used."), detail=kind[:60])
    return _READERS[kind](update, arrival)


def _started(update: dict[str, Any], arrival: Arrival) -> Sequence[object]:
    """From now on he can be written to. What a link brought along comes as if it were written, as in Telegram."""
    sender, moment = _sender(object_in(update, "user")), _moment(update, arrival)
    opened = ReachChanged(sender["user_id"], moment, is_open=True)
    payload = text_in(update, "payload").strip()
    if not payload:
        return [opened]
    return [opened, MessageReceived(outside_id="", sent_at=moment, text=f"/start {payload}", **sender)]


def _stopped(update: dict[str, Any], arrival: Arrival) -> Sequence[object]:
    sender = _sender(object_in(update, "user"))
    return [ReachChanged(sender["user_id"], _moment(update, arrival), is_open=False)]


def _written(update: dict[str, Any], arrival: Arrival) -> Sequence[MessageReceived]:
    message = object_in(update, "message")
    sender, body, link = (object_in(message, name) for name in ("sender", "body", "link"))
    _insist_on_dialog(message)
    mid, other = text_in(body, "mid")[:100], object_in(link, "message")
    came = brought(body, mid=mid, sender=sender.get("user_id"))
    forwarded = Brought()
    if link.get("type") == "forward":
        # Its own contact is nobody's here: whoever forwards it may have got it from anybody.
        forwarded = brought(other, mid=mid, sender=None)
    return [
        MessageReceived(
            outside_id=mid,
            sent_at=_moment(message, arrival),
            text=_text(body, came, other if link.get("type") == "forward" else {}, forwarded),
            phone=came.phone,
            files=came.files + forwarded.files,
            place=came.place or forwarded.place,
            contact=came.contact or forwarded.contact,
            answers=text_in(other, "mid")[:100] if link.get("type") == "reply" else "",
            **_sender(sender),
        )
    ]


def _text(body: dict[str, Any], came: Brought, other: dict[str, Any], forwarded: Brought) -> str:
    passed_on = text_in(other, "text") or forwarded.page
    if passed_on:
        passed_on = _("Forwarded: {text}").format(text=passed_on)
    return "\n".join(filter(None, [text_in(body, "text") or came.page, passed_on]))


def _edited(update: dict[str, Any], arrival: Arrival) -> Sequence[object]:
    [whole] = _written(update, arrival)
    mid = _mid(object_in(object_in(update, "message"), "body"), "mid")
    return [MessageEdited(whole.user_id, mid, _moment(update, arrival), whole.text, whole)]


def _removed(update: dict[str, Any], arrival: Arrival) -> Sequence[object]:
    number = update.get("user_id")
    if not isinstance(number, int) or isinstance(number, bool):
        raise NotUnderstood(gettext_lazy("The message has no sender."))
    return [MessageEdited(str(number), _mid(update, "message_id"), _moment(update, arrival), None)]


def _pressed(update: dict[str, Any], arrival: Arrival) -> Sequence[object]:
    """His app waits for a word of ours, so the number of the press belongs to the way back."""
    callback, message = object_in(update, "callback"), object_in(update, "message")
    pressed, number = text_in(callback, "payload")[:1024], text_in(callback, "callback_id")[:200]
    body = object_in(message, "body")
    return [
        MessageReceived(
            outside_id=f"{PRESS}{number}/{callback.get('timestamp')}"[:300] if number else "",
            sent_at=_moment(callback, arrival),
            text=_title(body, pressed) or pressed,
            pressed=pressed,
            answers=text_in(body, "mid")[:100],
            address={"callback_id": number} if number else {},
            **_sender(object_in(callback, "user")),
        )
    ]


def _title(body: dict[str, Any], pressed: str) -> str:
    """What stands on the button."""
    for one in body.get("attachments") or ():
        rows = object_in(one, "payload").get("buttons") if isinstance(one, dict) else None
        for button in (button for row in rows or () if isinstance(row, list) for button in row):
            if isinstance(button, dict) and button.get("payload") == pressed:
                return text_in(button, "text")
    return ""


def _update(body: bytes) -> dict[str, Any]:
    try:
        update = json.loads(body)
    # A few thousand brackets are no syntax error to the parser.
    except (ValueError, RecursionError) as refusal:
        raise NotUnderstood(gettext_lazy("The body is no JSON.")) from refusal
    if not isinstance(update, dict) or not isinstance(update.get("update_type"), str):
        raise NotUnderstood(gettext_lazy("The body is no update of MAX: update_type is missing."))
    return update


def _insist_on_dialog(message: dict[str, Any]) -> None:
    if object_in(message, "sender").get("is_bot") is True:
        raise Ignore(gettext_lazy("Written by a bot."))
    if object_in(message, "recipient").get("chat_type") != "dialog":
        raise Ignore(gettext_lazy("A message in a group, not to us."))


def _mid(inside: dict[str, Any], name: str) -> str:
    mid = text_in(inside, name)[:100]
    if not mid:
        raise NotUnderstood(gettext_lazy("It does not say which message it is about."))
    return mid


def _moment(inside: dict[str, Any], arrival: Arrival) -> datetime:
    return moment_in(inside, "timestamp", a_second=1000, received_at=arrival.received_at)


def _sender(user: dict[str, Any]) -> dict[str, Any]:
    number = user.get("user_id")
    if not isinstance(number, int) or isinstance(number, bool):
        raise NotUnderstood(gettext_lazy("The message has no sender."))
    nick = text_in(user, "username")
    name = " ".join(filter(None, [text_in(user, "first_name"), text_in(user, "last_name")])) or text_in(user, "name")
    return {"channel": "max", "user_id": str(number), "name": name[:200], "nick": f"@{nick}"[:200] if nick else ""}


_READERS: dict[str, Callable[[dict[str, Any], Arrival], Sequence[object]]] = {
    "bot_started": _started,
    "bot_stopped": _stopped,
    "message_callback": _pressed,
    "message_created": _written,
    "message_edited": _edited,
    "message_removed": _removed,
}
