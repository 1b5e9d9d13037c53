"""Lists in an order that people chose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def woven(order: Sequence[str], others: Sequence[str]) -> list[str]:
    """`order`, and each of the others behind the one that it stood behind."""
    found = list(order)
    for place, code in enumerate(others):
        if code not in found:
            found.insert(found.index(others[place - 1]) + 1 if place else 0, code)
    return found


def shifted(order: Sequence[T], one: T, *, up: bool) -> list[T]:
    """`one` a place further up or down; at the end of the list it stays."""
    found = list(order)
    place = found.index(one)
    other = place - 1 if up else place + 1
    if 0 <= other < len(found):
        found[place], found[other] = found[other], found[place]
    return found
