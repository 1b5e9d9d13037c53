"""What a connector's `verify` is asked and what it answers, before anything is written down. Without Django."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Account:
    """What the edge knows of a channel account."""

    code: str  # "web_form/okna"
    kind: str  # "web_form"
    secret_fingerprint: str = ""
    origins: tuple[str, ...] = ()
    is_active: bool = True
    # Of a telephone system, whose signatures need the secret itself; of a form, the captcha's.
    login: str = ""
    secret: str = field(default="", repr=False)
    options: Mapping[str, Any] = field(default_factory=dict)
    signing: str = field(default="", repr=False)  # what its arrivals are signed with

    def lets_in(self, origin: str) -> bool:
        """Whether a page of that site may post. As typed by people: with a slash at the end, in capitals."""
        return not self.origins or _plain(origin) in {_plain(known) for known in self.origins}

    def knows(self, secret: str) -> bool:
        """Without a secret of its own it would take anything from anybody: it takes nothing."""
        shown = hashlib.sha256(secret.encode()).hexdigest()
        return bool(self.secret_fingerprint) and hmac.compare_digest(shown, self.secret_fingerprint)


@dataclass(frozen=True)
class Knock:
    """One request from outside. The names of the headers are in lower case."""

    headers: Mapping[str, str]
    body: bytes
    at: datetime
    path: str = ""  # what follows the key in the address: "events/call"
    query: str = ""
    sender: str = ""  # an address, as our proxies tell it

    def as_object(self) -> dict[str, Any]:
        """Empty, where the body is no JSON object in UTF-8."""
        try:
            found = json.loads(self.body.decode("utf-8"))
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Said:
    """An answer word for word, for a sender that expects it so."""

    body: bytes
    kind: str = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Accepted:
    """To be written down, and answered so afterwards. Also what is at fault is written down: nothing is lost.

    `message` and the values of `wrong` are words of `edge/words.py`.
    """

    outside_id: str
    conversation: str
    status: int = 200
    message: str = "thanks"
    wrong: Mapping[str, str] = field(default_factory=dict)
    said: Said | None = None
    phone: str = ""  # of whoever asks (E.164): how often it may come is the door's to say
    written: bytes | None = None  # in place of the body: what stood in the address; what a secret was taken out of


@dataclass(frozen=True)
class Refused:
    """Not to be written down."""

    status: int
    message: str
    said: Said | None = None


@dataclass(frozen=True)
class Asked:
    """The sender wants to know at once who has this number (E.164). Nothing is written down."""

    phone: str
    say: Callable[[Caller], Said]


@dataclass(frozen=True)
class Caller:
    """Whose number it is, and the phone of whoever looks after him; nobody's, and no phone, where it is not known."""

    name: str = ""
    extension: str = ""


Verdict = Accepted | Refused | Asked
Verify = Callable[[Knock, Account], Verdict]


def _plain(origin: str) -> str:
    return origin.strip().rstrip("/").lower()
