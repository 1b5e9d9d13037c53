"""How many different people use a contact: one who stands in the base twice is one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from svyazka.engines.matching.record import Record, may_be_one


def contacts(record: Record) -> set[str]:
    """In the words of `Base.people`."""
    return {*record.phones, *(box.at for box in record.mailboxes), *record.handles}


def count(record: Record, users: Iterable[Record], least: Mapping[str, int]) -> dict[str, int]:
    """For each contact of a record: people among those who have it. `least`: where not all of them were read."""
    having: dict[str, list[Record]] = {contact: [] for contact in contacts(record)}
    for user in users:
        for contact in having.keys() & contacts(user):
            having[contact].append(user)
    return {contact: max(_different(those), least.get(contact, 0)) for contact, those in having.items()}


def _different(records: list[Record]) -> int:
    """Each is compared with those who stand for one person already."""
    told: list[Record] = []
    for record in records:
        if not any(_are_alike(record, other) for other in told):
            told.append(record)
    return len(told)


def _are_alike(one: Record, other: Record) -> bool:
    if one.inns and other.inns and not one.inns & other.inns:
        return False
    if one.people and other.people:
        return any(may_be_one(ours, theirs) for ours in one.people for theirs in other.people)
    ours, theirs = ({firm.core for firm in record.companies} for record in (one, other))
    return bool(ours & theirs) or not (ours and theirs)
