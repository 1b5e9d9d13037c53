"""Weights out of lists of which nobody has said anything."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest

from svyazka.engines.matching import letters, people, unlabelled
from svyazka.engines.matching.compare import Base, Finding, compare
from svyazka.engines.matching.record import Given, Record, normalise
from svyazka.engines.matching.score import scored

FIRSTS = ["abigail", "brendan", "caitlin", "dominic", "eleanor", "francis", "gemma", "harold", "imogen", "jasper"]
SYLLABLES = ["wat", "pem", "ker", "lov", "dun", "bri", "gos", "hal", "mur", "tes", "fin", "zab", "cor", "rud", "nel"]
SURNAMES = ["".join(Random(at).sample(SYLLABLES, 3)) for at in range(400)]


def written(random: Random, name: str, born: str) -> Record:
    """As somebody wrote it: now and then with another letter, or no date."""
    if random.random() < 0.3:
        at = random.randrange(1, len(name) - 1)
        name = name[:at] + "x" + name[at + 1 :]
    return normalise(Given((name,), born=(born if random.random() < 0.9 else "",)))


def sheet(seed: int, many: int) -> list[tuple[int, Record]]:
    random = Random(seed)
    cards = []
    for client in range(many):
        name = f"{random.choice(FIRSTS)} {random.choice(SURNAMES)}"
        born = f"{random.randint(1940, 2000)}{random.randint(1, 12):02}{random.randint(1, 28):02}"
        cards += [(client, written(random, name, born)) for _time in range(2)]
    return cards


def test_who_is_who_is_learnt_from_the_list_alone():
    cards = sheet(5, 120)
    pairs = list(combinations(cards, 2))
    base = Base(surnames=dict.fromkeys((people.stem(letters.from_latin(one)) for one in SURNAMES), 1 / len(SURNAMES)))
    found = [compare(one, other, base) for (_client, one), (_other, other) in pairs]
    near = [at for at, said in enumerate(found) if any(one.term in ("born.same", "first.same") for one in said)]
    strangers = Random(1).sample(found, 6000)
    weights = unlabelled.fitted([found[at] for at in near], strangers, pairs=len(pairs), version="here")
    said = {at for at in near if scored(found[at], weights).probability >= 0.5}
    true = {at for at, ((one, _card), (other, _again)) in enumerate(pairs) if one == other}
    assert len(said & true) / len(said) >= 0.97
    assert len(said & true) / len(true) >= 0.85
    assert weights.version == "here"


def test_the_shares_are_those_that_were_put_in():
    """Of a hundred pairs that are one, nine in ten have the surname in common; of strangers one in fifty."""
    one_client = [
        [Finding("born.same"), Finding("inn.same"), Finding("surname.same" if at % 10 else "surname.other")]
        for at in range(100)
    ]
    strangers = [
        [Finding("born.other"), Finding("inn.other"), Finding("surname.other" if at % 50 else "surname.same")]
        for at in range(5000)
    ]
    weights = unlabelled.fitted([*one_client, *strangers[:300]], strangers, pairs=100_000, version="1")
    assert weights.bits["surname.same"] == pytest.approx(8.85, abs=0.1)
    assert weights.bits["surname.other"] == pytest.approx(-3.3, abs=0.2)
    assert weights.bits["prior"] == pytest.approx(-9.97, abs=0.1)
