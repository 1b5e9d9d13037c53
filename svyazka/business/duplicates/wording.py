"""What speaks for one client and what against it, in half-sentences: `телефон совпал: +7 916 123-45-67`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.duplicates.models import Suspicion
from svyazka.engines.matching.score import Score
from svyazka.kit import phones

Strength = Literal["strong", "medium", "weak"]
STRONG, MEDIUM, SHOWN = 5.0, 2.0, 0.05  # bits

_SENTENCES: dict[str, Promise] = {
    "prior": _("most people who resemble each other are two"),
    "phone.same": _("the phone is the same: {theirs}"),
    "phone.same_of_two": _("the phone is the same, but two people use it: {theirs}"),
    "phone.same_of_many": _("the phone is the same, but many people use it: {theirs}"),
    "phone.slip": _("the phones differ in one digit: {ours} and {theirs}"),
    "phone.other": _("the phones are different: {ours} and {theirs}"),
    "email.same": _("the e-mail is the same: {theirs}"),
    "email.same_of_two": _("the e-mail is the same, but two people use it: {theirs}"),
    "email.same_of_many": _("the e-mail is the same, but many people use it: {theirs}"),
    "email.mailbox": _("the same mailbox name at two providers: {ours} and {theirs}"),
    "email.slip": _("the e-mails differ in one letter: {ours} and {theirs}"),
    "email.host": _("e-mails of one company: {ours} and {theirs}"),
    "email.other": _("the e-mails are different: {ours} and {theirs}"),
    "handle.same": _("the account in the messenger is the same: {theirs}"),
    "handle.same_of_many": _("the account in the messenger is the same, but several people use it: {theirs}"),
    "handle.other": _("the accounts in the messenger are different: {ours} and {theirs}"),
    "born.same": _("the date of birth is the same"),
    "born.slip": _("the dates of birth differ in one digit"),
    "born.other": _("the dates of birth are different"),
    "inn.same": _("the tax number is the same: {theirs}"),
    "inn.other": _("the tax numbers are different: {ours} and {theirs}"),
    "first.same": _("the first name is the same: {theirs}"),
    "first.short": _("the first name {ours} is the same as {theirs}"),
    "first.slip": _("the first names differ in one letter: {ours} and {theirs}"),
    "first.initial": _("the initial of the first name fits: {ours} and {theirs}"),
    "first.near": _("the first names are much alike: {ours} and {theirs}"),
    "first.other": _("the first names are different: {ours} and {theirs}"),
    "surname.same": _("the surname is the same: {theirs}"),
    "surname.slip": _("the surnames differ in one letter: {ours} and {theirs}"),
    "surname.sound": _("the surnames sound alike: {ours} and {theirs}"),
    "surname.part": _("one surname is a part of the other: {ours} and {theirs}"),
    "surname.near": _("the surnames are much alike: {ours} and {theirs}"),
    "surname.married": _("the surname is another one, perhaps after a marriage: {ours} and {theirs}"),
    "surname.other": _("the surnames are different: {ours} and {theirs}"),
    "patronymic.same": _("the patronymic is the same"),
    "patronymic.initial": _("the initial of the patronymic fits"),
    "patronymic.other": _("the patronymics are different"),
    "gender.other": _("one is a man, the other a woman"),
    "address.flat": _("the address is the same, with the flat: {theirs}"),
    "address.building": _("the house is the same: {theirs}"),
    "address.near": _("the addresses are nearly the same: {ours} and {theirs}"),
    "address.street": _("the street is the same, the houses are not: {ours} and {theirs}"),
    "address.part": _("a part of the address is the same: {ours} and {theirs}"),
    "address.neighbour": _("neighbours in one house: {ours} and {theirs}"),
    "address.other": _("the addresses are different: {ours} and {theirs}"),
    "company.same": _("the company is the same: {theirs}"),
    "company.slip": _("the companies are nearly called the same: {ours} and {theirs}"),
    "company.other": _("the companies are different: {ours} and {theirs}"),
    "contact.second": _("more than one contact is the same"),
    "contact.named_so": _("whoever has this contact is called so, too"),
    "contact.other_name": _("the contact is the same, the name is not: a family or an agent, perhaps"),
    "contact.nameless": _("one of the two has no name"),
    "contact.other_surname": _("the contact is the same, the surname is not: perhaps the number was given out anew"),
    "contact.long_ago": _("the contact was seen last long before"),
    "contact.other_company": _("the contact is the same, the company is not"),
    "name.exchanged": _("the first name and the surname have changed places: {ours} and {theirs}"),
    "name.fathers": _("one of the two is called as his father is"),
    "name.alone": _("the name is all that is the same"),
    "surname.rare": _("the surname is rare: {theirs}"),
    "first.rare": _("the first name is rare: {theirs}"),
    "company.rare": _("few companies are called so: {theirs}"),
}
_FIELDS: dict[str, Promise] = {
    "phone": _("phone"),
    "email": _("e-mail"),
    "handle": _("messenger"),
    "inn": _("tax number"),
    "first": _("first name"),
    "surname": _("surname"),
    "patronymic": _("patronymic"),
    "gender": _("gender"),
    "address": _("address"),
    "company": _("company"),
}
_COMMON: dict[str, Promise] = {
    "surname.rare": _("the surname is a common one: {theirs}"),
    "first.rare": _("the first name is a common one: {theirs}"),
    "company.rare": _("many companies are called so: {theirs}"),
}
VETOES: dict[str, Promise] = {
    "other_first_name": _("the first names are different"),
    "other_patronymic": _("the patronymics are different"),
    "other_surname": _("the surnames are different"),
    "other_gender": _("one is a man, the other a woman"),
    "other_birthday": _("the dates of birth are different"),
    "other_tax_number": _("the tax numbers are different"),
    "other_company": _("the companies are different"),
    "shared_contact": _("several people use this contact"),
    "no_contact": _("no contact is the same"),
    "no_name": _("one of the two has no name"),
    "no_first_name": _("a family shares phone and surname, and no first name says who of it"),
    "name_of_father": _("it may be his father, who is called the same"),
    "long_ago": _("the contact was seen last years ago"),
}
_DOUBTS: dict[str, Promise] = {
    "veto": _("something speaks against it that weighs more than all the rest"),
    "unlikely": _("that is not enough to be sure"),
    "another_as_likely": _("another client resembles him as much"),
    "chain": _("among all who resemble these two, some contradict each other"),
    "crowd": _("more than eight clients resemble each other"),
    "refused": _("they could not be merged by themselves"),
}


@dataclass(frozen=True)
class Because:
    """One reason. `bits`: only for whoever wants to know exactly."""

    text: str
    speaks_for: bool
    strength: Strength
    term: str
    bits: float


def sentence(term: str, ours: str, theirs: str, *, bits: float = 1.0) -> str:
    """`bits`: less than nothing where a name is not rare but common."""
    if term == "contact.long_ago" and theirs.isdecimal():
        years = int(theirs) // 365
        said = ngettext(
            "the contact was seen last {n} year before", "the contact was seen last {n} years before", years
        )
        return said.format(n=years)
    template = _COMMON.get(term, _SENTENCES[term]) if bits < 0 else _SENTENCES[term]
    return str(template).format(ours=_shown(term, ours), theirs=_shown(term, theirs))


def field(code: str) -> str:
    """What a term is about."""
    return str(_FIELDS.get(code, code))


def term(code: str) -> str:
    """What it says, of nobody in particular: without the values that would stand behind the colon."""
    return str(_SENTENCES[code]).partition(":")[0].replace("{ours}", "…").replace("{theirs}", "…")


def doubt(code: str) -> str:
    return str(_DOUBTS[code]) if code in _DOUBTS else veto(code)


def veto(code: str) -> str:
    return str(VETOES[code])


def because(suspicion: Suspicion) -> list[Because]:
    """The weightiest first; what weighs nothing is not said. What is not known any more is passed over: weights and
    their terms change with the years."""
    return list(_because((term, bits, ours, theirs) for term, bits, ours, theirs, *_amount in suspicion.reasons))


def because_of(score: Score) -> list[Because]:
    """The same of two who are being compared."""
    return list(_because((one.term, one.bits, one.ours, one.theirs) for one in score.reasons))


def _because(reasons: Iterable[tuple[str, float, str, str]]) -> Iterator[Because]:
    for term, bits, ours, theirs in reasons:
        if abs(bits) >= SHOWN and term in _SENTENCES:
            yield Because(sentence(term, ours, theirs, bits=bits), bits > 0, strength(bits), term, bits)


def doubts(suspicion: Suspicion) -> list[str]:
    return [doubt(code) for code in suspicion.doubts if code in VETOES or code in _DOUBTS]


def objection(suspicion: Suspicion, *, most: int | None = None) -> str:
    """Why the house has not decided by itself; nothing where it might have."""
    said = doubts(suspicion)
    return gettext("but {doubts}").format(doubts=", ".join(said[:most])) if said else ""


def strength(bits: float) -> Strength:
    size = abs(bits)
    return "strong" if size >= STRONG else "medium" if size >= MEDIUM else "weak"


def as_many(texts: Iterable[str], *, room: int) -> list[str]:
    """The first of them, as far as there is room for whole ones."""
    fitting: list[str] = []
    for text in texts:
        room -= len(text) + 2
        if room < 0:
            break
        fitting.append(text)
    return fitting


def _shown(term: str, value: str) -> str:
    field = term.partition(".")[0]
    if field == "phone":
        return phones.readable(value)
    if field == "handle":
        kind, _slash, name = value.partition("/")
        return f"{kind.capitalize()} @{name}" if name else value
    if field == "surname":
        return _with_both_endings(_capital(value))
    return _capital(value) if field in ("first", "company", "address", "name") else value


def _capital(value: str) -> str:
    return re.sub(r"(^|[\s/-])(\w)", lambda found: found[1] + found[2].upper(), value)


def _with_both_endings(stem: str) -> str:
    """Surnames are compared without what tells a woman from a man."""
    ending = next((ending for ends, ending in _ENDINGS.items() if stem.endswith(ends)), "")
    return f"{stem}({ending})" if ending else stem


_ENDINGS = {("ов", "ев", "ёв", "ин", "ын"): "а", ("ск", "цк"): "/".join(("ий", "ая"))}
