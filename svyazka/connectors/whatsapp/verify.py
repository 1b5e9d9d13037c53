"""Whether a POST of WhatsApp may be written into the ledger. Without Django: for the edge."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import parse_qs

from svyazka.business.intake.knock import Accepted, Account, Knock, Refused, Said
from svyazka.connectors.whatsapp.parts import keys_of

SIGNATURE = "x-hub-signature-256"
LARGEST = 3 * 1024 * 1024 + 64 * 1024  # Meta's bound, and some air
LONGEST_CHALLENGE = 200


def verify(knock: Knock, account: Account) -> Accepted | Refused:
    if not knock.body:
        return _challenged(knock, account)
    if not _is_signed(knock, account.signing):
        return Refused(403, "wrong_secret")
    outside_id, conversation = keys_of(knock.as_object(), knock.body, account.code)
    # 200 even for nonsense: it would be repeated for seven days. It is written down, and a person sees it.
    return Accepted(outside_id, conversation, message="written_down")


def _challenged(knock: Knock, account: Account) -> Refused:
    """When the address is entered there, Meta asks once whether it is ours."""
    asked = {name: values[-1] for name, values in parse_qs(knock.query, errors="replace").items()}
    if not account.knows(asked.get("hub.verify_token", "")):
        return Refused(403, "wrong_secret")
    challenge = asked.get("hub.challenge", "")[:LONGEST_CHALLENGE]
    return Refused(200, "ready", said=Said(challenge.encode(), "text/plain; charset=utf-8"))


def _is_signed(knock: Knock, secret: str) -> bool:
    """Over the bytes as they came: what Meta signs has its Cyrillic letters escaped, and nobody writes it again in the
    same way. Without a secret anybody could sign."""
    shown = knock.headers.get(SIGNATURE, "")
    made = "sha256=" + hmac.new(secret.encode(), knock.body, hashlib.sha256).hexdigest()
    return bool(secret) and hmac.compare_digest(shown.encode("utf-8", "replace"), made.encode())
