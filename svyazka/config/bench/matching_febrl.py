"""FEBRL-4 and FEBRL-3, the sets that everybody shows: pairs by score, without the number that names nearly everyone.
FEBRL-2 and FEBRL-1 beside them: levels and keys were made with the first two in sight.

A smoke test: foreign names and streets, and dates of birth. As for the others, the weights are learnt from the set
itself, without labels: those that are shipped know a Russian call centre.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from random import Random

from svyazka.config.bench import matching_peers as peers
from svyazka.config.bench.matching_scores import f1, pairs_within
from svyazka.config.bench.report import Row
from svyazka.engines.matching import keys, places, unlabelled
from svyazka.engines.matching.compare import Base, compare
from svyazka.engines.matching.record import Given, Record, normalise
from svyazka.engines.matching.score import scored

LIKELY = 0.5
MOST_OF_KEY = 60
STRANGERS, SEED = 60_000, 1


def rows() -> list[Row]:
    if not peers.are_there():
        return []
    return [_row("FEBRL-4", "4a", "4b"), _row("FEBRL-3", "3"), _row("FEBRL-2", "2"), _row("FEBRL-1", "1")]


def _row(name: str, *sets: str) -> Row:
    cards = [{**row, "side": side} for side in sets for row in peers.febrl(side)]
    true = pairs_within([card["rec_id"].split("-")[1] for card in cards])
    theirs = {said: f1(peers.said(tool, "febrl", cards).at_least(LIKELY), true) for tool, said in peers.NAMES.items()}
    must = theirs[peers.NAMES["splink"]]
    value = f1(found(cards), true)
    return Row(f"{name} without its number: pairs", value, "F1", "higher", must=must, aim=must, peers=theirs)


def found(cards: Sequence[Mapping[str, str]]) -> set[peers.Pair]:
    records = [record(card) for card in cards]
    surnames = Counter(person.surname for one in records for person in one.people)
    base = Base(surnames={surname: many / surnames.total() for surname, many in surnames.items()})
    sides = [card["side"] for card in cards]
    near = [pair for pair in sorted(_with_a_key(records)) if _may_be(pair, sides)]
    said = [compare(records[one], records[other], base) for one, other in near]
    strangers = [compare(records[one], records[other], base) for one, other in by_lot(sides)]
    weights = unlabelled.fitted(said, strangers, pairs=all_pairs(sides), version="febrl")
    return {pair for pair, of in zip(near, said, strict=True) if scored(of, weights).probability >= LIKELY}


def record(card: Mapping[str, str]) -> Record:
    """The two lines of an address are often exchanged: either may be the street."""
    rest = {"town": card["suburb"], "house": card["street_number"], "postcode": card["postcode"]}
    streets = dict.fromkeys(filter(None, (card["address_1"], card["address_2"])))
    return replace(
        normalise(Given(names=(f"{card['given_name']} {card['surname']}".strip(),), born=(card["date_of_birth"],))),
        addresses=tuple(places.of_parts(street=street, **rest) for street in streets or [""]),
    )


def _with_a_key(records: Sequence[Record]) -> set[peers.Pair]:
    with_key: dict[keys.Key, list[int]] = defaultdict(list)
    for place, one in enumerate(records):
        for key in keys.all_of(one):
            with_key[key].append(place)
    few = [sorted(places) for places in with_key.values() if len(places) <= MOST_OF_KEY]
    return {pair for places in few for pair in combinations(places, 2)}


def _may_be(pair: peers.Pair, sides: Sequence[str]) -> bool:
    return sides[pair[0]] != sides[pair[1]] or sides[0] == sides[-1]


def all_pairs(sides: Sequence[str]) -> int:
    many = Counter(sides)
    within = sum(one * (one - 1) // 2 for one in many.values())
    return within if len(many) == 1 else len(sides) * (len(sides) - 1) // 2 - within


def by_lot(sides: Sequence[str]) -> Iterator[peers.Pair]:
    lot, drawn = Random(SEED), 0  # noqa: S311 - the same pairs each time
    while drawn < STRANGERS:
        one, other = lot.sample(range(len(sides)), 2)
        if _may_be((one, other), sides):
            drawn += 1
            yield one, other
