"""What arrivals become once a connector has read them: the house's own words for what came in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from svyazka.business.conversations.told import (
    FileSent,
    IdentityChanged,
    MailReceived,
    MessageEdited,
    MessageReceived,
    MessageState,
    ReachChanged,
)

__all__ = [
    "FileSent",
    "FormFilled",
    "IdentityChanged",
    "MailReceived",
    "MessageEdited",
    "MessageReceived",
    "MessageState",
    "ReachChanged",
]


@dataclass(frozen=True)
class FormFilled:
    """A visitor of a site left a request. What cannot be right stands in `wrong`: field → reason."""

    name: str = ""
    phone: str = ""  # E.164
    more_phones: tuple[str, ...] = ()
    email: str = ""
    message: str = ""
    address: str = ""
    company: str = ""
    tax_number: str = ""
    openings: int | None = None
    page: str = ""
    referrer: str = ""
    utm: dict[str, str] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    consents: tuple[str, ...] = ()  # what was ticked: kinds of a ConsentText
    consent_versions: dict[str, int] = field(default_factory=dict)  # of the words that stood there
    marks: dict[str, str] = field(default_factory=dict)  # of those who count visitors: ym_uid, yclid, roistat, landing
    ring_at: datetime | None = None  # when he wants to be rung
