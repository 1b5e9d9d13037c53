"""How offers look and what they say: templates with fields, the logo, how offers are numbered."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.agreements import terms
from svyazka.business.offers import preview, templates
from svyazka.business.offers import rules as selling
from svyazka.business.offers.content import COLUMNS, FIELDS, TEXTS
from svyazka.business.offers.models import OfferTemplate
from svyazka.business.offers.templates import LONGEST, TEMPLATES, Wish
from svyazka.business.visits.client_rules import rules as client_rules
from svyazka.kit.paper import NoPaper
from svyazka.kit.refusals import Refused
from svyazka.workplaces.office.names import NameForm
from svyazka.workplaces.shared import typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved

_LANGUAGES = ("ru", "en")
_TITLES = {
    "heading": (gettext_lazy("Whose offer it is, in Russian"), gettext_lazy("Whose offer it is, in English")),
    "before": (gettext_lazy("Above the lines, in Russian"), gettext_lazy("Above the lines, in English")),
    "after": (gettext_lazy("Below the lines, in Russian"), gettext_lazy("Below the lines, in English")),
    "letter": (gettext_lazy("Message to the client, in Russian"), gettext_lazy("Message to the client, in English")),
}
_ROWS = {"heading": 4, "before": 4, "after": 10, "letter": 5}
_HINTS = {
    "heading": gettext_lazy("The first line is the company's name, large; below it who that is in law."),
    "after": gettext_lazy("An empty line parts paragraphs; “# ” begins a heading, “- ” an item of a list."),
}


class RulesForm(Form):
    number_pattern = forms.CharField(
        label=gettext_lazy("Number of an offer"),
        max_length=selling.LONGEST_PATTERN,
        help_text=gettext_lazy("With {number} and {year}: they begin anew each year."),
    )
    amount_follows = forms.BooleanField(
        label=gettext_lazy("The amount of a deal is what its lines cost"), required=False
    )
    vat_on_top = forms.BooleanField(
        label=gettext_lazy("Lines of a new deal begin with prices without VAT"), required=False
    )


class TemplateForm(NameForm):
    valid_days = forms.IntegerField(
        label=gettext_lazy("Holds for so many days"), min_value=1, max_value=templates.MOST_DAYS
    )
    columns = forms.MultipleChoiceField(
        label=gettext_lazy("Columns of the lines"), choices=list(COLUMNS.items()), widget=forms.CheckboxSelectMultiple
    )

    def wish(self) -> Wish:
        given = self.cleaned_data
        named = {name: {one: given[f"{name}_{one}"] for one in _LANGUAGES} for name in TEXTS}
        return Wish(valid_days=given["valid_days"], columns=given["columns"], **named)

    def name(self) -> dict[str, str]:
        return {one: self.cleaned_data[one] for one in _LANGUAGES}


def _texts() -> dict[str, forms.CharField]:
    return {
        f"{name}_{language}": forms.CharField(
            label=_TITLES[name][place],
            required=False,
            max_length=2 * LONGEST[name],
            widget=forms.Textarea({"rows": _ROWS[name]}),
            help_text=_HINTS.get(name, "") if language == "ru" else "",
        )
        for name in TEXTS
        for place, language in enumerate(_LANGUAGES)
    }


TemplateForm.base_fields.update(_texts())


@needs("offers.set_up", "GET", "POST")
def offer_templates(request: PageRequest) -> HttpResponse:
    """The list, and a form that adds to it: a new one begins with the company's name and details."""
    form = NameForm(request.POST or None)
    if saved(form, lambda: _add(request, form)):
        messages.success(request, _("The template is there. Say what it says."))
        return redirect("offer_template", code=OfferTemplate.objects.latest("pk").code)
    return _list(request, form, _rules_form(), status=422 if form.errors else 200)


@needs("offers.set_up", "POST")
def offer_rules(request: PageRequest) -> HttpResponse:
    form = RulesForm(request.POST)
    if saved(form, lambda: selling.change(**form.cleaned_data, by=request.person)):
        messages.success(request, _("Saved."))
        return redirect("offer_templates")
    return _list(request, NameForm(), form, status=422)


@needs("offers.set_up", "GET", "POST")
def offer_template(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(OfferTemplate, code=code)
    form = TemplateForm(request.POST or None, initial=_values(found))
    version = typed.whole_number(request.POST.get("version"))
    if saved(form, lambda: templates.change(found, form.name(), form.wish(), by=request.person, version=version)):
        messages.success(request, _("Saved."))
        return redirect("offer_template", code=code)
    context = {
        "form": form,
        "template": found,
        "pairs": [[form[f"{name}_{one}"] for one in _LANGUAGES] for name in TEXTS],
        "known": [(f"{{{name}}}", words) for name, words in FIELDS.items()],
    }
    return render(request, "office/offer_template.html", context, status=422 if form.errors else 200)


@needs("offers.set_up")
def offer_template_preview(request: PageRequest, code: str) -> HttpResponse:
    """With the newest deal that has lines, or the one that is asked for."""
    found = get_object_or_404(OfferTemplate, code=code)
    deal, language = typed.whole_number(request.GET.get("deal")), request.GET.get("language", "ru")
    try:
        pdf = preview.pdf(found, deal_id=deal, language=language, by=request.person)
    except NoPaper as fault:
        raise Refused(_("The paper could not be made. Try again in a minute.")) from fault
    return HttpResponse(pdf, content_type="application/pdf", headers={"Cache-Control": "private, no-store"})


@needs("offers.set_up", "POST")
def offer_template_logo(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(OfferTemplate, code=code)
    uploaded = request.FILES.get("logo")
    if "away" not in request.POST and uploaded is None:
        raise Refused(_("Choose a picture first."))
    picture = uploaded.read(templates.LARGEST_LOGO + 1) if uploaded and "away" not in request.POST else None
    templates.set_logo(found, picture, by=request.person)
    messages.success(request, _("Saved."))
    return redirect("offer_template", code=code)


@needs("offers.set_up", "POST")
def offer_template_state(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(OfferTemplate, code=code)
    TEMPLATES.switch(found, on=request.POST.get("on") == "1", by=request.person)
    return redirect("offer_template", code=code)


@needs("offers.set_up", "POST")
def offer_template_place(request: PageRequest, code: str) -> HttpResponse:
    TEMPLATES.move(get_object_or_404(OfferTemplate, code=code), up=request.POST.get("to") == "up", by=request.person)
    return redirect("offer_templates")


def _add(request: PageRequest, form: NameForm) -> OfferTemplate:
    heading = f"{client_rules().company}\n{terms.details()}".strip()
    return templates.add(form.cleaned_data, heading=heading, by=request.person)


def _list(request: PageRequest, form: NameForm, rules: RulesForm, *, status: int) -> HttpResponse:
    rows = [
        {
            "url": reverse("offer_template", args=[one.code]),
            "place_url": reverse("offer_template_place", args=[one.code]),
            "code": one.code,
            "name": one.name,
            "is_off": not one.is_active,
        }
        for one in OfferTemplate.objects.defer("logo", "before", "after", "letter", "heading")
    ]
    context = {"form": form, "rules": rules, "rows": rows}
    return render(request, "office/offer_templates.html", context, status=status)


def _rules_form() -> RulesForm:
    kept = selling.rules()
    names = ("number_pattern", "amount_follows", "vat_on_top")
    return RulesForm(initial={name: getattr(kept, name) for name in names})


def _values(found: OfferTemplate) -> dict[str, Any]:
    texts = {f"{name}_{one}": getattr(found, name).get(one, "") for name in TEXTS for one in _LANGUAGES}
    return {**found.words, **texts, "valid_days": found.valid_days, "columns": found.columns}
