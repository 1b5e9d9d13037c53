"""Whether a webhook of Wazzup may be written into the ledger. Without Django: for the edge.

Wazzup signs nothing: the key in the address is what nobody else knows. Where a crmKey was agreed on, it comes along.
"""

from __future__ import annotations

import hashlib
from typing import Any

from svyazka.business.intake.knock import Accepted, Account, Knock, Refused


def verify(knock: Knock, account: Account) -> Accepted | Refused:
    shown = knock.headers.get("authorization", "").removeprefix("Bearer ")
    if account.secret_fingerprint and not account.knows(shown):
        return Refused(403, "wrong_secret")
    told = knock.as_object()
    if told.get("test") is True:  # so it asks whether somebody is there, when the address is entered
        return Refused(200, "ready")
    outside_id = _outside_id(told) or hashlib.sha256(knock.body).hexdigest()
    # 200 even for nonsense: it would be repeated. It is written down, and a person sees it.
    return Accepted(outside_id, f"{account.code}/{_chat(told) or outside_id}", message="written_down")


def _outside_id(told: dict[str, Any]) -> str:
    """Of one message or one status: what a second delivery would say again. Of several: the words themselves."""
    messages, statuses = _listed(told, "messages"), _listed(told, "statuses")
    if len(messages) == 1 and not statuses and not (messages[0].get("isEdited") or messages[0].get("isDeleted")):
        return _joined("message", messages[0].get("messageId"))
    if len(statuses) == 1 and not messages:
        return _joined("status", statuses[0].get("messageId"), statuses[0].get("status"))
    return ""


def _joined(*parts: object) -> str:
    return "/".join(map(str, parts)) if all(isinstance(part, str) and part for part in parts) else ""


def _chat(told: dict[str, Any]) -> str:
    """The first chat that it names. A status names none: it goes by its message, and may come whenever it likes."""
    for message in _listed(told, "messages"):
        if chat := _joined(message.get("chatType"), message.get("chatId")):
            return chat
    return ""


def _listed(told: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = told.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
