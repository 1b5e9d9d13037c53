"""Whose something is that came in: a client of the base for certain, perhaps, or nobody's yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from svyazka.business.clients import apart as said_apart
from svyazka.business.clients.matching import commonness, in_force
from svyazka.business.clients.matching.filing import EXACT, keys_of
from svyazka.business.clients.models import ClientRecord
from svyazka.engines.matching import usage
from svyazka.engines.matching.compare import Base
from svyazka.engines.matching.decide import Decision, decide
from svyazka.engines.matching.packed import unpack
from svyazka.engines.matching.record import VERSION, Given, Record, normalise
from svyazka.engines.matching.weights import Weights
from svyazka.kit import arrays
from svyazka.kit.asking import Asking, answered, ask, together

# A key that more clients have says nothing of any of them, unless it is a contact: those of an agent are read, too.
MOST_OF_KEY, MOST_OF_CONTACT = 25, 60
MOST_COMPARED = 40


class Found(NamedTuple):
    """A client of the base. `keys`: those that he has in common with what was asked for."""

    client_id: int
    record: Record
    keys: frozenset[str]


def whose(given: Given, *, apart: Collection[int] = ()) -> Decision:
    return decide_on(normalise(given), apart=apart)


def whose_many(givens: Sequence[Given]) -> list[Decision]:
    """Each by itself, in one question: they are not compared with each other."""
    return decide_on_many([normalise(given) for given in givens])


def like(client_id: int) -> Decision:
    """Who else in the base may be this client. Nobody, while he is not filed."""
    return like_many([client_id], apart=said_apart.of(client_id)).get(client_id, Decision("new"))


def like_many(client_ids: Collection[int], *, apart: Collection[int] = ()) -> dict[int, Decision]:
    """The same of many in one question, by client; those who are not filed are left out."""
    records = records_of(client_ids)
    decided = decide_on_many(list(records.values()), apart=apart, besides=list(records))
    return dict(zip(records, decided, strict=True))


def records_of(client_ids: Collection[int]) -> dict[int, Record]:
    filed = ClientRecord.objects.filter(pk__in=client_ids, version=VERSION).order_by("pk")
    return {one.client_id: replace(unpack(one.packed), seen=one.seen) for one in filed}


def decide_on(record: Record, *, apart: Collection[int] = ()) -> Decision:
    return decide_on_many([record], apart=apart)[0]


def decide_on_many(
    records: Sequence[Record],
    *,
    apart: Collection[int] = (),
    besides: Sequence[int] = (),
    weights: Weights | None = None,
) -> list[Decision]:
    """`apart`: clients who are somebody else; `besides`: for each record the client whose it is. `weights`: those in
    force, unless others are given."""
    candidates = read(records, besides)
    return [
        candidates.decide(record, candidates.of(place), weights=weights, apart=apart)
        for place, record in enumerate(records)
    ]


@dataclass(frozen=True)
class Candidates:
    """Those of a list of records, and what it takes to decide on them."""

    keys: Sequence[Sequence[str]]  # what each record is looked up by
    found: Mapping[int, Sequence[Found]]  # by the place of the record
    commons: Base
    weights: Weights  # in force

    def of(self, place: int) -> Sequence[Found]:
        return self.found.get(place, ())

    def decide(
        self,
        record: Record,
        found: Sequence[Found],
        *,
        weights: Weights | None = None,
        apart: Collection[int] = (),
    ) -> Decision:
        return decide(
            record,
            [(one.client_id, one.record) for one in found],
            base=replace(self.commons, people=_people(record, found)),
            weights=weights or self.weights,
            apart=apart,
        )


def read(records: Sequence[Record], besides: Sequence[int] = ()) -> Candidates:
    texts = [keys_of(record) for record in records]
    asked = together(_candidates(texts, besides), commonness.shares(records), in_force.asking())
    return Candidates(texts, *answered(asked))


def _people(record: Record, found: Sequence[Found]) -> Mapping[str, int]:
    having: dict[str, int] = defaultdict(int)
    for one in found:
        for key in one.keys:
            having[key] += 1
    full = {key[1:]: MOST_OF_CONTACT for key, many in having.items() if many >= MOST_OF_CONTACT}
    return usage.count(record, [one.record for one in found], full)


def _candidates(texts: Sequence[Sequence[str]], besides: Sequence[int]) -> Asking[dict[int, list[Found]]]:
    asked = [(place, text) for place, all_of in enumerate(texts) for text in all_of]
    found: dict[int, list[Found]] = defaultdict(list)
    if not asked:
        return found
    given = {
        "places": arrays.numbers([place for place, _text in asked]),
        "keys": arrays.texts([text for _place, text in asked]),
        "most": arrays.numbers([MOST_OF_CONTACT if text[0] in EXACT else MOST_OF_KEY for _place, text in asked]),
        "besides": arrays.numbers([besides[place] if besides else 0 for place, _text in asked]),
        "exact": list(EXACT), "top": MOST_COMPARED, "version": VERSION,
    }  # fmt: skip
    for place, client_id, of, packed, seen in (yield from ask(_CANDIDATES, given)):
        found[place].append(Found(client_id, replace(unpack(packed), seen=seen), frozenset(of)))
    return found


_CANDIDATES = """
with hit as (
    select asked.place, asked.key, asked.besides, found.client_id, left(asked.key, 1) = any(%(exact)s) as is_exact,
        count(*) over (partition by asked.place, asked.key) >= asked.most as is_full
    from unnest(%(places)s::int[], %(keys)s::text[], %(most)s::int[], %(besides)s::bigint[])
        as asked (place, key, most, besides)
    cross join lateral (select client_id from clients_clientkey where key = asked.key limit asked.most) found
), client as (
    select place, client_id, array_agg(key) as keys,
        row_number() over (partition by place order by bool_or(is_exact) desc, count(*) desc, client_id) as rank
    from hit where (is_exact or not is_full) and client_id <> besides group by place, client_id
)
select client.place, client.client_id, client.keys, filed.packed, filed.seen
from client join clients_clientrecord filed on filed.client_id = client.client_id and filed.version = %(version)s
where client.rank <= %(top)s order by client.place, client.rank
"""
