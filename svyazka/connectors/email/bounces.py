"""Letters about letters: that one could not be delivered (RFC 3464), and others that nobody wrote (RFC 3834)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from svyazka.connectors.email.letters import addresses, header, ids, inside
from svyazka.connectors.email.parts import content_of

_POSTMEN = ("mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon")
_ID_LINE = re.compile(r"^message-id:\s*(<[^<>\s]{1,380}>)", re.IGNORECASE | re.MULTILINE)
_CODE = re.compile(r"\b([45]\.\d{1,3}\.\d{1,3}|[45]\d\d)\b")
_LONGEST = 250


@dataclass(frozen=True)
class Bounce:
    """`about`: the Message-ID of the letter; empty, where it does not say."""

    about: str
    state: str  # failed, delivered, or empty: it is still being tried
    reason: str


def bounce(message: Message) -> Bounce | None:
    """None: it is no such letter."""
    if message.get_content_type() == "multipart/report":
        report = str(message.get_param("report-type") or "").lower()
        return _of_report(message) if report in ("delivery-status", "") else None
    return _of_prose(message) if _is_from_postman(message) else None


def automatic(message: Message) -> str:
    """Not what templates read: that may well be written by a machine."""
    submitted = header(message, "auto-submitted").lower()
    precedence = header(message, "precedence").lower()
    if submitted.startswith("auto-replied") or precedence == "auto_reply" or header(message, "x-autoreply"):
        return "answer"
    if header(message, "list-id") or precedence in ("list", "bulk", "junk") or header(message, "list-unsubscribe"):
        return "list"
    if submitted and not submitted.startswith("no"):
        return "machine"
    return "machine" if _is_from_postman(message) or header(message, "return-path") == "<>" else ""


def _of_report(message: Message) -> Bounce:
    said = {name: value for fields in _statuses(message) for name, value in fields}
    action = said.get("action", "").lower()
    state = {"failed": "failed", "delivered": "delivered", "relayed": "delivered"}.get(action, "")
    return Bounce(_about(message), state, _reason(said))


def _statuses(message: Message) -> Iterator[list[tuple[str, str]]]:
    """The first group is of the whole, each further one of a recipient."""
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            for group in inside(part):
                yield [(name.lower(), header(group, name)) for name in group]


def _reason(said: dict[str, str]) -> str:
    """`550 5.1.1 no such user`: what the other server said is told as it is."""
    diagnostic = said.get("diagnostic-code", "").partition(";")[2].strip() or said.get("diagnostic-code", "")
    return (diagnostic or said.get("status", ""))[:_LONGEST]


def _about(message: Message) -> str:
    """The letter that comes back, or what was kept of its headers."""
    for part in message.walk():
        if part is not message and part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
            held = inside(part)
            found = ids(held[0], "message-id") if held else tuple(_ID_LINE.findall(str(part.get_payload())))
            if found:
                return found[0]
    return next(iter(ids(message, "references")[-1:] or ids(message, "in-reply-to")), "")


def _of_prose(message: Message) -> Bounce | None:
    """Older servers write to people, and quote the headers."""
    said = content_of(message).said
    about = _ID_LINE.findall(said) or list(ids(message, "references")[-1:] or ids(message, "in-reply-to"))
    code = _CODE.search(said)
    if not about or code is None:
        return None
    line = next(line for line in said.split("\n") if code.group() in line)
    return Bounce(about[-1], "failed" if code.group().startswith("5") else "", line.strip()[:_LONGEST])


def _is_from_postman(message: Message) -> bool:
    return any(one.value.partition("@")[0] in _POSTMEN for one in addresses(message, "from"))
