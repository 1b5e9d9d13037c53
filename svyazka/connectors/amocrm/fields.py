"""The fields of a card: those that we know by their code or title, and all the others as words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from svyazka.business.moving_in.card import Known, own_titles

CODES = {"PHONE": "phone", "EMAIL": "email", "IM": "messenger", "ADDRESS": "address"}
_TITLES = own_titles(Path(__file__).parent / "titles.yaml")
MESSENGERS = ("telegram", "whatsapp", "max")


def known_of(values: object) -> Known:
    """`values`: the card's custom_fields_values, which may be null."""
    known = Known()
    for one in values if isinstance(values, list) else []:
        if isinstance(one, dict):
            _take(known, one)
    return known


def _take(known: Known, one: Mapping[str, Any]) -> None:
    title = str(one.get("field_name") or one.get("field_id") or "")
    cells = [cell for cell in one.get("values") or [] if isinstance(cell, dict)]
    texts = [text for cell in cells if (text := text_of(cell.get("value"), str(one.get("field_type") or "")))]
    what = CODES.get(str(one.get("field_code") or "")) or _TITLES.get(title.strip().lower(), "")
    if what == "phone":
        known.phones += texts
    elif what == "email":
        known.emails += texts
    elif what == "messenger":
        _take_handles(known, cells)
    elif what in MESSENGERS and texts:
        known.handles[what] = texts[0]
    elif what in ("tax_number", "address", "source", "note") and texts and not getattr(known, what):
        setattr(known, what, ", ".join(texts))
    else:
        known.tax_number = known.tax_number or next(_tax_numbers(cells), "")
        known.put_by(title, "; ".join(texts))


def _take_handles(known: Known, cells: list[dict[str, Any]]) -> None:
    for cell in cells:
        kind, text = str(cell.get("enum_code") or "other").lower(), str(cell.get("value") or "")
        if text and kind not in known.handles:
            known.handles[kind] = text
        else:
            known.put_by(kind, text)


def _tax_numbers(cells: list[dict[str, Any]]) -> Iterator[str]:
    """Of fields that hold a whole legal entity."""
    for cell in cells:
        value = cell.get("value")
        if isinstance(value, dict) and value.get("vat_id"):
            yield str(value["vat_id"])


def text_of(value: object, kind: str) -> str:
    if isinstance(value, bool) or kind == "checkbox":
        return _("yes") if value in (True, "1", 1, "true") else _("no")
    if kind in ("date", "birthday", "date_time") and (at := moment(value)):
        # Days are midnight there by the clock of the account.
        return localtime(at).strftime("%Y-%m-%d %H:%M" if kind == "date_time" else "%Y-%m-%d")
    if isinstance(value, dict):
        named = value.get("name") or value.get("file_name")
        return str(named) if named else ", ".join(f"{key}: {one}" for key, one in value.items() if one)
    return "" if value is None else str(value)


def moment(value: object) -> datetime | None:
    """Seconds since 1970, as amoCRM counts; None: nothing, or nothing that could be one."""
    if isinstance(value, str) and value.lstrip("-").isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not value:
        return None
    try:
        return datetime.fromtimestamp(value, UTC) if abs(value) < _AGES else None
    except (OverflowError, ValueError, OSError):
        return None


_AGES = (date(3000, 1, 1) - date(1970, 1, 1)).total_seconds()
