"""The staff's part of a blueprint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from svyazka.business.journal.record import Automaton
from svyazka.business.staff import grant
from svyazka.business.staff.models import CompanyRole, Department, Person, Role
from svyazka.business.staff.roles import Reach, every

_BLUEPRINT = Automaton("blueprint")


def load(departments: Iterable[Mapping[str, Any]], *, roles: Iterable[Mapping[str, Any]] = ()) -> None:
    for given in departments:
        Department.objects.update_or_create(code=given["code"], defaults={"words": given["name"]})
    for given in roles:
        load_role(given)


def load_role(given: Mapping[str, Any]) -> None:
    """One that the company adds, or what it changes of one of the house's: `rights: {deals.change: all}`."""
    if given["code"] not in Role.values:
        grant.add_role(given["name"], based_on=given["based_on"], code=given["code"], by=_BLUEPRINT)
    rights = {right: Reach[reach.upper()] for right, reach in given.get("rights", {}).items()}
    grant.grant(given["code"], rights, by=_BLUEPRINT)


def roles_written_out() -> list[dict[str, Any]]:
    """What `load_role` takes, of every role that differs from the house's."""
    return [_written_out(role) for role in every() if role.pk and (role.rights or not role.is_of_the_house)]


def _written_out(role: CompanyRole) -> dict[str, Any]:
    rights = {right: Reach(reach).name.lower() for right, reach in role.rights.items()}
    if role.is_of_the_house:
        return {"code": role.code, "rights": rights}
    return {"code": role.code, "name": role.words, "based_on": role.based_on, "rights": rights}


def load_people(people: Iterable[Mapping[str, Any]], *, password: str) -> list[Person]:
    """The people of a demonstration; one password for all of them, hashed once."""
    departments = {department.code: department for department in Department.objects.all()}
    hashed = ""
    made = []
    for given in people:
        person = Person(
            login=given["login"],
            full_name=given["name"],
            role=given["role"],
            department=departments[given["department"]],
            phone=given.get("phone", ""),
            extension=given.get("extension", ""),
            skills=given.get("skills", []),
        )
        if not hashed:
            person.set_password(password)
            hashed = person.password
        person.password = hashed
        person.save()
        made.append(person)
    return made
