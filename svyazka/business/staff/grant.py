"""What a role may: a company adds roles of its own, and changes what those of the house may do."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, Actor, record
from svyazka.business.staff import roles
from svyazka.business.staff.models import CompanyRole, Person, Role
from svyazka.business.staff.roles import Reach
from svyazka.kit import codes
from svyazka.kit.refusals import Refused
from svyazka.kit.words import chosen, taken

LONGEST_NAME = 60


def add_role(words: Mapping[str, str], *, based_on: str, by: Actor) -> CompanyRole:
    """Begins with the rights of one of the house's roles."""
    if based_on not in Role.values:
        message = _("Choose the role that it begins with.")
        raise Refused(message, fields={"based_on": message})
    known = roles.names()
    made = CompanyRole(
        code=codes.made_of(words, besides=known, longest=20),
        words=chosen(words, besides=known.values(), longest=LONGEST_NAME),
        based_on=based_on,
        position=(CompanyRole.objects.aggregate(last=Max("position"))["last"] or 0) + 1,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            record("staff.role_added", About("role", made.pk), by=by, note=made.name)
    except IntegrityError as conflict:
        raise taken() from conflict
    return made


@transaction.atomic
def grant(code: str, rights: Mapping[str, Reach], *, by: Actor) -> CompanyRole:
    """Says how far the named rights go from now on. It counts with everybody's next click."""
    role = _held(code)
    changes: dict[str, tuple[object, object]] = {}
    for right, reach in rights.items():
        if right not in roles.WORDS or reach not in roles.offered(role, right):
            raise Refused(_("This right cannot be changed like that for this role."))
        before = roles.reach_of(role, right)
        if before is not reach:
            changes[right] = (before.name.lower(), reach.name.lower())
        _keep(role, right, reach)
    role.save()
    if changes:
        record("staff.role_changed", About("role", role.pk), by=by, changes=changes, note=role.name)
    return role


def as_usual(code: str, *, by: Actor) -> CompanyRole:
    """Gives the role the rights again that the house gives it."""
    role = next((one for one in roles.every() if one.code == code), None)
    rights = {right: roles.usual(role.based_on, right) for right in role.rights} if role else {}
    return grant(code, rights, by=by)


@transaction.atomic
def rename(code: str, words: Mapping[str, str], *, by: Actor) -> CompanyRole:
    role = _own(code)
    others = [name for other, name in roles.names().items() if other != code]
    before, role.words = role.name, chosen(words, besides=others, longest=LONGEST_NAME)
    role.save()
    if role.name != before:
        about = About("role", role.pk)
        record("staff.role_changed", about, by=by, changes={"name": (before, role.name)}, note=role.name)
    return role


@transaction.atomic
def switch(code: str, *, on: bool, by: Actor) -> CompanyRole:
    """A role that is off is given to nobody any more; so nobody may have it."""
    role = _own(code)
    holders = 0 if on else Person.objects.working().filter(role=code).count()
    if holders:
        message = _("Somebody has this role: {count} of the staff. Give them another one first.")
        raise Refused(message.format(count=holders))
    if role.is_active != on:
        role.is_active = on
        role.save()
        record("staff.role_changed", About("role", role.pk), by=by, changes={"is_active": (not on, on)}, note=role.name)
    return role


def _held(code: str) -> CompanyRole:
    """Locked. A role of the house has a row from the first change on."""
    if code in Role.values:
        CompanyRole.objects.get_or_create(code=code, defaults={"based_on": code})
    role = CompanyRole.objects.select_for_update().filter(code=code).first()
    if role is None:
        raise Refused(_("There is no such role."))
    return role


def _own(code: str) -> CompanyRole:
    role = _held(code)
    if role.is_of_the_house:
        raise Refused(_("The roles of the house keep their names and stay."))
    return role


def _keep(role: CompanyRole, right: str, reach: Reach) -> None:
    """Only what differs: what a later version says of the rest counts for this company too."""
    role.rights.pop(right, None)
    if reach is not roles.usual(role.based_on, right):
        role.rights[right] = int(reach)
