"""The company's own fields: the list by what they are of, and the page of one with its choices."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from svyazka.business.deals.known import fields as our
from svyazka.business.deals.known import known_values as known
from svyazka.business.deals.known import searched
from svyazka.business.deals.models import Field, Stage
from svyazka.kit.texts import storable
from svyazka.workplaces.office.names import NameForm
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import saved

HEADINGS = {
    Field.Of.DEAL: gettext_lazy("Of a deal"),
    Field.Of.CLIENT: gettext_lazy("Of a client"),
    Field.Of.VISIT: gettext_lazy("Of a visit"),
}


class FieldForm(NameForm):
    hint_ru = forms.CharField(label=gettext_lazy("Hint in Russian"), max_length=our.LONGEST_HINT, required=False)
    hint_en = forms.CharField(label=gettext_lazy("Hint in English"), max_length=our.LONGEST_HINT, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Field.Kind.choices)
    is_searched = forms.BooleanField(label=gettext_lazy("Found by the search"), required=False)
    # Only where a refusal of the choices has its place.
    choices = forms.CharField(required=False)


@needs("settings.change")
def fields(request: PageRequest) -> HttpResponse:
    asking = our.stages_asking()
    every = list(Field.objects.all())
    parts = []
    for of, heading in HEADINGS.items():
        of_these = [one for one in every if one.of == of]
        counted = known.counted(of) if of_these else {}
        rows = [_row(one, asking.get(one.code, []), counted.get(one.code, 0)) for one in of_these]
        parts.append({"of": of, "heading": heading, "rows": rows})
    return render(request, "office/fields.html", {"parts": parts})


@needs("settings.change", "GET", "POST")
def field_new(request: PageRequest) -> HttpResponse:
    of = request.GET.get("of", Field.Of.DEAL)
    if of not in Field.Of.values:
        of = Field.Of.DEAL
    if request.method != "POST":
        return _page(request, FieldForm(), of=of, choices=[])
    form, choices = FieldForm(request.POST), _typed_choices(request)
    if saved(form, lambda: our.add(**_given(form, choices), of=of, by=request.person)):
        messages.success(request, _("The field is added."))
        return redirect("fields")
    return _page(request, form, of=of, choices=choices)


@needs("settings.change", "GET", "POST")
def field(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Field, code=code)
    if found.is_computed:
        return redirect("parameter", code)
    if request.method != "POST":
        return _page(request, FieldForm(initial=_initial(found)), of=found.of, choices=_choices(found), found=found)
    # A kind that cannot be changed any more is not sent.
    form, choices = FieldForm({"kind": found.kind, **request.POST.dict()}), _typed_choices(request)
    if saved(form, lambda: our.change(found, **_given(form, choices), by=request.person)):
        messages.success(request, _("Saved."))
        return redirect("fields")
    return _page(request, form, of=found.of, choices=choices, found=found)


@needs("settings.change", "POST")
def field_state(request: PageRequest, code: str) -> HttpResponse:
    found, on = get_object_or_404(Field, code=code, is_computed=False), request.POST.get("on") == "1"
    try:
        our.switch(found, on=on, by=request.person)
    except our.StillAsked as refusal:
        form = FieldForm(initial=_initial(found))
        return _page(request, form, of=found.of, choices=_choices(found), found=found, refused=refusal)
    messages.success(request, _("The field is asked for again.") if on else _("The field is not asked for any more."))
    return redirect("field", code)


@needs("settings.change", "POST")
def field_place(request: PageRequest, code: str) -> HttpResponse:
    our.move(get_object_or_404(Field, code=code), up=request.POST.get("to") == "up", by=request.person)
    return redirect("fields")


def _row(field: Field, asking: list[Stage], number: int) -> dict[str, Any]:
    said = [_asked(len(asking)), _known(field.of, number), _searched(field)]
    return {"field": field, "said": " · ".join(filter(None, said))}


def _asked(stages: int) -> str:
    if not stages:
        return ""
    return ngettext("asked for in {number} stage", "asked for in {number} stages", stages).format(number=stages)


def _searched(field: Field) -> str:
    """What was there already is indexed piece by piece, or taken out of the index again."""
    if not field.is_searched and not field.is_indexed:
        return ""
    share = searched.progress(field)
    if share is None:
        return _("found by the search") if field.is_searched else ""
    said = _("the search takes it in: {share} %") if field.is_searched else _("the search forgets it: {share} %")
    return said.format(share=share)


def _known(of: str, number: int) -> str:
    if not number:
        return _("not known anywhere yet")
    said = {
        Field.Of.DEAL: ngettext("known in {number} deal", "known in {number} deals", number),
        Field.Of.CLIENT: ngettext("known of {number} client", "known of {number} clients", number),
        Field.Of.VISIT: ngettext("known of {number} visit", "known of {number} visits", number),
    }
    return said[Field.Of(of)].format(number=_thousands(number))


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")


def _given(form: FieldForm, choices: list[dict[str, Any]]) -> dict[str, Any]:
    typed = form.cleaned_data
    return {
        "typed": {"ru": typed["ru"], "en": typed["en"]},
        "hint": {"ru": typed["hint_ru"], "en": typed["hint_en"]},
        "kind": typed["kind"],
        "is_searched": typed["is_searched"],
        "choices": [our.Choice({"ru": one["ru"], "en": one["en"]}, one["code"], one["offered"]) for one in choices],
    }


def _typed_choices(request: PageRequest) -> list[dict[str, Any]]:
    """The lines of the list in the order in which they stand in the form; a new line has no code yet."""
    typed = request.POST
    keys = list(dict.fromkeys(typed.getlist("choice")))[: 2 * our.MOST_CHOICES]
    return [
        {
            "key": key,
            "code": "" if key.startswith("new.") else key,
            "ru": storable(typed.get(f"{key}.ru", "")),
            "en": storable(typed.get(f"{key}.en", "")),
            "offered": f"{key}.offered" in typed,
        }
        for key in keys
    ]


def _choices(field: Field) -> list[dict[str, Any]]:
    return [
        {
            "key": one["code"],
            "code": one["code"],
            "ru": one["words"].get("ru", ""),
            "en": one["words"].get("en", ""),
            "offered": not one.get("gone"),
        }
        for one in field.choices
    ]


def _initial(field: Field) -> dict[str, Any]:
    hints = {f"hint_{language}": said for language, said in field.hint_words.items()}
    return {**field.words, **hints, "kind": field.kind, "is_searched": field.is_searched}


def _page(
    request: PageRequest,
    form: FieldForm,
    *,
    of: str,
    choices: list[dict[str, Any]],
    found: Field | None = None,
    refused: our.StillAsked | None = None,
) -> HttpResponse:
    number = known.count(found) if found else 0
    used = known.choices_of(found) if found and found.kind in our.WITH_CHOICES else {}
    context = {
        "form": form,
        "of": of,
        "heading": HEADINGS[Field.Of(of)],
        "field": found,
        "known": _known(of, number) if found else "",
        "fixed": Field.Kind(found.kind).label if found and number else "",
        "with_choices": " ".join(our.WITH_CHOICES),
        "choices": [{**one, "used": used.get(one["code"], 0)} for one in choices],
        "blank": {"key": "new.", "offered": True},
        "asking": our.stages_asking().get(found.code, []) if found else [],
        "refused": refused,
    }
    return render(request, "office/field.html", context, status=422 if form.errors or refused else 200)
