"""Weights for a list of which nobody has said who is who: what pairs have in common that would not have it by chance.

Expectation and maximisation over the levels of the scorecard (Fellegi and Sunter); for lists from elsewhere, where the
shipped weights know neither the fields nor how many are there twice.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from svyazka.engines.matching.compare import USUAL, Finding
from svyazka.engines.matching.terms import LADDERS, PRIOR, TERMS
from svyazka.engines.matching.weights import Weights

STEPS = 40
UNSEEN = 0.3  # of a pair is what no pair has
AGREE = 0.8  # of the same ones, on the highest level: where it begins
Floats = NDArray[np.float64]

_COLUMN = {term: at for at, term in enumerate(TERMS)}
_IN_PLACE_OF_NAMES = ("name.exchanged",)
_LEVELS = [
    [_COLUMN[term] for term in (*ladder, *(_IN_PLACE_OF_NAMES if name == "first" else ()))]
    for name, ladder in LADDERS.items()
]
_SURNAME, _RARE = _COLUMN["surname.same"], _COLUMN["surname.rare"]


def fitted(
    near: Sequence[Iterable[Finding]], strangers: Sequence[Iterable[Finding]], *, pairs: int, version: str
) -> Weights:
    """`near`: pairs that share a key; `strangers`: some drawn by lot, of all `pairs` that there are."""
    here, there = _table(near), _table(strangers)
    prior, same, chance = len(near) / 2 / pairs, _at_first(), _shares(there.sum(axis=0))
    bits = _bits(same, chance, prior)
    for _step in range(STEPS):
        likely, by_lot = _likely(here @ bits), _likely(there @ bits)
        prior = min(max(float(likely.sum()) / pairs, 1 / pairs / 2), 0.5)
        same, chance = _shares(likely @ (here != 0)), _shares((1 - by_lot) @ (there != 0))
        bits = _bits(same, chance, prior)
    return Weights(version, dict(zip(TERMS, bits.tolist(), strict=True)))


def _table(found: Sequence[Iterable[Finding]]) -> Floats:
    table = np.zeros((len(found), len(TERMS)))
    table[:, _COLUMN[PRIOR]] = 1.0
    for row, one in enumerate(found):
        for finding in one:
            table[row, _COLUMN[finding.term]] = finding.amount
    return table


def _at_first() -> Floats:
    same = np.ones(len(TERMS))
    for ladder in _LEVELS:
        rest = (1 - AGREE) / max(len(ladder) - 1, 1)
        same[ladder] = [AGREE, *[rest] * (len(ladder) - 1)]
    return same


def _shares(many: Floats) -> Floats:
    """Of those that say something of a field, on each of its levels."""
    shares = np.ones(len(TERMS))
    for ladder in _LEVELS:
        seen = many[ladder] + UNSEEN
        shares[ladder] = seen / seen.sum()
    return shares


def _bits(same: Floats, chance: Floats, prior: float) -> Floats:
    """What fields say together is no evidence of its own here; how common a surname is, in place of how common all."""
    bits = np.zeros(len(TERMS))
    for ladder in _LEVELS:
        bits[ladder] = np.log2(same[ladder] / chance[ladder])
    bits[_SURNAME], bits[_RARE] = np.log2(same[_SURNAME] / USUAL), 1.0
    bits[_COLUMN[PRIOR]] = math.log2(prior / (1 - prior))
    return bits


def _likely(bits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp2(-np.clip(bits, -60, 60))))
