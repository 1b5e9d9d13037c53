"""Many records at once of which none is a client yet: who among them is one, for certain and perhaps."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from svyazka.engines.matching import keys, usage
from svyazka.engines.matching import weights as shipped
from svyazka.engines.matching.compare import Base
from svyazka.engines.matching.record import Record, together
from svyazka.engines.matching.score import Score, Veto, score
from svyazka.engines.matching.weights import Weights

# A key that more records have says nothing of any of them, unless it is a contact: those of an agent are read, too.
MOST_OF_KEY, MOST_OF_CONTACT = 25, 60
MOST_ROWS = 12  # of one client, put together by nobody's decision
LIKELY = 0.5
# What says of two that they are not one; the other vetoes say only that it is not certain.
CONTRADICTS: frozenset[Veto] = frozenset(
    [
        "other_first_name",
        "other_patronymic",
        "other_surname",
        "other_gender",
        "other_tax_number",
        "other_company",
    ]
)
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Perhaps:
    """Two places of which a person has to say whether they are one client."""

    one: int
    other: int
    score: Score


@dataclass(frozen=True, slots=True)
class Gathered:
    """For each record the place of the first that is the same client: `certain`, and `likely` if everything is so that
    is likelier than not. `doubts`: the likeliest first."""

    certain: tuple[int, ...]
    likely: tuple[int, ...]
    doubts: tuple[Perhaps, ...]


def gather(records: Sequence[Record], *, weights: Weights | None = None) -> Gathered:
    """The surest pairs first; what was joined is compared as one, so that a father and a son do not meet in a card that
    names neither."""
    chosen = weights or shipped.start()
    base = _counted(records)
    scored = [(pair, score(records[pair[0]], records[pair[1]], base, chosen)) for pair in sorted(_pairs(records))]
    likely = [(pair, said) for pair, said in scored if said.probability >= chosen.doubtful]
    likely.sort(key=lambda one: (-one[1].bits, one[0]))
    groups = _Groups(records)
    left = [
        Perhaps(*pair, said)
        for pair, said in likely
        if not (_is_certain(said, chosen) and groups.join(*pair, lambda one: _is_certain(one, chosen), base, chosen))
    ]
    certain = groups.tops()
    for one in left:
        if _is_likely(one.score):
            groups.join(one.one, one.other, _is_likely, base, chosen)
    doubts = tuple(one for one in left if certain[one.one] != certain[one.other])
    return Gathered(certain, groups.tops(), doubts)


def _is_certain(said: Score, weights: Weights) -> bool:
    return not said.vetoes and said.probability >= weights.certain


def _is_likely(said: Score) -> bool:
    return said.probability >= LIKELY and CONTRADICTS.isdisjoint(said.vetoes)


class _Groups:
    """Each with all that is known of it."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._up = list(range(len(records)))
        self._known = list(records)
        self._rows = [1] * len(records)

    def top(self, place: int) -> int:
        while self._up[place] != place:
            self._up[place] = self._up[self._up[place]]
            place = self._up[place]
        return place

    def tops(self) -> tuple[int, ...]:
        return tuple(map(self.top, range(len(self._up))))

    def join(self, one: int, other: int, fits: Callable[[Score], bool], base: Base, weights: Weights) -> bool:
        """Whether they are one now; they were, or all that is known of them fits."""
        first, second = sorted((self.top(one), self.top(other)))
        if first == second:
            return True
        rows = self._rows[first] + self._rows[second]
        # A pair of single records has been compared already.
        if rows > MOST_ROWS or (rows > 2 and not fits(score(self._known[first], self._known[second], base, weights))):
            return False
        self._up[second], self._rows[first] = first, rows
        self._known[first] = together([self._known[first], self._known[second]])
        return True


def _pairs(records: Sequence[Record]) -> set[Pair]:
    with_key: dict[keys.Key, list[int]] = defaultdict(list)
    contacts = set[keys.Key]()
    for place, record in enumerate(records):
        exact = keys.exact(record)
        contacts |= exact
        for key in exact | keys.near(record):
            with_key[key].append(place)
    return {pair for key, places in with_key.items() for pair in _of_key(places, is_contact=key in contacts)}


def _of_key(places: list[int], *, is_contact: bool) -> Iterator[Pair]:
    most = MOST_OF_CONTACT if is_contact else MOST_OF_KEY
    if len(places) <= most:
        yield from combinations(places, 2)


def _counted(records: Sequence[Record]) -> Base:
    having: dict[str, list[Record]] = defaultdict(list)
    surnames, companies = Counter[str](), Counter[str]()
    for record in records:
        for contact in usage.contacts(record):
            having[contact].append(record)
        surnames.update({person.surname for person in record.people if person.surname})
        companies.update({company.core for company in record.companies})
    return Base(
        {contact: _people(contact, users) for contact, users in having.items() if len(users) > 1},
        _shares(surnames),
        _shares(companies),
    )


def _people(contact: str, users: list[Record]) -> int:
    if len(users) > MOST_OF_CONTACT:
        return MOST_OF_CONTACT
    return usage.count(Record(handles=frozenset([contact])), users, {}).get(contact, 1)


def _shares(counted: Counter[str]) -> dict[str, float]:
    of_all = counted.total()
    return {value: many / of_all for value, many in counted.items()}
