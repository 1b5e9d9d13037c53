"""Oktell's messages on the wire: a text frame of a WebSocket is one JSON array, a name and a body.

Source: the vendor's own browser client (oktell.js 1.8.4, 2016) and public servers of others that Oktell connects to.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any]
MOST_PIECES = 4096  # of one long message, and of long messages that are not whole yet
NOWHERE = "00000000-0000-0000-0000-000000000000"


class NotOktell(Exception):
    """What came over the wire is no message of Oktell's."""


@dataclass(frozen=True)
class Frame:
    """One message."""

    name: str
    body: Body = field(default_factory=dict)
    whose: str = ""  # a user's id, where it was found out

    def text(self, key: str) -> str:
        """Empty for what is not there; an id of zeros leads nowhere."""
        value = self.body.get(key)
        return "" if value is None or value == NOWHERE else str(value).strip()

    @property
    def user(self) -> str:
        """Which of the PBX's users it concerns."""
        return self.whose or (self.text("userid") or self.text("userlogin")).lower()

    @property
    def chain(self) -> str:
        """The client's whole call."""
        return self.text("chainid").lower()

    @property
    def succeeded(self) -> bool:
        """An answer without a word on that is a good one; so does the vendor's client take it."""
        return self.body.get("result", 1) in (1, "1", True)


def parse(text: str | bytes) -> Frame:
    try:
        name, body = json.loads(text)
    except (ValueError, TypeError) as refusal:
        raise NotOktell("no array of two") from refusal
    if not isinstance(name, str) or not isinstance(body, dict):
        raise NotOktell("no name with a body")
    return Frame(name.lower(), body)


def compose(name: str, body: Mapping[str, Any]) -> str:
    return json.dumps([name, body], ensure_ascii=False, separators=(",", ":"))


def in_pieces(text: str, *, longest: int, name: str) -> Iterator[str]:
    """A long message in pieces, as Oktell sends it. `name` tells its pieces from those of others."""
    whole = base64.b64encode(text.encode()).decode()
    cut = [whole[place : place + longest] for place in range(0, len(whole), longest)]
    for number, content in enumerate(cut):
        yield compose(
            "multipart",
            {
                "message-id": name,
                "packetcount": len(cut),
                "packetnumber": number,
                "content-type": "text/json; charset=utf-8",
                "content-transfer-encoding": "base64",
                "content-length": len(content),
                "content": content,
            },
        )


class Joiner:
    """Puts long messages together again."""

    def __init__(self) -> None:
        self.pieces: dict[str, dict[int, bytes]] = {}

    def feed(self, frame: Frame) -> Frame | None:
        """The whole message once its last piece is there, in whatever order they come."""
        if frame.name != "multipart":
            return frame
        try:
            number, count = int(frame.body["packetnumber"]), int(frame.body["packetcount"])
            pieces = self.pieces.setdefault(frame.text("message-id"), {})
            pieces[number] = base64.b64decode(str(frame.body["content"]))
        except (KeyError, ValueError, TypeError, binascii.Error) as refusal:
            raise NotOktell("a piece that is none") from refusal
        if sum(map(len, self.pieces.values())) > MOST_PIECES:
            raise NotOktell("pieces without an end")
        if len(pieces) < count:
            return None
        del self.pieces[frame.text("message-id")]
        # A letter of two bytes may be cut in the middle: the bytes come first, then the text.
        return parse(b"".join(pieces[place] for place in sorted(pieces)))


def scrambled(password: str) -> tuple[str, str]:
    """As a log-in sends it: in its own letters and in small ones."""
    return _scrambled(password), _scrambled(password.lower())


def _scrambled(password: str) -> str:
    # The vendor's client does this by hand: Cyrillic as CP1251, whatever else is no ASCII falls away.
    letters = (letter for letter in password if letter.isascii() or letter > "\u0400")
    return hashlib.md5("".join(letters).encode("cp1251", "ignore"), usedforsecurity=False).hexdigest()
