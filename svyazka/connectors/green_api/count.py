"""All messages that Green-API has had for us in the last day; what we lack is taken out of its own journal. Source: its
documentation, lastIncomingMessages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from svyazka.business.intake.counted_there import Asking, Counted
from svyazka.business.intake.write_down import NewArrival
from svyazka.connectors.green_api.send import GreenApi
from svyazka.connectors.green_api.verify import known_by
from svyazka.kit import clock
from svyazka.kit.payload import text_in

_FILES = ("downloadUrl", "caption", "fileName", "mimeType")


def count(asking: Asking) -> Counted:
    minutes = int((clock.now() - asking.since).total_seconds() // 60)
    with closing(GreenApi(asking.access)) as line:
        came = line.came_in(minutes=minutes)
    arrivals = [_arrival(dict(one), asking) for one in came if one.get("idMessage") and one.get("chatId")]
    return Counted({one.outside_id: one for one in arrivals})


def _arrival(one: dict[str, Any], asking: Asking) -> NewArrival:
    told = _as_notification(one, asking.access.options)
    body = json.dumps(told, ensure_ascii=False).encode()
    outside_id, conversation = known_by(told, body, asking.access.account)
    return NewArrival(asking.access.account, "green_api", outside_id, conversation, {}, body)


def _as_notification(one: dict[str, Any], options: Mapping[str, str]) -> dict[str, Any]:
    """In the shape in which it would have come by itself. What its journal does not hold is not there."""
    chat = text_in(one, "chatId")
    network = "whatsapp" if chat.endswith(("@c.us", "@g.us")) else "v3"
    said = {
        "textMessageData": {"textMessage": one.get("textMessage")},
        "extendedTextMessageData": one.get("extendedTextMessage"),
        "fileMessageData": {name: one.get(name) for name in _FILES},
        "locationMessageData": one.get("location"),
        "contactMessageData": one.get("contact"),
        "quotedMessage": one.get("quotedMessage"),
    }
    return {
        "typeWebhook": "incomingMessageReceived",
        "instanceData": {"idInstance": options.get("instance", ""), "typeInstance": network},
        "timestamp": one.get("timestamp"),
        "idMessage": one.get("idMessage"),
        "senderData": {"chatId": chat, "sender": one.get("senderId"), "senderName": one.get("senderName")},
        "messageData": {"typeMessage": one.get("typeMessage"), **{name: part for name, part in said.items() if part}},
    }
