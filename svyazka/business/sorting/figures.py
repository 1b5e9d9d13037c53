"""How good the classifier was on what it had not learnt from: stored with it as plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from svyazka.engines.sorting.judged import Tried, by_category, confusion, tally

STEPS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.99)


def count(tried: Sequence[Tried]) -> dict[str, Any]:
    """For each threshold: `number` of texts, `answered`, `right`, and by category [there, said, hit]; what was taken
    for what, if it answers always, [[is, said, how often], …]."""
    mixed = sorted(confusion(tried, 0.0).items(), key=lambda one: (-one[1], one[0]))
    return {
        "number": len(tried),
        "steps": {str(threshold): _step(tried, threshold) for threshold in STEPS},
        "confusion": [[is_, said, number] for (is_, said), number in mixed],
    }


def _step(tried: Sequence[Tried], threshold: float) -> dict[str, Any]:
    whole = tally(tried, threshold)
    of_each = by_category(tried, threshold)
    return {
        "answered": whole.answered,
        "right": whole.right,
        "categories": {code: [one.there, one.said, one.hit] for code, one in of_each.items()},
    }
