"""Weights learnt from what people decided: the start weights, moved as far as the decisions carry."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from svyazka.engines.matching.compare import Finding
from svyazka.engines.matching.terms import AGAINST, FOR, LADDERS, PRIOR, TERMS
from svyazka.engines.matching.weights import Weights

STEPS = 40
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """Two records of which somebody has said whether they are one client. `amounts`: by term."""

    amounts: Mapping[str, float]
    same: bool


def judged(found: Iterable[Finding], *, same: bool) -> Judged:
    return Judged({one.term: one.amount for one in found}, same)


def refit(weights: Weights, decisions: Sequence[Judged], *, version: str, spread: float = 2.0) -> Weights:
    """`spread`: by how many bits a weight may well be wrong before anybody has decided. Without decisions the weights
    stay; a term that none of them has stays; what speaks for one client never comes to speak against it."""
    if not decisions:
        return replace(weights, version=version)
    start = np.array([weights.bits[term] for term in TERMS]) * math.log(2)
    fitted = _fit(_table(decisions), np.array([one.same for one in decisions], float), start, spread * math.log(2))
    bits = dict(zip(TERMS, (fitted / math.log(2)).tolist(), strict=True))
    return replace(weights, version=version, bits=_in_order(bits))


def _table(decisions: Sequence[Judged]) -> Floats:
    column = {term: at for at, term in enumerate(TERMS)}
    table = np.zeros((len(decisions), len(TERMS)))
    table[:, column[PRIOR]] = 1.0
    for row, one in enumerate(decisions):
        for term, amount in one.amounts.items():
            table[row, column[term]] = amount
    return table


def _fit(table: Floats, same: Floats, start: Floats, spread: float) -> Floats:
    """Newton's steps to the likeliest weights, with a normal prior around the start; halved where one overshoots."""
    held = 1 / spread**2
    now, loss = start.copy(), _loss(table, same, start, start, held)
    for _step in range(STEPS):
        likely = _sigmoid(table @ now)
        slope = table.T @ (likely - same) + held * (now - start)
        bend = (table.T * np.maximum(likely * (1 - likely), 1e-9)) @ table + held * np.eye(len(now))
        way = np.linalg.solve(bend, slope)
        pace = 1.0
        while (there := _loss(table, same, now - pace * way, start, held)) > loss and pace > 1e-4:
            pace /= 2
        if there > loss - 1e-9:
            break
        now, loss = now - pace * way, there
    return now


def _loss(table: Floats, same: Floats, now: Floats, start: Floats, held: float) -> float:
    bits = table @ now
    return float(np.sum(np.logaddexp(0, bits) - same * bits) + held / 2 * np.sum((now - start) ** 2))


def _sigmoid(bits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(bits, -40, 40))))


def _in_order(bits: dict[str, float]) -> dict[str, float]:
    """Ladders lead down, and each term stays on its side of nothing."""
    ordered = {term: _on_its_side(term, one) for term, one in bits.items()}
    for ladder in LADDERS.values():
        ordered |= dict(zip(ladder, _downwards([ordered[term] for term in ladder]), strict=True))
    return ordered


def _on_its_side(term: str, bits: float) -> float:
    return max(0.0, bits) if term in FOR else min(0.0, bits) if term in AGAINST else bits


def _downwards(steps: Sequence[float]) -> list[float]:
    """The nearest that never rises: neighbours that do share their mean."""
    pools: list[tuple[float, int]] = []
    for step in steps:
        pools.append((step, 1))
        while len(pools) > 1 and pools[-2][0] < pools[-1][0]:
            (one, many), (other, more) = pools[-2], pools[-1]
            pools[-2:] = [((one * many + other * more) / (many + more), many + more)]
    return [mean for mean, many in pools for _step in range(many)]
