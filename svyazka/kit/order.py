"""Lists that were put in order by two."""

from __future__ import annotations

from collections.abc import Sequence


def woven(order: Sequence[str], others: Sequence[str]) -> list[str]:
    """`order`, and each of the others behind the one that it stood behind."""
    found = list(order)
    for place, code in enumerate(others):
        if code not in found:
            found.insert(found.index(others[place - 1]) + 1 if place else 0, code)
    return found
