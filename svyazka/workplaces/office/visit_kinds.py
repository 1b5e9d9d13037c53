"""Kinds of visits: how long, by whom, and where they lead the deal."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.deals.models import Stage
from svyazka.business.intake.by_hand import asks_for_openings
from svyazka.business.visits import kinds as our
from svyazka.business.visits import resources, soundness
from svyazka.business.visits.models import VisitKind
from svyazka.kit.words import here
from svyazka.workplaces.office import durations, visit_kind_words
from svyazka.workplaces.office.names import NameForm
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import saved
from svyazka.workplaces.shared.typed import whole_number

CODES = ("skill", "booked_stage", "booked_fact", "done_stage", "comes_after")
NUMBERS = ("minutes_per_opening", "before", "after", "vehicles", "promised_days", "gap_days")


def _number(label: Any, initial: int, help_text: Any = "") -> forms.IntegerField:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(label=label, initial=initial, required=False, help_text=help_text, widget=widget)


class KindForm(NameForm):
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"), initial=60, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    minutes_per_opening = _number(
        gettext_lazy("Minutes for each opening"), 0, gettext_lazy("Added for each opening of the deal.")
    )
    steps = forms.CharField(
        label=gettext_lazy("Duration by size"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Up to so many openings, so many minutes: 3: 240, 8: 480. Empty: as above."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    most_days = forms.TypedChoiceField(
        label=gettext_lazy("Days at most"),
        choices=[(number, number) for number in range(1, our.MOST_DAYS + 1)],
        coerce=int,
        required=False,
        help_text=gettext_lazy("Work that is longer than a day goes on the next working day, with the same people."),
    )
    before = _number(gettext_lazy("Minutes before"), 0, gettext_lazy("To load and prepare."))
    after = _number(gettext_lazy("Minutes after"), 0, gettext_lazy("To clear away and unload."))
    people = _number(gettext_lazy("How many people go"), 1)
    vehicles = _number(gettext_lazy("How many vehicles go"), 0)
    promised_days = _number(
        gettext_lazy("Promised within days"), 0, gettext_lazy("Later windows are offered last. 0: nothing is promised.")
    )
    more_skills = forms.CharField(
        label=gettext_lazy("Somebody of them must also know"),
        required=False,
        max_length=400,
        help_text=gettext_lazy("Separated by commas: work at heights, glazing of balconies."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    equipment = forms.CharField(
        label=gettext_lazy("Particular vehicles and tools"),
        required=False,
        max_length=400,
        help_text=gettext_lazy("Separated by commas, as it is said of them: van, ladder."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    bring = forms.CharField(
        label=gettext_lazy("What to take along"),
        required=False,
        max_length=3000,
        help_text=gettext_lazy("One on each line: tools, materials, papers. It stands on the phone of whoever goes."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    skill = forms.CharField(
        label=gettext_lazy("Who can do it"),
        required=False,
        widget=forms.Select,
        help_text=gettext_lazy("Said of each engineer and each crew under “Who can be booked”."),
    )
    booked_stage = forms.CharField(
        label=gettext_lazy("Booked, it leads the deal to the stage"), required=False, widget=forms.Select
    )
    booked_fact = forms.CharField(
        label=gettext_lazy("Its day goes into the field"),
        required=False,
        widget=forms.Select,
        help_text=gettext_lazy("A date, or a date and time, among the fields of a deal."),
    )
    done_stage = forms.CharField(
        label=gettext_lazy("Done, it leads the deal to the stage"), required=False, widget=forms.Select
    )

    comes_after = forms.CharField(
        label=gettext_lazy("Comes after"),
        required=False,
        widget=forms.Select,
        help_text=gettext_lazy("In one deal: never before that is over, and it moves along."),
    )
    gap_days = _number(gettext_lazy("Working days between them"), 0, gettext_lazy("To make what is fitted."))

    def __init__(self, *args: Any, kind: VisitKind | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        if not asks_for_openings():
            self.fields["minutes_per_opening"].widget = forms.HiddenInput()
            self.fields["steps"].widget = forms.HiddenInput()
        stages = _stages()
        offered: dict[str, list[tuple[str, str]]] = {
            "skill": [("", _("whoever learns this kind of work")), *_skills(kind)],
            "booked_stage": [("", _("it stays where it is")), *stages],
            "booked_fact": [("", _("no field")), *our.days_of_deals().values_list("code", "words__ru")],
            "done_stage": [("", _("it stays where it is")), *stages],
            "comes_after": [("", _("nothing")), *_others(kind)],
        }
        for name, choices in offered.items():
            # What is gone meanwhile is said by the verb, in words of its own.
            self.fields[name].widget.choices = choices

    def wish(self) -> our.Wish:
        typed = self.cleaned_data
        given: dict[str, Any] = {name: typed[name] for name in CODES}
        given |= {name: typed[name] or 0 for name in NUMBERS}
        return our.Wish(
            minutes=typed["minutes"],
            most_days=typed["most_days"] or 1,
            people=1 if typed["people"] is None else typed["people"],
            steps=_steps(typed["steps"]),
            more_skills=typed["more_skills"].split(","),
            equipment=typed["equipment"].split(","),
            bring=typed["bring"].splitlines(),
            **given,
        )


@needs("settings.change")
def visit_kinds(request: PageRequest) -> HttpResponse:
    stages = _stage_names()
    kinds = list(VisitKind.objects.all())
    wrong, named = soundness.faults([], kinds).of_kinds, {one.code: one.name for one in kinds}
    said = {one.pk: visit_kind_words.whole(one, stages, named) for one in kinds}
    rows = [{"kind": one, "said": said[one.pk], "wrong": wrong.get(one.pk, [])} for one in kinds]
    return render(request, "office/visit_kinds.html", {"rows": rows, "has_stages": bool(stages)})


@needs("settings.change", "GET", "POST")
def visit_kind_new(request: PageRequest) -> HttpResponse:
    form = KindForm(request.POST or None)
    if saved(form, lambda: our.add(_name(form), form.wish(), by=request.person)):
        said = _("“{kind}” can be booked as soon as somebody can do it.")
        messages.success(request, said.format(kind=here(_name(form))))
        return redirect("visit_kinds")
    return _page(request, form)


@needs("settings.change", "GET", "POST")
def visit_kind(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(VisitKind, code=code)
    values = {name: getattr(found, name) for name in KindForm.base_fields if hasattr(found, name)}
    values |= {name: ", ".join(getattr(found, name)) for name in ("more_skills", "equipment")}
    values["bring"] = "\n".join(found.bring)
    values["steps"] = ", ".join(f"{size}: {minutes}" for size, minutes in found.steps)
    form = KindForm(request.POST or None, initial={**values, **found.words}, kind=found)
    if saved(form, lambda: our.change(found, _name(form), form.wish(), by=request.person)):
        messages.success(request, _("Saved."))
        return redirect("visit_kinds")
    return _page(request, form, found)


@needs("settings.change", "POST")
def visit_kind_removal(request: PageRequest, code: str) -> HttpResponse:
    our.remove(get_object_or_404(VisitKind, code=code), by=request.person)
    messages.success(request, _("The kind of visits is removed."))
    return redirect("visit_kinds")


@needs("settings.change", "POST")
def visit_kind_place(request: PageRequest, code: str) -> HttpResponse:
    our.KINDS.move(get_object_or_404(VisitKind, code=code), up=request.POST.get("to") == "up", by=request.person)
    return redirect("visit_kinds")


def _page(request: PageRequest, form: KindForm, found: VisitKind | None = None) -> HttpResponse:
    wrong = soundness.faults([], [found]).of_kinds.get(found.pk, []) if found else []
    said = visit_kind_words.parts(found, _stage_names(), _kind_names()) if found else {}
    context = {"form": form, "kind": found, "wrong": wrong, "is_open": form.is_bound, "said": said}
    if found:
        context |= durations.on_page(found)
    return render(request, "office/visit_kind.html", context, status=422 if form.errors else 200)


def _steps(typed: str) -> list[tuple[int, int]]:
    """`3: 240, 8: 480`: what is no such pair is said by the verb, which takes no nonsense."""
    pairs = [part.partition(":") for part in re.split("[,;]", typed) if part.strip()]
    return [(whole_number(size.strip()) or 0, whole_number(minutes.strip()) or 0) for size, _colon, minutes in pairs]


def _name(form: KindForm) -> dict[str, str]:
    return {"ru": form.cleaned_data["ru"], "en": form.cleaned_data["en"]}


def _stage_names() -> dict[str, str]:
    return {code: Stage(words=said).name for code, said in Stage.objects.values_list("code", "words")}


def _kind_names() -> dict[str, str]:
    return {one.code: one.name for one in VisitKind.objects.all()}


def _stages() -> list[tuple[str, str]]:
    """Each stage that a visit can lead to, with the pipelines that have it."""
    found: dict[str, tuple[str, list[str]]] = {}
    stages = Stage.objects.filter(pipeline__is_active=True).select_related("pipeline")
    for stage in stages.order_by("pipeline__position", "pipeline_id", "position"):
        if stage.kind != Stage.Kind.LOST:
            found.setdefault(stage.code, (stage.name, []))[1].append(stage.pipeline.name)
    return [(code, f"{name} ({', '.join(pipelines)})") for code, (name, pipelines) in found.items()]


def _others(kind: VisitKind | None) -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in VisitKind.objects.all() if one != kind]


def _skills(kind: VisitKind | None) -> list[tuple[str, str]]:
    """As other kinds ask for it; this one's own is what is meant by nothing."""
    own = kind.skill if kind else ""
    shared = own and VisitKind.objects.filter(skill=own).count() > 1
    return [
        (code, _("whoever can do: {kinds}").format(kinds=kinds))
        for code, kinds in resources.skills().items()
        if code != own or shared
    ]
