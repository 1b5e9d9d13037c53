"""FEBRL-4 and FEBRL-3, the sets that everybody shows: pairs by score, without the number that names nearly everyone.

A smoke test: foreign names and streets, and dates of birth, which no call centre asks for and which our records do not
have; ours takes one for a messenger's name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

from svyazka.config.bench import matching_peers as peers
from svyazka.config.bench.matching_scores import f1, pairs_within
from svyazka.config.bench.report import Row
from svyazka.engines.matching import keys
from svyazka.engines.matching.compare import Base
from svyazka.engines.matching.record import Given, Record, normalise
from svyazka.engines.matching.score import score

LIKELY = 0.5
MOST_OF_KEY = 60


def rows() -> list[Row]:
    if not peers.are_there():
        return []
    return [_row("FEBRL-4", "4a", "4b"), _row("FEBRL-3", "3")]


def _row(name: str, *sets: str) -> Row:
    cards = [{**row, "side": side} for side in sets for row in peers.febrl(side)]
    true = pairs_within([card["rec_id"].split("-")[1] for card in cards])
    theirs = {said: f1(peers.said(tool, "febrl", cards).at_least(LIKELY), true) for tool, said in peers.NAMES.items()}
    must = theirs[peers.NAMES["splink"]]
    value = f1(_found(cards), true)
    return Row(f"{name} without its number: pairs", value, "F1", "higher", must=must, aim=must, peers=theirs)


def _found(cards: Sequence[Mapping[str, str]]) -> set[peers.Pair]:
    records = [normalise(_given(card)) for card in cards]
    surnames = Counter(person.surname for record in records for person in record.people)
    base = Base(surnames={surname: many / surnames.total() for surname, many in surnames.items()})
    with_key: dict[keys.Key, list[int]] = defaultdict(list)
    for place, record in enumerate(records):
        for key in keys.all_of(record):
            with_key[key].append(place)
    pairs = {
        pair for places in with_key.values() if len(places) <= MOST_OF_KEY for pair in combinations(sorted(places), 2)
    }
    is_one_set = len({card["side"] for card in cards}) == 1
    return {
        (one, other)
        for one, other in pairs
        if (is_one_set or cards[one]["side"] != cards[other]["side"]) and _is_likely(records[one], records[other], base)
    }


def _is_likely(one: Record, other: Record, base: Base) -> bool:
    return score(one, other, base).probability >= LIKELY


def _given(card: Mapping[str, str]) -> Given:
    born = card["date_of_birth"]
    return Given(
        names=(f"{card['given_name']} {card['surname']}".strip(),),
        addresses=(f"г. {card['suburb']}, ул. {card['address_1']}, д. {card['street_number']}",),
        handles={"born": born} if born else {},
    )
