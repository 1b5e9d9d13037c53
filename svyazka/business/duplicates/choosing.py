"""Of two clients who become one: which of two values stays. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KEPT, GONE, BOTH = "kept", "gone", "both"
FACTS = "facts/"
LONGEST_NOTE = 10_000
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Known:
    """What is known of one of the two: by column, and by code of the company's own fields."""

    own: Mapping[str, str]
    facts: Mapping[str, Any]
    is_newer: bool = False


def choose(kept: Known, gone: Known, given: Mapping[str, str]) -> dict[str, str]:
    """For each column, and each `facts/<code>`, whose value stays; what somebody has chosen counts first."""
    chosen = {code: choice(code, kept.own[code], gone.own[code], theirs_is_newer=gone.is_newer) for code in kept.own}
    for code in {**kept.facts, **gone.facts}:
        ours, theirs = kept.facts.get(code), gone.facts.get(code)
        chosen[f"{FACTS}{code}"] = choice(f"{FACTS}{code}", ours, theirs, theirs_is_newer=gone.is_newer)
    return {**chosen, **{code: whose for code, whose in given.items() if code in chosen}}


def choice(code: str, ours: Any, theirs: Any, *, theirs_is_newer: bool) -> str:
    """What is known rather than what is not, the fuller rather than the shorter, the newer rather than the older one.
    Of two notes neither is thrown away."""
    if is_nothing(theirs) or ours == theirs:
        return KEPT
    if is_nothing(ours):
        return GONE
    if code == "kind":  # nobody is said to be a company by itself
        return GONE if theirs == "company" else KEPT
    mine, other = _words(ours), _words(theirs)
    if mine != other and (mine <= other or other <= mine):
        return GONE if mine < other else KEPT
    if code == "note":
        return BOTH if mine != other else KEPT
    return GONE if theirs_is_newer else KEPT


def outcome(code: str, whose: str, ours: Any, theirs: Any) -> Any:
    if whose == BOTH:
        return f"{ours}\n\n{theirs}"[:LONGEST_NOTE] if code == "note" else ours
    return theirs if whose == GONE else ours


def is_nothing(value: Any) -> bool:
    return value in (None, "", [])


def _words(value: Any) -> set[str]:
    parts = value if isinstance(value, list) else [value]
    return {word for part in parts for word in _WORD.findall(str(part).lower().replace("ё", "е"))}
