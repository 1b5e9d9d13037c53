"""What comes with a message of MAX, in our words. Source: the official schema of its Bot API (Attachment and its
kinds), read tolerantly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from svyazka.business.intake.ways_in import FileSent
from svyazka.kit import phones
from svyazka.kit.payload import object_in, text_in

_PHONE = re.compile(r"^TEL[^:\r\n]*:(.+)$", re.MULTILINE | re.IGNORECASE)
_NAME = re.compile(r"^FN[^:\r\n]*:(.+)$", re.MULTILINE | re.IGNORECASE)
_FILES = {"image": "photo", "file": "document", "audio": "voice", "video": "video", "sticker": "sticker"}


@dataclass(frozen=True)
class Brought:
    """`page`: its title and address, where one was shared."""

    files: tuple[FileSent, ...] = ()
    place: tuple[float, float] | None = None
    contact: tuple[str, str] | None = None
    phone: str = ""  # the sender's own
    page: str = ""


def brought(body: dict[str, Any], *, mid: str, sender: object) -> Brought:
    found = attachments_in(body)
    files = tuple(
        file for number, one in enumerate(found) if one.get("type") in _FILES and (file := _file(one, mid, number))
    )
    cards = [object_in(one, "payload") for one in found if one.get("type") == "contact"]
    own = [card for card in cards if object_in(card, "max_info").get("user_id") == sender]
    others = [card for card in cards if card not in own]
    return Brought(
        files=files,
        place=next(filter(None, map(_place, found)), None),
        contact=next(filter(None, map(_contact, others + own)), None),
        phone=next(filter(None, map(_own_phone, own)), ""),
        page=next(filter(None, map(_page, found)), ""),
    )


def attachments_in(body: dict[str, Any]) -> list[dict[str, Any]]:
    found = body.get("attachments")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _file(one: dict[str, Any], mid: str, number: int) -> FileSent | None:
    """Its link lives for a while; afterwards the message says a new one, so both stand in the ref."""
    payload, kind = object_in(one, "payload"), str(one.get("type"))
    url = text_in(payload, "url")[:2000]
    ref: dict[str, Any] = {"mid": mid, "number": number, **({"url": url} if url else {})}
    if kind == "video" and (token := text_in(payload, "token")[:1000]):
        ref["video"] = token
    size, seconds = one.get("size"), one.get("duration")
    return FileSent(
        _FILES[kind],
        ref=ref,
        name=text_in(one, "filename")[:200],
        size=size if _is_count(size) else None,
        seconds=seconds if _is_count(seconds) else None,
    )


def _is_count(given: object) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 2**40


def _place(one: dict[str, Any]) -> tuple[float, float] | None:
    where = one.get("latitude"), one.get("longitude")
    if one.get("type") != "location" or not all(isinstance(given, int | float) for given in where):
        return None
    latitude, longitude = float(where[0] or 0), float(where[1] or 0)
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _contact(card: dict[str, Any]) -> tuple[str, str] | None:
    """Name and number as they stand there."""
    written, person = text_in(card, "vcf_info"), object_in(card, "max_info")
    name = _line(_NAME, written) or " ".join(
        filter(None, [text_in(person, "first_name"), text_in(person, "last_name")])
    )
    number = _line(_PHONE, written)
    return (name[:200], number[:60]) if name or number else None


def _own_phone(card: dict[str, Any]) -> str:
    """Anybody's contact can be shared; only the sender's own says who he is."""
    try:
        return phones.normalise(_line(_PHONE, text_in(card, "vcf_info")))
    except phones.NotAPhone:
        return ""


def _line(wanted: re.Pattern[str], written: str) -> str:
    found = wanted.search(written)
    return found[1].strip() if found else ""


def _page(one: dict[str, Any]) -> str:
    if one.get("type") != "share":
        return ""
    shown = (text_in(one, "title"), text_in(object_in(one, "payload"), "url"))
    return "\n".join(filter(None, shown))[:4000]
