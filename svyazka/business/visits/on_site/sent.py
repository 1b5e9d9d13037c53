"""What a phone sends, read: our dataclass, or what is wrong with it in words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from svyazka.kit.refusals import Refused

MOST_AT_ONCE = 50
LARGEST_DATA = 300_000  # characters, of one action
LARGEST = 2**63 - 1
YEARS = range(1970, 2200)  # a clock without a battery is told so, and its work is kept


@dataclass(frozen=True)
class Sent:
    """One thing that was done on a phone."""

    id: UUID
    kind: str
    person: int  # who did it: another may have logged in on the same phone meanwhile
    visit: int | None  # None: it is of no visit
    phone: UUID
    number: int
    at: datetime  # by the phone's clock
    data: dict[str, Any] = field(default_factory=dict)
    seen: dict[str, Any] = field(default_factory=dict)
    again: bool = False  # what was refused is to be tried once more: somebody has asked for it


@dataclass(frozen=True)
class Unread:
    """One of a batch that says nothing to us. It must not keep the others."""

    id: str
    words: str


class Unreadable(Refused):
    """The phone and the house do not understand each other."""

    status = 400

    def __init__(self, what: str) -> None:
        super().__init__(_("What the phone has sent could not be read: {what}.").format(what=what))


def read_batch(body: bytes | str) -> tuple[datetime, list[Sent | Unread]]:
    """The phone's clock, and what it sends, in its order."""
    given = _json(body)
    if not isinstance(given, dict):
        raise Unreadable("{}")
    rows = given.get("actions")
    if not isinstance(rows, list) or len(rows) > MOST_AT_ONCE:
        raise Unreadable("actions")
    found = [_read_or_say(row) for row in rows]
    return _moment(given, "clock"), sorted(found, key=lambda one: one.number if isinstance(one, Sent) else 0)


def read_one(text: str, clock: str) -> tuple[datetime, Sent]:
    """The same of one action that comes with a file."""
    return _moment({"clock": clock}, "clock"), read(_json(text))


def _read_or_say(row: Any) -> Sent | Unread:
    try:
        return read(row)
    except Unreadable as fault:
        return Unread(_name_of(row), str(fault.message))


def _name_of(row: Any) -> str:
    try:
        return str(_uuid(row, "id"))
    except Unreadable:
        return ""


def read(row: Any) -> Sent:
    if not isinstance(row, dict):
        raise Unreadable("actions")
    return Sent(
        id=_uuid(row, "id"),
        kind=_word(row, "kind"),
        person=_number(row, "person"),
        visit=_visit(row),
        phone=_uuid(row, "phone"),
        number=_number(row, "number"),
        at=_moment(row, "at"),
        data=_object(row, "data"),
        seen=_object(row, "seen"),
        again=row.get("again") is True,
    )


def _json(text: bytes | str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Unreadable("JSON") from None


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _uuid(row: Mapping[str, Any], name: str) -> UUID:
    try:
        return UUID(row[name])
    except (KeyError, ValueError, TypeError, AttributeError):
        raise Unreadable(name) from None


def _word(row: Mapping[str, Any], name: str) -> str:
    given = row.get(name)
    if not isinstance(given, str) or not given.isidentifier() or len(given) > 30:
        raise Unreadable(name)
    return given


def _number(row: Mapping[str, Any], name: str) -> int:
    given = row.get(name)
    if not isinstance(given, int) or isinstance(given, bool) or not 0 < given <= LARGEST:
        raise Unreadable(name)
    return given


def _visit(row: Mapping[str, Any]) -> int | None:
    """0: what is of no visit."""
    given = row.get("visit")
    return None if type(given) is int and given == 0 else _number(row, "visit")


def _moment(row: Mapping[str, Any], name: str) -> datetime:
    """In UTC; a phone whose clock says another century is told so by what its clock says, not by a crash."""
    try:
        given = datetime.fromisoformat(row[name])
    except (KeyError, ValueError, TypeError):
        raise Unreadable(name) from None
    if given.tzinfo is None or given.year not in YEARS:
        raise Unreadable(name)
    return given.astimezone(UTC)


def _object(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    given = row.get(name, {})
    if not isinstance(given, dict):
        raise Unreadable(name)
    try:
        written = json.dumps(given, ensure_ascii=False, allow_nan=False)
    except ValueError:  # 1e400 was read as what no database keeps
        raise Unreadable(name) from None
    # PostgreSQL keeps no NUL in JSON, and no half of a surrogate pair.
    if len(written) > LARGEST_DATA or "\\u0000" in written or re.search("[\ud800-\udfff]", written):
        raise Unreadable(name)
    return given
