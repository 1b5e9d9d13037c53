"""What arrivals become once a connector has read them: the house's own words for what came in."""

from __future__ import annotations

from dataclasses import dataclass, field

from svyazka.business.conversations.told import FileSent, MessageEdited, MessageReceived, MessageState, ReachChanged

__all__ = ["FileSent", "FormFilled", "MailReceived", "MessageEdited", "MessageReceived", "MessageState", "ReachChanged"]


@dataclass(frozen=True)
class FormFilled:
    """A visitor of a site left a request. What cannot be right stands in `wrong`: field → reason."""

    name: str = ""
    phone: str = ""  # E.164
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


@dataclass(frozen=True)
class MailReceived(MessageReceived):
    """A letter: a message with all that letters have besides. `user_id` is its sender's address, `outside_id` its
    Message-ID, `text` what he wrote himself; what he repeats, and how he signs, stands beside."""

    subject: str = ""
    quoted: str = ""
    signature: str = ""
    whole: str = ""  # text, quotation and signature as they came: what a template reads
    references: tuple[str, ...] = ()  # Message-IDs of what it answers, the nearest first
    to: tuple[str, ...] = ()  # addresses
    reply_to: str = ""
    print: str = ""  # of what it says: two letters may bear the same Message-ID
    automatic: str = ""  # nobody wrote it: "answer", "list" or "machine"
    is_cut: bool = False  # it was too large: only its headers were read
