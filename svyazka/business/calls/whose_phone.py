"""Whose phone it is that rings or talks.

A phone is an extension of one PBX: another one may have the same. It belongs to whoever has that extension there, or
has it without a PBX being named; then nobody else has it (`staff.Person`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.db import connection

from svyazka.business.calls.models import Call
from svyazka.business.staff.models import Person
from svyazka.kit import rows
from svyazka.kit.asking import Asking


class PhoneKey(NamedTuple):
    """By what a phone is known. The PBX is empty only of a person with whom none is named."""

    pbx_code: str
    extension: str


def staff_at(phones: Iterable[PhoneKey]) -> dict[PhoneKey, int]:
    """The ids of those whose phones these are."""
    return {key: number for key, number, _name in _owners(_OWN, phones)}


def colleagues_at(phones: Iterable[PhoneKey]) -> dict[PhoneKey, str]:
    """Their names."""
    return {key: name for key, _number, name in _owners(_OWN, phones)}


def ask_colleague(number: str) -> Asking[Person | None]:
    """Who of the staff rings from his own phone. `number`: E.164."""
    found = yield from rows.asked(
        Person, "where phone = %s and phone <> '' and is_active order by id limit 1", [number]
    )
    return found[0] if found else None


def rung_by(numbers: Iterable[PhoneKey]) -> dict[PhoneKey, tuple[int, str]]:
    """Id and name of whoever is rung when such a number is dialled on that PBX: whoever has it there; of a number that
    no phone there has, the only one of the company who has it, for PBXs may be joined."""
    return {key: (number, name) for key, number, name in _owners(_RUNG, numbers)}


def not_rung(people: Mapping[int, PhoneKey], *, on: str) -> set[int]:
    """Whose number, dialled on this PBX, does not lead to them. Nothing is asked where all have their phones there."""
    others = {number: phone for number, phone in people.items() if phone.extension and phone.pbx_code not in ("", on)}
    rung = rung_by(PhoneKey(on, phone.extension) for phone in others.values())
    return {one for one, phone in others.items() if rung.get(PhoneKey(on, phone.extension), (0, ""))[0] != one}


def names_in(call: Call, extensions: Iterable[str], *, dialled: Iterable[str] = ()) -> dict[str, str]:
    """By extension: whose phones these are of the PBX of this call, and whom a number rings that was dialled there."""
    phones = {PhoneKey(call.pbx_code, extension) for extension in extensions}
    numbers = {PhoneKey(call.pbx_code, number) for number in dialled} - phones
    rung = {key.extension: name for key, (_number, name) in rung_by(numbers).items()}
    return rung | {key.extension: name for key, name in colleagues_at(phones).items()}


def _owners(statement: str, phones: Iterable[PhoneKey]) -> list[tuple[PhoneKey, int, str]]:
    wanted = {key for key in phones if key.extension}
    if not wanted:
        return []
    codes, extensions = zip(*wanted, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(codes), list(extensions)])
        return [(PhoneKey(code, extension), number, name) for code, extension, number, name in cursor.fetchall()]


_WITH_PHONE = "where phone = %s and phone <> '' and is_active order by id limit 1"
_OWN = """
select asked.pbx_code, asked.extension, person.id, person.full_name
from unnest(%s::text[], %s::text[]) as asked (pbx_code, extension)
join staff_person person on person.extension = asked.extension and person.pbx_code in ('', asked.pbx_code)
where person.is_active
"""
_RUNG = """
select asked.pbx_code, asked.extension, person.id, person.full_name
from unnest(%s::text[], %s::text[]) as asked (pbx_code, extension)
join staff_person person on person.extension = asked.extension
where person.is_active and (
    person.pbx_code in ('', asked.pbx_code)
    or not exists (select from staff_person other where other.extension = asked.extension and other.is_active
                   and other.id <> person.id)
    and not exists (select from calls_phone phone where phone.extension = asked.extension
                    and phone.pbx_code = asked.pbx_code)
)
"""
