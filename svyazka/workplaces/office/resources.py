"""Who can be booked: engineers and crews with their hours, and what they can do."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.staff.models import Person, Role
from svyazka.business.visits import resources as our
from svyazka.business.visits.models import Resource, Visit
from svyazka.kit.refusals import Refused
from svyazka.workplaces.office import week
from svyazka.workplaces.office.week import Day
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, put_on
from svyazka.workplaces.shared.typed import whole_number

USUAL = [["09:00", "18:00"]]
WORKDAYS = range(5)


class ResourceForm(Form):
    name = forms.CharField(
        label=gettext_lazy("Title"), max_length=120, widget=forms.TextInput(attrs={"autofocus": True})
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Resource.Kind.choices)
    person = forms.ModelChoiceField(
        label=gettext_lazy("Who carries out the visits"),
        queryset=Person.objects.all(),
        required=False,
        empty_label=gettext_lazy("nobody yet"),
        help_text=gettext_lazy("The visits stand on this person's phone. Engineers and crew leaders of the staff."),
    )
    skills = forms.MultipleChoiceField(
        label=gettext_lazy("Can do"),
        required=False,
        choices=lambda: our.skills().items(),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, resource: Resource | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        # Those that are offered; of anybody else the verb says why not.
        self.fields["person"].queryset = our.could_carry_out(resource)  # type: ignore[attr-defined]


@needs("staff.see")
def resources(request: PageRequest) -> HttpResponse:
    ahead = Count("visits", filter=Q(visits__in=Visit.objects.ahead()))
    known = our.skills()
    rows = [
        {
            "resource": one,
            "skills": [known[code] for code in one.skills if code in known],
            "hours": our.hours_in_words(one),
        }
        for one in Resource.objects.select_related("person").annotate(ahead=ahead)
    ]
    return render(request, "office/resources.html", {"rows": rows})


@needs("staff.change", "GET", "POST")
def resource_new(request: PageRequest) -> HttpResponse:
    if request.method != "POST":
        hours = {str(day): USUAL for day in WORKDAYS}
        return _page(request, None, ResourceForm(initial=_of_person(request.GET.get("person"))), week.of(hours))
    form = ResourceForm(request.POST)
    made = _written(request, form, None)
    if made is None:
        return _page(request, None, form, week.typed(request.POST))
    messages.success(request, _("{name} can be booked now.").format(name=made.name))
    return redirect("resources")


@needs("staff.change", "GET", "POST")
def resource(request: PageRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Resource.objects.select_related("person"), pk=pk)
    if request.method != "POST":
        initial = {name: getattr(found, name) for name in ResourceForm.base_fields}
        return _page(request, found, ResourceForm(initial=initial, resource=found), week.of(found.hours))
    form = ResourceForm(request.POST, resource=found)
    if _written(request, form, found) is None:
        return _page(request, found, form, week.typed(request.POST))
    messages.success(request, _("Saved."))
    return redirect("resources")


def _written(request: PageRequest, form: ResourceForm, found: Resource | None) -> Resource | None:
    """The resource as it is stored, or nothing, when the form says why not."""
    if not form.is_valid():
        return None
    try:
        given = {**form.cleaned_data, "hours": week.read(week.typed(request.POST))}
        if found is None:
            return our.add(**given, by=request.person)
        return our.change(found, **given, is_active="is_active" in request.POST, by=request.person)
    except Refused as refusal:
        put_on(form, refusal)
        return None


def _page(request: PageRequest, found: Resource | None, form: ResourceForm, days: list[Day]) -> HttpResponse:
    context = {
        "resource": found,
        "form": form,
        "week": days,
        "in_use": "is_active" in request.POST if form.is_bound else bool(found and found.is_active),
        "ahead": list(found.visits.ahead().order_by("starts_at")) if found else [],
    }
    return render(request, "office/resource.html", context, status=422 if form.errors else 200)


def _of_person(given: str | None) -> dict[str, Any]:
    """What the page of a new colleague has already told."""
    person = our.could_carry_out().filter(pk=whole_number(given) or 0).first()
    if person is None:
        return {}
    kind = Resource.Kind.CREW if person.basis == Role.CREW else Resource.Kind.ENGINEER
    return {"name": person.full_name, "person": person, "kind": kind}
