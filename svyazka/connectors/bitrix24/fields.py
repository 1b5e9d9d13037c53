"""The fields of a card: phones and messengers, those of a company's own making by their titles, all others as words."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from svyazka.business.moving_in.card import Known, own_titles

OURS = ("tax_number", "address", "lost_because")
_TITLES = own_titles(Path(__file__).parent / "titles.yaml")
MESSENGERS = ("telegram", "whatsapp", "max")
_MARK = re.compile(r"\[/?(?:b|i|u|s|p|list|url|img|color|size|quote|\*)(?:=[^\]]*)?\]", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6])\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:html|head|body|meta|div|p|span|a|b|i|u|s|strong|em|font|ul|ol|li|table|tbody|tr|td|th|img|blockquote|h[1-6])"
    r"\b[^>]*>",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Title:
    """How a field is called there, and what its numbers mean."""

    text: str
    kind: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)


Titles = Mapping[str, Title]


def titles_in(fields: object) -> dict[str, Title]:
    """Out of an answer of crm.item.fields."""
    found = fields if isinstance(fields, dict) else {}
    return {name: _title(one) for name, one in found.items() if isinstance(one, dict)}


def known_of(row: Mapping[str, Any], titles: Titles) -> Known:
    known = Known()
    for one in row.get("fm") or []:
        _take_way(known, one)
    for name, value in row.items():
        title = titles.get(name)
        if title and name.lower().startswith(("ufcrm", "uf_crm")):
            _take_own(known, title, value)
    return known


def _take_way(known: Known, one: Mapping[str, Any]) -> None:
    kind, way, text = str(one.get("typeId")), str(one.get("valueType") or "").lower(), str(one.get("value") or "")
    if not text:
        return
    if kind == "PHONE":
        known.phones.append(text)
    elif kind == "EMAIL":
        known.emails.append(text)
    elif kind == "IM" and way and way not in known.handles:
        known.handles[way] = text
    else:
        known.put_by(way if kind == "IM" and way else kind.capitalize(), text)


def _take_own(known: Known, title: Title, value: object) -> None:
    text = "; ".join(_texts(title, value))
    what = _TITLES.get(title.text.strip().lower(), "")
    if what in OURS and text and not getattr(known, what):
        setattr(known, what, text)
    elif what in MESSENGERS and text and what not in known.handles:
        known.handles[what] = text
    else:
        known.put_by(title.text, text)


def _title(one: Mapping[str, Any]) -> Title:
    items = one.get("items")
    listed = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    choices = {str(item.get("ID")): str(item.get("VALUE") or "") for item in listed}
    return Title(str(one.get("title") or one.get("upperName") or ""), str(one.get("type") or ""), choices)


def _texts(title: Title, value: object) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        if one is None or (one in ("", "0", 0) and title.kind in ("enumeration", "crm", "employee")):
            continue
        if title.kind == "boolean":
            yield _("yes") if one in ("Y", "1", 1, True) else _("no")
        elif title.kind in ("date", "datetime") and (at := moment(one)):
            yield localtime(at).strftime("%Y-%m-%d %H:%M" if title.kind == "datetime" else "%Y-%m-%d")
        elif title.kind in ("address", "money"):
            yield str(one).partition("|")[0]  # a place on the map or a currency follow
        elif isinstance(one, dict):
            yield str(one.get("url") or one.get("id") or "")
        elif text := title.choices.get(str(one), str(one)):
            yield text


def moment(value: object) -> datetime | None:
    """None: nothing, or nothing that could be one."""
    if not isinstance(value, str) or not value:
        return None
    try:
        at = datetime.fromisoformat(value)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC) if at.year > 1900 else None
    except (ValueError, OverflowError):
        return None


def plain(value: object) -> str:
    """Without the marks that its editor leaves in a text, and letters without tags. What only looks like one stays."""
    if value is None:
        return ""
    text = _MARK.sub("", str(value))
    bare = _TAG.sub("", _BREAK.sub("\n", text))
    return (html.unescape(bare) if bare != text else text).strip()
