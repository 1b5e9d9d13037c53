"""A form that was filled in on site, for reading: openings as a table, what changed between versions."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from svyazka.business.agreements.models import Agreement
from svyazka.business.sheets import forms, sheets
from svyazka.business.sheets import tables as our
from svyazka.business.sheets.models import Sheet, SheetVersion
from svyazka.business.staff import roles
from svyazka.business.staff.roles import Reach
from svyazka.business.visits.models import Visit
from svyazka.engines.sheets.form import Form
from svyazka.workplaces.shared import agreed, shots
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.shots import Shot
from svyazka.workplaces.shared.typed import whole_number


@needs("visits.see")
def sheet(request: PageRequest, sheet_id: int) -> HttpResponse:
    found = get_object_or_404(to_be_seen(request), pk=sheet_id)
    versions = sheets.list_versions(found)
    at = _chosen(versions, whole_number(request.GET.get("version")))
    form = forms.read_version(found.written)
    photos = {str(shot.photo.request_id): shot for shot in shots.of_visit(found.visit)}
    context = {
        "sheet": found,
        "versions": versions,
        "shown": versions[at],
        "is_newest": at == 0,
        "before": versions[at + 1] if at + 1 < len(versions) else None,
        "changes": _changes(form, versions, at),
        "tables": [_shown(table, photos) for table in our.tables(form, versions[at].answers)],
        "here": reverse("sheet", args=[sheet_id]),
        "beside": sheets.beside_in_words(form, found.answers, found.beside) if at == 0 else [],
        "agreed": _agreed(found),
        "request_id": uuid4(),
    }
    fragment = request.htmx.target == "sheet"
    return render(request, "dispatcher/sheet_now.html" if fragment else "dispatcher/sheet.html", context)


def _agreed(found: Sheet) -> list[tuple[Agreement, str, str]]:
    """What the client has said to it, the newest first."""
    rows = found.agreements.order_by("-number")
    return [(one, agreed.state(one), agreed.tone(one)) for one in rows]


def to_be_seen(request: PageRequest) -> Any:
    """Whoever works on site sees those of the deals that he goes to: the installers what was measured before."""
    rows = Sheet.objects.select_related("form", "written", "visit__kind", "visit__client", "visit__deal", "finished_by")
    if roles.reach(request.person, "visits.see") is Reach.ALL:
        return rows
    own = Visit.objects.still_on().with_person(request.person)
    return rows.filter(visit__deal__in=own.values("deal"))


def _chosen(versions: list[SheetVersion], number: int | None) -> int:
    if not versions:
        raise Http404
    return next((at for at, one in enumerate(versions) if one.number == number), 0)


def _changes(form: Form, versions: list[SheetVersion], at: int) -> list[str]:
    before = versions[at + 1].answers if at + 1 < len(versions) else None
    return [] if before is None else sheets.differences(form, before, versions[at].answers)


def _shown(table: our.Table, photos: dict[str, Shot]) -> dict[str, Any]:
    lines = [{"name": line.name, "cells": [_cell(cell, photos) for cell in line.cells]} for line in table.lines]
    return {"name": table.name, "columns": table.columns, "lines": lines, "is_repeated": table.is_repeated}


def _cell(cell: our.Cell, photos: dict[str, Shot]) -> dict[str, Any]:
    return {
        "name": cell.name,
        "text": cell.text,
        "photos": [photos[one] for one in cell.photos if one in photos],
        "missing": sum(one not in photos for one in cell.photos),
        "sketch": json.dumps(cell.sketch) if cell.sketch else "",
        "findings": cell.findings,
        "tone": "bad" if cell.stops else "warn",
    }
