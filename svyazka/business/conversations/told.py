"""What a channel tells of messages, once its connector has read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class FileSent:
    """A file that came with a message. `ref`: all by which its channel gets it later; or it is there already."""

    kind: str  # photo, document, voice, video, audio, sticker
    ref: dict[str, Any] = field(default_factory=dict)
    content: bytes | None = None
    name: str = ""
    type: str = ""  # as they say; what it is, we look at ourselves
    size: int | None = None
    seconds: int | None = None


@dataclass(frozen=True)
class MessageReceived:
    """Somebody wrote to us. He is known by (channel, account, user id); a phone only if he shared his own."""

    channel: str  # a ContactPoint.Kind
    user_id: str
    outside_id: str
    sent_at: datetime
    text: str = ""
    name: str = ""
    nick: str = ""
    phone: str = ""  # E.164, his own, verified
    files: tuple[FileSent, ...] = ()
    place: tuple[float, float] | None = None  # latitude, longitude
    contact: tuple[str, str] | None = None  # somebody else's: name, phone as it stands there
    answers: str = ""  # the outside id of the message that it answers
    pressed: str = ""  # the code of a button of ours
    address: dict[str, str] = field(default_factory=dict)  # what an answer needs besides the user id
    is_ours: bool = False  # one of us wrote it elsewhere: on the phone, in the aggregator's own window
    album: str = ""  # several messages there, each with a picture, that were sent as one


@dataclass(frozen=True)
class MessageEdited:
    """`text` None: it was taken back. `whole`: the message as it stands now, where they tell all of it: should this
    come before what it edits, it is taken in its place."""

    user_id: str
    outside_id: str
    at: datetime
    text: str | None
    whole: MessageReceived | None = None


@dataclass(frozen=True)
class MessageState:
    """What became of a message of ours. `key`: the one that we gave it, where they repeat it."""

    outside_id: str
    state: str  # a Message.State: sent, delivered, read, failed
    at: datetime
    key: str = ""
    reason: str = ""  # their code, or a short word of it


@dataclass(frozen=True)
class ReachChanged:
    """Somebody has blocked us, or lets us write again."""

    user_id: str
    at: datetime
    is_open: bool


@dataclass(frozen=True)
class MailReceived(MessageReceived):
    """A letter: a message with all that letters have besides. `user_id` is its sender's address, `outside_id` its
    Message-ID, `text` what he wrote himself; what he repeats, and how he signs, stands beside."""

    subject: str = ""
    quoted: str = ""
    signature: str = ""
    whole: str = ""  # text, quotation and signature as they came: what a template reads
    references: tuple[str, ...] = ()  # Message-IDs of what it answers, the nearest first
    tokens: tuple[str, ...] = ()  # of ours, in an address or the subject: what it answers, where references are lost
    to: tuple[str, ...] = ()  # addresses
    reply_to: str = ""
    print: str = ""  # of what it says: two letters may bear the same Message-ID
    automatic: str = ""  # nobody wrote it: "answer", "list" or "machine"
    is_cut: bool = False  # it was too large: only its headers were read


@dataclass(frozen=True)
class IdentityChanged:
    """Somebody is known by another id there from now on: he has another number, or his messenger has begun to hide it.
    Told with every message where both are known, it changes something once."""

    channel: str  # a ContactPoint.Kind
    user_id: str
    was: str
    at: datetime
    phone: str = ""  # E.164, his own, where it is known
