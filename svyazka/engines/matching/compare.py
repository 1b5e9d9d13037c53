"""Two records field by field: for each field the level on which they agree, with the values that say so."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

from svyazka.engines.matching import birthdays, first_names, people
from svyazka.engines.matching.companies import Company
from svyazka.engines.matching.keys import mailbox_name
from svyazka.engines.matching.letters import is_near, is_one_slip, sound
from svyazka.engines.matching.people import PersonName
from svyazka.engines.matching.places import Address
from svyazka.engines.matching.record import Record

LONG_AGO_DAYS = 730
USUAL = 1 / 512  # of all people have a surname of the usual commonness
UNKNOWN = 1 / 4096


@dataclass(frozen=True, slots=True)
class Base:
    """What is known of the whole base. `people`: how many clients use a contact (phone, `name@host`, handle), where
    it is more than one. Shares: of all records with such a field."""

    people: Mapping[str, int] = field(default_factory=dict)
    surnames: Mapping[str, float] = field(default_factory=dict)
    companies: Mapping[str, float] = field(default_factory=dict)


NOTHING_KNOWN = Base()


class Finding(NamedTuple):
    """`amount` times the bits of `term` count. `ours`, `theirs`: what the reason shows."""

    term: str
    ours: str = ""
    theirs: str = ""
    amount: float = 1.0


def compare(one: Record, other: Record, base: Base = NOTHING_KNOWN) -> list[Finding]:
    """Symmetrical but for the order of the values shown; what one of them lacks is not said."""
    found = [*_contacts(one, other, base)]
    contacts = sum(finding.term in SAME_CONTACT for finding in found)
    found += _born(one.born, other.born)
    found += _named(one, other, base)
    found += _company(one, other, base)
    found += _address(one.addresses, other.addresses)
    return found + list(_together(one, other, found, contacts))


SAME_CONTACT = frozenset(
    [
        "phone.same",
        "phone.same_of_two",
        "phone.same_of_many",
        "email.same",
        "email.same_of_two",
        "email.same_of_many",
        "handle.same",
        "handle.same_of_many",
    ]
)


def _contacts(one: Record, other: Record, base: Base) -> Iterator[Finding]:
    yield from _phone(one.phones, other.phones, base)
    yield from _email(one, other, base)
    if one.handles and other.handles:
        yield from _handle(one.handles, other.handles, base)
    if one.inns and other.inns:
        same = min(one.inns & other.inns, default="")
        yield Finding("inn.same", same, same) if same else Finding("inn.other", min(one.inns), min(other.inns))


def _phone(ours: tuple[str, ...], theirs: tuple[str, ...], base: Base) -> Iterator[Finding]:
    if not ours or not theirs:
        return
    same = [number for number in ours if number in theirs]
    if same:
        number = min(same, key=lambda one: (base.people.get(one, 1), one))
        yield Finding("phone." + _of_how_many(base.people.get(number, 1)), number, number)
    elif slip := next((pair for pair in product(ours, theirs) if is_one_slip(*pair)), None):
        yield Finding("phone.slip", *slip)
    else:
        yield Finding("phone.other", ours[0], theirs[0])


def _of_how_many(people: int) -> str:
    return "same" if people <= 1 else "same_of_two" if people == 2 else "same_of_many"


def _email(one: Record, other: Record, base: Base) -> Iterator[Finding]:
    ours, theirs = {box.at: box for box in one.mailboxes}, {box.at: box for box in other.mailboxes}
    if not ours or not theirs:
        return
    if same := ours.keys() & theirs.keys():
        at = min(same, key=lambda one: (base.people.get(one, 1), ours[one].is_role, one))
        people = base.people.get(at, 1)
        yield Finding("email." + _of_how_many(max(people, 3) if ours[at].is_role else people), at, at)
        return
    names = {name: box.at for box in one.mailboxes if (name := mailbox_name(box))}
    again = next((box.at for box in other.mailboxes if mailbox_name(box) in names), "")
    slip = next((pair for pair in product(ours, theirs) if is_one_slip(*pair)), None)
    hosts = {box.host for box in one.mailboxes if not box.is_public}
    if again:
        yield Finding("email.mailbox", min(ours), again)
    elif slip:
        yield Finding("email.slip", *slip)
    elif any(box.host in hosts for box in other.mailboxes):
        yield Finding("email.host", min(ours), min(theirs))
    else:
        yield Finding("email.other", min(ours), min(theirs))


def _handle(ours: frozenset[str], theirs: frozenset[str], base: Base) -> Iterator[Finding]:
    if same := ours & theirs:
        handle = min(same, key=lambda one: (base.people.get(one, 1), one))
        yield Finding("handle.same" if base.people.get(handle, 1) <= 1 else "handle.same_of_many", handle, handle)
    elif {one.partition("/")[0] for one in ours} & {one.partition("/")[0] for one in theirs}:
        yield Finding("handle.other", min(ours), min(theirs))


def _born(ours: frozenset[str], theirs: frozenset[str]) -> Iterator[Finding]:
    if not ours or not theirs:
        return
    if same := min(ours & theirs, default=""):
        yield Finding("born.same", same, same)
    elif slip := next((pair for pair in product(sorted(ours), sorted(theirs)) if birthdays.is_slip(*pair)), None):
        yield Finding("born.slip", *slip)
    else:
        yield Finding("born.other", min(ours), min(theirs))


def _named(one: Record, other: Record, base: Base) -> list[Finding]:
    """Of those that each of them is known as, the two that agree best."""
    pairs = [list(_person(ours, theirs, base)) for ours, theirs in product(one.people, other.people)]
    pairs += [found for ours, theirs in product(one.people, other.people) if (found := _as_latin(ours, theirs))]
    return max(pairs, key=_worth) if len(pairs) > 1 else pairs[0] if pairs else []


def _worth(found: list[Finding]) -> tuple[int, int, list[tuple[str, float]]]:
    against = sum(finding.term.endswith((".other", ".married")) for finding in found)
    levels = sum(_LEVELS.get(finding.term, 0) for finding in found)
    return -against, levels, sorted((finding.term, finding.amount) for finding in found)


_LEVELS = {
    "first.same": 5,
    "first.short": 4,
    "first.slip": 3,
    "first.initial": 2,
    "first.near": 1,
    "name.exchanged": 6,
    "surname.same": 6,
    "surname.slip": 4,
    "surname.sound": 3,
    "surname.part": 3,
    "surname.near": 2,
    "patronymic.same": 4,
    "patronymic.initial": 2,
}


def _person(one: PersonName, other: PersonName, base: Base) -> Iterator[Finding]:
    if _says_the_same(one, other):
        shown = " ".join(sorted(one.words))  # somebody's first name was taken for the surname
        yield Finding("first.same", shown, shown)
        yield Finding("surname.same", shown, shown)
        return
    first = _first(one, other)
    if first in _UNLIKE and (crossed := _exchanged(one, other)):
        yield Finding("name.exchanged", *crossed)
        return
    if first:
        yield Finding(first, _shown(one), _shown(other))
    surname = _surname(one, other, first)
    if surname and not (surname in _SPEAKS_AGAINST and (one.is_guess or other.is_guess)):
        yield Finding(surname, one.surname, other.surname)
    if patronymic := _patronymic(one, other):
        yield Finding(
            patronymic, one.patronymic or one.patronymic_initial, other.patronymic or other.patronymic_initial
        )
    elif first in _AGREES and (_is_fathers(one, other) or _is_fathers(other, one)):
        yield Finding("name.fathers", _shown(one), _shown(other))
    if one.gender and other.gender and one.gender != other.gender and first not in _UNLIKE:
        yield Finding("gender.other", one.gender, other.gender)
    yield from _rarity(one, first, surname, base)


def _as_latin(one: PersonName, other: PersonName) -> list[Finding]:
    """Both as they came, if that fits: Russian letters for what is no Russian name lose some of it, and its order."""
    if not one.latin or not other.latin or one.words == other.words or (_is_listed(one) and _is_listed(other)):
        return []
    ours, theirs = one.latin.split(), other.latin.split()
    if len(ours) < 2 or len(theirs) < 2:
        return []
    straight = _alike(ours[0], theirs[0]), _alike(ours[-1], theirs[-1])
    if not all(straight) and _alike("".join(ours), "".join(theirs)) in ("same", "slip"):
        straight = "slip", "slip"
    if all(straight):
        return [
            Finding(f"{part}.{level}", ours[at], theirs[at])
            for part, level, at in zip(("first", "surname"), straight, (0, -1), strict=True)
        ]
    is_crossed = _alike(ours[0], theirs[-1]) and _alike(ours[-1], theirs[0])
    return [Finding("name.exchanged", one.latin, other.latin)] if is_crossed else []


def _is_listed(one: PersonName) -> bool:
    return bool(one.firsts) and all(map(first_names.gender_of, one.firsts))


def _alike(one: str, other: str) -> str:
    if one == other:
        return "same"
    return "slip" if is_one_slip(one, other) else "near" if is_near(one, other) else ""


def _is_fathers(one: PersonName, other: PersonName) -> bool:
    """Beside Денис Денисович a Денис may be his father."""
    return one.patronymic in one.firsts and not other.patronymic and not other.patronymic_initial


def _says_the_same(one: PersonName, other: PersonName) -> bool:
    is_whole = one.words == other.words and len([word for word in one.words if len(word) > 1]) > 1
    return is_whole and one.firsts != other.firsts and {one.gender, other.gender} != {"m", "f"}


def _exchanged(one: PersonName, other: PersonName) -> tuple[str, str] | None:
    """Where no list says which of the two words is the surname, each may stand in the other's place."""
    here = [(people.stem(first), other.surname) for first in one.firsts]
    there = [(people.stem(first), one.surname) for first in other.firsts]
    if any(_fits(*pair) for pair in here) and any(_fits(*pair) for pair in there):
        return " ".join(sorted(one.words)), " ".join(sorted(other.words))
    return None


def _fits(one: str, other: str) -> bool:
    return bool(one and other and _alike(one, other))


def _shown(one: PersonName) -> str:
    return " / ".join(sorted(one.firsts)) or one.initial


def _first(one: PersonName, other: PersonName) -> str:
    """A lone word that no list knows is a surname or a first name; if it is neither of his, it is something else."""
    if one.is_lone or other.is_lone:
        return "first.same" if one.surname != other.surname and _firsts_as_words(one) & _firsts_as_words(other) else ""
    if one.firsts and other.firsts:
        if one.firsts & other.firsts:
            return "first.same" if one.firsts == other.firsts else "first.short"
        is_slip = any(
            is_one_slip(*pair) and not all(map(first_names.gender_of, pair))
            for pair in product(one.firsts, other.firsts)
        )
        return "first.slip" if is_slip else "first.near" if _are_near(one, other) else "first.other"
    ours = {name[0] for name in one.firsts} or set(one.initial)
    theirs = {name[0] for name in other.firsts} or set(other.initial)
    return ("first.initial" if ours & theirs else "first.other") if ours and theirs else ""


def _are_near(one: PersonName, other: PersonName) -> bool:
    """Of names that a list knows, no two are near: Андрей is not Андриан."""
    return any(
        is_near(*pair) and not all(map(first_names.gender_of, pair)) for pair in product(one.firsts, other.firsts)
    )


def _firsts_as_words(one: PersonName) -> frozenset[str]:
    return one.words if one.is_lone else frozenset(map(people.stem, one.firsts))


def _surname(one: PersonName, other: PersonName, first: str) -> str:
    ours, theirs = one.surname, other.surname
    if not ours or not theirs:
        return ""
    if ours == theirs:
        return "surname.same"
    if set(ours.split("-")) & set(theirs.split("-")):
        return "surname.part"
    if min(len(ours), len(theirs)) > 3 and _is_slip(ours, theirs):
        return "surname.slip"
    if sound(ours) == sound(theirs):
        return "surname.sound"
    if is_near(ours, theirs):
        return "surname.near"
    is_woman = "f" in (one.gender, other.gender) and first in _AGREES
    return "surname.married" if is_woman else "surname.other"


def _is_slip(ours: str, theirs: str) -> bool:
    """Also where it hides the ending: `иваонва` keeps its а."""
    return is_one_slip(ours, theirs) or is_one_slip(ours + "а", theirs) or is_one_slip(ours, theirs + "а")


_UNLIKE = frozenset({"first.other", "first.near"})
_AGREES = frozenset({"first.same", "first.short"})


def _patronymic(one: PersonName, other: PersonName) -> str:
    if one.patronymic and other.patronymic:
        return "patronymic.same" if one.patronymic == other.patronymic else "patronymic.other"
    if one.patronymic_initial and other.patronymic_initial:
        return "patronymic.initial" if one.patronymic_initial == other.patronymic_initial else "patronymic.other"
    return ""


def _rarity(one: PersonName, first: str, surname: str, base: Base) -> Iterator[Finding]:
    if surname == "surname.same" and (
        rarer := rarity(base.surnames.get(one.surname, UNKNOWN if base.surnames else USUAL))
    ):
        yield Finding("surname.rare", one.surname, one.surname, rarer)
    if first == "first.same":
        common = sum(map(first_names.share, one.firsts))
        yield Finding("first.rare", _shown(one), _shown(one), rarity(common, usual=1 / 64))


def rarity(share: float, usual: float = USUAL) -> float:
    """In bits: 1 is half as common as usual. Nothing is rarer than rare."""
    return round(max(-4.0, min(4.0, math.log2(usual / share))), 2) if share > 0 else 4.0


def _company(one: Record, other: Record, base: Base) -> Iterator[Finding]:
    if not one.companies or not other.companies:
        return
    ours, theirs = min(
        product(one.companies, other.companies), key=lambda pair: (_distance(*pair), sorted(firm.core for firm in pair))
    )
    level = _distance(ours, theirs)
    yield Finding(("company.same", "company.slip", "company.other")[level], ours.core, theirs.core)
    if level == 0 and ours.core in base.companies:
        yield Finding("company.rare", ours.core, theirs.core, rarity(base.companies[ours.core]))


def _distance(ours: Company, theirs: Company) -> int:
    if ours.core == theirs.core:  # sisters differ in nothing but what they do: Медплюс, Медплюс-Сервис
        return 0 if ours.trades == theirs.trades or ours.trades & theirs.trades else 1
    if is_one_slip(ours.core, theirs.core) or _plain(ours.core) == _plain(theirs.core):
        return 1
    return 2


def _plain(core: str) -> str:
    return "".join(sorted(map(sound, core.split()))) or core


def _address(ours: tuple[Address, ...], theirs: tuple[Address, ...]) -> list[Finding]:
    best = min(product(ours, theirs), key=lambda pair: _far(*pair), default=None)
    if best is None:
        return []
    ours_shown, theirs_shown = (f"{one.building}, {one.flat}" if one.flat else one.building for one in best)
    return [Finding(f"address.{_FAR[_far(*best)]}", ours_shown, theirs_shown)]


_FAR = ("flat", "building", "near", "street", "part", "neighbour", "other")


def _far(one: Address, other: Address) -> int:
    is_one_town = not one.town or not other.town or one.town == other.town
    if is_one_town and one.building and one.building == other.building:
        if not one.flat or not other.flat:
            return 1
        return 0 if one.flat == other.flat else 5
    fits = _fitting(one, other)
    if len(fits) > 2 or (fits >= {"street", "house"} and (is_one_town or "town" in fits)):
        return 2
    if is_one_town and one.street and one.street == other.street:
        return 3
    return 4 if len(fits) > 1 and fits & {"postcode", "street"} else 6


def _fitting(one: Address, other: Address) -> set[str]:
    """The parts of an address that fit, where the whole of it does not."""
    return {
        name
        for name, ours, theirs in (
            ("postcode", one.postcode, other.postcode),
            ("town", one.town, other.town),
            ("street", one.street, other.street),
            ("house", one.house, other.house),
        )
        if ours and theirs and (ours == theirs or (name != "house" and _fits(ours, theirs)))
    }


FITS = frozenset(["first.same", "first.short", "surname.same", "surname.slip", "surname.sound", "surname.part"])
_CONTRADICTS = frozenset(["first.other", "surname.other", "surname.married", "patronymic.other", "gender.other"])
_SPEAKS_AGAINST = _CONTRADICTS | {"surname.near"}


def _together(one: Record, other: Record, found: list[Finding], contacts: int) -> Iterator[Finding]:
    terms = {finding.term for finding in found}
    named_so = bool(terms & FITS) and not terms & _CONTRADICTS
    if not contacts:
        if "surname.same" in terms and terms & _AGREES and not terms & {"inn.same", "address.flat", "born.same"}:
            yield Finding("name.alone")
        return
    if contacts > 1:
        yield Finding("contact.second")
    if named_so:
        yield Finding("contact.named_so")
    elif "first.other" in terms:
        yield Finding("contact.other_name")
    elif not one.people or not other.people:
        yield Finding("contact.nameless")
    if "surname.other" in terms:
        yield Finding("contact.other_surname")
    if one.seen and other.seen and not named_so and (days := abs((one.seen - other.seen).days)) > LONG_AGO_DAYS:
        yield Finding("contact.long_ago", str(days), str(days))
    if "company.other" in terms:
        yield Finding("contact.other_company")
