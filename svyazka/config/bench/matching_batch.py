"""A list of which nothing is known yet: who in it is one client; how much processor time that takes for a million."""

from __future__ import annotations

import gc
import time
from collections.abc import Mapping, Sequence
from random import Random

from svyazka.config.bench import matching_peers as peers
from svyazka.config.bench.matching_scores import chained, f1, pairs_within
from svyazka.config.bench.report import Row
from svyazka.engines.matching import made_up
from svyazka.engines.matching.gather import gather
from svyazka.engines.matching.made_up import World
from svyazka.engines.matching.record import Given, Record, normalise

LIKELY = 0.9
WORLD = 20_000  # clients of a made-up world; larger lists are made of several


def rows(world: World, many: int) -> list[Row]:
    records = [record for _client, record in world.rows]
    truth = pairs_within([client for client, _record in world.rows])
    found = gather(records)
    clusters, sure = f1(pairs_within(found.likely), truth), _right(found.certain, truth)
    name = f"a list of {len(records):,} rows"
    return [
        Row(f"{name}: clusters", clusters, "F1", "higher", must=0.93, aim=0.97, peers=_of_peers(records, truth)),
        Row(f"{name}: of pairs that are certain, right", 100 * sure, "%", "higher"),
        Row(f"a list of {many:,} rows, per 1,000,000", cost(many) / 60 * 1_000_000 / many, "CPU min", must=10, aim=5),
    ]


def _right(groups: Sequence[int], truth: set[peers.Pair]) -> float:
    pairs = pairs_within(groups)
    return len(pairs & truth) / max(len(pairs), 1)


def _of_peers(records: Sequence[Record], truth: set[peers.Pair]) -> Mapping[str, float]:
    """Whoever hangs together, as both advise."""
    if not peers.are_there():
        return {}
    cards = [peers.card(record, "") for record in records]
    found = {}
    for tool, name in peers.NAMES.items():
        pairs = peers.said(tool, "cards", cards).at_least(LIKELY)
        found[name] = round(f1(pairs_within(chained(len(records), pairs)), truth), 4)
    return found


def cost(many: int) -> float:
    """Processor seconds to normalise and gather a list of that length."""
    random = Random(11)  # noqa: S311 - the same list each time
    given: list[Given] = []
    while len(given) < many:
        given += made_up.sheet(random.randrange(10**9), rows=min(WORLD, many - len(given)))
    gc.collect()
    gc.freeze()
    began = time.process_time()
    gather([normalise(one) for one in given])
    took = time.process_time() - began
    gc.unfreeze()
    return took
