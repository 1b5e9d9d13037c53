"""What a cloud PBX sends, as plain fields: a form, JSON, or the query of an address. Without Django: for the edge."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from svyazka.kit.texts import storable

Fields = Mapping[str, str]
MOST_FIELDS = 200
DEEPEST = 4
LONGEST = 64 * 1024  # of one field
CLOCKS_MAY_DIFFER = timedelta(minutes=5)
LATEST = 2**33  # seconds since 1970
_NAME = re.compile(rb';\s*name="?([^"\r\n;]{1,200})', re.IGNORECASE)
_HEAD_ENDS = re.compile(rb"\r?\n\r?\n")


class Unreadable(Exception):
    """No fields in it."""


def fields_of(body: bytes) -> Fields:
    """By what stands in it: some say one content type and send another. Raises Unreadable."""
    start = body.lstrip()[:2]
    if start.startswith(b"{"):
        return dict(_flat(_object(body)))
    if start == b"--":
        return dict(_parts(body))
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as refusal:
        raise Unreadable from refusal
    return {storable(name): storable(text)[:LONGEST] for name, text in pairs}


def moment_in(fields: Fields, name: str, received_at: datetime) -> datetime:
    """Seconds since 1970. What says nothing, or speaks of the future, happened when it was received."""
    text = fields.get(name, "")
    seconds = int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else 0
    if not 0 < seconds < LATEST:
        return received_at
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment if moment < received_at + CLOCKS_MAY_DIFFER else received_at


def seconds_in(fields: Fields, name: str) -> timedelta:
    text = fields.get(name, "").partition(".")[0]
    return timedelta(seconds=int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 0)


def number_in(fields: Fields, name: str) -> str:
    """Of a telephone; nothing where it is hidden, or is the name of a line."""
    text = fields.get(name, "").strip()
    return text if re.fullmatch(r"\+?[\d\s()-]{2,25}", text) else ""


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    # A few thousand brackets are no syntax error to the parser.
    except (ValueError, RecursionError) as refusal:
        raise Unreadable from refusal
    if not isinstance(found, dict):
        raise Unreadable
    return found


def _flat(inside: Mapping[str, Any], before: str = "", depth: int = 1) -> Iterator[tuple[str, str]]:
    """`{"from": {"number": "101"}}` is the field "from.number"."""
    for name, value in list(inside.items())[:MOST_FIELDS]:
        if isinstance(value, dict) and depth < DEEPEST:
            yield from _flat(value, f"{before}{name}.", depth + 1)
        elif isinstance(value, str | int | float | bool):
            yield storable(before + name), storable(str(value))[:LONGEST]


def _parts(body: bytes) -> Iterator[tuple[str, str]]:
    """By hand: whoever knows the address may send anything, and a parser of mail thinks a minute about some of it."""
    body = body.lstrip()
    boundary = body.partition(b"\n")[0].strip()[:200]
    for part in (b"\n" + body).split(b"\n" + boundary, MOST_FIELDS)[1 : MOST_FIELDS + 1]:
        about, *text = _HEAD_ENDS.split(part, maxsplit=1)
        if text and (name := _NAME.search(about[:2000])):
            yield _text(name[1]), _text(text[0].removesuffix(b"\r"))[:LONGEST]


def _text(content: bytes) -> str:
    return storable(content.decode(errors="replace"))
