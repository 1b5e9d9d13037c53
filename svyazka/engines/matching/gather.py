"""Many records at once of which none is a client yet: who among them is one, for certain and perhaps."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
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
LIKELY, LIKELY_BY_NAME = 0.5, 0.8  # the latter where they have no contact in common
# What says of two that they are not one; the other vetoes say only that it is not certain.
CONTRADICTS: frozenset[Veto] = frozenset(
    [
        "other_first_name",
        "other_patronymic",
        "other_surname",
        "other_gender",
        "other_birthday",
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
    groups = _Groups(records, weights or shipped.start())
    left = [one for one in _scored(groups, sorted(_pairs(records))) if not groups.join_certain(one)]
    certain = groups.tops()
    groups.count_anew()
    for one in _scored(groups, [(one.one, one.other) for one in left]):
        groups.join_likely(one)
    doubts = tuple(one for one in left if certain[one.one] != certain[one.other])
    return Gathered(certain, groups.tops(), doubts)


def _scored(groups: _Groups, pairs: Iterable[Pair]) -> list[Perhaps]:
    """The likeliest first; those that are worth a question."""
    found = [Perhaps(one, other, groups.score(one, other)) for one, other in pairs]
    least = groups.weights.doubtful
    likely = [one for one in found if one.score.probability >= least]
    return sorted(likely, key=lambda one: (-one.score.bits, one.one, one.other))


def _is_certain(said: Score, weights: Weights) -> bool:
    """A card without a name on a phone may be anybody's of the family, where no person has looked at any of them."""
    terms = {reason.term for reason in said.reasons}
    is_whose = "contact.nameless" not in terms or not _WHOSE_ALONE.isdisjoint(terms)
    return is_whose and not said.vetoes and said.probability >= weights.certain


_WHOSE_ALONE = frozenset({"inn.same", "handle.same", "company.same"})


def _is_likely(said: Score) -> bool:
    enough = LIKELY_BY_NAME if "no_contact" in said.vetoes else LIKELY
    return said.probability >= enough and CONTRADICTS.isdisjoint(said.vetoes)


class _Groups:
    """Each with all that is known of it. How many people use a contact: a group is one of them."""

    def __init__(self, records: Sequence[Record], weights: Weights) -> None:
        self.weights = weights
        self._up = list(range(len(records)))
        self._known = list(records)
        self._rows = [1] * len(records)
        self._base = _counted(records)

    def count_anew(self) -> None:
        self._base = _counted([self._known[place] for place, up in enumerate(self._up) if place == up])

    def score(self, one: int, other: int) -> Score:
        return score(self._known[self.top(one)], self._known[self.top(other)], self._base, self.weights)

    def join_certain(self, pair: Perhaps) -> bool:
        return self._join(pair, lambda said: _is_certain(said, self.weights))

    def join_likely(self, pair: Perhaps) -> bool:
        return self._join(pair, _is_likely)

    def _join(self, pair: Perhaps, fits: Callable[[Score], bool]) -> bool:
        """Whether they are one now: they were, or they fit, and so does all that is known of either."""
        first, second = sorted((self.top(pair.one), self.top(pair.other)))
        if first == second:
            return True
        rows = self._rows[first] + self._rows[second]
        if rows > MOST_ROWS or not fits(pair.score) or (rows > 2 and not fits(self.score(first, second))):
            return False
        self._up[second], self._rows[first] = first, rows
        self._known[first] = together([self._known[first], self._known[second]])
        return True

    def top(self, place: int) -> int:
        while self._up[place] != place:
            self._up[place] = self._up[self._up[place]]
            place = self._up[place]
        return place

    def tops(self) -> tuple[int, ...]:
        return tuple(map(self.top, range(len(self._up))))


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
