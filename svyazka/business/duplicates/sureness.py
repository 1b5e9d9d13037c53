"""How sure the house is on this base: what became of the latest requests, what another threshold would have made of
them, and how many of those that were attached turned out to be somebody else's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from svyazka.business.clients.matching import comparisons
from svyazka.business.clients.models import Client, Comparison, Trait
from svyazka.business.clients.naming import called
from svyazka.business.duplicates.models import Suspicion
from svyazka.engines.matching.hindsight import Seen, Standing, stand
from svyazka.engines.matching.terms import LADDERS
from svyazka.engines.matching.weights import Weights
from svyazka.kit import clock

STEPS = (0.999, 0.99, 0.95, 0.9, 0.75)  # from careful to bold
LEAST, MOST = 200, 2000  # requests: fewer say too little, more are not read
LATELY = timedelta(days=30)
SAMPLES = 6

State = Suspicion.State


@dataclass(frozen=True)
class Looked:
    """One request of the latest, as given weights see it."""

    comparison: Comparison
    seen: Seen


@dataclass(frozen=True)
class Side:
    id: int
    name: str
    names: Sequence[str]  # by which he was given besides


@dataclass(frozen=True)
class Sample:
    """A request near the threshold. `client`: whose it became; `other`: whom it resembled, if it is not he."""

    comparison: Comparison
    standing: Standing
    right: bool | None
    was: str
    would_be: str
    client: Side
    other: Side | None
    same: Sequence[str]  # fields
    differs: Sequence[str]


def look(weights: Weights) -> list[Looked]:
    """Those of the last month; where they are few, all that are kept."""
    kept = comparisons.latest(MOST, since=clock.now() - comparisons.KEPT)
    lately = [one for one in kept if one.at >= clock.now() - LATELY]
    chosen = lately if len(lately) >= LEAST else kept
    standings = [(one, stand(comparisons.candidates_of(one.likely), weights)) for one in chosen]
    said = _said(one.client_id for one, standing in standings if standing and one.kind != "certain")
    return [Looked(one, Seen(standing, _right(one, standing, said))) for one, standing in standings]


def samples(looked: Iterable[Looked], weights: Weights, *, certain: float) -> list[Sample]:
    """Of whom another decision would have been made; of the threshold in force those next to it on both sides."""
    clear = [one for one in looked if one.seen.standing and one.seen.standing.is_clear]
    clear.sort(key=lambda one: (abs(_probability(one) - weights.certain), -one.comparison.pk))
    if certain == weights.certain:
        sides = ([one for one in clear if one.seen.kind(certain) == kind] for kind in ("certain", "doubtful"))
        near = [one for side in sides for one in side[: SAMPLES // 2]]
    else:
        near = [one for one in clear if one.seen.kind(certain) != one.seen.kind(weights.certain)][:SAMPLES]
    return _shown(near, weights, certain=certain)


def changing(looked: Iterable[Looked], weights: Weights, *, certain: float) -> int:
    return sum(one.seen.kind(certain) != one.seen.kind(weights.certain) for one in looked)


def _probability(one: Looked) -> float:
    return one.seen.standing.probability if one.seen.standing else 0.0


def _said(client_ids: Iterable[int]) -> Mapping[int, dict[int, str]]:
    """Client → whom people have said him to be, or not to be."""
    decided = Suspicion.objects.filter(client__in=list(client_ids)).exclude(state=State.OPEN).exclude(decided_by=None)
    said: dict[int, dict[int, str]] = defaultdict(dict)
    for client_id, other_id, state in decided.values_list("client_id", "other_id", "state"):
        said[client_id][other_id] = state
    return said


def _right(one: Comparison, standing: Standing | None, said: Mapping[int, dict[int, str]]) -> bool | None:
    if standing is None:
        return None
    if one.kind == "certain":
        attached_to = one.likely[0][0]
        return one.is_right if standing.id == attached_to or not one.is_right else False
    of_him = said.get(one.client_id, {})
    if standing.id in of_him:
        return of_him[standing.id] == State.SAME
    return False if State.SAME in of_him.values() else None


def _shown(near: Sequence[Looked], weights: Weights, *, certain: float) -> list[Sample]:
    sides = _sides({number for one in near for number in _numbers(one)})
    return [
        _sample(one, standing, sides, weights, certain)
        for one in near
        if (standing := one.seen.standing) and one.comparison.client_id in sides
    ]


def _numbers(one: Looked) -> list[int]:
    return [one.comparison.client_id, *([one.seen.standing.id] if one.seen.standing else [])]


def _sample(one: Looked, standing: Standing, sides: Mapping[int, Side], weights: Weights, certain: float) -> Sample:
    amounts = next(amounts for number, amounts, _called in one.comparison.likely if number == standing.id)
    bits = {term: weights.bits.get(term, 0.0) * amount for term, amount in amounts.items()}
    other = sides.get(standing.id) if standing.id != one.comparison.client_id else None
    return Sample(
        comparison=one.comparison,
        standing=standing,
        right=one.seen.right,
        was=one.comparison.kind,
        would_be=one.seen.kind(certain),
        client=sides[one.comparison.client_id],
        other=other,
        same=_fields(term for term, weight in bits.items() if weight > 0),
        differs=_fields(term for term, weight in bits.items() if weight < 0),
    )


def _fields(terms: Iterable[str]) -> list[str]:
    found = {term.partition(".")[0] for term in terms if not term.endswith(".rare")}
    return [field for field in LADDERS if field in found]


def _sides(numbers: Collection[int]) -> dict[int, Side]:
    names: dict[int, list[str]] = defaultdict(list)
    given = Trait.objects.filter(client__in=numbers, kind=Trait.Kind.NAME).order_by("pk")
    for client_id, name in given.values_list("client_id", "value"):
        names[client_id].append(name)
    clients = Client.objects.filter(pk__in=numbers).prefetch_related("contact_points")
    return {
        one.pk: Side(one.pk, called(one, list(one.contact_points.all())), [n for n in names[one.pk] if n != one.name])
        for one in clients
    }
