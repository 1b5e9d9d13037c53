"""What a record is looked up by: short texts for an index. Two records of one client have at least one in common."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from svyazka.engines.matching.letters import sound, without_one
from svyazka.engines.matching.mailboxes import Mailbox
from svyazka.engines.matching.people import PersonName
from svyazka.engines.matching.record import Record

Kind = Literal[
    "phone", "phone_end", "phone_start", "email", "mailbox", "inn", "handle", "name", "sound", "slip", "words", "flat",
    "home", "company", "company_sound", "born", "post",
]  # fmt: skip
MOST_FIRST_NAMES = 6
SHORTEST_MAILBOX = 5


class Key(NamedTuple):
    kind: Kind
    value: str


def exact(record: Record) -> set[Key]:
    """Few records share one: what is asked first, and for a call that rings alone."""
    found = {Key("phone", number) for number in record.phones}
    found |= {Key("email", box.at) for box in record.mailboxes}
    found |= {Key("inn", inn) for inn in record.inns}
    return found | {Key("handle", handle) for handle in record.handles}


def near(record: Record) -> set[Key]:
    """Slips of one letter or digit, other spellings, and names beside addresses."""
    found = {Key("phone_end", number[-7:]) for number in record.phones}
    found |= {Key("phone_start", number[:-2]) for number in record.phones}
    found |= {Key("mailbox", name) for box in record.mailboxes if (name := mailbox_name(box))}
    for person in record.people:
        found |= _of_person(person)
    found |= {Key("flat", f"{one.building} {one.flat}") for one in record.addresses if one and one.flat}
    found |= {
        Key("home", f"{sound(person.surname)} {one.building}")
        for one in record.addresses
        if one.house
        for person in record.people
        if person.surname
    }
    found |= _of_birthday(record) | _of_postcode(record)
    for company in record.companies:
        found |= {Key("company", company.core), Key("company_sound", _sounds(company.core))}
    return found


def slips(record: Record) -> set[Key]:
    """The surname with each of its letters left out, beside the first letter of the first name."""
    return {
        Key("slip", f"{short} {start}")
        for person in record.people
        if len(person.surname) >= 4
        for start in _starts(person)
        for short in without_one(person.surname[:24])
    }


def filed(record: Record) -> set[Key]:
    """What is kept of a whole base: slips in names are many, and without a contact nobody is known by them."""
    return exact(record) | near(record)


def all_of(record: Record) -> set[Key]:
    return exact(record) | near(record) | slips(record)


def text(record: Record) -> str:
    """For an index of trigrams, behind a search box: names in their plain spelling, each word once."""
    words = [word for person in record.people for word in sorted(person.words)]
    return " ".join(dict.fromkeys([*words, *(word for company in record.companies for word in company.core.split())]))


def mailbox_name(box: Mailbox) -> str:
    """The same at another provider; nothing for what many have (`info`, `anna`)."""
    name = re.sub("[^a-z0-9]", "", box.name)
    return name if len(name) >= SHORTEST_MAILBOX and not box.is_role else ""


def _of_person(person: PersonName) -> set[Key]:
    if not person.surname:
        return set()
    found = {Key("name", f"{person.surname} {first}") for first in sorted(person.firsts)[:MOST_FIRST_NAMES]}
    found |= {Key("sound", f"{sound(person.surname)} {start}") for start in _starts(person)}
    return found | ({Key("words", " ".join(sorted(person.words)))} if len(person.words) > 1 else set())


def _of_birthday(record: Record) -> set[Key]:
    """Alone for small bases: in large ones a day is many people's, and one of the letters tells them apart."""
    letters = {word[0] for person in record.people for word in person.words}
    return {Key("born", f"{day} {letter}".strip()) for day in record.born for letter in {"", *letters}}


def _of_postcode(record: Record) -> set[Key]:
    """Two parts of an address that is written out, and one beside the surname: where the rest of it is mistaken."""
    surnames = {sound(person.surname) for person in record.people} - {""}
    found = set()
    for one in (one for one in record.addresses if one.postcode):
        street = sound(one.street)
        found |= {f"{one.postcode} {part}" for part in (one.house, street, *surnames) if part}
        found |= {f"{street} {part}" for part in (one.house, sound(one.town), *surnames) if part and street}
    return {Key("post", parts) for parts in found}


def _starts(person: PersonName) -> set[str]:
    return {person.initial} if person.initial else {first[0] for first in person.firsts}


def _sounds(core: str) -> str:
    return " ".join(sorted(filter(None, map(sound, core.split())))) or core
