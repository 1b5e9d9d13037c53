"""What other weights, or another threshold, would have made of what was compared before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from svyazka.engines.matching.decide import OF_FEW, Decision, Kind
from svyazka.engines.matching.score import Score, vetoes
from svyazka.engines.matching.terms import PRIOR
from svyazka.engines.matching.weights import Weights

MOST = 3
Amounts = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One client whom somebody was compared with. `has_just_called`: of him nothing is known but his number."""

    id: int
    amounts: Amounts
    has_just_called: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How the likeliest of them stands. `is_clear`: but for the threshold nothing keeps him from being meant;
    `is_shown`: a person is asked at least. `certain`, `enough`: of the weights, and of this one."""

    id: int
    probability: float
    is_clear: bool
    is_shown: bool
    has_just_called: bool
    nameless: float

    def kind(self, certain: float) -> Kind:
        enough = min(certain, self.nameless) if self.has_just_called else certain
        if not self.is_shown:
            return "new"
        return "certain" if self.is_clear and self.probability >= enough else "doubtful"


@dataclass(frozen=True, slots=True)
class Seen:
    """`right`: what people have said of it since; None: nobody has looked."""

    standing: Standing | None
    right: bool | None = None

    def kind(self, certain: float) -> Kind:
        return self.standing.kind(certain) if self.standing else "new"


@dataclass(frozen=True, slots=True)
class Tally:
    """`checked`: of the attached those of whom people have said something since; `wrong`: those of them who are
    somebody else."""

    attached: int
    asked: int
    new: int
    checked: int
    wrong: int

    @property
    def of(self) -> int:
        return self.attached + self.asked + self.new

    @property
    def wrong_at_most(self) -> float:
        """The share that is wrong is hardly greater; 1 while nobody has looked."""
        return 1 - surely(self.checked - self.wrong, self.checked)


def candidates(decision: Decision) -> list[Candidate]:
    """What has to be kept of it, to weigh it anew."""
    return [
        Candidate(one.id, {reason.term: reason.amount for reason in one.score.reasons}, one.has_just_called)
        for one in decision.likely[:MOST]
    ]


def stand(known: Sequence[Candidate], weights: Weights) -> Standing | None:
    """Nobody resembled him: None. Whoever was not worth showing then is not known here."""
    if not known:
        return None
    weighed = sorted(
        ((_score(one.amounts, weights), one) for one in known), key=lambda pair: (-pair[0].bits, pair[1].id)
    )
    shown = [(score, one) for score, one in weighed if _is_shown(score, one.amounts, weights)]
    best, one = (shown or weighed)[0]
    forbidden = tuple(veto for veto in best.vetoes if not (one.has_just_called and veto == "no_name"))
    is_alone = len(shown) < 2 or best.bits - shown[1][0].bits >= weights.margin
    is_clear = bool(shown) and not forbidden and is_alone
    return Standing(one.id, best.probability, is_clear, bool(shown), one.has_just_called, weights.nameless)


def tally(seen: Iterable[Seen], certain: float) -> Tally:
    counted = {"certain": 0, "doubtful": 0, "new": 0}
    checked = wrong = 0
    for one in seen:
        kind = one.kind(certain)
        counted[kind] += 1
        if kind == "certain" and one.right is not None:
            checked += 1
            wrong += not one.right
    return Tally(counted["certain"], counted["doubtful"], counted["new"], checked, wrong)


def surely(right: int, of: int, *, deviations: float = 1.96) -> float:
    """Wilson's lower bound of a share, at 95 %."""
    if not of:
        return 0.0
    share, square = right / of, deviations**2
    spread = deviations * sqrt(share * (1 - share) / of + square / (4 * of * of))
    return (share + square / (2 * of) - spread) / (1 + square / of)


def _score(amounts: Amounts, weights: Weights) -> Score:
    """Terms that weights know no more weigh nothing."""
    bits = weights.bits[PRIOR] + sum(weights.bits.get(term, 0.0) * amount for term, amount in amounts.items())
    return Score(bits, (), vetoes(amounts.keys()))


def _is_shown(score: Score, amounts: Amounts, weights: Weights) -> bool:
    if "no_contact" in score.vetoes:
        return score.probability >= weights.alone
    return score.probability >= weights.doubtful or not OF_FEW.isdisjoint(amounts)
