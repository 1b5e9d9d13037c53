"""Records of a list, of which each may be the client of one before it: one question to the base for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from svyazka.business.clients.matching.filing import EXACT
from svyazka.business.clients.matching.whose import MOST_COMPARED, MOST_OF_CONTACT, MOST_OF_KEY, Found, read
from svyazka.engines.matching.decide import Decision
from svyazka.engines.matching.record import Record, together


def decide_one_by_one(records: Sequence[Record]) -> list[Decision]:
    """As if whoever is new, and what is learnt of whoever is known, were filed before the next record is looked up. A
    client that the record at a place makes has the number `made_by(place)` until he has one of his own."""
    candidates, lately = read(records), _Lately()
    found = []
    for place, (record, texts) in enumerate(zip(records, candidates.keys, strict=True)):
        decision = candidates.decide(record, lately.among(texts, candidates.of(place)))
        lately.learn(made_by(place) if decision.client is None else decision.client, record, texts)
        found.append(decision)
    return found


def made_by(place: int) -> int:
    """Below all numbers of the base."""
    return -1 - place


def renamed(decision: Decision, numbers: Sequence[int]) -> Decision:
    """With the numbers that clients of the list were given, by place."""
    likely = (replace(one, id=numbers[made_by(one.id)]) if one.id < 0 else one for one in decision.likely)
    return replace(decision, likely=tuple(likely))


@dataclass
class _Lately:
    """What the list has brought so far, and is not filed yet."""

    records: dict[int, Record] = field(default_factory=dict)
    by_key: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    known: dict[int, Record] = field(default_factory=dict)

    def among(self, texts: Iterable[str], found: Sequence[Found]) -> list[Found]:
        """Those of the base as they are known by now, and those of the list that have a key in common."""
        self.known |= {one.client_id: one.record for one in found if one.client_id not in self.records}
        common: dict[int, set[str]] = defaultdict(set)
        for text in texts:
            those = self.by_key.get(text, [])
            if text[0] in EXACT or len(those) < MOST_OF_KEY:
                for number in those[:MOST_OF_CONTACT]:
                    common[number].add(text)
        for one in found:
            common[one.client_id] |= one.keys
        best = sorted(common, key=lambda number: _first_looked_at(number, common[number]))
        return [Found(number, self._record(number), frozenset(common[number])) for number in best[:MOST_COMPARED]]

    def learn(self, number: int, record: Record, texts: Iterable[str]) -> None:
        before = self._record(number) if number in self.records or number in self.known else None
        self.records[number] = together([before, record]) if before else record
        for text in texts:
            if number not in self.by_key[text]:
                self.by_key[text].append(number)

    def _record(self, number: int) -> Record:
        return self.records.get(number) or self.known[number]


def _first_looked_at(number: int, common: set[str]) -> tuple[bool, int, bool, int]:
    is_exact = any(text[0] in EXACT for text in common)
    return not is_exact, -len(common), number < 0, abs(number)
