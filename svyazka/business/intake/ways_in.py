"""What arrivals become once a connector has read them: the house's own words for what came in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


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
    consent_versions: dict[str, int] = field(default_factory=dict)  # of the words that stood there
    marks: dict[str, str] = field(default_factory=dict)  # of those who count visitors: ym_uid, yclid, roistat, landing
    ring_at: datetime | None = None  # when he wants to be rung


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


@dataclass(frozen=True)
class MessageEdited:
    """`text` None: it was taken back."""

    user_id: str
    outside_id: str
    at: datetime
    text: str | None


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
