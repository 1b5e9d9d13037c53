"""The staff's part of a blueprint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from svyazka.business.staff.models import Department, Person


def load(departments: Iterable[Mapping[str, Any]]) -> None:
    for given in departments:
        Department.objects.update_or_create(code=given["code"], defaults={"words": given["name"]})


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
