"""Who and what can be booked: engineers and crews with their hours and what they can do, vehicles and tools."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.staff.models import Person, Role
from svyazka.business.visits import crews, shifts, soundness
from svyazka.business.visits import resources as our
from svyazka.business.visits.models import Resource, Visit, VisitKind
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.workplaces.office import week
from svyazka.workplaces.office.week import Day
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, put_on
from svyazka.workplaces.shared.typed import whole_number

USUAL = [["09:00", "18:00"]]
WORKDAYS = range(5)
PER_PAGE = 50
NUMBER = {"inputmode": "numeric", "autocomplete": "off"}


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
    good_for = forms.CharField(
        label=gettext_lazy("Good for"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Separated by commas, as the kinds of visits ask for it: van, ladder."),
    )
    members = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Members"),
        queryset=Resource.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    break_minutes = forms.IntegerField(
        label=gettext_lazy("Break, minutes"), required=False, widget=forms.TextInput(attrs=NUMBER)
    )
    break_from = forms.TimeField(
        label=gettext_lazy("between"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    break_to = forms.TimeField(
        label=gettext_lazy("and"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    home = forms.CharField(
        label=gettext_lazy("Where the day begins"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("The address of the home or the depot: the way to the first client is counted from it."),
    )
    territory = forms.CharField(
        label=gettext_lazy("Serves"),
        max_length=2000,
        required=False,
        help_text=gettext_lazy("Districts and towns, separated by commas. Empty: goes everywhere."),
    )
    most_visits = forms.IntegerField(
        label=gettext_lazy("Visits a day at most"), required=False, widget=forms.TextInput(attrs=NUMBER)
    )
    most_minutes = forms.IntegerField(
        label=gettext_lazy("Minutes a day at most"), required=False, widget=forms.TextInput(attrs=NUMBER)
    )

    def __init__(self, *args: Any, resource: Resource | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        # Those that are offered; of anybody else the verb says why not.
        self.fields["person"].queryset = our.could_carry_out(resource)  # type: ignore[attr-defined]
        belong = [one.pk for one in crews.could_belong(resource)]
        self.fields["members"].queryset = Resource.objects.filter(pk__in=belong)  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """As the verb takes them. What is of no concern to the kind is not taken over from hidden inputs."""
        typed = self.cleaned_data
        is_crew, is_thing = typed["kind"] == Resource.Kind.CREW, typed["kind"] in our.THINGS
        plain = ("name", "kind", "home", "most_visits", "most_minutes")
        return {
            **{name: typed[name] for name in plain},
            "person": None if is_thing else typed["person"],
            "skills": _listed(typed["good_for"]) if is_thing else typed["skills"],
            "members": list(typed["members"]) if is_crew else [],
            "territory": _listed(typed["territory"]),
            "breaks": self._breaks(),
        }

    def _breaks(self) -> list[our.Break]:
        minutes, begins, ends = (self.cleaned_data[name] for name in ("break_minutes", "break_from", "break_to"))
        if not (minutes or begins or ends):
            return []
        if minutes is None or begins is None or ends is None:
            words = _("How long the break is, and between which times it lies.")
            raise Refused(words, fields={"break_minutes": words})
        return [our.Break(minutes, begins, ends)]


@needs("staff.see")
def resources(request: PageRequest) -> HttpResponse:
    number = whole_number(request.GET.get("page")) or 0
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("q", "kind", "wrong")}
    every, kinds = list(Resource.objects.select_related("person")), list(VisitKind.objects.all())
    wrong = soundness.faults(every, kinds).of_resources
    found = _found(asked, wrong)[number * PER_PAGE : (number + 1) * PER_PAGE + 1]
    known = our.skills(kinds)
    rows = [
        {
            "resource": one,
            "skills": [known.get(code, "") if one.goes_out else code for code in one.skills],
            "hours": our.hours_in_words(one),
            "wrong": wrong.get(one.pk, []),
        }
        for one in found
    ]
    context = {
        "rows": rows[:PER_PAGE],
        "kinds": Resource.Kind.choices,
        "asked": asked,
        "wrong": len(wrong),
        "next_page": number + 1 if len(rows) > PER_PAGE else None,
        "previous_page": number - 1 if number else None,
    }
    return render(request, "office/resources.html", context)


def _found(asked: dict[str, str], wrong: dict[int, list[str]]) -> QuerySet[Resource]:
    ahead = Count("visits", filter=Q(visits__in=Visit.objects.ahead()), distinct=True)
    people = Count("members", distinct=True)
    rows = Resource.objects.select_related("person").annotate(ahead=ahead, people=people)
    if asked["q"]:
        rows = rows.filter(Q(name__icontains=asked["q"]) | Q(person__full_name__icontains=asked["q"]))
    if asked["kind"] in Resource.Kind.values:
        rows = rows.filter(kind=asked["kind"])
    return rows.filter(pk__in=wrong) if asked["wrong"] else rows


@needs("staff.change", "GET", "POST")
def resource_new(request: PageRequest) -> HttpResponse:
    if request.method != "POST":
        hours = {str(day): USUAL for day in WORKDAYS}
        initial = {"kind": request.GET.get("kind"), **_of_person(request.GET.get("person"))}
        return page(request, None, ResourceForm(initial=initial), week.of(hours))
    form = ResourceForm(request.POST)
    made = _written(request, form, None)
    if made is None:
        return page(request, None, form, week.typed(request.POST))
    messages.success(request, _("{name} can be booked now.").format(name=made.name))
    return redirect("resources")


@needs("staff.change", "GET", "POST")
def resource(request: PageRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Resource.objects.select_related("person"), pk=pk)
    if request.method != "POST":
        return shown(request, found)
    form = ResourceForm(request.POST, resource=found)
    if _written(request, form, found) is None:
        return page(request, found, form, week.typed(request.POST))
    messages.success(request, _("Saved."))
    return redirect("resources")


def shown(request: PageRequest, found: Resource, *, typed: dict[str, Any] | None = None) -> HttpResponse:
    """As it is stored. `typed`: what stands in the forms beneath, with what is wrong there."""
    return page(request, found, ResourceForm(initial=_initial(found), resource=found), week.of(found.hours), typed)


def _initial(found: Resource) -> dict[str, Any]:
    minutes, begins, ends = found.breaks[0] if found.breaks else (None, None, None)
    plain = {name: getattr(found, name) for name in ("name", "kind", "person", "home", "most_visits", "most_minutes")}
    return {
        **plain,
        "skills": found.skills,
        "good_for": "" if found.goes_out else ", ".join(found.skills),
        "members": crews.members_of(found),
        "territory": ", ".join(found.territory),
        "break_minutes": minutes,
        "break_from": time.fromisoformat(begins) if begins else None,
        "break_to": time.fromisoformat(ends.replace("24:", "00:")) if ends else None,
    }


def _listed(typed: str) -> list[str]:
    return [one for one in (part.strip() for part in typed.split(",")) if one]


def _written(request: PageRequest, form: ResourceForm, found: Resource | None) -> Resource | None:
    """The resource as it is stored, or nothing, when the form says why not."""
    if not form.is_valid():
        return None
    try:
        given = {**form.values(), "hours": week.read(week.typed(request.POST))}
        if found is None:
            return our.add(**given, by=request.person)
        return our.change(found, **given, is_active="is_active" in request.POST, by=request.person)
    except Refused as refusal:
        put_on(form, refusal)
        return None


def page(
    request: PageRequest,
    found: Resource | None,
    form: ResourceForm,
    days: list[Day],
    typed: dict[str, Any] | None = None,
) -> HttpResponse:
    context = {
        "resource": found,
        "form": form,
        "week": days,
        "in_use": "is_active" in request.POST if form.is_bound else bool(found and found.is_active),
        "ahead": list(found.visits.ahead().order_by("starts_at")) if found else [],
        "said": _parts(found) if found else {},
        "is_open": form.is_bound,
        "typed": typed or {},
        "today": clock.today(),
        **(_beneath(found) if found else {}),
    }
    status = 422 if form.errors or (typed or {}).get("fault") else 200
    return render(request, "office/resource.html", context, status=status)


def _parts(found: Resource) -> dict[str, str]:
    """What is set in the parts of the form that are folded away, in words."""
    breaks = [
        _("break of {minutes} minutes between {begins} and {ends}").format(minutes=minutes, begins=begins, ends=ends)
        for minutes, begins, ends in found.breaks
    ]
    most = found.most_visits, found.most_minutes
    limits = [_("visits a day: {number}").format(number=most[0])] if most[0] else []
    limits += [_("minutes a day: {number}").format(number=most[1])] if most[1] else []
    serves = [_("serves: {places}").format(places=", ".join(found.territory))] if found.territory else []
    return {
        "limits": " · ".join(breaks + limits),
        "way": " · ".join([found.home, *serves] if found.home else serves),
    }


def _beneath(found: Resource) -> dict[str, Any]:
    """Its days unlike the others, who goes in whose place, and what is wrong."""
    wrong = soundness.faults([found], list(VisitKind.objects.all())).of_resources
    substitutions = found.substitutions.filter(day__gte=clock.today()).select_related("away", "instead")
    members = crews.members_of(found)
    return {
        "wrong": wrong.get(found.pk, []),
        "days": [(one, ", ".join(f"{begin}–{end}" for begin, end in one.hours)) for one in shifts.ahead_of(found)],
        "members": members,
        "substitutions": list(substitutions.order_by("day", "id")),
        "others": [one for one in crews.could_belong(None) if one not in members],
    }


def _of_person(given: str | None) -> dict[str, Any]:
    """What the page of a new colleague has already told."""
    person = our.could_carry_out().filter(pk=whole_number(given) or 0).first()
    if person is None:
        return {}
    kind = Resource.Kind.CREW if person.basis == Role.CREW else Resource.Kind.ENGINEER
    return {"name": person.full_name, "person": person, "kind": kind}
