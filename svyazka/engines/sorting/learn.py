"""Learns from texts of which people have said what they are: multinomial logistic regression, in which rare categories
count for more than their number. How sure it may be is seen on texts that it had not learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from svyazka.engines.sorting.features import SIZE, Floats, Ints, features
from svyazka.engines.sorting.model import Model, Small, empty_rows, likely

ROUNDS, BATCH = 6, 128
PARTS = 3
ENOUGH = 3_000  # texts, of which one part shows as well as all how sure it may be
_PACE, _HELD = 0.15, 1e-4
Example = tuple[str, str]  # text, code of its category


@dataclass(frozen=True, slots=True)
class _Table:
    """Texts one below the other: which features, how much of each, where each text begins, and its category."""

    numbers: Ints
    counts: Small
    begins: Ints
    of: Ints

    def __len__(self) -> int:
        return len(self.of)

    def some(self, wanted: Ints) -> _Table:
        """These of them, in this order."""
        sizes = np.diff(np.append(self.begins, len(self.numbers)))[wanted]
        begins = np.cumsum(sizes) - sizes
        cells = np.arange(sizes.sum()) + np.repeat(self.begins[wanted] - begins, sizes)
        return _Table(self.numbers[cells], self.counts[cells], begins, self.of[wanted])

    def piece(self, first: int, last: int) -> _Table:
        ends = np.append(self.begins, len(self.numbers))
        span = slice(ends[first], ends[min(last, len(self))])
        return _Table(self.numbers[span], self.counts[span], self.begins[first:last] - span.start, self.of[first:last])


def learn(examples: Sequence[Example], *, version: str = "", seed: int = 1) -> Model:
    """The same examples in the same order with the same seed give the same model. An empty text teaches nothing."""
    codes = tuple(sorted({code for _text, code in examples}))
    if len(codes) < 2:
        raise ValueError("There must be two categories at least.")
    table = _table(examples, codes)
    whole = _fit(table, codes, seed)
    heat, shifts = _honest(table, codes, seed)
    return replace(whole, heat=heat, shifts=shifts, version=version)


def _table(examples: Sequence[Example], codes: Sequence[str]) -> _Table:
    place = {code: at for at, code in enumerate(codes)}
    found = [(features(text), place[code]) for text, code in examples]
    found = [(one, of) for one, of in found if len(one.numbers)]
    sizes = np.array([len(one.numbers) for one, _of in found], np.int64)
    return _Table(
        np.concatenate([one.numbers for one, _of in found]),
        np.concatenate([one.counts for one, _of in found]).astype(np.float32),
        np.cumsum(sizes) - sizes,
        np.array([of for _one, of in found], np.int64),
    )


def _fit(table: _Table, codes: Sequence[str], seed: int) -> Model:
    rows, rarity = _seen(table)
    cells, amounts = _lengths_one(table, rows, rarity)
    weights = np.zeros((len(rarity), len(codes)), np.float32)
    base = np.zeros(len(codes), np.float32)
    _descend(_Table(cells, amounts, table.begins, table.of), weights, base, seed)
    weights[0] = 0
    return Model(tuple(codes), rows, rarity, weights, base, 1.0, np.zeros(len(codes), np.float32))


def _seen(table: _Table) -> tuple[NDArray[np.int32], Small]:
    """Rows of the features that stand in two texts at least, and how rare each is."""
    often = np.bincount(table.numbers, minlength=SIZE)
    kept = np.flatnonzero(often > (1 if len(table) > 200 else 0))
    rows = empty_rows()
    rows[kept] = np.arange(1, len(kept) + 1)
    # What was never seen keeps a text from being all too sure: it counts as the rarest.
    rare = np.log((1 + len(table)) / (1 + np.append(0, often[kept]))) + 1
    return rows, rare.astype(np.float32)


def _lengths_one(table: _Table, rows: NDArray[np.int32], rarity: Small) -> tuple[Ints, Small]:
    cells = rows[table.numbers].astype(np.int64)
    amounts = table.counts * rarity[cells]
    lengths = np.sqrt(np.add.reduceat(amounts**2, table.begins))
    sizes = np.diff(np.append(table.begins, len(table.numbers)))
    return cells, amounts / np.repeat(lengths, sizes)


def _descend(table: _Table, weights: Small, base: Small, seed: int) -> None:
    """Steps of Adagrad: what stands in few texts takes larger ones."""
    kinds = weights.shape[1]
    number = np.bincount(table.of, minlength=kinds)
    worth = np.sqrt(number.sum() / (kinds * np.maximum(number, 1))).astype(np.float32)
    told = np.eye(kinds, dtype=np.float32)
    gone, gone_base = np.full(weights.shape, 1e-6, np.float32), np.full(kinds, 1e-6)
    turns = np.random.default_rng(seed)
    for _round in range(ROUNDS):
        shuffled = table.some(turns.permutation(len(table)))
        for first in range(0, len(table), BATCH):
            part = shuffled.piece(first, first + BATCH)
            scores = np.add.reduceat(part.counts[:, None] * weights[part.numbers], part.begins) + base
            slope = (likely(scores, 1.0, base * 0) - told[part.of]) * worth[part.of, None] / len(part)
            touched, steps = _gathered(part, slope)
            steps += _HELD * weights[touched]
            gone[touched] += steps**2
            weights[touched] -= _PACE * steps / np.sqrt(gone[touched])
            of_base = slope.sum(axis=0)
            gone_base += of_base**2
            base -= (_PACE * of_base / np.sqrt(gone_base)).astype(np.float32)


def _gathered(part: _Table, slope: Floats) -> tuple[Ints, NDArray[np.float32]]:
    """By feature what all texts of the part say of it."""
    sizes = np.diff(np.append(part.begins, len(part.numbers)))
    said = part.counts[:, None] * np.repeat(slope, sizes, axis=0)
    order = np.argsort(part.numbers, kind="stable")
    ordered = part.numbers[order]
    begins = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    return ordered[begins], np.add.reduceat(said[order], begins).astype(np.float32)


def _honest(table: _Table, codes: Sequence[str], seed: int) -> tuple[float, Small]:
    """How sure it may be: seen on each part of the texts by what has learnt from the others."""
    part_of = np.random.default_rng(seed + 1).permutation(len(table)) % PARTS
    scores, of = [], []
    for part in range(PARTS if len(table) < ENOUGH else 1):
        inside, outside = np.flatnonzero(part_of == part), np.flatnonzero(part_of != part)
        if len(inside) and len(outside):
            seen = table.some(inside)
            scores.append(_scores(_fit(table.some(outside), codes, seed), seen))
            of.append(seen.of)
    return _calibrated(np.concatenate(scores), np.concatenate(of))


def _scores(model: Model, table: _Table) -> Floats:
    cells, amounts = _lengths_one(table, model.rows, model.rarity)
    found: Floats = np.add.reduceat(amounts[:, None] * model.weights[cells], table.begins) + model.base
    return found


def _calibrated(scores: Floats, of: Ints) -> tuple[float, Small]:
    """The heat and the shifts under which what happened was likeliest; held a little towards changing nothing."""
    kinds = scores.shape[1]
    told = np.eye(kinds)[of]
    log_cold, shifts = 0.0, np.zeros(kinds)
    gone = np.full(kinds + 1, 1e-6)
    for _step in range(300):
        wrong = likely(scores, np.exp(-log_cold), shifts.astype(np.float32)) - told
        slope = np.append((wrong * scores).sum(axis=1).mean() * np.exp(log_cold), wrong.mean(axis=0))
        slope += np.append(0.0, shifts) * 1e-3
        gone += slope**2
        step = 0.2 * slope / np.sqrt(gone)
        log_cold, shifts = log_cold - step[0], shifts - step[1:]
    return float(np.exp(-log_cold)), shifts.astype(np.float32)
