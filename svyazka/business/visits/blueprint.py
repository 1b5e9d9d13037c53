"""Kinds of visits of a blueprint, and the resources of a demonstration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.journal.record import Actor
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Resource, VisitKind
from svyazka.kit.shapes import (
    Code,
    Fault,
    Many,
    OneOf,
    Part,
    Path,
    Reading,
    Record,
    Ref,
    Section,
    Text,
    Whole,
    Words,
)
from svyazka.kit.yaml_text import Node

_PLAIN = ("skill", "minutes", "minutes_per_opening", "booked_stage", "booked_fact", "done_stage")


def _of_company() -> list[dict[str, Any]]:
    return [
        {"code": one.code, "name": one.words, **{key: getattr(one, key) for key in _PLAIN}}
        for one in VisitKind.objects.all()
    ]


def _put(items: list[dict[str, Any]], chosen: set[str], _by: Actor) -> None:
    for position, given in enumerate(items):
        VisitKind.objects.filter(code=given["code"]).update(position=position)
        if given["code"] in chosen:
            values = {"words": given["name"], "position": position, **{key: given[key] for key in _PLAIN}}
            VisitKind.objects.update_or_create(code=given["code"], defaults=values)


def _faults(content: Mapping[str, Any]) -> Iterator[Fault]:
    kinds = {field["code"]: (field["of"], field["kind"]) for field in content["fields"]}
    for given in content["visit_kinds"]:
        code = given["booked_fact"]
        if code in kinds and kinds[code] not in (("deal", "date"), ("deal", "moment")):
            words = _("The day of the visit goes into a field of the deal that is a date; “{code}” is not.")
            yield Fault(("visit_kinds", given["code"], "booked_fact"), words.format(code=code))


VISIT_KINDS = Section(
    "visit_kinds",
    gettext_lazy("Kinds of visits"),
    Record(
        {
            "code": Part(Code()),
            "name": Part(Words(), gettext_lazy("Title")),
            "skill": Part(Text(30), gettext_lazy("Skill")),
            "minutes": Part(Whole(1, 1440), gettext_lazy("Minutes")),
            "minutes_per_opening": Part(Whole(0, 1440), gettext_lazy("Minutes for each opening"), default=0),
            "booked_stage": Part(Ref(section="stages"), gettext_lazy("Stage when it is booked"), default=""),
            "booked_fact": Part(Ref(section="fields"), gettext_lazy("Field that takes the date"), default=""),
            "done_stage": Part(Ref(section="stages"), gettext_lazy("Stage when it is done"), default=""),
        }
    ),
    of_company=_of_company,
    put=_put,
    faults=_faults,
)


class _Hours(Text):
    """From when to when: ["09:00", "18:00"]."""

    def read(self, node: Node, path: Path, reading: Reading) -> Any:
        given = [one.value for one in node.value] if isinstance(node.value, list) else []
        times = [one for one in given if isinstance(one, str) and re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", one)]
        if len(given) != 2 or len(times) != 2 or times[0] >= times[1]:
            reading.wrong(node, path, _("Working hours are written like [“09:00”, “18:00”]."))
        return times


RESOURCE = Record(
    {
        "name": Part(Text()),
        "kind": Part(OneOf(tuple(Resource.Kind.choices))),
        "person": Part(Ref(60, section="staff"), default=""),
        "skills": Part(Many(Text(30))),
        "days": Part(Many(Whole(0, 6))),
        "hours": Part(Many(_Hours())),
    }
)


def load_resources(resources: Iterable[Mapping[str, Any]]) -> None:
    people = {person.login: person for person in Person.objects.all()}
    for position, given in enumerate(resources):
        Resource.objects.create(
            name=given["name"],
            kind=given["kind"],
            person=people.get(given["person"]),
            skills=given["skills"],
            hours={str(day): given["hours"] for day in given["days"]},
            position=position,
        )
