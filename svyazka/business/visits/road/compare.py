"""What has changed of a visit for one of those who go there: as he last knew it, and as it is now. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Now:
    """A visit as it is. `names`: of people, by their number; `by_client`: he has asked for the last move."""

    person: int
    starts_at: datetime
    address: str
    is_off: bool
    is_confirmed: bool
    people: Collection[int]
    names: Mapping[int, str]
    by_client: bool = False


@dataclass(frozen=True)
class Changed:
    """`kind`: "new", "off", "given" (to a colleague) or "changed"; `what`: of the last, in codes with their values."""

    kind: str
    what: tuple[tuple[str, ...], ...] = ()


def compare(was: Mapping[str, Any], now: Now) -> Changed | None:
    """None: nothing that he does not know."""
    goes = not now.is_off and now.person in now.people
    if not was["goes"]:
        return Changed("new") if goes else None
    if not goes:
        return Changed("off" if now.is_off else "given")
    what = tuple(_what(was, now))
    return Changed("changed", what) if what else None


def _what(was: Mapping[str, Any], now: Now) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    if datetime.fromisoformat(was["at"]) != now.starts_at:
        found.append(("moved", was["at"], now.starts_at.isoformat()))
        found += [("asked",)] if now.by_client else []
    if was.get("address", now.address) != now.address:
        found.append(("address",))
    if was.get("phone"):
        found.append(("phone",))
    if was.get("confirmed", now.is_confirmed) != now.is_confirmed:
        found.append(("confirmed",) if now.is_confirmed else ("unconfirmed",))
    others = {person for person in now.people if person != now.person}
    before = set(was["team"]) - {now.person}
    found += [("came", now.names.get(one, "")) for one in sorted(others - before)]
    found += [("left", now.names.get(one, "")) for one in sorted(before - others)]
    return found
