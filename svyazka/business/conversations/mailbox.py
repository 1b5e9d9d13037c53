"""What a mailbox of ours is, as its account keeps it: two servers, who writes from it, and what is read of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from svyazka.business.notices.messengers import Access

_IN_SUBJECT = re.compile(r"\[#[0-9a-f]{12}\]")
_ANSWERS = re.compile(r"^(\s*(re|fwd?|aw|отв|на)(\[\d+\])?\s*:)+", re.IGNORECASE)
TLS, STARTTLS, NONE = "tls", "starttls", "none"


@dataclass(frozen=True)
class Server:
    host: str
    port: int
    security: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Mailbox:
    """`reading` is None: letters only go out from it. `since_days`: how far back the first time; 0: from now on."""

    reading: Server | None
    sending: Server
    address: str
    name: str = ""
    folders: tuple[str, ...] = ("INBOX",)
    reads_sent: bool = False  # what colleagues write in their mail programs
    since_days: int = 0
    marks_read: bool = False
    has_plus: bool = False  # what comes to okna+anything@ comes to okna@
    keeps_sent: bool = False  # a copy of each letter goes into the folder of what was sent
    opened_at: str = ""  # ISO


class Tried(Protocol):
    """What a channel of letters can do besides. Each raises Denied or Unreached with a word of `listening.TROUBLES`."""

    def try_reading(self) -> None: ...

    def try_sending(self) -> None: ...


def of(access: Access) -> Mailbox:
    options, passwords = access.options, read_passwords(access.token)
    reading = _server(options, "imap", passwords)
    sending = _server(options, "smtp", passwords)
    return Mailbox(
        reading=reading if reading.host else None,
        sending=sending,
        address=options.get("address", ""),
        name=options.get("name", ""),
        folders=tuple(filter(None, options.get("folders", "").split("\n"))) or ("INBOX",),
        reads_sent=bool(options.get("reads_sent")),
        since_days=_number(options.get("since_days", "")),
        marks_read=bool(options.get("marks_read")),
        has_plus=bool(options.get("has_plus")),
        keeps_sent=bool(options.get("keeps_sent")),
        opened_at=options.get("opened_at", ""),
    )


def locked_up(reading: str, sending: str) -> str:
    """The passwords as the account's secret; `sending` is often the same."""
    return json.dumps({"imap": reading, "smtp": sending})


def read_passwords(secret: str) -> Mapping[str, str]:
    try:
        found = json.loads(secret)
    except ValueError:
        return {}
    return {name: str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def without_token(subject: str) -> str:
    return " ".join(_IN_SUBJECT.sub(" ", subject).split())


def answer_to(subject: str) -> str:
    """`Fwd: Re: Balcony` → `Re: Balcony`: once is enough."""
    bare = _ANSWERS.sub("", without_token(subject)).strip()
    return f"Re: {bare}" if bare else ""


def _server(options: Mapping[str, str], side: str, passwords: Mapping[str, str]) -> Server:
    return Server(
        host=options.get(f"{side}_host", ""),
        port=_number(options.get(f"{side}_port", "")),
        security=options.get(f"{side}_security", TLS),
        user=options.get(f"{side}_user", ""),
        password=passwords.get(side, ""),
    )


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
