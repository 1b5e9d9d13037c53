"""Of the clients that a record may belong to: certainly one, perhaps some, or none."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from svyazka.engines.matching import weights as shipped
from svyazka.engines.matching.compare import NOTHING_KNOWN, Base
from svyazka.engines.matching.record import Record
from svyazka.engines.matching.score import Score, score
from svyazka.engines.matching.weights import Weights

Kind = Literal["certain", "doubtful", "new"]
Doubt = Literal["veto", "unlikely", "another_as_likely"]


@dataclass(frozen=True, slots=True)
class Likely:
    id: int
    score: Score


@dataclass(frozen=True, slots=True)
class Decision:
    """`likely`: the best first; of a certain one the first is meant. `doubts`: why it is not certain."""

    kind: Kind
    likely: tuple[Likely, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    version: str = ""

    @property
    def client(self) -> int | None:
        return self.likely[0].id if self.kind == "certain" else None


def decide(
    record: Record,
    candidates: Iterable[tuple[int, Record]],
    *,
    base: Base = NOTHING_KNOWN,
    weights: Weights | None = None,
    apart: Collection[int] = (),
) -> Decision:
    """`apart`: clients of whom a person has said that they are somebody else."""
    chosen = weights or shipped.start()
    standing = {id: other for id, other in candidates if id not in apart}
    all_of = [Likely(id, score(record, other, base, chosen)) for id, other in standing.items()]
    likely = sorted((one for one in all_of if one.score.probability >= chosen.doubtful), key=_best_first)
    if not likely:
        return Decision("new", version=chosen.version)
    enough = chosen.certain if _has_name(standing[likely[0].id]) else chosen.nameless
    doubts = tuple(_doubts(likely, chosen, enough))
    return Decision("doubtful" if doubts else "certain", tuple(likely), doubts, chosen.version)


def _has_name(record: Record) -> bool:
    """Of whoever has only called until now nothing is known that a name could contradict."""
    return bool(record.people or record.companies)


def _best_first(one: Likely) -> tuple[float, int]:
    return -one.score.bits, one.id


def _doubts(likely: list[Likely], weights: Weights, enough: float) -> Iterable[Doubt]:
    best = likely[0].score
    if best.vetoes:
        yield "veto"
    if best.probability < enough:
        yield "unlikely"
    if len(likely) > 1 and best.bits - likely[1].score.bits < weights.margin:
        yield "another_as_likely"
