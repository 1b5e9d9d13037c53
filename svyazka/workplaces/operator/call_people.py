"""Who could take a call over: in words, with what can be done about each of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from svyazka.business.calls.models import Call
from svyazka.business.calls.on_the_phone import phones_at
from svyazka.business.calls.phone_system import At
from svyazka.business.calls.whose_phone import PhoneKey, not_rung
from svyazka.business.deals.handing.looked_after import Carer, Desk
from svyazka.business.staff import presence
from svyazka.business.staff.models import Person
from svyazka.business.staff.presence import Presence
from svyazka.kit import clock
from svyazka.workplaces.shared import away
from svyazka.workplaces.shared.short import Short

MOST_OF_ONE = 3  # of a department
MOST_FOUND = 8


@dataclass(frozen=True)
class Row:
    """One of us. Numbers are text: a template would separate their thousands."""

    id: str
    name: str
    what: str  # what he has to do with the client
    deal: str
    extension: str
    tone: str  # "good": free; "warn": speaks; "": not there
    state: str
    is_me: bool
    is_reachable: bool  # has a phone that could be rung
    is_elsewhere: bool = False  # on another PBX, and here his number is somebody else's
    key: str = ""  # pressed in the card, it transfers to him


@dataclass(frozen=True)
class Group:
    name: str
    rows: list[Row]
    more: int = 0


def phones_of(desks: Iterable[Desk]) -> list[PhoneKey]:
    """Of those who are shown."""
    return [one.phone for _desk, carers in _shown(desks) for one in carers]


def of_desks(
    desks: Iterable[Desk], call: Call, person: Person, short: Short, phones: Mapping[PhoneKey, At]
) -> list[Group]:
    """Each department with those who look after the client."""
    shown = _shown(desks)
    theirs = {one.person_id: one.phone for _desk, carers in shown for one in carers}
    elsewhere = not_rung(theirs, on=call.pbx_code)
    keys = (str(number) for number in range(1, 10))
    return [
        Group(
            desk.name,
            _with_keys([_there(_carer(one, phones, person, short), elsewhere) for one in carers], keys),
            len(desk.carers) - len(carers),
        )
        for desk, carers in shown
    ]


def _shown(desks: Iterable[Desk]) -> list[tuple[Desk, list[Carer]]]:
    return [(desk, desk.carers[:MOST_OF_ONE]) for desk in desks]


def _with_keys(rows: list[Row], keys: Iterator[str]) -> list[Row]:
    return [replace(row, key=next(keys, "")) if row.is_reachable else row for row in rows]


def _there(row: Row, elsewhere: Collection[int]) -> Row:
    return replace(row, is_reachable=False, is_elsewhere=True) if int(row.id) in elsewhere and not row.is_me else row


def find(typed: str, call: Call, person: Person) -> list[Row]:
    """By name, department or extension, among those who have a phone."""
    typed = " ".join(typed.split())
    if not typed:
        return []
    wanted = Q(full_name__icontains=typed) | Q(extension__startswith=typed) | Q(department__words__icontains=typed)
    people = Person.objects.working().exclude(extension="").exclude(pk=person.pk).filter(wanted)
    found = list(people.select_related("department").order_by("full_name")[:MOST_FOUND])
    known = presence.presences(clock.now(), people=[one.pk for one in found])
    theirs = {one.pk: PhoneKey(one.pbx_code, one.extension) for one in found}
    phones, elsewhere, short = phones_at(theirs.values()), not_rung(theirs, on=call.pbx_code), Short()
    return [_there(_colleague(one, known.get(one.pk), phones, short), elsewhere) for one in found]


def _carer(one: Carer, phones: Mapping[PhoneKey, At], person: Person, short: Short) -> Row:
    tone, state = _state(one.presence, one.phone, phones, short)
    return Row(
        id=str(one.person_id),
        name=one.name,
        what=_what(one),
        deal=str(one.deals[0]) if one.deals else "",
        extension=one.phone.extension,
        tone=tone,
        state=state,
        is_me=one.person_id == person.pk,
        is_reachable=bool(one.phone.extension) and one.person_id != person.pk,
    )


def _colleague(one: Person, known: Presence | None, phones: Mapping[PhoneKey, At], short: Short) -> Row:
    phone = PhoneKey(one.pbx_code, one.extension)
    tone, state = _state(known or Presence(is_at_work=False), phone, phones, short)
    department = one.department.name if one.department else ""
    return Row(str(one.pk), one.full_name, department, "", one.extension, tone, state, is_me=False, is_reachable=True)


def _what(one: Carer) -> str:
    if one.is_head:
        return _("Nobody yet; head of the department")
    if one.was:
        return _("was responsible before")
    numbers = ", ".join(f"№ {number}" for number in one.deals[:2])
    return f"{numbers} …" if len(one.deals) > 2 else numbers


def _state(known: Presence, phone: PhoneKey, phones: Mapping[PhoneKey, At], short: Short) -> tuple[str, str]:
    if phones.get(phone) is At.BUSY:
        return "warn", _("on the phone")
    if phones.get(phone) is At.AWAY and known.is_at_work:
        return "", _("at work, but the phone is not connected")
    if known.is_at_work:
        return "good", pgettext("a person", "free") if phone.extension else pgettext("a person", "at work")
    if known.absent_until:
        said = away.until(known.absent_until, short)
        return "", f"{said} ({known.note})" if known.note else said
    return "", _("not at work now")
