"""Whether a bot's update may be written into the ledger. Without Django: for the edge."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from svyazka.business.intake.knock import Accepted, Account, Knock, Refused, Said

# What we ask for (Bot API 10.1, Update).
UPDATES = [
    "message", "edited_message", "callback_query", "my_chat_member", "business_message", "edited_business_message",
    "deleted_business_messages",
]  # fmt: skip
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the name, not the secret


def verify(knock: Knock, account: Account) -> Accepted | Refused:
    if not account.knows(knock.headers.get(SECRET_HEADER, "")):
        return Refused(403, "wrong_secret")
    update = knock.as_object()
    number = update.get("update_id")
    if not isinstance(number, int) or isinstance(number, bool):
        # 200 even for nonsense: Telegram would repeat it for a day. It is written down, and a person sees it.
        outside_id = hashlib.sha256(knock.body).hexdigest()
        return Accepted(outside_id, f"{account.code}/{outside_id}", message="written_down")
    outside_id = str(number) if abs(number) < 10**30 else hashlib.sha256(knock.body).hexdigest()
    conversation = f"{account.code}/{chat_of(update) or outside_id}"
    return Accepted(outside_id, conversation, message="written_down", said=_answer(update))


def pressed(update: Mapping[str, Any]) -> str:
    """The number of a pressed button: until it is answered, the person sees it turn."""
    query = update.get("callback_query")
    number = query.get("id") if isinstance(query, dict) else None
    return number if isinstance(number, str) and len(number) < 100 else ""


def _answer(update: Mapping[str, Any]) -> Said | None:
    """It takes a call of its own methods for an answer."""
    if number := pressed(update):
        return Said(json.dumps({"method": "answerCallbackQuery", "callback_query_id": number}).encode())
    return None


def chat_of(update: Mapping[str, Any]) -> str:
    """Messages, edits, pressed buttons, changes of membership: each names its chat, at one of two places."""
    for told in update.values():
        if not isinstance(told, dict):
            continue
        inner = told.get("message")
        for place in (told, inner if isinstance(inner, dict) else {}):
            chat = place.get("chat")
            if isinstance(chat, dict) and isinstance(chat.get("id"), int) and abs(chat["id"]) < 10**30:
                return str(chat["id"])
    return ""
