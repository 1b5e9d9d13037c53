"""Whose deals a person may change."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.models import Deal
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person, Role
from svyazka.business.staff.roles import Reach
from svyazka.kit.refusals import Refused


class NotYours(Refused):
    """The right to change deals does not reach to this one."""

    status = 403

    def __init__(self) -> None:
        super().__init__(_("This deal belongs to another department. Ask its responsible person."))


@dataclass(frozen=True)
class Reaching:
    """How far a person's right to change deals goes: asked once, answered for every card of a board."""

    reach: Reach
    person_id: int
    department_id: int | None

    def covers(self, *, responsible_id: int | None, department_id: int | None) -> bool:
        if self.reach is Reach.ALL:
            return True
        if self.reach is Reach.NONE:
            return False
        if responsible_id == self.person_id:
            return True
        return self.reach is Reach.DEPARTMENT and department_id in (None, self.department_id)


def reaching(person: Person) -> Reaching:
    return Reaching(roles.reach(person, "deals.change"), person.pk, person.department_id)


def may_change(person: Person, deal: Deal) -> bool:
    """A manager changes deals of his department, deals of nobody's department, and his own."""
    return reaching(person).covers(responsible_id=deal.responsible_id, department_id=deal.department_id)


def department_id_of(person: Person) -> int | None:
    """Where a deal of this person belongs. The call centre works for all: what an operator has begun is nobody's, so
    that every department may go on with it."""
    return None if person.basis == Role.OPERATOR else person.department_id


def insist(person: Person, deal: Deal) -> None:
    """Raises NotYours."""
    if not may_change(person, deal):
        raise NotYours
