"""How good a model is on texts that it has not learnt from: how much it answers, and how much of that is right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from svyazka.engines.sorting.model import Guess


@dataclass(frozen=True, slots=True)
class Tried:
    """What a text is, and what was said of it."""

    code: str
    guess: Guess


@dataclass(frozen=True, slots=True)
class Tally:
    number: int
    answered: int
    right: int

    @property
    def share_answered(self) -> float:
        return self.answered / self.number if self.number else 0.0

    @property
    def share_right(self) -> float:
        """Of those that were answered."""
        return self.right / self.answered if self.answered else 0.0

    @property
    def worth(self) -> int:
        """A wrong answer costs as much as two right ones help: somebody has to notice it."""
        return self.right - 2 * (self.answered - self.right)


@dataclass(frozen=True, slots=True)
class OfCategory:
    """`there`: so many texts are of it; `said`: of so many it was said; `hit`: rightly."""

    there: int
    said: int
    hit: int

    @property
    def precision(self) -> float | None:
        return self.hit / self.said if self.said else None

    @property
    def recall(self) -> float | None:
        return self.hit / self.there if self.there else None


def tally(tried: Iterable[Tried], threshold: float) -> Tally:
    said = [(one.code, one.guess.above(threshold)) for one in tried]
    return Tally(len(said), sum(bool(code) for _is, code in said), sum(is_ == code for is_, code in said))


def by_category(tried: Sequence[Tried], threshold: float) -> dict[str, OfCategory]:
    there = Counter(one.code for one in tried)
    said = Counter(one.guess.above(threshold) for one in tried)
    hit = Counter(one.code for one in tried if one.guess.above(threshold) == one.code)
    return {code: OfCategory(there[code], said[code], hit[code]) for code in sorted({*there, *said} - {""})}


def confusion(tried: Sequence[Tried], threshold: float) -> Counter[tuple[str, str]]:
    """What it is, and what was said of it: how often. What it abstained from is said as nothing."""
    return Counter((one.code, one.guess.above(threshold)) for one in tried)
