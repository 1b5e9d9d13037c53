"""Of the clients that a record may belong to: certainly one, perhaps some, or none."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from svyazka.engines.matching import weights as shipped
from svyazka.engines.matching.compare import NOTHING_KNOWN, Base
from svyazka.engines.matching.record import Record
from svyazka.engines.matching.score import Score, score
from svyazka.engines.matching.weights import Weights

JUST_CALLED_DAYS = 1
OF_FEW = frozenset({"phone.same", "phone.same_of_two", "email.same", "email.same_of_two", "handle.same", "inn.same"})
Kind = Literal["certain", "doubtful", "new"]
Doubt = Literal["veto", "unlikely", "another_as_likely"]


@dataclass(frozen=True, slots=True)
class Likely:
    """`has_just_called`: nothing is known of him but his number, and that is the caller's of today or yesterday."""

    id: int
    score: Score
    has_just_called: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """`likely`: the best first; of a certain one the first is meant. `doubts`: why it is not certain. `certain`: from
    which probability on it would have been."""

    kind: Kind
    likely: tuple[Likely, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    version: str = ""
    certain: float = 1.0

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
    all_of = [
        Likely(id, score(record, other, base, chosen), _has_just_called(other, record))
        for id, other in standing.items()
    ]
    likely = sorted((one for one in all_of if _is_to_be_shown(one.score, chosen)), key=_best_first)
    if not likely:
        return Decision("new", version=chosen.version, certain=chosen.certain)
    best = likely[0]
    enough = chosen.nameless if best.has_just_called else chosen.certain
    if best.has_just_called and best.score.vetoes == ("no_name",):
        likely[0] = replace(best, score=replace(best.score, vetoes=()))
    doubts = tuple(_doubts(likely, chosen, enough))
    return Decision("doubtful" if doubts else "certain", tuple(likely), doubts, chosen.version, chosen.certain)


def _is_to_be_shown(score: Score, weights: Weights) -> bool:
    """Whoever uses the same phone alone, or with one other, is shown however little else fits."""
    if "no_contact" in score.vetoes:
        return score.probability >= weights.alone
    return score.probability >= weights.doubtful or any(reason.term in OF_FEW for reason in score.reasons)


def _has_just_called(known: Record, record: Record) -> bool:
    """Nothing is known of him but his number, and that is the caller's of today or yesterday."""
    if known.people or known.companies or record.companies or not (known.seen and record.seen):
        return False
    return abs((record.seen - known.seen).days) <= JUST_CALLED_DAYS


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
