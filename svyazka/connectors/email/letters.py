"""The bytes of a letter as text, however broken they are: headers in no encoding that they name, or in several."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import NamedTuple

from svyazka.kit import emails
from svyazka.kit.texts import storable

_ID = re.compile(r"<[^<>\s]{1,380}>")
_LONGEST_HEADER = 20_000


class Address(NamedTuple):
    name: str
    value: str


def parsed(raw: bytes) -> Message:
    """By the older rules of the library: the newer ones raise at some headers that people do send."""
    return message_from_bytes(raw, policy=policy.compat32)


def header(message: Message, name: str) -> str:
    return next(headers(message, name), "")


def headers(message: Message, name: str) -> Iterator[str]:
    for key, value in message.raw_items():
        if key.lower() == name.lower():
            yield _unfolded(words(str(value)[:_LONGEST_HEADER]))


def words(raw: str) -> str:
    """`=?koi8-r?B?…?=` and bytes that name no encoding."""
    plain = _without_strays(raw)
    with contextlib.suppress(Exception):  # of its own kinds, and a dozen others at what is none of its grammar
        plain = "".join(_piece(said, charset) for said, charset in decode_header(_unfolded(plain)))
    return storable(plain)


def addresses(message: Message, name: str) -> list[Address]:
    """Those that can be written to. An encoded name is read after the address was found: it may hold a comma."""
    found = []
    for raw in (str(value) for key, value in message.raw_items() if key.lower() == name.lower()):
        plain = _unfolded(_without_strays(raw[:_LONGEST_HEADER]))
        for shown, value in getaddresses([plain]):
            with contextlib.suppress(emails.NotAnEmail):
                found.append(Address(words(shown)[:200], emails.normalise(value)))
    return found


def ids(message: Message, name: str) -> tuple[str, ...]:
    """`<…>` as they stand in Message-ID, In-Reply-To and References."""
    return tuple(dict.fromkeys(_ID.findall(" ".join(headers(message, name)))))


def inside(part: Message) -> list[Message]:
    """The parts that it is made of, or the letter that it holds; none, where it is a leaf."""
    inner = part.get_payload()
    return [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else []


def moment(message: Message) -> datetime | None:
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        said = parsedate_to_datetime(header(message, "date"))
        return said.astimezone(UTC) if said.tzinfo else said.replace(tzinfo=UTC)
    return None


def decoded(content: bytes, charset: str = "") -> str:
    """In the encoding that it names, if that is true; else in the likeliest."""
    for said in (charset, "utf-8"):
        with contextlib.suppress(LookupError, UnicodeDecodeError, ValueError):
            if said:
                return storable(content.decode(said))
    return storable(content.decode(_russian(content), "replace"))


def _russian(content: bytes) -> str:
    """Small letters are many, capitals few; they stand in each other's place in these two."""
    low = sum(0xC0 <= byte <= 0xDF for byte in content)
    high = sum(0xE0 <= byte <= 0xFF for byte in content)
    return "koi8-r" if low > high else "cp1251"


def _piece(said: bytes | str, charset: str | None) -> str:
    return said if isinstance(said, str) else decoded(said, charset or "")


def _without_strays(raw: str) -> str:
    """The parser keeps bytes beyond ASCII as halves of surrogate pairs."""
    return decoded(raw.encode("utf-8", "surrogateescape"))


def _unfolded(text: str) -> str:
    return " ".join(text.split())
