"""Writes the start weights of the engine that compares clients anew: `python scripts/weigh_matching.py VERSION`.

They are learnt from pairs of made-up bases, beginning with what one would guess; the seeds of the tests are others.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from svyazka.engines.matching import made_up, weights
from svyazka.engines.matching.compare import compare
from svyazka.engines.matching.refit import Judged, judged, refit

SEEDS = (1, 2, 3)
HEAD = "# Bits of evidence, learnt from made-up bases by scripts/weigh_matching.py (docs/decisions/matching.md).\n"

CERTAIN, DOUBTFUL, MARGIN = 0.75, 0.1, 4.0
GUESSED = {
    "prior": -6, "phone.same": 9, "phone.same_of_two": 6, "phone.same_of_many": 3, "phone.slip": 2,
    "phone.other": -1, "born.same": 8, "born.slip": 4, "born.other": -6, "first.near": -2, "surname.near": -3,
    "address.near": 2, "address.part": 0.5, "name.exchanged": 3, "name.fathers": -1,
    "email.same": 9, "email.same_of_two": 6, "email.same_of_many": 3, "email.mailbox": 3,
    "email.slip": 3, "email.host": 1, "email.other": -1, "handle.same": 9, "handle.same_of_many": 4,
    "handle.other": -1, "inn.same": 8, "inn.other": -10, "first.same": 4, "first.short": 3, "first.slip": 2,
    "first.initial": 1, "first.other": -6, "surname.same": 5, "surname.slip": 3.5, "surname.sound": 3,
    "surname.part": 3, "surname.married": -2, "surname.other": -5, "patronymic.same": 4,
    "patronymic.initial": 2, "patronymic.other": -6, "gender.other": -4, "address.flat": 5,
    "address.building": 3, "address.street": 1, "address.neighbour": -1, "address.other": -1,
    "company.same": 5, "company.slip": 3, "company.other": -4, "contact.second": 0, "contact.named_so": 0,
    "contact.other_name": -3, "contact.nameless": 0, "contact.other_surname": -2, "contact.long_ago": -3,
    "contact.other_company": -3, "name.alone": -2, "surname.rare": 1, "first.rare": 0.5, "company.rare": 0.7,
}  # fmt: skip


def main() -> None:
    pairs = [pair for seed in SEEDS for pair in _pairs(made_up.world(seed, clients=3000, arrivals=2500))]
    guessed = weights.Weights("guessed", GUESSED, CERTAIN, DOUBTFUL, MARGIN)
    made = refit(guessed, pairs, version=sys.argv[1])
    weights.START.write_text(HEAD + weights.written(made), encoding="utf-8")


def _pairs(world: made_up.World) -> list[Judged]:
    return [
        judged(compare(one.record, other, world.base), same=id == one.client)
        for one in world.arrived
        for id, other in world.candidates(one.record)
    ]


if __name__ == "__main__":
    main()
