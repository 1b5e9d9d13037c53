"""Telegram's updates in our words. Source: Bot API 10.1 (Update, Message, Contact, CallbackQuery, ChatMemberUpdated,
BusinessMessagesDeleted)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.intake.connector import Ignore, NotUnderstood
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.ways_in import FileSent, MessageEdited, MessageReceived, ReachChanged
from svyazka.kit import phones
from svyazka.kit.payload import moment_in, object_in, text_in

_Told = dict[str, Any]
# Without words of ours; what a person sent nevertheless.
_OTHER = {
    "poll": gettext_lazy("poll"),
    "dice": gettext_lazy("dice"),
    "game": gettext_lazy("game"),
    "story": gettext_lazy("story"),
    "paid_media": gettext_lazy("paid media"),
    "checklist": gettext_lazy("checklist"),
    "invoice": gettext_lazy("invoice"),
}
# What stands in a message that the messenger itself writes into a private chat.
_SERVICE = frozenset(
    {
        "pinned_message", "message_auto_delete_timer_changed", "users_shared", "chat_shared", "connected_website",
        "write_access_allowed", "successful_payment", "refunded_payment", "boost_added", "chat_background_set", "gift",
        "unique_gift", "passport_data", "proximity_alert_triggered", "web_app_data", "paid_message_price_changed",
        "direct_message_price_changed", "giveaway_created", "giveaway_completed",
    }
)  # fmt: skip
# Field of a message → what it is to us. Of a photo there are several sizes, the largest is its file.
_FILES = {
    "photo": "photo", "animation": "video", "document": "document", "voice": "voice", "video": "video",
    "video_note": "video", "audio": "audio", "sticker": "sticker",
}  # fmt: skip


def read(arrival: Arrival) -> Sequence[object]:
    """What concerns us: messages of people and of their business accounts, edits, pressed buttons, who blocks us."""
    update = _update(bytes(arrival.body))
    for kind, reading in _READINGS.items():
        if kind not in update:
            continue
        told = update[kind]
        if not isinstance(told, dict):
            raise NotUnderstood(gettext_lazy("The message is none of Telegram's."))
        return reading(told, arrival)
    kinds = ", ".join(sorted(update.keys() - {"update_id"}))
    raise Ignore(gettext_lazy("This kind of update is not used."), detail=kinds)


def _update(body: bytes) -> _Told:
    try:
        update = json.loads(body)
    # A few thousand brackets are no syntax error to the parser.
    except (ValueError, RecursionError) as refusal:
        raise NotUnderstood(gettext_lazy("The body is no JSON.")) from refusal
    if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
        raise NotUnderstood(gettext_lazy("The body is no update of Telegram: update_id is missing."))
    return update


def _message(message: _Told, arrival: Arrival) -> Sequence[object]:
    return [_received(message, arrival)]


def _edited(message: _Told, arrival: Arrival) -> Sequence[object]:
    """Told whole: it may come before what it edits."""
    whole = _received(message, arrival)
    if whole.place:
        raise Ignore(gettext_lazy("A place on the map that moves."))
    at = moment_in(message, "edit_date", a_second=1, received_at=arrival.received_at)
    return [MessageEdited(whole.user_id, whole.outside_id, at, whole.text, whole)]


def _deleted(told: _Told, arrival: Arrival) -> Sequence[object]:
    numbers = told.get("message_ids")
    chat = object_in(told, "chat").get("id")
    if not isinstance(numbers, list) or not _is_number(chat):
        raise NotUnderstood(gettext_lazy("The message stands in no chat."))
    return [MessageEdited(str(chat), str(number), arrival.received_at, None) for number in numbers]


def _pressed(query: _Told, arrival: Arrival) -> Sequence[object]:
    """The time is that of the arrival: it tells none."""
    sender = _sender(object_in(query, "from"))
    message = object_in(query, "message")
    if object_in(message, "chat").get("type") != "private":
        raise Ignore(gettext_lazy("A message in a group, not to us."))
    code = text_in(query, "data")
    return [
        MessageReceived(
            outside_id=f"press {text_in(query, 'id')}"[:100],
            sent_at=arrival.received_at,
            text=_on_button(message, code),
            pressed=code,
            answers=_number_of(message),
            **sender,
        )
    ]


def _membership(told: _Told, arrival: Arrival) -> Sequence[object]:
    if object_in(told, "chat").get("type") != "private":
        raise Ignore(gettext_lazy("A message in a group, not to us."))
    status = object_in(told, "new_chat_member").get("status")
    at = moment_in(told, "date", a_second=1, received_at=arrival.received_at)
    user = _sender(object_in(told, "from"))["user_id"]
    if status not in ("kicked", "member"):
        raise Ignore(gettext_lazy("This kind of update is not used."), detail=str(status)[:60])
    return [ReachChanged(user, at, is_open=status == "member")]


_READINGS: Mapping[str, Callable[[_Told, Arrival], Sequence[object]]] = {
    "message": _message,
    "edited_message": _edited,
    "business_message": _message,
    "edited_business_message": _edited,
    "deleted_business_messages": _deleted,
    "callback_query": _pressed,
    "my_chat_member": _membership,
}


def _received(message: _Told, arrival: Arrival) -> MessageReceived:
    sender = _sender(object_in(message, "from"))
    chat = object_in(message, "chat")
    if not chat:
        raise NotUnderstood(gettext_lazy("The message stands in no chat."))
    if chat.get("type") != "private":
        raise Ignore(gettext_lazy("A message in a group, not to us."))
    business = text_in(message, "business_connection_id")
    # In a business account somebody of ours writes as himself; the chat is that of the client.
    is_ours = bool(business) and str(chat.get("id")) != sender["user_id"]
    whose = _sender(chat) if is_ours else sender
    files, place, contact = _files_of(message), _place_of(message), object_in(message, "contact")
    text = _text_of(message)
    if not (text or files or place or contact):
        _insist_written(message)
        text = _("[something that cannot be shown here]")
    return MessageReceived(
        outside_id=_number_of(message),
        sent_at=moment_in(message, "date", a_second=1, received_at=arrival.received_at),
        text=text,
        phone=_own_phone(contact, message),
        files=files,
        place=place,
        contact=_somebody_else(contact, message),
        answers=_number_of(object_in(message, "reply_to_message")),
        address={"business": business},
        is_ours=is_ours,
        album=text_in(message, "media_group_id")[:100],
        **whose,
    )


def _sender(user: _Told) -> dict[str, Any]:
    if not _is_number(user.get("id")):
        raise NotUnderstood(gettext_lazy("The message has no sender."))
    nick = text_in(user, "username")
    name = " ".join(filter(None, [text_in(user, "first_name"), text_in(user, "last_name")]))
    return {
        "channel": "telegram",
        "user_id": str(user["id"])[:100],
        "name": name[:200],
        "nick": f"@{nick}"[:200] if nick else "",
    }


def _is_number(given: object) -> bool:
    return isinstance(given, int) and not isinstance(given, bool)


def _number_of(message: _Told) -> str:
    number = message.get("message_id")
    return str(number)[:100] if _is_number(number) else ""


def _text_of(message: _Told) -> str:
    """What was written; of what we cannot show, its name, so that the history says that there was something."""
    if written := text_in(message, "text") or text_in(message, "caption"):
        return written
    if emoji := text_in(object_in(message, "sticker"), "emoji"):
        return emoji
    return next((f"[{words}]" for kind, words in _OTHER.items() if kind in message), "")


def _files_of(message: _Told) -> tuple[FileSent, ...]:
    """An animation stands there as a document, too."""
    for name, kind in _FILES.items():
        found = message.get(name)
        if isinstance(found, list):
            sizes = [one for one in found if isinstance(one, dict)]
            found = max(sizes, key=_pixels, default=None)
        if isinstance(found, dict) and text_in(found, "file_id"):
            return (_file(kind, found),)
    return ()


def _file(kind: str, found: _Told) -> FileSent:
    return FileSent(
        kind=kind,
        ref={"file_id": text_in(found, "file_id")},
        name=text_in(found, "file_name"),
        type=text_in(found, "mime_type"),
        size=_amount(found, "file_size"),
        seconds=_amount(found, "duration"),
    )


def _pixels(size: _Told) -> int:
    return (_amount(size, "width") or 0) * (_amount(size, "height") or 0)


def _amount(found: _Told, name: str) -> int | None:
    amount = found.get(name)
    return amount if isinstance(amount, int) and not isinstance(amount, bool) and 0 <= amount < 2**31 else None


def _place_of(message: _Told) -> tuple[float, float] | None:
    place = object_in(message, "location")
    latitude, longitude = place.get("latitude"), place.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    return (float(latitude), float(longitude)) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _own_phone(contact: _Told, message: _Told) -> str:
    """Anybody's contact can be shared; only the sender's own says who he is."""
    if not contact or contact.get("user_id") != object_in(message, "from").get("id"):
        return ""
    try:
        return phones.normalise(str(contact.get("phone_number", "")))
    except phones.NotAPhone:
        return ""


def _somebody_else(contact: _Told, message: _Told) -> tuple[str, str] | None:
    if not contact or _own_phone(contact, message):
        return None
    name = " ".join(filter(None, [text_in(contact, "first_name"), text_in(contact, "last_name")]))
    return name[:200], text_in(contact, "phone_number")[:50]


def _on_button(message: _Told, code: str) -> str:
    """The words that stand on it."""
    rows = object_in(message, "reply_markup").get("inline_keyboard")
    buttons = [one for row in rows if isinstance(row, list) for one in row] if isinstance(rows, list) else []
    found = (one for one in buttons if isinstance(one, dict) and one.get("callback_data") == code)
    return text_in(next(found, {}), "text")


def _insist_written(message: _Told) -> None:
    """What the messenger itself says in a chat is none of the person's."""
    if own := sorted(message.keys() & _SERVICE):
        raise Ignore(gettext_lazy("A message of the messenger itself."), detail=", ".join(own))
