"""What a card of another system comes to: the fields that we know, and all the others by their titles there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

import yaml


@dataclass
class Known:
    phones: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    handles: dict[str, str] = field(default_factory=dict)
    tax_number: str = ""
    address: str = ""
    source: str = ""
    note: str = ""
    lost_because: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    def put_by(self, title: str, text: str) -> None:
        """Under its title, also where two fields have the same one."""
        if text:
            before = self.extra.get(title)
            self.extra[title] = f"{before}; {text}" if before and before != text else text

    def amount(self, given: object, title: str) -> Decimal | None:
        """What is no number is kept by its title."""
        found = amount(given)
        if found is None and given not in (None, ""):
            self.put_by(title, str(given))
        return found


def amount(given: object) -> Decimal | None:
    try:
        found = Decimal(str(given)) if given not in (None, "") else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None


@cache
def own_titles(file: Path) -> Mapping[str, str]:
    """By which titles a company's own fields are taken for one of ours: title → which."""
    stored = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {title: what for what, titles in stored.items() for title in titles}


def part_after(parts: Sequence[str], part: str) -> str:
    """Things of a kind stand in several lists there; empty: that was the last one."""
    place = parts.index(part) + 1
    return parts[place] if place < len(parts) else ""
