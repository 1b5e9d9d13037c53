"""How likely two records are of one client, with each reason and its bits, and what forbids to be sure of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from svyazka.engines.matching import weights as shipped
from svyazka.engines.matching.compare import NOTHING_KNOWN, SAME_CONTACT, Base, Finding, compare
from svyazka.engines.matching.record import Record
from svyazka.engines.matching.terms import LADDERS, PRIOR
from svyazka.engines.matching.weights import Weights

Veto = Literal[
    "other_first_name", "other_patronymic", "other_surname", "other_gender", "other_birthday", "other_tax_number",
    "other_company", "shared_contact", "no_contact", "no_name", "no_first_name", "name_of_father", "long_ago",
]  # fmt: skip
MOST_BITS = 60.0
RARE = 2.0  # bits: a quarter as many have it as have a usual surname


class Reason(NamedTuple):
    """One line of the explanation; the bits of all of them and the prior are the score. `amount`: of the finding."""

    term: str
    bits: float
    ours: str = ""
    theirs: str = ""
    amount: float = 1.0


@dataclass(frozen=True, slots=True)
class Score:
    bits: float
    reasons: tuple[Reason, ...]  # the weightiest first
    vetoes: tuple[Veto, ...]

    @property
    def probability(self) -> float:
        return 1 / (1 + 2 ** -max(-MOST_BITS, min(MOST_BITS, self.bits)))


def score(one: Record, other: Record, base: Base = NOTHING_KNOWN, weights: Weights | None = None) -> Score:
    return scored(compare(one, other, base), weights or shipped.start())


def scored(found: Iterable[Finding], weights: Weights) -> Score:
    bits = weights.bits
    reasons = [Reason(one.term, bits[one.term] * one.amount, one.ours, one.theirs, one.amount) for one in found]
    total = bits[PRIOR] + sum(reason.bits for reason in reasons)
    reasons.sort(key=lambda reason: (-abs(reason.bits), reason.term))
    return Score(total, tuple(reasons), vetoes(_said(reasons)))


def _said(reasons: Iterable[Reason]) -> set[str]:
    terms = {reason.term for reason in reasons}
    is_rare = any(reason.term == "surname.rare" and reason.amount >= RARE for reason in reasons)
    return terms if is_rare else terms - {"surname.rare"}


def vetoes(terms: Collection[str]) -> tuple[Veto, ...]:
    """What no number of bits outweighs: a person has to look. `surname.rare` stands for a surname that is."""
    said = [veto for term, veto in _ALWAYS.items() if term in terms]
    if "inn.same" in terms:
        return tuple(veto for veto in said if veto != "other_company")
    same = SAME_CONTACT.intersection(terms)
    is_named = "contact.named_so" in terms
    is_whole_name = bool(_FIRST_FITS.intersection(terms) and _SURNAME_FITS.intersection(terms))
    if "surname.other" in terms:
        said.append("other_surname")
    if same and ((same <= _OF_MANY and not is_whole_name) or (same <= _OF_SEVERAL and not is_named)):
        said.append("shared_contact")
    if not same and not (is_whole_name and _is_nearly_contact(terms)):
        said.append("no_contact")
    if "contact.nameless" in terms and not _WHOSE_ALONE.intersection(terms):
        said.append("no_name")
    if same and same <= _OF_A_FAMILY and "contact.nameless" not in terms and not _WHO_OF_THEM.intersection(terms):
        said.append("no_first_name")
    if "name.fathers" in terms:
        said.append("name_of_father")
    if "contact.long_ago" in terms and not _STILL_HIS.intersection(terms):
        said.append("long_ago")
    return tuple(said)


def _is_nearly_contact(terms: Collection[str]) -> bool:
    """Neighbours' numbers differ in one digit, too, and namesakes' mailboxes: two things, or a name that few have."""
    slips = _SLIPS.intersection(terms)
    return bool(_AS_GOOD.intersection(terms)) or (bool(slips) and (len(slips) > 1 or bool(_SECOND.intersection(terms))))


_ALWAYS: dict[str, Veto] = {
    "first.other": "other_first_name",
    "patronymic.other": "other_patronymic",
    "gender.other": "other_gender",
    "born.other": "other_birthday",
    "inn.other": "other_tax_number",
    "company.other": "other_company",
}
_OF_MANY = frozenset({"phone.same_of_many", "email.same_of_many", "handle.same_of_many"})
_OF_SEVERAL = _OF_MANY | {"phone.same_of_two", "email.same_of_two"}
_FIRST_FITS = frozenset({"first.same", "first.short"})
_SURNAME_FITS = frozenset({"surname.same", "surname.slip", "surname.sound", "surname.part"})
# Phone, surname and flat are those of a whole family.
_OF_A_FAMILY = frozenset({"phone.same", "phone.same_of_two", "phone.same_of_many"})
_WHO_OF_THEM = frozenset(
    {*LADDERS["first"], *LADDERS["patronymic"], "name.exchanged", "company.same", "inn.same", "born.same"}
)
_WHOSE_ALONE = frozenset({"contact.second", "handle.same", "company.same", "email.same"})
# Numbers are given out anew; whose first name or company fits has kept his.
_STILL_HIS = frozenset({*_FIRST_FITS, "first.slip", "first.initial", "company.same"})
_AS_GOOD = frozenset({"address.flat", "born.same", "company.same"})
_SLIPS = frozenset({"phone.slip", "email.slip", "email.mailbox"})
_SECOND = frozenset({"surname.rare", "patronymic.same", "address.building", "address.near", "company.same"})
