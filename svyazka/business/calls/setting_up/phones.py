"""Whose phone is which: all of them on one page, saved at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from svyazka.business.calls.models import Pbx, SipAccount
from svyazka.business.journal.record import Actor
from svyazka.business.staff import hire
from svyazka.business.staff.models import Department, Person
from svyazka.kit.refusals import Refused


def people_on(pbx: Pbx) -> list[Person]:
    """Who has a phone on this system: it is named with him, or it is the only one there is."""
    with_phone = Person.objects.working().exclude(extension="").order_by("extension")
    unnamed = _unnamed(pbx)
    return [one for one in with_phone if (one.pbx_code or unnamed) == pbx.code]


def _unnamed(pbx: Pbx) -> str:
    """Where those have their phones with whom no PBX is named: on this one, or it is not known."""
    return "" if Pbx.objects.filter(is_active=True).exclude(pk=pbx.pk).exists() else pbx.code


def softphones_on(pbx: Pbx) -> tuple[tuple[str, str], ...]:
    """Login at the PBX and name, of all who have an account for calls out of the browser."""
    people = {one.pk: one for one in people_on(pbx)}
    logins = dict(SipAccount.objects.filter(person__in=people).values_list("person_id", "login"))
    return tuple((logins[pk] or one.extension, one.full_name) for pk, one in people.items() if pk in logins)


def stay(newcomer: Pbx, *, by: Actor) -> None:
    """Before a second system is there nobody has to say on which one his phone is; from now on it is said: on the one
    that there was."""
    if was := _unnamed_besides(newcomer):
        hire.put_on(was, Person.objects.working().filter(pbx_code="").exclude(extension=""), by=by)


def _unnamed_besides(newcomer: Pbx) -> str:
    others = list(Pbx.objects.filter(is_active=True).exclude(pk=newcomer.pk)[:2])
    return others[0].code if len(others) == 1 else ""


def elsewhere(pbx: Pbx) -> dict[str, int]:
    """How many have their phones on another system; by its code, the empty one of those with whom none is named."""
    having = Person.objects.working().exclude(extension="").exclude(pbx_code=pbx.code)
    counted = having.values_list("pbx_code").annotate(Count("pk")).order_by("pbx_code")
    return {code: number for code, number in counted if (code or _unnamed(pbx)) != pbx.code}


class Moved(NamedTuple):
    number: int
    left: list[Person]  # somebody else has their extension here


@transaction.atomic
def move(pbx: Pbx, *, source: str, department: Department | None = None, by: Actor) -> Moved:
    """Whoever has his phone on `source`, of one department or of all, has it here from now on, with his extension."""
    there = Person.objects.working().exclude(extension="").filter(pbx_code=source).order_by("full_name", "pk")
    people = list(there.filter(department=department) if department else there)
    if source == pbx.code or not people:
        raise Refused(_("Nobody has a phone there."))
    taken = set(Person.objects.working().filter(pbx_code=pbx.code).values_list("extension", flat=True))
    number = hire.put_on(pbx.code, [one for one in people if one.extension not in taken], by=by)
    return Moved(number, [one for one in people if one.extension in taken])


@transaction.atomic
def give(pbx: Pbx, typed: Mapping[int, str], *, by: Actor) -> int:
    """`typed`: extensions by person; empty takes the phone away. Says how many have changed. Whoever is not named, or
    keeps what he has, stays as he is, on whichever system that is."""
    people = {one.pk: one for one in Person.objects.working().select_for_update().filter(pk__in=typed)}
    wanted = {pk: " ".join(typed[pk].split()) for pk in people}
    _check(pbx, people, wanted)
    changed = {pk: extension for pk, extension in wanted.items() if extension != people[pk].extension}
    taken = set(changed.values()) - {""}
    for pk in changed:
        # Two who swap their phones: for a moment neither has one.
        if people[pk].extension in taken:
            hire.change(people[pk], by=by, extension="")
    for pk, extension in changed.items():
        hire.change(people[pk], by=by, extension=extension, pbx_code=pbx.code if extension else "")
    return len(changed)


def _check(pbx: Pbx, people: Mapping[int, Person], wanted: Mapping[int, str]) -> None:
    """All that is wrong at once, each beside the person at fault."""
    owners = _owners(pbx, people, wanted)
    faults: dict[str, object] = {}
    for pk, extension in wanted.items():
        if extension and not (extension.isascii() and extension.isdigit() and len(extension) <= 20):
            faults[f"extension_{pk}"] = _("An extension is made of digits.")
        elif words := _taken(pk, owners.get(extension, [])):
            faults[f"extension_{pk}"] = words
    if faults:
        raise Refused(_("Nothing is saved yet: two people cannot have one phone."), fields=faults)


class _Owner(NamedTuple):
    pk: int
    name: str
    pbx_code: str  # empty: it is not known on which


def _owners(pbx: Pbx, people: Mapping[int, Person], wanted: Mapping[int, str]) -> dict[str, list[_Owner]]:
    """By extension, who would have it."""
    owners: dict[str, list[_Owner]] = {extension: [] for extension in wanted.values() if extension}
    unnamed = _unnamed(pbx)
    for one in Person.objects.working().exclude(pk__in=people).filter(extension__in=owners):
        owners[one.extension].append(_Owner(one.pk, one.full_name, one.pbx_code or unnamed))
    for pk, extension in wanted.items():
        if extension:
            one = people[pk]
            code = one.pbx_code or unnamed if extension == one.extension else pbx.code
            owners[extension].append(_Owner(pk, one.full_name, code))
    return owners


def _taken(pk: int, owners: Sequence[_Owner]) -> str:
    """By whom, where that is, or may be, the same phone."""
    codes = {one.pbx_code for one in owners if one.pk == pk}
    same = [one for one in owners if one.pk != pk and (one.pbx_code in codes or "" in (one.pbx_code, *codes))]
    names = ", ".join(one.name for one in same)
    if any(one.pbx_code not in codes for one in same):
        if "" in codes:
            return _("On which PBX is this phone? Choose it on the person's page first.")
        return _("{name} has this extension. If on another PBX, choose it on that person's page first.").format(
            name=names
        )
    return _("{name} has this extension.").format(name=names) if same else ""
