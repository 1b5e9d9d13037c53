"""A letter in our words. Source: RFC 5322, RFC 2045 to 2047, RFC 3464, RFC 3834."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.message import Message

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.conversations.letters import TOKEN, key_of
from svyazka.business.intake.connector import Arrived, Ignore, NotUnderstood
from svyazka.business.intake.ways_in import MailReceived, MessageState
from svyazka.connectors.email import bounces, html, letters, quotes
from svyazka.connectors.email.parts import Content, content_of

CLOCKS_MAY_DIFFER = timedelta(minutes=5)
OLDEST = timedelta(days=3650)
LONGEST = 50_000
MOST_REFERENCES = 50
MOST_TOKENS = 5
_PLUS = re.compile(rf"\+([0-9a-f]{{{TOKEN}}})@")
_IN_SUBJECT = re.compile(rf"\[#([0-9a-f]{{{TOKEN}}})\]")


def read(arrival: Arrived) -> Sequence[object]:
    """One letter, or what became of one of ours."""
    message = letters.parsed(bytes(arrival.body))
    at = _moment(message, arrival.received_at)
    if returned := bounces.bounce(message):
        return [_state(returned, at)]
    is_ours = bool(arrival.headers.get("sent"))
    sender = _sender(message)
    to = tuple(dict.fromkeys(one.value for name in ("to", "cc") for one in letters.addresses(message, name)))
    if is_ours and not to:
        raise Ignore(gettext_lazy("A letter of ours to nobody."))
    is_cut = bool(arrival.headers.get("cut"))
    content = Content() if is_cut else content_of(message)
    said = _("The letter is too large to be taken in. It lies in the mailbox.") if is_cut else content.said
    whole = said[:LONGEST]
    split = quotes.split(whole)
    subject = letters.header(message, "subject")[:500]
    mark = _print(message, whole, content)
    references = _references(message)
    return [
        MailReceived(
            channel="email",
            user_id=to[0] if is_ours else sender.value,
            outside_id=next(iter(letters.ids(message, "message-id")), f"<{mark}@nowhere>"),
            sent_at=at,
            text=split.said,
            name="" if is_ours or sender.name == sender.value else sender.name,
            files=tuple(content.files),
            is_ours=is_ours,
            subject=subject,
            quoted=split.quoted,
            signature=split.signature,
            whole=whole,
            answers=next(iter(references), ""),
            references=references,
            tokens=_tokens(message, subject),
            to=to,
            reply_to=next((one.value for one in letters.addresses(message, "reply-to")), ""),
            print=mark,
            automatic=bounces.automatic(message),
            is_cut=is_cut,
        )
    ]


def shown(arrival: Arrived) -> str:
    """The whole letter as HTML that can do no harm; empty, where it is plain text."""
    return html.safe(content_of(letters.parsed(bytes(arrival.body))).html)


def _state(returned: bounces.Bounce, at: datetime) -> MessageState:
    if not returned.state:
        raise Ignore(gettext_lazy("The other server still tries to deliver a letter of ours."))
    if not returned.about:
        raise NotUnderstood(gettext_lazy("A letter came back, and it does not say which one."))
    key = key_of(returned.about)
    return MessageState(returned.about, returned.state, at, key=key, reason=returned.reason)


def _sender(message: Message) -> letters.Address:
    found = letters.addresses(message, "from") or letters.addresses(message, "sender")
    if not found:
        raise NotUnderstood(gettext_lazy("The letter does not say who sent it."))
    return found[0]


def _references(message: Message) -> tuple[str, ...]:
    """In-Reply-To is what it answers; References are in the order in which they were written."""
    nearest = (*letters.ids(message, "in-reply-to"), *reversed(letters.ids(message, "references")))
    return tuple(dict.fromkeys(nearest))[:MOST_REFERENCES]


def _tokens(message: Message, subject: str) -> tuple[str, ...]:
    """`okna+3f2a9c01d2e4@example.ru`, or `[#3f2a9c01d2e4]` in the subject."""
    names = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
    written = [one.value for name in names for one in letters.addresses(message, name)]
    found = [token for text in written for token in _PLUS.findall(text)]
    return tuple(dict.fromkeys([*found, *_IN_SUBJECT.findall(subject)]))[:MOST_TOKENS]


def _moment(message: Message, received_at: datetime) -> datetime:
    said = letters.moment(message)
    return said if said and received_at - OLDEST < said < received_at + CLOCKS_MAY_DIFFER else received_at


def _print(message: Message, whole: str, content: Content) -> str:
    """The same for a letter however often it is read, in whichever folder it lies. Without an id of its own it is told
    from another in the same words by the hour at which it came."""
    said = [letters.header(message, name) for name in ("from", "subject", "date")]
    if not letters.ids(message, "message-id"):
        said.append(letters.header(message, "received"))
    digest = hashlib.sha256("\0".join((*said, " ".join(whole.split()))).encode())
    for file in content.files:
        digest.update(b"\0" + hashlib.sha256(file.content or b"").digest())
    return digest.hexdigest()[:32]
