"""The departments of the company."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svyazka.business.deals.paths import giving_up
from svyazka.business.staff import departments as our
from svyazka.business.staff.models import Department
from svyazka.kit.refusals import Refused
from svyazka.workplaces.office import names
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import put_on


@needs("settings.change", "GET", "POST")
def departments(request: PageRequest) -> HttpResponse:
    form = names.NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            our.add(form.cleaned_data, by=request.person)
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, _("The department is added."))
            return redirect("departments")
    people = Count("people", filter=Q(people__is_active=True))
    rows = [
        {"url": reverse("department", args=[one.code]), "name": one.name, "below": _people(one.number)}
        for one in Department.objects.annotate(number=people).order_by("pk")
    ]
    return names.names(
        request,
        form,
        rows=rows,
        title=_("Departments"),
        icon="people",
        topic="department",
        empty=_("No department yet. People, pipelines and rights belong to departments: begin with the first one."),
        adding=_("A new department"),
    )


@needs("settings.change", "GET", "POST")
def department(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Department, code=code)
    form = names.NameForm(request.POST or None, initial=found.words)
    if request.method == "POST" and form.is_valid():
        try:
            our.rename(found, form.cleaned_data, by=request.person)
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("departments")
    return names.name(
        request,
        form,
        name=found.name,
        back=reverse("departments"),
        title=_("Departments"),
        removal=reverse("department_removal", args=[code]),
        removing=_("Remove the department"),
        sure=_("Remove this department? It goes only when nobody is in it."),
    )


@needs("settings.change", "POST")
def department_removal(request: PageRequest, code: str) -> HttpResponse:
    giving_up.remove_department(get_object_or_404(Department, code=code), by=request.person)
    messages.success(request, _("The department is removed."))
    return redirect("departments")


def _people(number: int) -> str:
    if not number:
        return _("nobody yet")
    return ngettext("{number} person", "{number} people", number).format(number=number)
