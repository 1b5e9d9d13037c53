"""Whether a notification of Green-API may be written into the ledger. Without Django: for the edge."""

from __future__ import annotations

import hashlib
from typing import Any

from svyazka.business.intake.knock import Accepted, Account, Knock, Refused


def verify(knock: Knock, account: Account) -> Accepted | Refused:
    """What we gave them as `webhookUrlToken` comes back in each request."""
    if not account.knows(knock.headers.get("authorization", "").removeprefix("Bearer ")):
        return Refused(403, "wrong_secret")
    outside_id, conversation = known_by(knock.as_object(), knock.body, account.code)
    # 200 even for nonsense: it would be repeated. It is written down, and a person sees it.
    return Accepted(outside_id, conversation, message="written_down")


def known_by(told: dict[str, Any], body: bytes, account: str) -> tuple[str, str]:
    """The outside id and the conversation of a notification, however it came. A second delivery has the same."""
    parts = [told.get(name) for name in ("typeWebhook", "idMessage", "status")]
    has_number = all(isinstance(part, str) and part for part in parts[:2])
    outside_id = "/".join(str(part) for part in parts if part) if has_number else hashlib.sha256(body).hexdigest()
    sender = told.get("senderData")
    chat = told.get("chatId") or (sender.get("chatId") if isinstance(sender, dict) else None)
    return outside_id, f"{account}/{chat if isinstance(chat, str) and chat else outside_id}"
