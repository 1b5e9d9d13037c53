"""Kinds of visits of a blueprint, and the resources of a demonstration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.journal.record import Actor
from svyazka.business.staff.models import Person
from svyazka.business.visits import chain, checklist, kinds
from svyazka.business.visits.models import CrewMember, MoveReason, NotDoneReason, Resource, VisitKind
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
    Yes,
)
from svyazka.kit.yaml_text import Node

_PLAIN = (
    "skill",
    "more_skills",
    "people",
    "vehicles",
    "equipment",
    "bring",
    "minutes",
    "minutes_per_opening",
    "steps",
    "most_days",
    "before",
    "after",
    "promised_days",
    "booked_stage",
    "booked_fact",
    "done_stage",
    "comes_after",
    "gap_days",
    "checklist",
)


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
        if any(later <= earlier for (earlier, _minutes), (later, _more) in pairwise(given["steps"])):
            yield Fault(("visit_kinds", given["code"], "steps"), _("Each size is larger than the one before."))
        code = given["booked_fact"]
        if code in kinds and kinds[code] not in (("deal", "date"), ("deal", "moment")):
            words = _("The day of the visit goes into a field of the deal that is a date; “{code}” is not.")
            yield Fault(("visit_kinds", given["code"], "booked_fact"), words.format(code=code))


class _Step(Text):
    """Up to so many openings, so many minutes: [3, 240]."""

    def read(self, node: Node, path: Path, reading: Reading) -> Any:
        given = [one.value for one in node.value] if isinstance(node.value, list) else []
        numbers = [int(one) for one in given if isinstance(one, str) and re.fullmatch("[1-9][0-9]{0,3}", one)]
        if len(given) != 2 or len(numbers) != 2:
            reading.wrong(node, path, _("A size and its minutes are written like [3, 240]."))
        return numbers


_POINT = Record(
    {
        "code": Part(Code()),
        "name": Part(Words(), gettext_lazy("Title")),
        "must": Part(Yes(), gettext_lazy("Must be ticked"), default=False),
    }
)
VISIT_KINDS = Section(
    "visit_kinds",
    gettext_lazy("Kinds of visits"),
    Record(
        {
            "code": Part(Code()),
            "name": Part(Words(), gettext_lazy("Title")),
            "skill": Part(Text(30), gettext_lazy("Skill")),
            "more_skills": Part(Many(Text(30), most=10), gettext_lazy("Further skills"), default=[]),
            "people": Part(Whole(1, kinds.MOST_PEOPLE), gettext_lazy("How many people go"), default=1),
            "vehicles": Part(Whole(0, kinds.MOST_PEOPLE), gettext_lazy("How many vehicles go"), default=0),
            "equipment": Part(Many(Text(30), most=10), gettext_lazy("Equipment"), default=[]),
            "bring": Part(
                Many(Text(kinds.LONGEST_THING), most=kinds.MOST_THINGS), gettext_lazy("What to take along"), default=[]
            ),
            "minutes": Part(Whole(1, 1440), gettext_lazy("Minutes")),
            "minutes_per_opening": Part(Whole(0, 1440), gettext_lazy("Minutes for each opening"), default=0),
            "steps": Part(Many(_Step(), most=20), gettext_lazy("Duration by size"), default=[]),
            "most_days": Part(Whole(1, kinds.MOST_DAYS), gettext_lazy("Days at most"), default=1),
            "before": Part(Whole(0, kinds.MOST_BUFFER), gettext_lazy("Minutes before"), default=0),
            "after": Part(Whole(0, kinds.MOST_BUFFER), gettext_lazy("Minutes after"), default=0),
            "promised_days": Part(Whole(0, kinds.MOST_PROMISED), gettext_lazy("Promised within days"), default=0),
            "booked_stage": Part(Ref(section="stages"), gettext_lazy("Stage when it is booked"), default=""),
            "booked_fact": Part(Ref(section="fields"), gettext_lazy("Field that takes the date"), default=""),
            "done_stage": Part(Ref(section="stages"), gettext_lazy("Stage when it is done"), default=""),
            "comes_after": Part(Ref(section="visit_kinds"), gettext_lazy("Comes after"), default=""),
            "gap_days": Part(Whole(0, chain.MOST_DAYS), gettext_lazy("Working days between them"), default=0),
            "checklist": Part(Many(_POINT, most=checklist.MOST), gettext_lazy("Checklist"), default=[]),
        }
    ),
    of_company=_of_company,
    put=_put,
    faults=_faults,
)


def _reasons_of(code: str, title: Promise, model: type[MoveReason] | type[NotDoneReason]) -> Section:
    """A list of the company's reasons."""

    def of_company() -> list[dict[str, Any]]:
        rows = model._default_manager.all()
        return [{"code": one.code, "name": one.words, "is_active": one.is_active} for one in rows]

    def put(items: list[dict[str, Any]], chosen: set[str], _by: Actor) -> None:
        for position, given in enumerate(items):
            model._default_manager.filter(code=given["code"]).update(position=position)
            if given["code"] in chosen:
                values = {"words": given["name"], "is_active": given["is_active"], "position": position}
                model._default_manager.update_or_create(code=given["code"], defaults=values)

    parts = {
        "code": Part(Code()),
        "name": Part(Words(), gettext_lazy("Title")),
        "is_active": Part(Yes(), gettext_lazy("In use"), default=True),
    }
    return Section(code, title, Record(parts), of_company=of_company, put=put)


MOVE_REASONS = _reasons_of("move_reasons", gettext_lazy("Reasons of moves"), MoveReason)
NOT_DONE_REASONS = _reasons_of("not_done_reasons", gettext_lazy("Why visits are not done"), NotDoneReason)


class _Hours(Text):
    """From when to when: ["09:00", "18:00"]."""

    def read(self, node: Node, path: Path, reading: Reading) -> Any:
        given = [one.value for one in node.value] if isinstance(node.value, list) else []
        times = [one for one in given if isinstance(one, str) and re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", one)]
        if len(given) != 2 or len(times) != 2 or times[0] >= times[1]:
            reading.wrong(node, path, _("Working hours are written like [“09:00”, “18:00”]."))
        return times


class _Degrees(Text):
    """Of a latitude or a longitude: 55.7558."""

    def read(self, node: Node, path: Path, reading: Reading) -> str:
        if isinstance(node.value, str) and re.fullmatch(r"-?[0-9]{1,3}([.][0-9]{1,8})?", node.value):
            return node.value
        reading.wrong(node, path, _("Degrees are written like 55.7558."))
        return "0"


RESOURCE = Record(
    {
        "name": Part(Text()),
        "kind": Part(OneOf(tuple(Resource.Kind.choices))),
        "person": Part(Ref(60, section="staff"), default=""),
        "skills": Part(Many(Text(30)), default=[]),
        "days": Part(Many(Whole(0, 6)), default=[]),
        "hours": Part(Many(_Hours()), default=[]),
        "members": Part(Many(Text()), default=[]),
        "home": Part(Text(300), default=""),
        "at": Part(Many(_Degrees(), most=2), default=[]),
        "territory": Part(Many(Text(60)), default=[]),
    }
)


def load_resources(resources: Sequence[Mapping[str, Any]]) -> None:
    people = {person.login: person for person in Person.objects.all()}
    for position, given in enumerate(resources):
        Resource.objects.create(
            name=given["name"],
            kind=given["kind"],
            person=people.get(given["person"]),
            skills=given["skills"],
            hours={str(day): given["hours"] for day in given["days"]},
            position=position,
            home=given["home"],
            lat=float(given["at"][0]) if given["at"] else None,
            lon=float(given["at"][1]) if given["at"] else None,
            placed_by="demonstration" if given["at"] else "",
            territory=given["territory"],
        )
    known = dict(Resource.objects.values_list("name", "pk"))
    members = [(known[given["name"]], known[one]) for given in resources for one in given["members"] if one in known]
    CrewMember.objects.bulk_create(CrewMember(crew_id=crew, member_id=member) for crew, member in members)
