"""How right a decision, a pair or a cluster is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from itertools import combinations

Pair = tuple[int, int]


def f1(found: Collection[Pair], true: Collection[Pair]) -> float:
    """Of pairs; 1 where nothing was to be found and nothing was."""
    return 2 * len(set(found) & set(true)) / (len(found) + len(true)) if found or true else 1.0


def pairs_within(labels: Sequence[Hashable]) -> set[Pair]:
    """Places with the same label, the smaller first."""
    places: dict[Hashable, list[int]] = defaultdict(list)
    for place, label in enumerate(labels):
        places[label].append(place)
    return {pair for those in places.values() for pair in combinations(those, 2)}


def chained(many: int, pairs: Iterable[Pair]) -> list[int]:
    """For each place the smallest that it hangs together with, over any number of pairs."""
    up = list(range(many))

    def top(place: int) -> int:
        while up[place] != place:
            up[place] = up[up[place]]
            place = up[place]
        return place

    for one, other in pairs:
        first, second = sorted((top(one), top(other)))
        up[second] = first
    return [top(place) for place in range(many)]
