"""The body of a form as names and values: JSON, urlencoded or multipart. Without Django, for the edge too."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl

MOST_FIELDS = 300


class Unreadable(ValueError):
    """Not the text it says it is: broken UTF-8, broken JSON, a number of fields that no form has."""


def read(content_type: str, body: bytes) -> dict[str, Any]:
    """A name that was sent several times has a list of its values. Raises Unreadable."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return _gathered(_parts(content_type, body))
    text = _text(body)
    if kind.endswith("json") or (kind != "application/x-www-form-urlencoded" and text.lstrip().startswith("{")):
        return _object(text)
    return _gathered(_pairs(text))


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        raise Unreadable("not UTF-8") from broken


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    # A few thousand brackets, or a number of five thousand digits, are no syntax errors to the parser.
    except (ValueError, RecursionError) as broken:
        raise Unreadable("not JSON") from broken
    if not isinstance(found, dict):
        raise Unreadable("not a JSON object")
    if len(found) > MOST_FIELDS:
        raise Unreadable("too many fields")
    return found


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as broken:
        raise Unreadable("not UTF-8, or too many fields") from broken


def _parts(content_type: str, body: bytes) -> list[tuple[str, str]]:
    boundary = re.search(r'boundary="?([^";,\s]{1,200})', content_type, re.IGNORECASE)
    if not boundary:
        raise Unreadable("multipart without a boundary")
    pieces = body.split(b"--" + boundary[1].encode("utf-8", "replace"))[1:]
    if len(pieces) > MOST_FIELDS:
        raise Unreadable("too many fields")
    return [pair for piece in pieces if (pair := _part(piece)) is not None]


def _part(piece: bytes) -> tuple[str, str] | None:
    head, gap, content = piece.partition(b"\r\n\r\n")
    name = re.search(r';\s*name="([^"]*)"', _text(head), re.IGNORECASE)
    if not gap or not name or b"filename" in head.lower():
        return None  # files stay in the ledger's row; nobody reads them yet
    return name[1], _text(content.removesuffix(b"\r\n"))


def _gathered(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {name: given[0] if len(given) == 1 else given for name, given in values.items()}
