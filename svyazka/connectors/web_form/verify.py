"""Whether a form may be written into the ledger, and what its sender is told. Without Django: for the edge."""

from __future__ import annotations

import hashlib

from svyazka.business.intake.knock import Accepted, Account, Knock, Refused
from svyazka.connectors.web_form.fields import Unreadable, parse


def verify(knock: Knock, account: Account) -> Accepted | Refused:
    """The site's key has been checked: it stands in the address. What cannot be read is written down nevertheless."""
    origin = knock.headers.get("origin")
    if origin and not account.lets_in(origin):
        return Refused(403, "wrong_site")
    # Tilda asks so whether somebody is there, when the address is entered.
    if knock.body in (b"test=test", b""):
        return Refused(200, "ready") if knock.body else Refused(400, "empty")
    try:
        fields = parse(knock.headers.get("content-type", ""), knock.body)
    except Unreadable:
        outside_id = _of_these_words("", knock)
        return Accepted(outside_id, f"{account.code}/{outside_id}", status=400, message="unreadable")
    outside_id = fields.outside_id or _of_these_words(fields.said_id, knock)
    conversation = f"{account.code}/{fields.phone or fields.email or outside_id}"
    if not fields.is_acceptable:
        return Accepted(outside_id, conversation, status=422, message="incomplete", wrong=fields.wrong)
    return Accepted(outside_id, conversation)


def _of_these_words(said_id: str, knock: Knock) -> str:
    """A form without a number of its own: the same words within a minute are a second click, later a second wish.

    With one, the same words are the same delivery whenever they come. Not by the number alone: where it stands in the
    page of the form, everybody sends it, and all but the first would be lost.
    """
    when = "" if said_id else f"{knock.at:%Y-%m-%dT%H:%M}"
    return hashlib.sha256(knock.body + when.encode()).hexdigest()
