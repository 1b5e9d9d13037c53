"""What columns are called elsewhere, for each target."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from svyazka.kit.texts import folded


def target_of(title: str) -> str:
    """Which target a title means most likely; empty: none that is known."""
    said = folded(title).strip(" :*.")
    return _targets().get(said) or _targets().get(_bare(said), "")


def is_of_company(title: str) -> bool:
    return "(компания)" in folded(title)


def _bare(said: str) -> str:
    """`рабочий телефон (контакт)`, `контакт: рабочий телефон`, `телефон (2)` → without what only says whose it is."""
    plain = re.sub(r"\s*\([^)]*\)$", "", re.sub(r"\s*\(\d+\)$", "", said))
    return re.sub(r"^(?:контакт|компания|сделка|лид|contact|company|deal):\s*", "", plain)


@cache
def _targets() -> dict[str, str]:  # a table, read once
    found: dict[str, str] = {}
    for line in (Path(__file__).parent / "titles.txt").read_text(encoding="utf-8").splitlines():
        target, colon, titles = line.partition(":")
        if colon and not line.startswith("#"):
            for title in titles.split(","):
                found.setdefault(folded(title).strip(), target)
    return found
