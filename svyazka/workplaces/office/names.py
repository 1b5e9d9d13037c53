"""What departments, sources and reasons of losses have in common: a list of names in two languages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from svyazka.workplaces.shared.door import PageRequest
from svyazka.workplaces.shared.forms import Form


class NameForm(Form):
    ru = forms.CharField(label=gettext_lazy("Name in Russian"), max_length=60)
    en = forms.CharField(label=gettext_lazy("Name in English"), max_length=60, required=False)


def names(request: PageRequest, form: forms.Form, **context: Any) -> HttpResponse:
    """The list beside the form that adds to it. `rows`: url, name, below, is_off and place_url of each."""
    return render(request, "office/names.html", {"form": form, **context}, status=422 if form.errors else 200)


def name(request: PageRequest, form: forms.Form, **context: Any) -> HttpResponse:
    return render(request, "office/name.html", {"form": form, **context}, status=422 if form.errors else 200)
