"""What stands in the JSON of a foreign system, where it is what it should be; else nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from svyazka.kit.texts import storable

CLOCKS_MAY_DIFFER = timedelta(minutes=5)
LATEST = 2**33  # seconds since 1970


def object_in(inside: dict[str, Any], name: str) -> dict[str, Any]:
    found = inside.get(name)
    return found if isinstance(found, dict) else {}


def text_in(inside: dict[str, Any], name: str) -> str:
    found = inside.get(name)
    return storable(found) if isinstance(found, str) else ""


def moment_in(inside: dict[str, Any], name: str, *, a_second: int, received_at: datetime) -> datetime:
    """Said as a number since 1970 of which `a_second` make one. One from the future would stand on top of a history for
    ever: then, and where there is none, it is when it was received."""
    said = inside.get(name)
    if not isinstance(said, int) or isinstance(said, bool) or not 0 < said < LATEST * a_second:
        return received_at
    moment = datetime.fromtimestamp(said / a_second, UTC)
    return moment if moment < received_at + CLOCKS_MAY_DIFFER else received_at


def said_moment(said: object, *, received_at: datetime) -> datetime:
    """Said as in ISO 8601, by the same rules."""
    try:
        moment = datetime.fromisoformat(said) if isinstance(said, str) else received_at
    except ValueError:
        return received_at
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment if moment < received_at + CLOCKS_MAY_DIFFER else received_at
