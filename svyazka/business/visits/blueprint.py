"""Kinds of visits of a blueprint, and the resources of a demonstration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Resource, VisitKind

Given = Mapping[str, Any]


def load(kinds: Iterable[Given]) -> None:
    for position, given in enumerate(kinds):
        chosen = {name: given[name] for name in ("skill", "minutes", "booked_stage", "booked_fact", "done_stage")}
        VisitKind.objects.update_or_create(
            code=given["code"],
            defaults={
                **chosen,
                "words": given["name"],
                "minutes_per_opening": given.get("minutes_per_opening", 0),
                "position": position,
            },
        )


def load_resources(resources: Iterable[Given]) -> None:
    people = {person.login: person for person in Person.objects.all()}
    for position, given in enumerate(resources):
        Resource.objects.create(
            name=given["name"],
            kind=given["kind"],
            person=people.get(given.get("person", "")),
            skills=given["skills"],
            hours={str(day): given["hours"] for day in given["days"]},
            position=position,
        )
