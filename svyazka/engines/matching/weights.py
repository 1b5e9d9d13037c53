"""The weights of the scorecard, in bits, with their version; those that are shipped are in `weights.yaml`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from svyazka.engines.matching.terms import TERMS

START = Path(__file__).parent / "weights.yaml"


@dataclass(frozen=True)
class Weights:
    """`certain`, `doubtful`: from which probability on; `nameless`: certain, where the client has only just called;
    `alone`: doubtful, where no contact says so. `margin`: bits between the best client and the next."""

    version: str
    bits: Mapping[str, float]
    certain: float = 0.99
    doubtful: float = 0.05
    margin: float = 4.0
    nameless: float = 0.75
    alone: float = 0.5


class Unfit(ValueError):
    """These are no weights: what is wrong is the message."""


@cache
def start() -> Weights:
    return read(START.read_text(encoding="utf-8"))


def read(text: str, *, otherwise: Weights | None = None) -> Weights:
    """`otherwise`: for text that an earlier or a later Svyazka has written. What it lacks is taken from there, what it
    has too much is passed over. Raises Unfit."""
    try:
        said = yaml.safe_load(text)
        bits = {str(term): float(bits) for term, bits in said["bits"].items()}
        if otherwise:
            bits = {term: bits.get(term, usual) for term, usual in otherwise.bits.items()}
        weights = Weights(
            str(said["version"]),
            bits,
            *(float(said[name]) for name in ("certain", "doubtful", "margin", "nameless", "alone")),
        )
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise Unfit(f"unreadable: {wrong}") from wrong
    _insist_sound(weights)
    return weights


def _insist_sound(weights: Weights) -> None:
    if missing := sorted(set(TERMS) - weights.bits.keys()):
        raise Unfit(f"missing: {', '.join(missing)}")
    if unknown := sorted(weights.bits.keys() - set(TERMS)):
        raise Unfit(f"unknown: {', '.join(unknown)}")
    if not all(map(math.isfinite, [*weights.bits.values(), weights.margin])):
        raise Unfit("not a number")
    between = (weights.nameless, weights.alone)
    if not all(0 < weights.doubtful <= one <= weights.certain < 1 for one in between) or weights.margin < 0:
        raise Unfit("thresholds: 0 < doubtful <= nameless, alone <= certain < 1, margin >= 0")


def written(weights: Weights) -> str:
    """As `read` takes it, terms in the order in which they are explained."""
    head = f"version: {weights.version}\ncertain: {weights.certain:g}\ndoubtful: {weights.doubtful:g}\n"
    lines = [f"  {term}: {weights.bits[term]:.2f}" for term in TERMS]
    head += f"margin: {weights.margin:g}\nnameless: {weights.nameless:g}\nalone: {weights.alone:g}"
    return "\n".join([head, "bits:", *lines, ""])
