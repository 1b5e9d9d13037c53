"""What a line of a file is compared by, and with which other lines of the same file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection

from svyazka.business.clients.matching.filing import EXACT
from svyazka.business.clients.matching.whose import Candidates
from svyazka.business.moving_in.models import MoveIn
from svyazka.business.moving_in.translating import Line
from svyazka.engines.matching import usage
from svyazka.engines.matching.decide import Decision, decide
from svyazka.engines.matching.packed import pack, unpack
from svyazka.engines.matching.record import VERSION, Given, Record, normalise, together
from svyazka.kit import arrays, clock

MOST_OF_KEY, MOST_OF_CONTACT, MOST_COMPARED = 25, 60, 40


def said_in(line: Line) -> Given:
    client = line.client
    return Given(
        names=(client.name,) if client.name else (),
        phones=tuple(line.phones),
        emails=tuple(line.emails),
        companies=(client.company,) if client.company else (),
        tax_numbers=(client.tax_number,) if client.tax_number else (),
        addresses=(client.address,) if client.address else (),
        handles=client.handles,
    )


def record_of(line: Line, packed: str = "") -> Record:
    """`packed`: as the dry run has kept it."""
    version, bracket, text = packed.partition("[")
    record = unpack(bracket + text) if version == str(VERSION) else normalise(said_in(line))
    return replace(record, seen=_seen(line).date())


def _packed(record: Record) -> str:
    return f"{VERSION}{pack(record)}"


def _unpacked(text: str) -> Record:
    return unpack(text[text.index("[") :])


def _seen(line: Line) -> datetime:
    deal = line.deal
    said = [deal.changed_at, deal.closed_at] if deal else []
    return max(filter(None, [*said, line.client.created_at]), default=clock.now())


@dataclass(frozen=True)
class _Other:
    number: int
    whose: int
    record: Record


class Lines:
    """The lines of a file that were looked at before, found by their keys as clients of the base are."""

    def __init__(self, given: MoveIn, records: Mapping[int, Record], of_the_base: Candidates) -> None:
        self.given, self.records, self.of_the_base = given, records, of_the_base
        self.keys = dict(zip(records, of_the_base.keys, strict=True))
        self.others: dict[int, _Other] = {}
        self.by_key: dict[str, list[int]] = defaultdict(list)
        self.whose: dict[int, int] = {}
        self._read({key for all_of in self.keys.values() for key in all_of})

    def decide(self, number: int) -> Decision:
        """Of the clients that earlier lines make. Its number is that of the first of his lines."""
        record, candidates = self.records[number], self._candidates(number)
        groups: dict[int, list[Record]] = defaultdict(list)
        for other in candidates:
            groups[other.whose].append(other.record)
        joined = [(whose, together(records)) for whose, records in groups.items()]
        people = usage.count(record, [theirs for _whose, theirs in joined], {})
        base = replace(self.of_the_base.commons, people=people)
        return decide(record, joined, base=base, weights=self.of_the_base.weights)

    def settle(self, number: int, whose: int) -> None:
        """From now on later lines find it."""
        self.whose[number] = whose
        self.others[number] = _Other(number, whose, self.records[number])
        for key in self.keys[number]:
            self.by_key[key].append(number)

    def keep(self) -> None:
        pairs = [(key, number, whose) for number, whose in self.whose.items() for key in self.keys[number]]
        with connection.cursor() as cursor, cursor.copy(_KEEP) as copy:
            for key, number, whose in pairs:
                copy.write_row((self.given.pk, key, number, whose))

    def packed(self, number: int) -> str:
        return _packed(self.records[number])

    def _candidates(self, number: int) -> Iterable[_Other]:
        hits: dict[int, int] = defaultdict(int)
        for key in self.keys[number]:
            numbers = self.by_key.get(key, [])
            is_exact = key[0] in EXACT
            if is_exact or len(numbers) < MOST_OF_KEY:
                for other in numbers[:MOST_OF_CONTACT]:
                    hits[other] += 100 if is_exact else 1
        best = sorted(hits, key=lambda other: (-hits[other], other))[:MOST_COMPARED]
        return [self.others[other] for other in best]

    def _read(self, wanted: set[str]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_FOUND, [arrays.texts(sorted(wanted)), self.given.pk, MOST_OF_CONTACT])
            found = cursor.fetchall()
            numbers = sorted({number for _key, number, _whose in found})
            cursor.execute(_PACKED, [self.given.pk, numbers])
            packed = dict(cursor.fetchall())
        for key, number, whose in found:
            self.by_key[key].append(number)
            if number not in self.others:
                self.others[number] = _Other(number, whose, _unpacked(packed[number]))


_KEEP = "copy moving_in_moveinkey (of_id, key, number, whose) from stdin"
_FOUND = """
select asked.key, found.number, found.whose from unnest(%s::text[]) as asked (key)
cross join lateral (
    select number, whose from moving_in_moveinkey k where k.of_id = %s and k.key = asked.key order by number limit %s
) found
"""
_PACKED = "select number, packed from moving_in_moveinrow where of_id = %s and number = any(%s)"
