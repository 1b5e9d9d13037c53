"""What WhatsApp tells us, in our words: messages and what becomes of ours, many of many people in one arrival."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from svyazka.business.intake.connector import Ignore, NotUnderstood
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.ways_in import IdentityChanged, MessageEdited, MessageReceived, MessageState
from svyazka.connectors.whatsapp.content import content_of
from svyazka.connectors.whatsapp.parts import ECHO, STATUS, Part, parts_of
from svyazka.connectors.whatsapp.refusals import reason_of
from svyazka.kit import phones
from svyazka.kit.payload import moment_in, object_in, text_in

STATES = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}
# Nobody is waiting for an answer to these.
UNUSED = frozenset({"reaction", "request_welcome", "ephemeral"})


def read(arrival: Arrival) -> Sequence[object]:
    told = _told(bytes(arrival.body))
    parts = list(parts_of(told))
    found = [thing for part in parts for thing in _read(part, arrival)]
    if not found:
        kinds = {text_in(part.item, "type") for part in parts} or set(_fields(told))
        reason = _("Reactions are not used.") if kinds == {"reaction"} else _("Nothing of it is used.")
        raise Ignore(reason, detail=", ".join(sorted(filter(None, kinds)))[:60])
    return found


def _read(part: Part, arrival: Arrival) -> Iterator[object]:
    item, kind = part.item, text_in(part.item, "type")
    if part.kind == STATUS:
        yield from _state(part, arrival)
    elif item.get("group_id") or kind in UNUSED:
        return
    elif not part.who:
        raise NotUnderstood(_("The message has no sender."))
    elif kind == "system":
        yield from _moved(part, arrival)
    else:
        yield from _same_person(part, arrival)
        yield _edit(part, arrival) if kind in ("edit", "revoke") else _message(part, item, arrival)


def _message(part: Part, item: dict[str, Any], arrival: Arrival) -> MessageReceived:
    """An echo is what one of us wrote on the phone: it says nothing of who the other one is."""
    number = text_in(item, "id")
    if not number:
        raise NotUnderstood(_("The message has no number."))
    address = {"wa_id": part.wa_id, "user_id": part.user_id, "number": part.number}
    return MessageReceived(
        channel="whatsapp",
        user_id=part.who,
        outside_id=number[:400],
        sent_at=_moment(part.item, arrival),
        name=part.name,
        nick=part.nick,
        phone=_phone(part.wa_id),
        address={name: value for name, value in address.items() if value},
        is_ours=part.kind == ECHO,
        **content_of(item),
    )


def _edit(part: Part, arrival: Arrival) -> MessageEdited:
    kind = text_in(part.item, "type")
    told = object_in(part.item, kind)
    number = text_in(told, "original_message_id")[:400]
    if not number:
        raise NotUnderstood(_("It does not say which message it is about."))
    moment = _moment(part.item, arrival)
    if kind == "revoke":
        return MessageEdited(part.who, number, moment, None)
    whole = _message(part, {**object_in(told, "message"), "id": number}, arrival)
    return MessageEdited(part.who, number, moment, whole.text, whole)


def _state(part: Part, arrival: Arrival) -> Iterator[MessageState]:
    state = STATES.get(text_in(part.item, "status"))
    errors = part.item.get("errors")
    error = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    if state and not part.item.get("group_id"):
        yield MessageState(
            text_in(part.item, "id")[:400],
            state,
            _moment(part.item, arrival),
            key=text_in(part.item, "biz_opaque_callback_data")[:60],
            reason=reason_of(error.get("code"), text_in(error, "title")) if state == "failed" else "",
        )


def _same_person(part: Part, arrival: Arrival) -> Iterator[IdentityChanged]:
    """Whoever wrote with his number alone is the one who writes with his id now."""
    if part.user_id and part.wa_id:
        moment = _moment(part.item, arrival)
        yield IdentityChanged("whatsapp", part.user_id, was=part.wa_id, at=moment, phone=_phone(part.wa_id))


def _moved(part: Part, arrival: Arrival) -> Iterator[IdentityChanged]:
    """He has another number, and with it another id: user_changed_number, user_changed_user_id."""
    system = object_in(part.item, "system")
    user_id, wa_id = text_in(system, "user_id")[:150], text_in(system, "wa_id") or text_in(system, "new_wa_id")
    new = user_id or (wa_id if wa_id.isdecimal() else "")
    before = (text_in(system, "previous_user_id"), text_in(system, "customer"), part.user_id, part.wa_id)
    for was in dict.fromkeys(before):
        if new and was and was != new:
            moment = _moment(part.item, arrival)
            yield IdentityChanged("whatsapp", new, was=was[:150], at=moment, phone=_phone(wa_id))


def _told(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    # A few thousand brackets are no syntax error to the parser.
    except (ValueError, RecursionError) as refusal:
        raise NotUnderstood(_("The body is no JSON.")) from refusal
    if not isinstance(told, dict) or not isinstance(told.get("entry"), list):
        raise NotUnderstood(_("The body is no webhook of WhatsApp: entry is missing."))
    return told


def _fields(told: dict[str, Any]) -> Iterator[str]:
    for entry in told["entry"]:
        changes = entry.get("changes") if isinstance(entry, dict) else None
        for change in changes if isinstance(changes, list) else ():
            yield text_in(change, "field") if isinstance(change, dict) else ""


def _moment(item: dict[str, Any], arrival: Arrival) -> datetime:
    """They write the number as a text."""
    said = item.get("timestamp")
    number = int(said) if isinstance(said, str) and said.isascii() and said.isdigit() and len(said) < 12 else said
    return moment_in({"at": number}, "at", a_second=1, received_at=arrival.received_at)


def _phone(wa_id: str) -> str:
    try:
        return phones.normalise(f"+{wa_id}") if wa_id else ""
    except phones.NotAPhone:
        return ""
