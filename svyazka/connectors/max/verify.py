"""Whether an update of a MAX bot may be written into the ledger. Without Django: for the edge."""

from __future__ import annotations

import hashlib
from typing import Any

from svyazka.business.intake.knock import Accepted, Account, Knock, Refused

SECRET_HEADER = "x-max-bot-api-secret"  # noqa: S105 - the name, not the secret


def verify(knock: Knock, account: Account) -> Accepted | Refused:
    if not account.knows(knock.headers.get(SECRET_HEADER, "")):
        return Refused(403, "wrong_secret")
    update = knock.as_object()
    outside_id, conversation = keys_of(update, knock.body, account.code)
    # 200 even for nonsense: MAX would repeat it for eight hours. It is written down, and a person sees it.
    return Accepted(outside_id, conversation, message="written_down")


def keys_of(update: dict[str, Any], body: bytes, account: str) -> tuple[str, str]:
    """Its outside id, and its conversation: the same, whether MAX calls us or is asked."""
    outside_id = _outside_id(update) or hashlib.sha256(body).hexdigest()
    return outside_id, f"{account}/{_chat(update) or outside_id}"


def _outside_id(update: dict[str, Any]) -> str:
    """An update has no number of its own: what happened, to what, and when. A second delivery says the same."""
    kind, moment = update.get("update_type"), update.get("timestamp")
    if not isinstance(kind, str) or not isinstance(moment, int) or isinstance(moment, bool) or abs(moment) > 2**62:
        return ""
    body = _inner(_inner(update, "message"), "body")
    pressed, removed = _inner(update, "callback").get("callback_id"), update.get("message_id")
    what = pressed or body.get("mid") or removed or _chat(update)
    return f"{kind}/{what}/{moment}" if isinstance(what, str) and len(what) <= 120 else ""


def _chat(update: dict[str, Any]) -> str:
    for place in (update, _inner(_inner(update, "message"), "recipient")):
        number = place.get("chat_id")
        if isinstance(number, int) and abs(number) < 10**30:
            return str(number)
    return ""


def _inner(outer: dict[str, Any], name: str) -> dict[str, Any]:
    found = outer.get(name)
    return found if isinstance(found, dict) else {}
