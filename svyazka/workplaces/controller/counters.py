"""Who has how many problems of which kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from svyazka.business.deals.models import Pipeline
from svyazka.business.problems import listing
from svyazka.business.problems.listing import Tally
from svyazka.business.staff.models import Department
from svyazka.kit import rows
from svyazka.workplaces.controller.problems import NOBODY, Chosen
from svyazka.workplaces.shared import problems as wording
from svyazka.workplaces.shared.door import PageRequest, needs


@needs("problems.see")
def people(request: PageRequest) -> HttpResponse:
    """A row for each person and each department, a column for each kind that somebody has."""
    counted = listing.tallies(request.person)
    kinds = [kind for kind in wording.TITLES if any(tally.kind == kind for tally in counted)]
    context = {
        "pipelines": rows.read(Pipeline, "order by position, id"),
        "kinds": [wording.TITLES[kind] for kind in kinds],
        "tables": [
            {"name": _("People"), "rows": _of_people(counted, kinds)},
            {"name": _("Departments"), "rows": _of_departments(counted, kinds)},
        ],
    }
    return render(request, "controller/people.html", context)


@needs("problems.see")
def own(request: PageRequest) -> HttpResponse:
    """The number in the frame, when it has changed."""
    return HttpResponse(str(listing.own_count(request.person) or ""))


def _of_people(counted: Sequence[Tally], kinds: Sequence[str]) -> list[dict[str, Any]]:
    whose = {tally.person_id: tally.person or _("Nobody") for tally in counted}
    return _rows(
        kinds,
        (
            (name, Chosen(person=str(person_id or NOBODY)), [t for t in counted if t.person_id == person_id])
            for person_id, name in whose.items()
        ),
    )


def _of_departments(counted: Sequence[Tally], kinds: Sequence[str]) -> list[dict[str, Any]]:
    departments = rows.read(Department, "order by id")
    return _rows(
        kinds,
        (
            (one.name, Chosen(department=str(one.pk)), [t for t in counted if t.department_id == one.pk])
            for one in departments
        ),
    )


def _rows(kinds: Sequence[str], given: Iterable[tuple[str, Chosen, list[Tally]]]) -> list[dict[str, Any]]:
    """The most burdened first; whoever has none is left out."""
    made = []
    for name, chosen, tallies in given:
        numbers: Counter[str] = Counter()
        for tally in tallies:
            numbers[tally.kind] += tally.number
        cells = [{"count": numbers[kind] or "", "url": chosen.address(kind=kind)} for kind in kinds]
        made.append({"name": name, "url": chosen.address(), "total": numbers.total(), "cells": cells})
    return sorted((row for row in made if row["total"]), key=lambda row: -int(row["total"]))
