"""The body of an arrival as a person can read it; what is no text at all, as hexadecimal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

MOST_CHARACTERS = 60_000
MOST_RAW_BYTES = 4096


@dataclass(frozen=True)
class Body:
    kind: str  # "json", "form", "text", "raw", "empty"
    text: str = ""
    pairs: list[tuple[str, str]] = field(default_factory=list)
    size: int = 0
    is_cut: bool = False


def readable(body: bytes, headers: Mapping[str, str]) -> Body:
    if not body:
        return Body("empty")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return Body("raw", _hexadecimal(body), size=len(body), is_cut=len(body) > MOST_RAW_BYTES)
    if "\0" in text:
        return Body("raw", _hexadecimal(body), size=len(body), is_cut=len(body) > MOST_RAW_BYTES)
    if pairs := _form(text, headers.get("content-type", "")):
        return Body("form", pairs=pairs, size=len(body))
    pretty = _json(text)
    shown = pretty or text
    return Body(
        "json" if pretty else "text", shown[:MOST_CHARACTERS], size=len(body), is_cut=len(shown) > MOST_CHARACTERS
    )


def _form(text: str, content_type: str) -> list[tuple[str, str]]:
    if "x-www-form-urlencoded" not in content_type:
        return []
    try:
        return parse_qsl(text[:MOST_CHARACTERS], keep_blank_values=True, max_num_fields=500)
    except ValueError:
        return []


def _json(text: str) -> str:
    try:
        pretty = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return ""
    # Half of a surrogate pair, which JSON can spell and no page can be sent with.
    return pretty.encode("utf-8", "backslashreplace").decode()


def _hexadecimal(body: bytes) -> str:
    """`00000000  89 50 4e 47 …  .PNG`"""
    lines = []
    for start in range(0, min(len(body), MOST_RAW_BYTES), 16):
        piece = body[start : start + 16]
        letters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in piece)
        lines.append(f"{start:08x}  {piece.hex(' '):<47}  {letters}")
    return "\n".join(lines)
