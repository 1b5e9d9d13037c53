"""Whether a form may be written into the ledger, and what its sender is told. Without Django: for the edge."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from svyazka.business.intake.knock import Accepted, Account, Knock, Refused
from svyazka.connectors.web_form.bodies import read
from svyazka.connectors.web_form.fields import Unreadable, parse

HIDDEN = b"***"  # stands in the ledger where the secret stood


def verify(knock: Knock, account: Account) -> Accepted | Refused:
    """The site's key has been checked: it stands in the address. What cannot be read is written down nevertheless."""
    origin = knock.headers.get("origin")
    if origin and not account.lets_in(origin):
        return Refused(403, "wrong_site")
    # Tilda asks so whether somebody is there, when the address is entered.
    if knock.body in (b"test=test", b""):
        return Refused(200, "ready") if knock.body else Refused(400, "empty")
    written = _without_secret(knock, account)
    if written is None:
        return Refused(403, "wrong_secret")
    if account.options.get("is_captured"):
        return _kept(knock, account, written)
    try:
        fields = parse(knock.headers.get("content-type", ""), written, account.options.get("mapping") or {})
    except Unreadable:
        return _kept(knock, account, written, status=400, message="unreadable")
    outside_id = fields.outside_id or _of_these_words(fields.said_id, knock)
    conversation = f"{account.code}/{fields.phone or fields.email or outside_id}"
    # A trap that was walked into does not say so: whoever set it off would try without.
    if not fields.is_acceptable and not fields.trap:
        return Accepted(outside_id, conversation, 422, "incomplete", fields.wrong, written=_changed(knock, written))
    return Accepted(outside_id, conversation, phone=fields.phone, written=_changed(knock, written))


def _kept(knock: Knock, account: Account, written: bytes, *, status: int = 200, message: str = "thanks") -> Accepted:
    outside_id = _of_these_words("", knock)
    conversation = f"{account.code}/{outside_id}"
    return Accepted(outside_id, conversation, status=status, message=message, written=_changed(knock, written))


def _changed(knock: Knock, written: bytes) -> bytes | None:
    return None if written == knock.body else written


def _without_secret(knock: Knock, account: Account) -> bytes | None:
    """The body as it may be kept; None: it does not show the secret that this account wants to see."""
    asked: Mapping[str, Any] = account.options.get("proof") or {}
    way, name = asked.get("way"), str(asked.get("name", ""))
    if not way:
        return knock.body
    if way == "header":
        return knock.body if account.knows(knock.headers.get(name.lower(), "")) else None
    if way == "signature":
        return knock.body if _is_signed(knock, account, name) else None
    shown = _field(knock, name)
    return knock.body.replace(shown.encode(), HIDDEN) if account.knows(shown) else None


def _is_signed(knock: Knock, account: Account, name: str) -> bool:
    """HMAC-SHA256 over the body as it came, in hexadecimal; some write `sha256=` before it."""
    shown = knock.headers.get(name.lower(), "").strip().lower().removeprefix("sha256=")
    right = hmac.new(account.signing.encode(), knock.body, hashlib.sha256).hexdigest()
    return bool(account.signing) and hmac.compare_digest(shown.encode(), right.encode())


def _field(knock: Knock, name: str) -> str:
    try:
        found = read(knock.headers.get("content-type", ""), knock.body).get(name, "")
    except Unreadable:
        return ""
    return found if isinstance(found, str) else ""


def _of_these_words(said_id: str, knock: Knock) -> str:
    """A form without a number of its own: the same words within a minute are a second click, later a second wish.

    With one, the same words are the same delivery whenever they come. Not by the number alone: where it stands in the
    page of the form, everybody sends it, and all but the first would be lost.
    """
    when = "" if said_id else f"{knock.at:%Y-%m-%dT%H:%M}"
    return hashlib.sha256(knock.body + when.encode()).hexdigest()
