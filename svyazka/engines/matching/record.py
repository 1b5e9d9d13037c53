"""What is known of somebody, as it came and as it is compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from svyazka.engines.matching import birthdays, companies, mailboxes, people, phone_cells, places, tax_numbers
from svyazka.engines.matching.companies import Company
from svyazka.engines.matching.letters import folded
from svyazka.engines.matching.mailboxes import Mailbox
from svyazka.engines.matching.people import PersonName
from svyazka.engines.matching.places import Address

T = TypeVar("T")
VERSION = 3  # of all that is made here and in `keys.py`: whoever keeps keys makes them anew when it changes
MOST = 12  # values of one kind that a record is compared by


@dataclass(frozen=True, slots=True)
class Given:
    """As it was typed, in any number of cells. `handles`: of messengers, by their kind."""

    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    tax_numbers: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    handles: Mapping[str, str] = field(default_factory=dict)
    seen: date | None = None
    born: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """`field`: of Given; `reason`: a code that the screens have words for."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Record:
    people: tuple[PersonName, ...] = ()
    phones: tuple[str, ...] = ()
    mailboxes: tuple[Mailbox, ...] = ()
    companies: tuple[Company, ...] = ()
    inns: frozenset[str] = frozenset()
    kpps: frozenset[str] = frozenset()
    addresses: tuple[Address, ...] = ()
    handles: frozenset[str] = frozenset()
    seen: date | None = None
    unread: tuple[Unread, ...] = ()
    born: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.people or self.phones or self.mailboxes or self.companies or self.inns or self.handles)


def normalise(given: Given) -> Record:
    unread: list[Unread] = []
    firms = [companies.read(one) for one in (*given.companies, *filter(companies.has_form, given.names))]
    owners = [firm.owner for firm in firms if firm.owner]
    named = [people.read(name) for name in given.names if not companies.has_form(name)]
    handles, ringing = _handles(given.handles)
    return Record(
        people=_fullest([*named, *owners]),
        phones=_phones([*given.phones, *ringing], unread),
        mailboxes=_mailboxes(given.emails, unread),
        companies=_each(firms),
        **_tax(given.tax_numbers, unread),
        addresses=_each(map(places.read, given.addresses)),
        handles=frozenset(handles),
        seen=given.seen,
        unread=tuple(unread),
        born=_born(given.born, unread),
    )


def together(records: Iterable[Record]) -> Record:
    """All that is known of one client. `seen`: when last."""
    all_of = list(records)
    if len(all_of) == 1 and len(all_of[0].people) < 2:
        return all_of[0]  # it is so already
    return Record(
        people=_fullest(person for one in all_of for person in one.people),
        phones=_each(number for one in all_of for number in one.phones),
        mailboxes=_each(box for one in all_of for box in one.mailboxes),
        companies=_each(firm for one in all_of for firm in one.companies),
        inns=frozenset().union(*(one.inns for one in all_of)),
        kpps=frozenset().union(*(one.kpps for one in all_of)),
        addresses=_each(place for one in all_of for place in one.addresses),
        handles=frozenset().union(*(one.handles for one in all_of)),
        seen=max((one.seen for one in all_of if one.seen), default=None),
        unread=tuple(dict.fromkeys(why for one in all_of for why in one.unread)),
        born=frozenset().union(*(one.born for one in all_of)),
    )


def _each(found: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(filter(None, found)))[:MOST]


def _fullest(found: Iterable[PersonName]) -> tuple[PersonName, ...]:
    """`Поляков А.Д.` beside `Поляков Анатолий` is he: the first name that is known speaks against Александр."""
    each = _each(found)
    if len(each) < 2:
        return each
    whole: list[PersonName] = []
    for one in sorted(each, key=_least_said):
        at = next((at for at, other in enumerate(whole) if may_be_one(one, other)), None)
        if at is None:
            whole.append(one)
        else:
            whole[at] = _joined(whole[at], one)
    return tuple(whole)


def _least_said(one: PersonName) -> tuple[int, list[str]]:
    parts = (one.surname, one.firsts, one.patronymic, one.patronymic_initial)
    return -sum(map(bool, parts)), sorted(one.words)


def may_be_one(one: PersonName, other: PersonName) -> bool:
    """Nothing of what is known of the two says that they are not."""
    if one.surname and other.surname and one.surname != other.surname:
        return False
    if {one.gender, other.gender} == {"m", "f"}:
        return False
    fathers = {one.patronymic, other.patronymic} - {""}
    fathers_initials = {one.patronymic_initial, other.patronymic_initial} - {""}
    if len(fathers) > 1 or len(fathers_initials) > 1:
        return False
    if one.firsts and other.firsts:
        return bool(one.firsts & other.firsts)
    starts = [{one.initial} if one.initial else {name[0] for name in one.firsts} for one in (one, other)]
    return bool(one.surname and other.surname) and (not all(starts) or bool(starts[0] & starts[1]))


def _joined(fuller: PersonName, other: PersonName) -> PersonName:
    firsts = fuller.firsts & other.firsts if fuller.firsts and other.firsts else fuller.firsts or other.firsts
    starts = {name[0] for name in firsts}
    return replace(
        fuller,
        surname=fuller.surname or other.surname,
        firsts=firsts,
        initial=starts.pop() if len(starts) == 1 else fuller.initial or other.initial,
        patronymic=fuller.patronymic or other.patronymic,
        patronymic_initial=fuller.patronymic_initial or other.patronymic_initial,
        gender=fuller.gender or other.gender,
        latin=fuller.latin or other.latin,
    )


def _phones(cells: Iterable[str], unread: list[Unread]) -> tuple[str, ...]:
    read = [phone_cells.read(cell) for cell in cells]
    unread += [Unread("phones", reason) for one in read for reason in one.unread]
    return _each(number for one in read for number in one.numbers)


def _mailboxes(cells: Iterable[str], unread: list[Unread]) -> tuple[Mailbox, ...]:
    read = [mailboxes.read(cell) for cell in cells]
    unread += [Unread("emails", reason) for _boxes, reasons in read for reason in reasons]
    return _each(box for boxes, _reasons in read for box in boxes)


def _tax(cells: Iterable[str], unread: list[Unread]) -> dict[str, frozenset[str]]:
    read = [tax_numbers.read(cell) for cell in cells]
    unread += [Unread("tax_numbers", one.unread) for one in read if one.unread]
    return {
        "inns": frozenset(one.inn for one in read if one.inn),
        "kpps": frozenset(one.kpp for one in read if one.kpp),
    }


def _born(cells: Iterable[str], unread: list[Unread]) -> frozenset[str]:
    read = {cell: birthdays.read(cell) for cell in cells if any(map(str.isdigit, cell))}
    unread += [Unread("born", "no_date") for digits in read.values() if not digits]
    return frozenset(filter(None, read.values()))


def _handles(given: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """`telegram/ivan_p`; and those that are telephone numbers."""
    found, ringing = [], []
    for kind, typed in given.items():
        said = re.sub(r"^(?:https?://)?(?:www\.)?(?:t\.me|telegram\.me|wa\.me|max\.ru)/|^@|\?.*$", "", folded(typed))
        if re.fullmatch(r"\+?[\d\s()-]{10,}", said) and phone_cells.read(said).numbers:
            ringing.append(said)
        elif re.fullmatch(r"[a-z0-9_.-]{3,64}", said) and said not in _NO_HANDLES:
            found.append(f"{kind}/{said}")
    return found, ringing


_NO_HANDLES = frozenset(["none", "null", "нет", "net", "n/a", "test", "username", "user"])
