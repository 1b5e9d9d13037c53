"""Figures by a formula: the list with what could not be counted, and the builder that looks at each keystroke."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from svyazka.business.parameters import defining, examples, recount, showing, wording
from svyazka.business.parameters.models import Figure, Parameter, Recount, Stuck
from svyazka.business.parameters.names import FIELD, Name, names_of
from svyazka.business.staff.models import Person
from svyazka.engines.formulas.formula import LONGEST, Trouble, Wrong
from svyazka.kit.refusals import Refused
from svyazka.workplaces.office.names import NameForm
from svyazka.workplaces.shared import counted
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import saved
from svyazka.workplaces.shared.typed import whole_number

HEADINGS = {
    Parameter.Of.DEAL: gettext_lazy("Parameters of deals"),
    Parameter.Of.CLIENT: gettext_lazy("Parameters of clients"),
    Parameter.Of.PERSON: gettext_lazy("Parameters of the staff"),
}


class ParameterForm(NameForm):
    formula = forms.CharField(
        label=gettext_lazy("Formula"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "off", "class": "formula"}),
    )
    decimals = forms.IntegerField(
        label=gettext_lazy("Decimal places"), min_value=0, max_value=defining.MOST_DECIMALS, initial=2
    )
    hint_ru = forms.CharField(label=gettext_lazy("Hint in Russian"), max_length=300, required=False)
    hint_en = forms.CharField(label=gettext_lazy("Hint in English"), max_length=300, required=False)


@needs("settings.change")
def parameters(request: PageRequest) -> HttpResponse:
    every = list(Parameter.objects.all())
    latest = recount.latest_of() if every else {}
    stuck = _stuck(every)
    parts = []
    for of, heading in HEADINGS.items():
        of_these = [one for one in every if one.of == of]
        names = names_of(of) if of_these else {}
        rows = [_row(one, names, latest.get(one.pk), stuck.get(one.pk, [])) for one in of_these]
        parts.append({"of": of, "heading": heading, "rows": rows})
    return render(request, "office/parameters.html", {"parts": parts})


@needs("settings.change", "GET", "POST")
def parameter_new(request: PageRequest) -> HttpResponse:
    of = request.GET.get("of", "")
    of = of if of in Parameter.Of.values else str(Parameter.Of.DEAL)
    if request.method != "POST":
        return _page(request, ParameterForm(initial=_of_example(request.GET.get("example", ""), of)), of=of)
    form = ParameterForm(request.POST)
    if saved(form, lambda: defining.add(**_given(form), of=of, by=request.person)):
        messages.success(request, _("The parameter is added and is being counted."))
        return redirect("parameters")
    return _page(request, form, of=of)


@needs("settings.change", "GET", "POST")
def parameter(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Parameter, code=code)
    if request.method != "POST":
        return _page(request, ParameterForm(initial=_initial(found)), of=found.of, found=found)
    form, seen = ParameterForm(request.POST), whole_number(request.POST.get("seen"))
    if saved(form, lambda: defining.change(found, **_given(form), version=seen, by=request.person)):
        messages.success(request, _("Saved."))
        return redirect("parameters")
    return _page(request, form, of=found.of, found=found)


@needs("settings.change", "POST")
def parameter_look(request: PageRequest) -> HttpResponse:
    """What a formula would be, while it is being typed. Nothing is kept."""
    typed = request.POST.get("formula", "")[: LONGEST + 1].replace("\x00", "").replace("\r\n", "\n")
    of = request.POST.get("of", "")
    if of not in Parameter.Of.values:
        raise Refused(_("Say of what it is a parameter."))
    found = Parameter.objects.filter(code=request.POST.get("code", ""), of=of).first()
    decimals = min(whole_number(request.POST.get("decimals")) or 0, defining.MOST_DECIMALS)
    return render(request, "office/parameter_look.html", {"look": _look(typed, of, decimals, found)})


@needs("settings.change", "POST")
def parameter_state(request: PageRequest, code: str) -> HttpResponse:
    found, on = get_object_or_404(Parameter, code=code), request.POST.get("on") == "1"
    defining.switch(found, on=on, by=request.person)
    messages.success(
        request, _("The parameter is counted again.") if on else _("The parameter is not counted any more.")
    )
    return redirect("parameter", code)


@needs("settings.change", "POST")
def parameter_place(request: PageRequest, code: str) -> HttpResponse:
    defining.move(get_object_or_404(Parameter, code=code), up=request.POST.get("to") == "up", by=request.person)
    return redirect("parameters")


@needs("settings.change", "POST")
def parameter_recount(request: PageRequest, code: str) -> HttpResponse:
    """Counted anew, or stopped while it goes on."""
    found = get_object_or_404(Parameter, code=code)
    going = recount.latest_of().get(found.pk)
    if request.POST.get("do") == "stop":
        if going:
            recount.stop(going, by=request.person)
    else:
        recount.ask([found], by=request.person)
    return redirect("parameter", code)


@needs("settings.change")
def figures(request: PageRequest) -> HttpResponse:
    """Of the staff, beside each other."""
    columns = list(Parameter.objects.filter(of=Parameter.Of.PERSON, is_active=True))
    names = names_of(str(Parameter.Of.PERSON))
    known = {(one.person_id, one.parameter_id): one.value for one in Figure.objects.filter(parameter__in=columns)}
    why = {
        (one.object_id, one.parameter_id): wording.of_trouble(Trouble(one.code, (0, 0), one.name), names)
        for one in Stuck.objects.filter(parameter__in=columns)
    }
    people = Person.objects.working().order_by("full_name")
    rows = [
        {
            "person": person,
            "cells": [_cell(one, known.get((person.pk, one.pk)), why.get((person.pk, one.pk), "")) for one in columns],
        }
        for person in people
    ]
    return render(request, "office/figures.html", {"columns": columns, "rows": rows})


def _cell(parameter: Parameter, value: Any, why: str) -> dict[str, str]:
    return {"said": counted.stored(parameter, value) if value is not None else "", "why": why}


@dataclass(frozen=True)
class Look:
    """`before`, `wrong`, `after`: the formula, cut where it is wrong."""

    said: str
    before: str = ""
    wrong: str = ""
    after: str = ""
    rows: tuple[dict[str, Any], ...] = ()
    by_time: str = ""

    @property
    def is_sound(self) -> bool:
        return not (self.before or self.wrong or self.after)


def _look(typed: str, of: str, decimals: int, found: Parameter | None) -> Look:
    if not typed.strip():
        return Look("")
    try:
        understood = defining.understand(typed, of=of, besides=found)
    except Wrong as wrong:
        start, end = wrong.place
        # What is missing at the end has nothing to be marked.
        marked = typed[start:end] or "…"
        return Look(wording.of_wrong(wrong), typed[:start], marked, typed[end:])
    rows = _preview(understood, of, decimals)
    said = _("Understood: it gives {kind}.").format(kind=wording.KINDS[understood.kind])
    return Look(said, rows=rows, by_time=str(Parameter.ByTime(understood.by_time).label))


def _preview(understood: defining.Understood, of: str, decimals: int) -> tuple[dict[str, Any], ...]:
    ids = showing.latest(of)
    parameter = Parameter(of=of, kind=str(understood.kind), decimals=decimals)
    titles = _titles(of, ids)
    return tuple(
        {"title": titles[one.object_id], "said": counted.stored(parameter, one.stored), "why": one.trouble}
        for one in showing.preview(understood, of=of, decimals=decimals, ids=ids, say=counted.value)
    )


def _titles(of: str, ids: Iterable[int]) -> dict[int, str]:
    if of == Parameter.Of.PERSON:
        return dict(Person.objects.filter(pk__in=ids).values_list("pk", "full_name"))
    words = _("Deal № {number}") if of == Parameter.Of.DEAL else _("Client № {number}")
    return {number: words.format(number=number) for number in ids}


def _row(one: Parameter, names: Mapping[str, Name], going: Recount | None, stuck: list[str]) -> dict[str, Any]:
    return {
        "parameter": one,
        "formula": showing.formula_in_words(one, names),
        "share": recount.share(going) if going and going.state == Recount.State.RUNNING else None,
        "stuck": stuck,
    }


def _stuck(every: Iterable[Parameter]) -> dict[int, list[str]]:
    """Of each parameter, in how many places nothing came of it, and why."""
    found: dict[int, list[str]] = {}
    rows = Stuck.objects.filter(parameter__in=list(every)).values_list("parameter_id", "parameter__of", "code", "name")
    names: dict[str, dict[str, Name]] = {}
    for pk, of, code, name, times in rows.annotate(times=Count("pk")).order_by("-times"):
        if of not in names:
            names[of] = names_of(of)
        why = wording.of_trouble(Trouble(code, (0, 0), name), names[of])
        words = ngettext("not counted in {number} place: {why}", "not counted in {number} places: {why}", times)
        found.setdefault(pk, []).append(words.format(number=_thousands(times), why=why))
    return found


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")


def _given(form: ParameterForm) -> dict[str, Any]:
    typed = form.cleaned_data
    return {
        "typed": {"ru": typed["ru"], "en": typed["en"]},
        "hint": {"ru": typed["hint_ru"], "en": typed["hint_en"]},
        "formula": typed["formula"],
        "decimals": typed["decimals"],
    }


def _initial(found: Parameter) -> dict[str, Any]:
    hints = {f"hint_{language}": said for language, said in found.hint_words.items()}
    formula = showing.formula_in_words(found, names_of(found.of))
    return {**found.words, **hints, "formula": formula, "decimals": found.decimals}


def _of_example(code: str, of: str) -> dict[str, Any]:
    names = names_of(of)
    chosen = next((one for one in examples.of_holder(of, names) if one.code == code), None)
    if chosen is None:
        return {}
    formula = showing.said_in_words(chosen.formula, names)
    return {"ru": str(chosen.name), "formula": formula, "decimals": chosen.decimals}


def _page(request: PageRequest, form: ParameterForm, *, of: str, found: Parameter | None = None) -> HttpResponse:
    names = names_of(of)
    typed = str(form["formula"].value() or "")
    going = recount.latest_of().get(found.pk) if found else None
    context = {
        "form": form,
        "of": of,
        "heading": HEADINGS[Parameter.Of(of)],
        "found": found,
        "offered": _groups(names.values(), found),
        "examples": [] if found else examples.of_holder(of, names),
        "functions": _functions(),
        "look": _look(typed, of, found.decimals if found else 2, found),
        "share": recount.share(going) if going and going.state == Recount.State.RUNNING else None,
        "stuck": _stuck([found]).get(found.pk, []) if found else [],
        "versions": _versions(found, names) if found else [],
    }
    return render(request, "office/parameter.html", context, status=422 if form.errors else 200)


def _groups(names: Iterable[Name], found: Parameter | None) -> list[dict[str, Any]]:
    """As they are offered; of itself a parameter cannot be made."""
    own = f"{FIELD}{found.code}" if found else ""
    offered = [one for one in names if one.code != own]
    number = Counter(one.group for one in offered)
    return [{"name": group, "names": [one for one in offered if one.group == group]} for group in number]


def _functions() -> list[dict[str, Any]]:
    words = [(wording.word_of(code), given, said) for code, given, said in FUNCTIONS]
    return [{"word": word, "given": f"{word}{given}", "said": said} for word, given, said in words]


def _versions(found: Parameter, names: Mapping[str, Name]) -> list[dict[str, Any]]:
    kept = defining.list_versions(found)
    if len(kept) < 2:
        return []
    return [{"edition": one, "formula": showing.said_in_words(one.formula, names)} for one in kept]


# As they are put in, and what each is for.
FUNCTIONS = (
    ("if", "(;;)", gettext_lazy("if it is so, the first, else the second")),
    ("percent", "(;)", gettext_lazy("how many per cent the first is of the second")),
    ("days", "(;)", gettext_lazy("days from the first to the second")),
    ("workdays", "(;)", gettext_lazy("the same, Monday to Friday")),
    ("hours", "(;)", gettext_lazy("hours from the first to the second")),
    ("today", "", gettext_lazy("the day on which it is counted")),
    ("now", "", gettext_lazy("the moment at which it is counted")),
    ("coalesce", "(;)", gettext_lazy("the first of these that is known")),
    ("empty", "()", gettext_lazy("whether it is not known")),
    ("count", "(;)", gettext_lazy("how many of these are known")),
    ("contains", "(;)", gettext_lazy("whether it is among what is chosen")),
    ("min", "(;)", gettext_lazy("the smallest")),
    ("max", "(;)", gettext_lazy("the largest")),
    ("sum", "(;)", gettext_lazy("all of them together")),
    ("round", "(;)", gettext_lazy("to so many places")),
    ("abs", "()", gettext_lazy("without its sign")),
    ("month", "()", gettext_lazy("the month of a date; so year, day, weekday, hour")),
)
