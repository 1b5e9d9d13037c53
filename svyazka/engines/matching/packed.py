"""A record as one short text, and back: what was normalised once is not normalised again."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from svyazka.engines.matching.companies import Company
from svyazka.engines.matching.mailboxes import Mailbox
from svyazka.engines.matching.people import PersonName
from svyazka.engines.matching.places import Address
from svyazka.engines.matching.record import Record


def pack(record: Record) -> str:
    """Without what could not be read. The same record gives the same text."""
    said = [
        [_of_person(one) for one in record.people],
        record.phones,
        [[one.name, one.host, int(one.repaired)] for one in record.mailboxes],
        [[one.core, one.form, sorted(one.trades), one.owner and _of_person(one.owner)] for one in record.companies],
        sorted(record.inns),
        sorted(record.kpps),
        [[one.town, one.street, one.house, one.flat, one.postcode] for one in record.addresses],
        sorted(record.handles),
        record.seen and record.seen.toordinal(),
        sorted(record.born),
    ]
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def unpack(text: str) -> Record:
    people, phones, mailboxes, companies, inns, kpps, addresses, handles, seen, born = json.loads(text)
    return Record(
        people=tuple(map(_person, people)),
        phones=tuple(phones),
        mailboxes=tuple(Mailbox(name, host, bool(repaired)) for name, host, repaired in mailboxes),
        companies=tuple(
            Company(core, form, frozenset(trades), _person(owner) if owner else None)
            for core, form, trades, owner in companies
        ),
        inns=frozenset(inns),
        kpps=frozenset(kpps),
        addresses=tuple(Address(*parts) for parts in addresses),
        handles=frozenset(handles),
        seen=date.fromordinal(seen) if seen else None,
        born=frozenset(born),
    )


def _of_person(one: PersonName) -> list[Any]:
    return [
        one.surname,
        sorted(one.firsts),
        one.initial,
        one.patronymic,
        one.patronymic_initial,
        one.gender,
        sorted(one.words),
        int(one.is_guess),
        one.latin,
    ]


def _person(said: list[Any]) -> PersonName:
    surname, firsts, initial, patronymic, patronymic_initial, gender, words, is_guess, latin = said
    return PersonName(
        surname,
        frozenset(firsts),
        initial,
        patronymic,
        patronymic_initial,
        gender,
        frozenset(words),
        bool(is_guess),
        latin,
    )
