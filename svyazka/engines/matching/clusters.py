"""Pairs that belong together: who hangs together by them, and whether all of these may be one client."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import combinations
from typing import Literal

from svyazka.engines.matching.record import Record
from svyazka.engines.matching.score import Veto, score

MOST = 8
Fault = Literal["crowd", "chain"]
# What says of two that they are not one; the other vetoes say only that it is not certain.
_CONTRADICTS: frozenset[Veto] = frozenset(
    [
        "other_first_name",
        "other_patronymic",
        "other_surname",
        "other_gender",
        "other_tax_number",
        "other_company",
    ]
)


def fault(members: Mapping[int, Record], *, apart: Collection[tuple[int, int]] = ()) -> Fault | None:
    """Why these must not be made one by themselves: too many of them, or two among them contradict each other, though
    a third one resembles both: a father and a son with one telephone. `apart`: pairs of which a person has said so."""
    if len(members) > MOST:
        return "crowd"
    said = {frozenset(pair) for pair in apart}
    pairs = combinations(sorted(members), 2)
    return "chain" if any({*pair} in said or _contradict(members, *pair) for pair in pairs) else None


def _contradict(members: Mapping[int, Record], one: int, other: int) -> bool:
    return not _CONTRADICTS.isdisjoint(score(members[one], members[other]).vetoes)
