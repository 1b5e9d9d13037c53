"""Clients who were erased: the act and the journal of each, and the archives of the house that may still hold him."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from svyazka.business.personal_data import backups, erasing, papers, steps
from svyazka.business.personal_data.models import Backup, Erasure
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.paging import page_of

TYPES = {"pdf": "application/pdf", "csv": "text/csv; charset=utf-8"}


@needs("personal_data.erase")
def erasures(request: PageRequest) -> HttpResponse:
    page = page_of(Erasure.objects.select_related("asked_by"), by="asked_at", asked=request.GET)
    archives = backups.there()
    context = {
        "rows": [_row(one, archives) for one in page.rows],
        "older": page.older,
        "archives": [_archive(one) for one in archives],
        "steps": len(steps.ALL),
        "years": papers.KEPT_YEARS,
    }
    return render(request, "office/erasures.html", context)


def _row(one: Erasure, archives: list[Backup]) -> dict[str, Any]:
    holding = backups.holding(one, archives)
    return {"one": one, "others": one.numbers[1:], "holding": holding[:3], "more": len(holding[3:])}


def _archive(one: Backup) -> dict[str, Any]:
    return {"one": one, "is_here": backups.is_at_its_place(one), "name": Path(one.place).name}


@needs("personal_data.erase")
def erasure_act(request: PageRequest, erasure_id: int) -> HttpResponseBase:
    one = get_object_or_404(Erasure, pk=erasure_id)
    return _sent(request, one, one.act, "pdf", _("Act of destruction № {number}").format(number=one.pk))


@needs("personal_data.erase")
def erasure_journal(request: PageRequest, erasure_id: int) -> HttpResponseBase:
    one = get_object_or_404(Erasure, pk=erasure_id)
    return _sent(request, one, one.log, "csv", _("Journal of the act № {number}").format(number=one.pk))


@needs("personal_data.erase", "POST")
def erasure_again(request: PageRequest, erasure_id: int) -> HttpResponse:
    erasing.try_again(get_object_or_404(Erasure, pk=erasure_id), by=request.person)
    return redirect("erasures")


@needs("personal_data.erase", "POST")
def backup_absence(request: PageRequest, backup_id: int) -> HttpResponse:
    backups.is_gone(get_object_or_404(Backup, pk=backup_id), by=request.person)
    messages.success(request, _("Saved."))
    return redirect("erasures")


def _sent(request: PageRequest, one: Erasure, file: FieldFile, kind: str, name: str) -> HttpResponseBase:
    content = papers.take(one, file, by=request.person)
    return FileResponse(content, as_attachment=True, filename=f"{name}.{kind}", content_type=TYPES[kind])
