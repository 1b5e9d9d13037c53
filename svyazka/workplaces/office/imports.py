"""Values out of a file: uploaded, its columns chosen, checked, stored, taken back. What takes long a worker does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from svyazka.business.deals.models import Field
from svyazka.business.imports import columns, storing, upload
from svyazka.business.imports.columns import Target
from svyazka.business.imports.going_on import figures, left_alone
from svyazka.business.imports.models import Import, ImportLine
from svyazka.kit.refusals import Refused
from svyazka.kit.sheets import LARGEST_FILE
from svyazka.workplaces.shared import spreadsheet
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.paging import page_of
from svyazka.workplaces.shared.said import names_of, people_in, said

SHOWN_FAULTS, SHOWN_CHANGES, SHOWN_CELLS = 30, 5, 3
State = Import.State
_FAULTY = (ImportLine.State.WRONG, ImportLine.State.KEPT)


@needs("values.import", "GET", "POST")
def imports(request: PageRequest) -> HttpResponse:
    """GET: those of the last weeks; POST takes a file in."""
    if request.method != "POST":
        return _list(request)
    sent = request.FILES.get("file")
    try:
        if sent is None:
            raise Refused(_("Choose a file first."))
        made = upload.take_in(str(sent.name), sent.read(LARGEST_FILE + 1), by=request.person)
    except Refused as refusal:
        return _list(request, refusal)
    return redirect("import", made.pk)


@needs("values.import", "GET", "POST")
def import_page(request: PageRequest, pk: int) -> HttpResponse:
    """One file, as far as it is. POST says which column is what."""
    given = _given(pk)
    if request.method != "POST":
        return _page(request, given)
    chosen = {str(place): request.POST.get(f"column.{place}", "") for place in range(len(given.titles))}
    wishes = {
        "overwrites": request.POST.get("known") == "overwrite",
        "all_or_nothing": request.POST.get("wrong") != "leave_out",
    }
    try:
        columns.choose(given, chosen, **wishes, by=request.person)
    except Refused as refusal:
        given.columns, given.overwrites, given.all_or_nothing = chosen, wishes["overwrites"], wishes["all_or_nothing"]
        return _page(request, given, refusal)
    return redirect("import", pk)


@needs("values.import")
def import_now(request: PageRequest, pk: int) -> HttpResponse:
    """How far it is: asked again and again while it is at work."""
    return render(request, "office/import_now.html", _now(_given(pk)))


@needs("values.import", "POST")
def import_storing(request: PageRequest, pk: int) -> HttpResponse:
    storing.store(_given(pk), leave_out=request.POST.get("wrong") == "leave_out", by=request.person)
    return redirect("import", pk)


@needs("values.import", "POST")
def import_undoing(request: PageRequest, pk: int) -> HttpResponse:
    storing.undo(_given(pk), by=request.person)
    return redirect("import", pk)


@needs("values.import", "POST")
def import_removal(request: PageRequest, pk: int) -> HttpResponse:
    upload.remove(_given(pk), by=request.person)
    messages.success(request, _("The file is deleted."))
    return redirect("imports")


@needs("values.import")
def import_faults(request: PageRequest, pk: int) -> HttpResponseBase:
    """Each line that could not be taken, and why, as a file."""
    return spreadsheet.answer(f"import-{pk}-faults", _faults(_given(pk)))


def _given(pk: int) -> Import:
    return get_object_or_404(Import.objects.select_related("by"), pk=pk)


def _list(request: PageRequest, refusal: Refused | None = None) -> HttpResponse:
    page = page_of(Import.objects.select_related("by"), by="at", asked=request.GET)
    context = {"page": page, "refusal": refusal.message if refusal else ""}
    return render(request, "office/imports.html", context, status=refusal.status if refusal else 200)


def _page(request: PageRequest, given: Import, refusal: Refused | None = None) -> HttpResponse:
    asks = given.state == State.CHOOSING or (given.state == State.CHECKED and "columns" in request.GET)
    context: dict[str, Any] = {"given": given, "asks": asks or refusal, "refusal": refusal.message if refusal else ""}
    context |= _choosing(given) if context["asks"] else _now(given)
    return render(request, "office/import.html", context, status=refusal.status if refusal else 200)


def _choosing(given: Import) -> dict[str, Any]:
    samples = list(given.lines.order_by("number").values_list("cells", flat=True)[:SHOWN_CELLS])
    every = columns.offered()
    return {
        "kinds": [
            (_("Finds the line’s deal or client"), [(key, name) for key, name in columns.KEYS.items()]),
            (_("Of a deal"), [(one.key, one.name) for one in every if one.of == Field.Of.DEAL]),
            (_("Of a client"), [(one.key, one.name) for one in every if one.of == Field.Of.CLIENT]),
        ],
        "columns": [
            {
                "place": str(place),
                "title": title or _("Column {number}").format(number=place + 1),
                "cells": [cells[place] for cells in samples if cells[place]],
                "chosen": given.columns.get(str(place), ""),
            }
            for place, title in enumerate(given.titles)
        ],
    }


def _now(given: Import) -> dict[str, Any]:
    """What the page says of it besides its columns."""
    if given.state == State.CHOOSING:
        return {"given": given}
    number = figures(given)
    every = sum(number.values())
    left = {State.CHECKING: number["new"], State.STORING: number["ready"], State.UNDOING: number["stored"]}
    wrong = given.lines.filter(state__in=_FAULTY).order_by("number")
    context: dict[str, Any] = {
        "given": given,
        "number": number,
        "every": every,
        "handled": every - left.get(State(given.state), 0),
        "number_faults": number["wrong"] + number["kept"],
    }
    if given.is_at_work:
        return context
    context |= {"faults": [_fault(given, line) for line in wrong[:SHOWN_FAULTS]], "changes": _changes(given)}
    return {
        **context,
        "left": left_alone(given) if given.state in (State.CHECKED, State.DONE) else 0,
        "can_store": given.state == State.CHECKED and number["ready"] > 0,
        "leaves_out": given.all_or_nothing and number["wrong"] > 0,
    }


def _fault(given: Import, line: ImportLine) -> dict[str, Any]:
    parts = [{"column": _title(given, place), "cell": _cell(line, place), "why": why} for place, why in line.faults]
    return {"number": str(line.number), "parts": parts}


def _title(given: Import, place: int) -> str:
    return given.titles[place] if 0 <= place < len(given.titles) else ""


def _cell(line: ImportLine, place: int) -> str:
    return line.cells[place] if 0 <= place < len(line.cells) else ""


def _changes(given: Import) -> list[dict[str, Any]]:
    """A few of the lines that will be stored, or have been, as an example."""
    states = (ImportLine.State.READY, ImportLine.State.STORED)
    lines = list(given.lines.filter(state__in=states).order_by("number")[:SHOWN_CHANGES])
    _at, key, targets = columns.targets(given.columns)
    by_key = {target.key: target for target in targets.values()}
    staff = names_of({pk for line in lines for pair in (line.before, line.after) for pk in _people(pair, by_key)})
    return [
        {
            "url_name": "deal" if key == columns.DEAL else "client",
            "object_id": line.object_id,
            "pairs": [
                (
                    by_key[one].name,
                    said(by_key[one].field, line.before[one], staff),
                    said(by_key[one].field, new, staff),
                )
                for one, new in line.after.items()
                if one in by_key
            ],
        }
        for line in lines
    ]


def _people(pair: Mapping[str, Any], targets: Mapping[str, Target]) -> set[int]:
    return people_in(pair, {key: target.field for key, target in targets.items()})


def _faults(given: Import) -> Iterator[list[str]]:
    yield [_("Line"), _("Column"), _("Value"), _("What is wrong")]
    for line in given.lines.filter(state__in=_FAULTY).order_by("number").iterator():
        for place, why in line.faults:
            yield [str(line.number), _title(given, place), _cell(line, place), why]
