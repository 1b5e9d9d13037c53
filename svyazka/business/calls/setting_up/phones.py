"""Whose phone is which: all of them on one page, saved at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from svyazka.business.calls.models import Pbx, SipAccount
from svyazka.business.journal.record import Actor
from svyazka.business.staff import hire
from svyazka.business.staff.models import Person
from svyazka.kit.refusals import Refused


def people_on(pbx: Pbx) -> list[Person]:
    """Who has a phone on this system: it is named with him, or it is the only one there is."""
    with_phone = Person.objects.working().exclude(extension="").order_by("extension")
    is_only_one = not Pbx.objects.filter(is_active=True).exclude(pk=pbx.pk).exists()
    return [one for one in with_phone if one.pbx_code == pbx.code or (is_only_one and not one.pbx_code)]


def softphones_on(pbx: Pbx) -> tuple[tuple[str, str], ...]:
    """Login at the PBX and name, of all who have an account for calls out of the browser."""
    people = {one.pk: one for one in people_on(pbx)}
    logins = dict(SipAccount.objects.filter(person__in=people).values_list("person_id", "login"))
    return tuple((logins[pk] or one.extension, one.full_name) for pk, one in people.items() if pk in logins)


@transaction.atomic
def give(pbx: Pbx, typed: Mapping[int, str], *, by: Actor) -> int:
    """`typed`: extensions by person; empty takes the phone away. Says how many have changed. Whoever is not named, or
    keeps what he has, stays as he is, on whichever system that is."""
    people = {one.pk: one for one in Person.objects.working().select_for_update().filter(pk__in=typed)}
    wanted = {pk: " ".join(typed[pk].split()) for pk in people}
    _check(people, wanted)
    changed = {pk: extension for pk, extension in wanted.items() if extension != people[pk].extension}
    taken = set(changed.values()) - {""}
    for pk in changed:
        # Two who swap their phones: for a moment neither has one.
        if people[pk].extension in taken:
            hire.change(people[pk], by=by, extension="")
    for pk, extension in changed.items():
        hire.change(people[pk], by=by, extension=extension, pbx_code=pbx.code if extension else "")
    return len(changed)


def _check(people: Mapping[int, Person], wanted: Mapping[int, str]) -> None:
    """All that is wrong at once, each beside the person at fault."""
    numbers = Counter(extension for extension in wanted.values() if extension)
    others = Person.objects.working().exclude(pk__in=people).filter(extension__in=numbers)
    owners = {one.extension: one.full_name for one in others}
    faults: dict[str, object] = {}
    for pk, extension in wanted.items():
        if extension and not (extension.isascii() and extension.isdigit() and len(extension) <= 20):
            faults[f"extension_{pk}"] = _("An extension is made of digits.")
        elif extension in owners:
            faults[f"extension_{pk}"] = _("{name} has this extension.").format(name=owners[extension])
        elif numbers[extension] > 1:
            names = [people[one].full_name for one, same in wanted.items() if same == extension and one != pk]
            faults[f"extension_{pk}"] = _("{name} has this extension.").format(name=", ".join(names))
    if faults:
        raise Refused(_("Nothing is saved yet: two people cannot have one phone."), fields=faults)
