"""Editions of a form: what changed from one to the next, each for reading, and as a file."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from svyazka.business.sheets import files
from svyazka.business.sheets import forms as our
from svyazka.business.sheets.models import FormKind
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.typed import whole_number


@needs("settings.change")
def editions(request: PageRequest, code: str) -> HttpResponse:
    form = get_object_or_404(FormKind, code=code)
    told = our.list_versions(form, before=whole_number(request.GET.get("before", "")))
    newest = our.newest_of(form)
    older = told[-1].version.number if told and told[-1].version.number > 1 else None
    context = {"form": form, "told": told, "newest": newest.number if newest else 0, "older": older}
    return render(request, "office/sheet_form/editions.html", context)


@needs("settings.change")
def edition(request: PageRequest, code: str, number: int) -> HttpResponse:
    """As it was, on a phone."""
    form = get_object_or_404(FormKind, code=code)
    version = get_object_or_404(form.versions, number=number)
    earlier = form.versions.filter(number__lt=number).first()
    context = {
        "form": form,
        "version": version,
        "definition": version.definition,
        "changes": our.changes_since(earlier, version),
        "earlier": earlier,
        "is_newest": not form.versions.filter(number__gt=number).exists(),
        "sheets": version.sheets.count(),
    }
    return render(request, "office/sheet_form/edition.html", context)


@needs("settings.change", "POST")
def restoration(request: PageRequest, code: str, number: int) -> HttpResponse:
    form = our.restore(get_object_or_404(FormKind, code=code), number, by=request.person)
    newest = our.newest_of(form)
    said = _("Edition {number} is as edition {before} was.")
    messages.success(request, said.format(number=newest.number if newest else 0, before=number))
    return redirect("sheet_form_editions", code)


@needs("settings.change")
def sheet_form_file(request: PageRequest, code: str) -> HttpResponse:
    """The edition in force, or `?edition=`."""
    form = get_object_or_404(FormKind, code=code)
    number = whole_number(request.GET.get("edition", ""))
    version = get_object_or_404(form.versions, number=number) if number else our.newest_of(form)
    if version is None:
        return redirect("sheet_form", code)
    answer = HttpResponse(files.written(form, version), content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="form-{form.code}-{version.number}.yaml"'
    return answer
