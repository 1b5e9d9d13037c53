"""Whether a stage or a rule is for this deal: `only_when`, the one condition that stages and rules have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def applies(only_when: Mapping[str, Sequence[Any]], facts: Mapping[str, Any]) -> bool:
    """Each field has one of its values. What is not known yet keeps nothing away."""
    return all(_fits(facts.get(code), values) for code, values in only_when.items())


def _fits(known: Any, wanted: Sequence[Any]) -> bool:
    if known is None or known in ("", []):
        return True
    if isinstance(known, list):
        return any(one in wanted for one in known)
    return known in wanted
