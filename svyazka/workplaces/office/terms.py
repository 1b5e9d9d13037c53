"""What clients agree to when they sign: the company's terms, for each form; and the head of its papers."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.agreements import terms as our
from svyazka.business.sheets.models import FormKind
from svyazka.business.visits.client_rules import rules
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved


def _text(label: Any, rows: int, longest: int, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    # A browser sends two signs for the end of a line: the house counts one.
    return forms.CharField(label=label, required=False, widget=widget, max_length=2 * longest, help_text=help_text)


class DetailsForm(Form):
    details = _text(
        gettext_lazy("Under the company's name"),
        5,
        our.LONGEST_DETAILS,
        gettext_lazy("Who the company is in law: full name, tax number, address, account. Each in a line of its own."),
    )


class TermsForm(Form):
    ru = _text(gettext_lazy("Terms in Russian"), 14, our.LONGEST)
    en = _text(
        gettext_lazy("Terms in English"),
        14,
        our.LONGEST,
        gettext_lazy("Where it is empty, clients who read English see the Russian ones."),
    )


@needs("settings.change", "GET", "POST")
def terms(request: PageRequest) -> HttpResponse:
    form = DetailsForm(request.POST if request.method == "POST" else None, initial={"details": our.details()})
    verb = partial(our.change_details, form.data.get("details", ""), by=request.person)
    if request.method == "POST" and saved(form, verb):
        messages.success(request, _("Saved."))
        return redirect("terms")
    told = [(one, hasattr(one, "terms") and bool(one.terms.words)) for one in FormKind.objects.select_related("terms")]
    context = {"form": form, "forms": told, "rules": rules()}
    return render(request, "office/terms.html", context, status=422 if form.errors else 200)


@needs("settings.change", "GET", "POST")
def of_form(request: PageRequest, code: str) -> HttpResponse:
    kind = get_object_or_404(FormKind, code=code)
    form = TermsForm(request.POST if request.method == "POST" else None, initial=our.of(kind))
    given = {one: form.data.get(one, "") for one in ("ru", "en")}
    if request.method == "POST" and saved(form, partial(our.change, kind, given, by=request.person)):
        messages.success(request, _("Saved."))
        return redirect("terms")
    context = {"form": form, "kind": kind}
    return render(request, "office/terms_of_form.html", context, status=422 if form.errors else 200)
