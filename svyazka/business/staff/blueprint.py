"""Departments and roles of a blueprint, and the people of a demonstration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.journal.record import Actor
from svyazka.business.staff.models import CompanyRole, Department, Person, Role
from svyazka.business.staff.roles import REACHES, WORDS, Reach, every, offered, usual
from svyazka.kit.shapes import (
    Code,
    Fault,
    Item,
    Many,
    OneOf,
    Part,
    Path,
    Reading,
    Record,
    Ref,
    Section,
    Text,
    Words,
    Yes,
)
from svyazka.kit.yaml_text import Node


def _departments() -> list[Item]:
    return [{"code": one.code, "name": one.words} for one in Department.objects.order_by("pk")]


def _put_departments(items: list[Item], chosen: set[str], _by: Actor) -> None:
    for given in items:
        if given["code"] in chosen:
            Department.objects.update_or_create(code=given["code"], defaults={"words": given["name"]})


DEPARTMENTS = Section(
    "departments",
    gettext_lazy("Departments"),
    Record({"code": Part(Code()), "name": Part(Words(), gettext_lazy("Title"))}),
    of_company=_departments,
    put=_put_departments,
)


def _roles() -> list[Item]:
    """Those that the company added, and what it changed of the house's."""
    return [
        {
            "code": role.code,
            "name": role.words,
            "based_on": "" if role.is_of_the_house else role.based_on,
            "rights": {right: Reach(role.rights[right]).name.lower() for right in sorted(role.rights)},
            "is_active": role.is_active,
        }
        for role in every()
        if role.pk and (role.rights or not role.is_of_the_house)
    ]


def _put_roles(items: list[Item], chosen: set[str], _by: Actor) -> None:
    known = {role.code: role for role in CompanyRole.objects.all()}
    for position, given in enumerate(items):
        if given["code"] in chosen:
            role = known.get(given["code"]) or CompanyRole(code=given["code"], based_on=_basis(given))
            role.words, role.is_active, role.position = given["name"], given["is_active"], position
            role.rights = {right: int(Reach[reach.upper()]) for right, reach in _differing(given).items()}
            role.save()


def _after_role(own: Item, given: Item) -> Item:
    """It goes on beginning with the role that it was made after; what is as usual there is not said."""
    kept = {**given, "based_on": own["based_on"]}
    return {**kept, "rights": _differing(kept)}


def _differing(given: Item) -> dict[str, str]:
    return {
        right: reach
        for right, reach in sorted(given["rights"].items())
        if Reach[reach.upper()] is not usual(_basis(given), right)
    }


def _basis(given: Item) -> str:
    return str(given["code"] if given["code"] in Role.values else given["based_on"])


def _role_faults(content: Mapping[str, Any]) -> Iterator[Fault]:
    for given in content["roles"]:
        path: Path = ("roles", given["code"])
        if given["code"] in Role.values:
            if given["name"] or given["based_on"] or not given["is_active"]:
                yield Fault(path, _("Of a role of the house only its rights can be changed."))
        elif not given["based_on"] or not given["name"].get("ru"):
            yield Fault(
                path, _("A role of one's own has a Russian name, and says the role that it begins with: based_on.")
            )
            continue
        role = CompanyRole(code=given["code"], based_on=_basis(given))
        for right, reach in given["rights"].items():
            if Reach[reach.upper()] not in offered(role, right):
                words = _("“{right}” cannot be “{reach}” for this role.")
                yield Fault((*path, "rights", right), words.format(right=right, reach=reach))


class Rights(Text):
    """How far each right goes: {deals.change: all}."""

    def read(self, node: Node, path: Path, reading: Reading) -> Any:
        right = Record({code: Part(OneOf(_REACHES), label, default=None) for code, label in WORDS.items()})
        return {code: reach for code, reach in sorted(right.read(node, path, reading).items()) if reach in _NAMES}


_REACHES = tuple((reach.name.lower(), label) for reach, label in REACHES.items())
_NAMES = dict(_REACHES)
ROLES = Section(
    "roles",
    gettext_lazy("Roles"),
    Record(
        {
            "code": Part(Code(20)),
            "name": Part(Words(60), gettext_lazy("Title"), default={}),
            "based_on": Part(OneOf(tuple(Role.choices)), gettext_lazy("Begins with the rights of"), default=""),
            "rights": Part(Rights(), gettext_lazy("Rights"), default={}),
            "is_active": Part(Yes(), gettext_lazy("In use"), default=True),
        }
    ),
    of_company=_roles,
    put=_put_roles,
    faults=_role_faults,
    after=_after_role,
)
PERSON = Record(
    {
        "login": Part(Code(60)),
        "name": Part(Text()),
        "role": Part(Ref(20, section="roles")),
        "department": Part(Ref(section="departments")),
        "phone": Part(Text(20), default=""),
        "extension": Part(Text(20), default=""),
        "skills": Part(Many(Text(30)), default=[]),
    }
)


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
            phone=given["phone"],
            extension=given["extension"],
            skills=given["skills"],
        )
        if not hashed:
            person.set_password(password)
            hashed = person.password
        person.password = hashed
        person.save()
        made.append(person)
    return made
