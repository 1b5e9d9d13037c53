"""The problem deals: by kind, each with its reason in words and the one button that helps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from svyazka.business.clients.naming import called_by
from svyazka.business.deals import rights
from svyazka.business.deals.models import Pipeline
from svyazka.business.deals.rights import Reaching
from svyazka.business.problems import listing
from svyazka.business.problems.listing import Line, Narrowed, Tally
from svyazka.business.staff import roles
from svyazka.business.staff.models import Department, Person
from svyazka.kit import rows, words
from svyazka.workplaces.shared import helping
from svyazka.workplaces.shared import problems as wording
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.problems import Why
from svyazka.workplaces.shared.short import Short, money
from svyazka.workplaces.shared.typed import whole_number

NOBODY = "none"


@dataclass(frozen=True)
class Chosen:
    """The filters, as they stand in the address."""

    kind: str = ""
    person: str = ""
    department: str = ""
    pipeline: str = ""
    sort: str = ""

    @property
    def narrowed(self) -> Narrowed:
        return Narrowed(
            kind=self.kind,
            person_id=0 if self.person == NOBODY else whole_number(self.person),
            department_id=whole_number(self.department),
            pipeline_id=whole_number(self.pipeline),
            sort=self.sort or "age",
        )

    def address(self, **other: str) -> str:
        given = {**vars(self), **other}
        query = urlencode({name: value for name, value in given.items() if value})
        return "/problems/" + (f"?{query}" if query else "")


@needs("problems.see")
def problems(request: PageRequest) -> HttpResponse:
    chosen = _chosen(request)
    found = listing.list_problems(
        request.person, chosen.narrowed, after=request.GET.get("after", "")[:100].replace("\x00", "")
    )
    context: dict[str, Any] = {
        "lines": lines(request.person, found.lines),
        "chosen": chosen,
        "more_url": chosen.address(after=found.after) if found.after else "",
        "selectable": roles.may(request.person, "deals.change"),
    }
    if request.GET.get("after"):
        return render(request, "controller/lines.html", context)
    counted = listing.tallies(request.person, pipeline_id=chosen.narrowed.pipeline_id)
    context |= {"kinds": _kinds(chosen, counted), **_choices(request.person, counted), "sorts": _sorts(chosen)}
    return render(request, "controller/problems.html", context)


def lines(person: Person, found: Sequence[Line]) -> list[dict[str, Any]]:
    short, reaching = Short(), rights.reaching(person)
    return [_line(line, person, reaching, short) for line in found]


def _line(line: Line, person: Person, reaching: Reaching, short: Short) -> dict[str, Any]:
    ours = reaching.covers(responsible_id=line.responsible_id, department_id=line.department_id)
    stage = words.here(line.stage)
    return {
        "id": str(line.id),
        "deal": str(line.deal_id),
        "client": called_by(line.client_id, line.client_name, line.contact),
        "kind": line.kind,
        "why": wording.reason(line.kind, Why(line.why, line.since, stage, line.stage_since, short, line.steps)),
        "since": short.moment(line.since),
        "age": short.age(line.since),
        "stage": stage,
        "colour": line.colour,
        "amount": money(line.amount),
        "person": line.person or "",
        "ours": ours,
        "help": helping.help_for(_pain(line), person, ours=ours),
    }


def _pain(line: Line) -> helping.Pain:
    return helping.Pain(line.deal_id, line.kind, line.subject_id, line.person_id, line.why, line.phone, line.version)


def _chosen(request: HttpRequest) -> Chosen:
    asked = request.GET
    kind, sort = asked.get("kind", ""), asked.get("sort", "")
    person = asked.get("person", "")
    return Chosen(
        kind=kind if kind in wording.TITLES else "",
        person=person if person == NOBODY else str(whole_number(person) or ""),
        department=str(whole_number(asked.get("department")) or ""),
        pipeline=str(whole_number(asked.get("pipeline")) or ""),
        sort="amount" if sort == "amount" else "",
    )


def _kinds(chosen: Chosen, counted: Sequence[Tally]) -> list[dict[str, Any]]:
    """In the order in which they hurt; those that nobody has are left out, unless one looks at it."""
    narrowed = chosen.narrowed
    numbers: Counter[str] = Counter()
    for tally in counted:
        if narrowed.person_id is not None and (tally.person_id or 0) != narrowed.person_id:
            continue
        if narrowed.department_id is None or tally.department_id == narrowed.department_id:
            numbers[tally.kind] += tally.number
    every = {"name": _("All"), "count": numbers.total(), "url": chosen.address(kind=""), "here": not chosen.kind}
    return [every] + [
        {"name": name, "count": numbers[kind], "url": chosen.address(kind=kind), "here": kind == chosen.kind}
        for kind, name in wording.TITLES.items()
        if numbers[kind] or kind == chosen.kind
    ]


def _choices(person: Person, counted: Sequence[Tally]) -> dict[str, Any]:
    """Whom and what one can look at: only where there is more than oneself."""
    wide = roles.reach(person, "problems.see") > roles.Reach.OWN
    named = {
        str(tally.person_id): tally.person for tally in counted if tally.person_id and tally.person_id != person.pk
    }
    return {
        "wide": wide,
        "mine": str(person.pk),
        "people": sorted(named.items(), key=lambda one: str(one[1])) if wide else [],
        "departments": rows.read(Department, "order by id")
        if roles.reach(person, "problems.see") == roles.Reach.ALL
        else [],
        "pipelines": rows.read(Pipeline, "order by position, id"),
    }


def _sorts(chosen: Chosen) -> list[dict[str, Any]]:
    names = {"": _("The oldest first"), "amount": _("The dearest first")}
    return [{"name": name, "code": code, "here": code == chosen.sort} for code, name in names.items()]
