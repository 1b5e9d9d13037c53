"""What has been learnt, and what it says of a text: which category, how sure it is, and which words spoke for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from svyazka.engines.sorting.features import MOST_WORDS, SIZE, Floats, Ints, features, of_word
from svyazka.engines.sorting.words import words

# A text of which less was ever seen while learning (by the weight of its features) is none that could be judged.
LEAST_KNOWN = 0.25
Small = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Model:
    """`rows`: where the weights of a feature stand, 0 for one that was never seen, whose weights are all nothing.
    `heat` and `shifts` make out of what it weighs how sure it is."""

    codes: tuple[str, ...]
    rows: NDArray[np.int32]
    rarity: Small
    weights: Small
    base: Small
    heat: float
    shifts: Small
    version: str = ""


@dataclass(frozen=True, slots=True)
class Guess:
    """`probability`: of that category; of each: `chances`. Without a code there is nothing to go by."""

    code: str
    probability: float
    chances: dict[str, float]

    def above(self, threshold: float) -> str:
        """The category, if it is sure enough; otherwise it abstains."""
        return self.code if self.code and self.probability >= threshold else ""


UNKNOWN = Guess("", 0.0, {})


def guess(model: Model, text: str) -> Guess:
    found = features(text)
    rows, amounts, known = weighed(model.rows, model.rarity, found.numbers, found.counts)
    if known < LEAST_KNOWN:
        return UNKNOWN
    chances = likely(amounts @ model.weights[rows] + model.base, model.heat, model.shifts)
    best = int(chances.argmax())
    return Guess(model.codes[best], float(chances[best]), dict(zip(model.codes, chances.tolist(), strict=True)))


def reasons(model: Model, text: str, code: str, *, most: int = 5) -> list[tuple[str, float]]:
    """The words that spoke most for this category rather than for the others, with how much; the weightiest first."""
    place = model.codes.index(code)
    said = dict.fromkeys(words(text)[:MOST_WORDS])
    found = features(text)
    _rows, amounts, _known = weighed(model.rows, model.rarity, found.numbers, found.counts)
    amount_of = dict(zip(found.numbers.tolist(), amounts.tolist(), strict=True))
    ahead = model.weights[:, place] - model.weights.mean(axis=1)
    spoke = {word: _sum(model, ahead, of_word(word), amount_of) for word in said}
    ranked = sorted(spoke.items(), key=lambda one: (-one[1], one[0]))
    return [(word, weight) for word, weight in ranked[:most] if weight > 0]


def weighed(
    rows: NDArray[np.int32], rarity: Small, numbers: Ints, counts: Floats
) -> tuple[NDArray[np.int32], Floats, float]:
    """Rows of those that were seen, how much each counts (rare ones more, the whole of length one), and how much of
    the text that was."""
    found = rows[numbers]
    amounts = counts * rarity[found]
    length = float(np.sqrt(amounts @ amounts))
    seen = found > 0
    known = float(seen.mean()) if len(found) else 0.0
    return found, amounts / length if length else amounts, known


def likely(scores: NDArray[np.floating], heat: float, shifts: Small) -> Floats:
    raw = scores / heat + shifts
    grown = np.exp(raw - raw.max(axis=-1, keepdims=True))
    chances: Floats = grown / grown.sum(axis=-1, keepdims=True)
    return chances


def empty_rows() -> NDArray[np.int32]:
    return np.zeros(SIZE, np.int32)


def _sum(model: Model, ahead: Small, numbers: Ints, amount_of: dict[int, float]) -> float:
    return float(sum(amount_of.get(number, 0.0) * ahead[model.rows[number]] for number in numbers.tolist()))
