"""The departments of the company."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from svyazka.business.deals.paths import giving_up
from svyazka.business.staff.departments import DEPARTMENTS
from svyazka.business.staff.models import Department
from svyazka.workplaces.office import names
from svyazka.workplaces.shared.door import PageRequest, needs

SAID = names.Words(
    many="departments",
    one="department",
    icon="people",
    title=gettext_lazy("Departments"),
    adding=gettext_lazy("A new department"),
    added=gettext_lazy("The department is added."),
    empty=gettext_lazy(
        "No department yet. People, pipelines and rights belong to departments: begin with the first one."
    ),
)


@needs("settings.change", "GET", "POST")
def departments(request: PageRequest) -> HttpResponse:
    people = Count("people", filter=Q(people__is_active=True))
    found = Department.objects.annotate(number=people).order_by("pk")
    return names.page_of_all(request, DEPARTMENTS, SAID, lambda: [(one, _people(one.number)) for one in found])


@needs("settings.change", "GET", "POST")
def department(request: PageRequest, code: str) -> HttpResponse:
    return names.page_of_one(
        request,
        DEPARTMENTS,
        SAID,
        get_object_or_404(Department, code=code),
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
