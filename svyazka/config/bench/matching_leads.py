"""Requests that arrive one by one at a made-up base: whom they are attached to, and what a person is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, log2
from typing import Literal

from svyazka.config.bench import matching_peers as peers
from svyazka.config.bench.report import Row
from svyazka.engines.matching.decide import decide
from svyazka.engines.matching.hindsight import surely
from svyazka.engines.matching.made_up import Arrived, World

Better = Literal["lower", "higher"]
# As others are used: certain from here on, and so much likelier than the next; shown to a person from there on.
CERTAIN, MARGIN_BITS, SHOWN = 0.99, 3.0, 0.05


@dataclass(frozen=True)
class Decided:
    """`client`: attached to; `shown`: those among whom a person is asked, or that it was attached to."""

    client: int | None
    shown: frozenset[int]


@dataclass(frozen=True)
class Outcome:
    """Shares in per cent."""

    right: float
    surely: float
    attached: float
    shown: float
    asked: float


def rows(world: World) -> list[Row]:
    ours = outcome(world.arrived, [_decided(one, world) for one in world.arrived])
    theirs = _of_peers(world)
    many, clients = len(world.arrived), len(world.clients)

    def row(name: str, how: Callable[[Outcome], float], better: Better, *bounds: float) -> Row:
        must, aim = bounds or (None, None)
        told = {tool: round(how(found), 2) for tool, found in theirs.items()}
        return Row(name, how(ours), "%", better, must, aim, told)

    return [
        row(f"{many} requests at {clients} clients, attached: right", lambda one: one.right, "higher", 99.6, 99.95),
        row("the same, lower bound of Wilson's interval", lambda one: one.surely, "higher"),
        row("of those who are known: attached by itself", lambda one: one.attached, "higher", 65, 80),
        row("of those who are known: attached or shown", lambda one: one.shown, "higher", 97, 99),
        row("requests that a person must look at", lambda one: one.asked, "lower", 28, 12),
    ]


def outcome(arrived: Sequence[Arrived], decided: Sequence[Decided]) -> Outcome:
    pairs = list(zip(arrived, decided, strict=True))
    known = [(one, what) for one, what in pairs if one.client is not None]
    attached = [(one, what) for one, what in pairs if what.client is not None]
    right = sum(one.client == what.client for one, what in attached)
    return Outcome(
        right=100 * right / max(len(attached), 1),
        surely=100 * surely(right, len(attached)),
        attached=100 * sum(one.client == what.client for one, what in known) / max(len(known), 1),
        shown=100 * sum(one.client in what.shown for one, what in known) / max(len(known), 1),
        asked=100 * sum(what.client is None and bool(what.shown) for _one, what in pairs) / max(len(pairs), 1),
    )


def _decided(one: Arrived, world: World) -> Decided:
    decision = decide(one.record, world.candidates(one.record), base=world.base)
    return Decided(decision.client, frozenset(likely.id for likely in decision.likely))


def _of_peers(world: World) -> Mapping[str, Outcome]:
    if not peers.are_there():
        return {}
    first = len(world.rows)
    cards = [peers.card(record, "base") for _client, record in world.rows]
    cards += [peers.card(one.record, "lead") for one in world.arrived]
    found = {}
    for tool, name in peers.NAMES.items():
        likely: dict[int, dict[int, float]] = defaultdict(dict)
        for (row, lead), probability in peers.said(tool, "cards", cards).likely.items():
            client = world.rows[row][0]
            likely[lead][client] = max(probability, likely[lead].get(client, 0.0))
        decided = [as_used(likely.get(first + place, {})) for place in range(len(world.arrived))]
        found[name] = outcome(world.arrived, decided)
    return found


def as_used(likely: Mapping[int, float]) -> Decided:
    shown = frozenset(client for client, probability in likely.items() if probability >= SHOWN)
    best, *others = sorted(likely.items(), key=lambda pair: -pair[1]) or [(0, 0.0)]
    is_certain = best[1] >= CERTAIN and all(_bits(best[1]) - _bits(other) >= MARGIN_BITS for _id, other in others[:1])
    return Decided(best[0] if is_certain else None, shown)


def _bits(probability: float) -> float:
    return inf if probability >= 1 else log2(probability / (1 - probability)) if probability > 0 else -inf
