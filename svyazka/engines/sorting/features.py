"""What a text is weighed by: its words without endings, pairs of them, and pieces of three to five letters, which see
through slips. Each is a number below `SIZE`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from svyazka.engines.sorting.words import LINK, MAIL, NUMBER, stem, words

SIZE = 1 << 16
PIECES = (3, 4, 5)
MOST_WORDS = 300
_MARKS = frozenset((LINK, MAIL, NUMBER))
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Features:
    """`numbers`: each once; `counts`: how much for how often it stands there."""

    numbers: Ints
    counts: Floats


def features(text: str) -> Features:
    found = numbers_of(words(text)[:MOST_WORDS])
    numbers, counts = np.unique(found, return_counts=True)
    return Features(numbers, 1.0 + np.log(counts))


def numbers_of(found: list[str]) -> Ints:
    """Of all words, one after the other, and of the pairs of neighbours."""
    if not found:
        return np.empty(0, np.int64)
    parts = [of_word(word) for word in found]
    kept = [stem(word) for word in found]
    pairs = np.fromiter((_pair(one, other) for one, other in pairwise(kept)), np.int64)
    return np.concatenate([*parts, pairs])


@lru_cache(maxsize=16_384)
def of_word(word: str) -> Ints:
    """Its stem, and the pieces of it; of a mark only itself."""
    whole = [_number(f"w {stem(word)}")]
    if word in _MARKS:
        return np.array(whole, np.int64)
    edged = f" {word} "
    pieces = {edged[at : at + size] for size in PIECES for at in range(len(edged) - size + 1)}
    return np.array(whole + [_number(f"p{piece}") for piece in sorted(pieces)], np.int64)


@lru_cache(maxsize=32_768)
def _pair(one: str, other: str) -> int:
    return _number(f"2 {one} {other}")


def _number(said: str) -> int:
    return crc32(said.encode()) % SIZE
