"""The Asterisk Manager Interface on the wire: blocks of `Key: value` lines, with an empty line after each.

Source: docs.asterisk.org, "AMI Libraries and Frameworks / Asterisk Manager Interface", and the captures in samples/.
Keys may come twice (UserField in a Cdr), so pairs are kept in their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

END = b"\r\n\r\n"
LINE = b"\r\n"
LONGEST = 256 * 1024  # nothing that Asterisk sends comes near it; what does is something else


class NotAmi(Exception):
    """What came over the wire is no manager interface."""


@dataclass(frozen=True)
class Message:
    """One block, its pairs in the order in which they came."""

    pairs: tuple[tuple[str, str], ...]

    def get(self, key: str, default: str = "") -> str:
        """The first value of this key, in any case of letters: CEL writes LinkedID, the others Linkedid."""
        wanted = key.lower()
        return next((value for name, value in self.pairs if name.lower() == wanted), default)

    @property
    def event(self) -> str:
        """The name of an event; empty for an answer. Decided by the first line: OriginateResponse holds both."""
        return self.pairs[0][1] if self.pairs and self.pairs[0][0].lower() == "event" else ""

    @property
    def is_answer(self) -> bool:
        return bool(self.pairs) and self.pairs[0][0].lower() == "response"


def parse(block: bytes) -> Message:
    """One block without the empty line after it."""
    # A caller's name may come in any encoding the trunk likes.
    lines = block.decode("utf-8", "replace").split("\r\n")
    return Message(tuple(_pair(line) for line in lines if line))


def _pair(line: str) -> tuple[str, str]:
    key, _colon, value = line.partition(":")
    return key.strip(), value.removeprefix(" ")


def compose(pairs: Iterable[tuple[str, str]]) -> bytes:
    """An action or an answer. A line break in a value would begin a new header, so it does not get through."""
    lines = (f"{key}: {value}".replace("\r", " ").replace("\n", " ") for key, value in pairs)
    return "\r\n".join(lines).encode() + END


class Splitter:
    """Cuts a stream into blocks, however the network has cut it up."""

    def __init__(self) -> None:
        self.rest = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        self.rest += data
        while (end := self.rest.find(END)) >= 0:
            block, self.rest = self.rest[:end], self.rest[end + len(END) :]
            if block.strip():
                yield block
        if len(self.rest) > LONGEST:
            raise NotAmi("a block without an end")
