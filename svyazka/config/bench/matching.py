"""`svyazka bench matching`: is a client found again, and nobody glued to somebody else?

Everything is made up by seeds, with the truth beside it; FEBRL comes with one of the yardsticks. Others get the same
rows in the same call where `SVYAZKA_YARDSTICKS` names a Python that has them (`matching_peers.py`).
"""

from __future__ import annotations

import sys

from svyazka.config.bench import matching_batch, matching_database, matching_febrl, matching_import, matching_leads
from svyazka.config.bench.report import Row
from svyazka.engines.matching import made_up

SEED = 401  # neither of those that weights and thresholds were chosen by, nor of the tests


def rows(quick: bool) -> list[Row]:
    clients, arrivals, listed = (1200, 1500, 5000) if quick else (12_000, 20_000, 200_000)
    print("bench: making up a base", file=sys.stderr, flush=True)
    world = made_up.world(SEED, clients=clients, arrivals=arrivals)
    return [
        *matching_leads.rows(world),
        *matching_batch.rows(world, listed),
        *matching_database.rows(quick),
        *matching_import.rows(quick),
        *matching_febrl.rows(),
    ]
