"""Who has how many problems of which kind, how it was on the last mornings, and when the digest goes out."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from svyazka.business.deals.models import Pipeline
from svyazka.business.problems import digest, listing
from svyazka.business.problems.listing import Tally
from svyazka.business.staff import roles
from svyazka.business.staff.models import Department
from svyazka.kit import clock, rows
from svyazka.kit.refusals import Refused
from svyazka.workplaces.controller.problems import NOBODY, Chosen
from svyazka.workplaces.shared import problems as wording
from svyazka.workplaces.shared import shell
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.typed import moment

LOOKED_BACK = 30  # days
HIGH = 100  # of the tallest column


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
        "curve": _curve(listing.days(request.person, since=_first_day())),
        "morning": _morning() if roles.may(request.person, "settings.change") else None,
    }
    return render(request, "controller/people.html", context)


@needs("settings.change", "POST")
def morning(request: PageRequest) -> HttpResponse:
    """When the digest goes out; without a day, never."""
    typed = moment(clock.today().isoformat(), request.POST.get("at"))
    if typed is None:
        raise Refused(_("A time is needed here."))
    days = [int(digit) for digit in request.POST.getlist("day") if re.fullmatch("[0-9]", digit)]
    digest.change(clock.local(typed).time(), days, by=request.person)
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"toast": {"message": _("Saved.")}})})


@needs("problems.see")
def own(request: PageRequest) -> HttpResponse:
    """The number in the frame, when it has changed."""
    return HttpResponse(shell.shown_count(listing.own_count(request.person)))


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


def _first_day() -> date:
    return clock.today() - timedelta(days=LOOKED_BACK - 1)


def _curve(counted: Mapping[date, int]) -> dict[str, Any] | None:
    """A column for each of the last days; of a day on which nobody counted there is none."""
    if not counted:
        return None
    most = max(1, *counted.values())
    first = _first_day()
    columns = [
        {
            "x": place,
            "y": HIGH - round(HIGH * counted[day] / most),
            "high": round(HIGH * counted[day] / most),
            "said": f"{date_format(day, 'j E')}: {counted[day]}",
        }
        for place in range(LOOKED_BACK)
        if (day := first + timedelta(days=place)) in counted
    ]
    return {"columns": columns, "first": date_format(first, "j E"), "most": most, "last": counted[max(counted)]}


def _morning() -> dict[str, Any]:
    known = digest.plan()
    days = [{"number": number, "name": name, "chosen": number in known.days} for number, name in WEEKDAYS_ABBR.items()]
    return {"at": f"{known.at:%H:%M}", "days": days}
